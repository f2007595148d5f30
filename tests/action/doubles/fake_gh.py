"""Plays GitHub's ``gh`` for the few commands of our workflows.

TEST_GITHUB names a JSON file: ``has_issues``, ``labels``, ``issues``, ``pulls`` and ``comments`` as the REST API has
them, ``may_create`` (a setting of the repository), ``refused_lines`` (not part of the change), and ``calls``, to which
every command that changes something is added. TEST_ORIGIN is the repository.
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
    parser.add_argument("--method", default="GET")
    parser.add_argument("--paginate", action="store_true")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--input")
    parser.add_argument("-f", dest="raw", action="append", default=[])
    parser.add_argument("-F", dest="typed", action="append", default=[])
    given = parser.parse_args(arguments)
    parts = urlsplit(given.path)
    path = parts.path.split("/", 3)[3:]
    if given.method != "GET":
        HUB["calls"].append([given.method.lower(), *(path[0].split("/") if path else [])])
        change(given.method, path[0].split("/"), fields(given))
        PLACE.write_text(json.dumps(HUB), "utf-8")
        return
    answer = resource(path, {key: value[0] for key, value in parse_qs(parts.query).items()})
    if not given.silent:
        subprocess.run(["jq", "-r", given.jq], input=json.dumps(answer), text=True, check=True)  # noqa: S607


def fields(given: argparse.Namespace) -> dict[str, Any]:
    """Return what a request sends: -f as it stands, -F from a file if it begins with @, --input as JSON."""
    if given.input:
        assert given.input == "-"
        sent: dict[str, Any] = json.load(sys.stdin)
        return sent
    found = dict(pair.split("=", 1) for pair in given.raw)
    for pair in given.typed:
        name, value = pair.split("=", 1)
        found[name] = Path(value[1:]).read_text("utf-8") if value.startswith("@") else value
    return found


def resource(path: list[str], query: dict[str, str]) -> Any:
    """Return what the REST API has at a path below ``repos/OWNER/REPO``."""
    if not path:
        return {"has_issues": HUB["has_issues"], "default_branch": "main"}
    if path[0].startswith("labels/"):
        if path[0].removeprefix("labels/") not in HUB["labels"]:
            sys.exit("gh: Not Found (HTTP 404)")
        return {}
    if path[0].startswith(("git/matching-refs/", "compare/")):
        return of_git(path[0])
    if path == ["pulls"]:
        assert query["state"] == "all"
        owner, branch = query["head"].split(":")
        assert owner == "me"
        return [entry for entry in reversed(HUB["pulls"]) if entry["head"] == branch]
    if path[0].startswith("pulls/"):
        _, number, what = path[0].split("/")
        assert what == "comments"
        return [comment for comment in HUB["comments"] if comment["number"] == int(number)]
    assert path == ["issues"], path
    assert query["state"] == "all"
    return [
        entry
        for entry in reversed(HUB["issues"])
        if query["labels"] in entry["labels"] and entry["user"]["login"] == query["creator"]
    ]


def of_git(path: str) -> Any:
    """Return what the REST API tells of the repository itself."""
    if path.startswith("git/matching-refs/"):
        found = git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        refs = [line.split() for line in found]
        start = "refs/" + path.removeprefix("git/matching-refs/")
        return [{"ref": name, "object": {"sha": sha}} for name, sha in refs if name.startswith(start)]
    base, tip = path.removeprefix("compare/").split("...")
    log = git("log", "--format=%ae%x00%ce%x00%B%x01", f"{base}..{tip}").split("\x01")
    commits = [entry.strip().split("\0") for entry in log if entry.strip()]
    return {
        "commits": [
            {"commit": {"author": {"email": one}, "committer": {"email": other}, "message": said.strip()}}
            for one, other, said in commits
        ]
    }


def change(method: str, path: list[str], sent: dict[str, Any]) -> None:
    """Do what ``gh api --method`` asks for."""
    if method == "POST" and path == ["pulls"]:
        if not HUB["may_create"]:
            sys.exit("gh: GitHub Actions is not permitted to create or approve pull requests. (HTTP 403)")
        assert git("rev-parse", "--verify", f"refs/heads/{sent['head']}")
        entry = {"number": len(HUB["pulls"]) + 1, "user": BOT, "state": "open", "merged_at": None}
        HUB["pulls"].append(entry | sent)
    elif method == "PATCH" and path[0] == "pulls":
        HUB["pulls"][int(path[1]) - 1].update(sent)
    elif method == "POST" and path[0] == "pulls" and path[2] == "comments":
        assert set(sent) == {"path", "line", "side", "body", "commit_id"}, sent
        if sent["line"] in HUB["refused_lines"]:
            PLACE.write_text(json.dumps(HUB), "utf-8")
            sys.exit("gh: Validation Failed (HTTP 422)")
        HUB["comments"].append({"number": int(path[1]), "user": BOT, **sent})
    else:
        sys.exit(f"gh: Not Found (HTTP 404): {method} {path}")


def git(*arguments: str) -> str:
    """Return what git says in the repository that the hub keeps."""
    command = ["git", "--git-dir", os.environ["TEST_ORIGIN"], *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


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
