"""docs/coming-from.md names every option of the other checkers, and nothing of linkwarden that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from linkwarden.cli import cli
from linkwarden.config import OPTIONS, Host, Ignore, Place
from linkwarden.model import Verdict
from linkwarden.report import formats as report_formats
from linkwarden.rules import all_rules

PAGE = (Path(__file__).parents[2] / "docs" / "coming-from.md").read_text("utf-8")

#: The options and keys of each, in the version that the page names.
LYCHEE = """
--accept --accept-timeouts --archive --base-url --base --basic-auth --config --cache --cache-exclude-status --cookie-jar
--default-extension --dump --dump-inputs --exclude-all-private --exclude --exclude-file --exclude-link-local
--exclude-loopback --exclude-path --exclude-private --extensions --format --fallback-extensions --files-from --generate
--github-token --glob-ignore-case --header --help --hidden --host-concurrency --host-request-interval --host-stats
--include --include-fragments --include-mail --include-verbatim --include-wikilinks --index-files --insecure
--max-cache-age --max-concurrency --max-redirects --max-retries --method --min-tls --mode --no-ignore --no-progress
--offline --output --preprocess --quiet --remap --require-https --retry-wait-time --root-dir --scheme --skip-missing
--suggest --threads --timeout --user-agent --verbose --version hosts .lycheeignore
"""
MARKDOWN_LINK_CHECK = """
--progress --config --quiet --verbose --ignore --alive --retry --reporters --projectBaseUrl --junit-output --help
--version ignorePatterns replacementPatterns httpHeaders timeout retryOn429 retryCount fallbackRetryDelay
aliveStatusCodes projectBaseUrl
"""
AWESOME_BOT = """
--files --allow --allow-dupe --allow-redirect --allow-ssl --allow-timeout --base-url --request-delay --set-timeout
--skip-save-results --validate-markdown --white-list --help
"""
SPHINX = """
linkcheck_ignore linkcheck_exclude_documents linkcheck_allowed_redirects linkcheck_auth linkcheck_request_headers
linkcheck_retries linkcheck_timeout linkcheck_workers linkcheck_anchors linkcheck_anchors_ignore
linkcheck_anchors_ignore_for_url linkcheck_rate_limit_timeout linkcheck_allow_unauthorized
linkcheck_report_timeouts_as_broken linkcheck_case_insensitive_urls user_agent tls_verify tls_cacerts
"""
LINKSPECTOR = """
--config --json --showstat files dirs excludedFiles excludedDirs fileExtensions baseUrl httpHeaders aliveStatusCodes
ignorePatterns replacementPatterns useGitIgnore modifiedFilesOnly followRedirects
"""
PEERS = {
    "lychee": LYCHEE,
    "markdown-link-check": MARKDOWN_LINK_CHECK,
    "awesome_bot": AWESOME_BOT,
    "Sphinx linkcheck": SPHINX,
    "linkspector": LINKSPECTOR,
}
#: Code on the right that is no name of linkwarden's: inputs, values, and words of the other checker.
VALUES = {
    *("-", "owner/repo", "linkwarden check -", "xargs linkwarden check", '"20s"', "/", "/x", "^", "^https:"),
    *("'^https:'", r"'^https://a\.example/(?!public/)'", "http:", "https:", "#!", "Retry-After", "compact", "detailed"),
    *("linkwarden-ignore", "linkwarden-ignore-start", "linkwarden-ignore-end", "linkwarden.toml"),
    "SSL_CERT_FILE",
}
CONTEXT = click.Context(cli)


def rows(peer: str) -> list[tuple[str, str]]:
    """Return what the table about a checker says: its options, and what linkwarden has."""
    section = PAGE.partition(f"\n## {peer}\n")[2].partition("\n## ")[0]
    return re.findall(r"(?m)^\| (?!-)(.*?) \| (.*) \|$", section)[1:]


def code(text: str) -> set[str]:
    """Return what a text shows as code."""
    return set(re.findall(r"`([^`]+)`", text))


def command_of(name: str) -> click.Command:
    """Return a command by name."""
    command = cli.get_command(CONTEXT, name)
    assert command is not None
    return command


def flags_of(command: click.Command) -> set[str]:
    """Return the flags of a command."""
    return {flag for each in command.params if isinstance(each, click.Option) for flag in each.opts}


def flags() -> set[str]:
    """Return every flag of every command."""
    return {
        "--help",
        *(flag for command in (cli, *map(command_of, cli.list_commands(CONTEXT))) for flag in flags_of(command)),
    }


@pytest.mark.parametrize("peer", PEERS)
def test_every_option_of_the_other_checker_has_its_row(peer: str) -> None:
    """Nobody looks for an option in vain, and none is told of twice."""
    told = [name for theirs, _ in rows(peer) for name in code(theirs)]

    assert set(PEERS[peer].split()) <= set(told)
    assert len(told) == len(set(told))


@pytest.mark.parametrize("peer", PEERS)
def test_what_a_row_names_of_linkwarden_exists(peer: str) -> None:
    """Every piece of code on the right is an option, a key, a command, a verdict, a rule, or one of a few values."""
    keys = {option.name for option in OPTIONS.values() if Place.FILE in option.places}
    variables = {name for option in OPTIONS.values() for name in option.environment}
    commands = {f"linkwarden {name}" for name in cli.list_commands(CONTEXT)}
    entries = {"[[ignore]]", *(name.removesuffix("s") for name in Ignore.__dataclass_fields__)}
    entries |= {"[[host]]", *(name.replace("_", "-") for name in Host.__dataclass_fields__)}
    formats = {each.name for each in report_formats()} | {"text"}
    known = (
        keys
        | formats
        | variables
        | commands
        | entries
        | formats
        | flags()
        | {v.value for v in Verdict}
        | set(all_rules())
    )

    named = {name for _, ours in rows(peer) for name in code(ours)}

    assert named - known <= VALUES


@pytest.mark.parametrize("peer", PEERS)
def test_no_counterpart_is_said_only_of_what_linkwarden_lacks(peer: str) -> None:
    """When linkwarden gets an option of that name, the row has to change."""
    keys = {option.name for option in OPTIONS.values()} | {flag.lstrip("-") for flag in flags()}

    for theirs, ours in rows(peer):
        if ours.startswith("No counterpart"):
            assert {name.lstrip("-") for name in code(theirs)}.isdisjoint(keys), theirs
