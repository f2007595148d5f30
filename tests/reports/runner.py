"""What GitHub's runner takes for a command in a log (after actions/runner, ActionCommand.cs, both versions)."""

from __future__ import annotations

import re


def commands(text: str) -> list[str]:
    """Give every line that the runner would obey.

    Version 2 is ``::name …::`` at the start of a line after white space; version 1 is ``##[name …]`` anywhere.
    """
    found = []
    for line in re.split(r"\r\n|\r|\n", text):
        second = line.lstrip()
        if second.startswith("::") and second.find("::", 2) > 0:
            found.append(line)
        start = line.find("##[")
        if start >= 0 and line.find("]", start) > 0:
            found.append(line)
    return found
