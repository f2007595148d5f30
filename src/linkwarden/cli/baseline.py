"""``--write-baseline``: writes the findings of a run to the file of known findings."""

from __future__ import annotations

import os
from pathlib import Path

from linkwarden.cli.output import ensure_writable, write_atomically
from linkwarden.cli.speech import say
from linkwarden.config import Config
from linkwarden.model import LinkwardenError, Run, UsageError, Verdict
from linkwarden.report._words import plural
from linkwarden.suppress import Accepted, load_baseline, suppress_accepted
from linkwarden.suppress.baseline import findings, is_ours, render


class BaselineNotWrittenError(LinkwardenError):
    """The baseline could not be written after the run."""

    exit_code = 3


def baseline_to_write(config: Config) -> Path:
    """Return where the baseline goes; ensured before the run, so that no result is lost because of a typo.

    Raises:
        UsageError: no file is named, it is something else than a baseline, it cannot be written, or the run looks at
            added links only.
    """
    path = config.baseline
    if path is None:
        raise UsageError(
            "--write-baseline: no file is named",
            "Name it with --baseline: --baseline linkwarden-baseline.json --write-baseline",
        )
    if config.diff is not None:
        raise UsageError(
            "--write-baseline and --diff contradict each other: a baseline holds the findings of all links",
            "Leave one of them out.",
        )
    if os.path.lexists(path) and not (path.is_file() and is_ours(path)):
        raise UsageError(
            f"{path}: exists and is no baseline, so it is not overwritten",
            "Choose another name, such as linkwarden-baseline.json.",
        )
    ensure_writable(path, "Choose another place.")
    return path


def write_baseline(run: Run, path: Path) -> tuple[Run, list[LinkwardenError]]:
    """Write the findings of a run; return the run in which they are accepted, and what went wrong.

    An incomplete run writes nothing and says so: what it did not see would be new tomorrow.
    """
    why = _incomplete(run)
    if why:
        say(f"Baseline: {path} was not written, because {why}.", err=True)
        return run, []
    found = findings(run)
    try:
        write_atomically(path, render(found))
    except OSError as error:
        return run, [BaselineNotWrittenError(f"{path}: cannot be written: {error.strerror}", "Choose another place.")]
    say(f"Baseline: {plural(len(found), 'finding')} written to {path}.{_unknown(run)}", err=True)
    return suppress_accepted(run, Accepted(baseline=load_baseline(path)), run.started.date(), complete=False), []


def _unknown(run: Run) -> str:
    count = run.counts[Verdict.UNVERIFIED]
    if not count:
        return ""
    they = "is not in it, and its finding" if count == 1 else "are not in it, and their findings"
    return f" {plural(count, 'link')} that could not be verified {they} may come up later."


def _incomplete(run: Run) -> str:
    if run.interrupted:
        return "the run was interrupted"
    if run.network_down:
        return "no server could be reached from here"
    if run.failures:
        return "linkwarden itself failed in this run"
    return "an input could not be read" if run.unreadable else ""
