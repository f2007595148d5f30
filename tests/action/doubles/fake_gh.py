"""Plays GitHub's ``gh`` for the few commands of our workflows.

TEST_GITHUB names a JSON file: ``has_issues``, ``labels``, ``issues`` as the REST API has them, and ``calls``, to
which every command that changes something is added.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PLACE = Path(os.environ["TEST_GITHUB"])
HUB: dict[str, Any] = json.loads(PLACE.read_text("utf-8"))
BOT = {"login": "github-actions[bot]"}


def main(arguments: list[str]) -> None:
    """Do what a command says, or fail as gh would."""
    if not os.environ.get("GH_TOKEN"):
        sys.exit("gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.")
    if arguments == ["auth", "setup-git"]:
        return
    if arguments[0] == "api":
        api(arguments[1:])
        return
    HUB["calls"].append(arguments)
    {"label": label, "issue": issue}[arguments[0]](arguments[1:])
    PLACE.write_text(json.dumps(HUB), "utf-8")


def api(arguments: list[str]) -> None:
    """Answer ``gh api``; ``--jq`` is done by jq."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("--jq", default=".")
    parser.add_argument("--paginate", action="store_true")
    parser.add_argument("--silent", action="store_true")
    given = parser.parse_args(arguments)
    parts = urlsplit(given.path)
    answer = resource(parts.path.split("/", 3)[3:], {key: value[0] for key, value in parse_qs(parts.query).items()})
    if not given.silent:
        subprocess.run(["jq", "-r", given.jq], input=json.dumps(answer), text=True, check=True)  # noqa: S607


def resource(path: list[str], query: dict[str, str]) -> Any:
    """Return what the REST API has at a path below ``repos/OWNER/REPO``."""
    if not path:
        return {"has_issues": HUB["has_issues"]}
    if path[0].startswith("labels/"):
        if path[0].removeprefix("labels/") not in HUB["labels"]:
            sys.exit("gh: Not Found (HTTP 404)")
        return {}
    assert path == ["issues"], path
    assert query["state"] == "all"
    return [
        entry
        for entry in reversed(HUB["issues"])
        if query["labels"] in entry["labels"] and entry["user"]["login"] == query["creator"]
    ]


def label(arguments: list[str]) -> None:
    """Do ``gh label create``."""
    assert arguments[0] == "create"
    HUB["labels"].append(arguments[1])


def issue(arguments: list[str]) -> None:
    """Do ``gh issue create|edit|close|reopen``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("create", "edit", "close", "reopen"))
    parser.add_argument("number", nargs="?", type=int)
    for option in ("--title", "--label", "--body-file", "--reason", "--comment"):
        parser.add_argument(option)
    given = parser.parse_args(arguments)
    if given.what == "create":
        assert given.label in HUB["labels"], "could not add label: not found"
        HUB["issues"].append({"number": len(HUB["issues"]) + 1, "user": BOT, "labels": [given.label], "comments": []})
        HUB["issues"][-1] |= {"state": "open", "state_reason": None, "title": given.title, "pull_request": None}
        given.number = len(HUB["issues"])
    entry = next(entry for entry in HUB["issues"] if entry["number"] == given.number)
    if given.body_file:
        entry["body"] = Path(given.body_file).read_text("utf-8")
    if given.what in ("close", "reopen"):
        entry["state"] = {"close": "closed", "reopen": "open"}[given.what]
        entry["state_reason"] = given.reason or "reopened"
    if given.comment:
        entry["comments"].append(given.comment)


main(sys.argv[1:])
