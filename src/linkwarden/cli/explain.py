"""``linkwarden explain``: what a rule means; and ``linkwarden completion``."""

from __future__ import annotations

import difflib
import shutil
import textwrap

import click
from click.shell_completion import CompletionItem, get_completion_class

from linkwarden.cli.speech import say
from linkwarden.model import Rule, UsageError
from linkwarden.report._words import rule_url, sentence


@click.command(short_help="Print the completion script for a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    bash and zsh: eval "$(linkwarden completion bash)"; fish: linkwarden completion fish | source
    """
    from linkwarden.cli import cli  # noqa: PLC0415 - it imports this module

    cls = get_completion_class(shell)
    if cls is None:
        raise UsageError(f"no completion for {shell}", "Use bash, zsh or fish.")
    click.echo(cls(cli, {}, "linkwarden", "_LINKWARDEN_COMPLETE").source())


_WIDEST, _NARROWEST = 80, 30


def _complete(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the codes and names of rules that begin so."""
    from linkwarden.rules import all_rules  # noqa: PLC0415 - imports every provider

    rules = all_rules().values()
    codes = [CompletionItem(rule.code, help=rule.slug) for rule in rules if rule.code.startswith(incomplete.upper())]
    names = [CompletionItem(rule.slug) for rule in rules if incomplete and rule.slug.startswith(incomplete)]
    return codes + names


@click.command(short_help="Explain a rule code and what to do.")
@click.argument("code", required=False, shell_complete=_complete)
def explain(code: str | None) -> None:
    """Explain a rule code (LW201) or name: what it means, how linkwarden knows, what to do. Without one, list all."""
    from linkwarden.rules import all_rules, find_rule  # noqa: PLC0415 - imports every provider

    if code is None:
        for rule in all_rules().values():
            say(f"{rule.code}  {rule.verdict.value:<10}  {rule.slug:<32}  {sentence(rule.summary)}")
        return
    found = find_rule(code)
    if found is None:
        names = [name for rule in all_rules().values() for name in (rule.code, rule.slug)]
        near = difflib.get_close_matches(code, names, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(f"no rule has the code or name {code!r}", f"{hint}`linkwarden explain` lists all.")
    say(*describe(found).split("\n"))


def describe(rule: Rule) -> str:
    """Return a rule as text for a terminal, at most 80 columns wide."""
    parts = [f"{rule.code} {rule.slug}", f"Verdict: {rule.verdict.value}", _wrap(sentence(rule.summary))]
    parts += [_wrap(rule.explanation), f"What to do:\n{_wrap(rule.remedy, indent='  ')}", rule_url(rule.code)]
    return "\n\n".join(filter(None, parts))


def _wrap(text: str, *, indent: str = "") -> str:
    width = max(min(shutil.get_terminal_size().columns, _WIDEST), _NARROWEST)
    return textwrap.fill(text, width=width, initial_indent=indent, subsequent_indent=indent)
