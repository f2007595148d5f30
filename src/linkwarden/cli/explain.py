"""``linkwarden explain``: what a rule means; and ``linkwarden completion``."""

from __future__ import annotations

import re
import shutil
import textwrap
from typing import TYPE_CHECKING

import click

from linkwarden._version import COMPLETING
from linkwarden.cli.speech import say
from linkwarden.config import nearest, nearest_rule
from linkwarden.model import Rule, UsageError, Verdict
from linkwarden.report._words import WORDS, rule_url, sentence

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a shell.

    Put one of these lines into ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish:

    \b
    eval "$(linkwarden completion bash)"
    eval "$(linkwarden completion zsh)"
    linkwarden completion fish | source
    """  # noqa: D301 - the backspace is click's mark for lines that stay as they are
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - only here

    from linkwarden.cli import cli  # noqa: PLC0415 - it imports this module

    cls = get_completion_class(shell)
    if cls is None:
        raise UsageError(f"no completion for {shell}", "Use bash, zsh or fish.")
    script = cls(cli, {}, "linkwarden", COMPLETING).source()
    if shell == "zsh":
        script = _ZSH_BEGINS + script.removeprefix(_ZSH_MARK)
    if shell == "fish":
        script = script.replace('string split ","', 'string split -m 1 ","')  # a description may hold commas
    click.echo(script)


#: The script's first line, by which zsh knows a file in $fpath.
_ZSH_MARK = "#compdef linkwarden\n"
#: zsh has no ``compdef`` before its completion is set up, which its usual configuration does and an empty one does not.
_ZSH_BEGINS = _ZSH_MARK + "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }\n"

_WIDEST, _NARROWEST = 80, 30
_STATUS = re.compile(r"[1-5]\d\d|999", re.ASCII)


def _complete(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the codes and names of rules that begin so."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only where a shell asks

    from linkwarden.rules import rule_names  # noqa: PLC0415 - with it

    rules = rule_names().items()
    codes = [CompletionItem(code, help=slug) for code, slug in rules if code.startswith(incomplete.upper())]
    names = [CompletionItem(slug) for _, slug in rules if incomplete and slug.startswith(incomplete)]
    return codes + names


@click.command()
@click.argument("code", required=False, shell_complete=_complete)
def explain(code: str | None) -> None:
    """Explain a rule code (LW201) or name, a verdict (expired) or an HTTP status (404). Without one, list all rules."""
    from linkwarden.rules import all_rules, find_rule, rule_names  # noqa: PLC0415 - slow to import

    if code is None:
        say(*map(_line, all_rules().values()))
    elif (found := find_rule(code)) is not None:
        say(*describe(found).split("\n"))
    elif code.lower() in set(Verdict):
        verdict = Verdict(code.lower())
        say(f"{verdict.value}: a reader {WORDS[verdict].reader}", "")
        say(*(_line(rule) for rule in all_rules().values() if rule.verdict is verdict))
    elif _STATUS.fullmatch(code):
        _explain_status(int(code))
    else:
        from linkwarden import suppress  # noqa: PLC0415 - only here

        words = [name for names in rule_names().items() for name in names]
        near = nearest_rule(code, suppress.rule_names()) or nearest(code, [*words, *Verdict])
        hint = f"Did you mean {near}? " if near else ""
        raise UsageError(f"no rule has the code or name {code!r}", f"{hint}`linkwarden explain` lists all.")


def _line(rule: Rule) -> str:
    return f"{rule.code}  {rule.verdict.value:<10}  {rule.slug:<32}  {sentence(rule.summary)}"


def _explain_status(status: int) -> None:
    """Say what an HTTP status means for an ordinary page, and which rule has that number."""
    from linkwarden.answers.read import usual_meaning  # noqa: PLC0415 - as above
    from linkwarden.rules import find_rule  # noqa: PLC0415 - as above

    meaning = usual_meaning(status)
    if meaning is None:
        say(f"A response with status {status} is ok, or leads on to one that counts; there is no rule for it.")
    else:
        rule, words = meaning
        say(words, "", *describe(rule).split("\n"))
    other = find_rule(f"LW{status}")
    if other is not None and (meaning is None or other is not meaning[0]):
        say("", f"{other.code} {other.slug} is another rule: `linkwarden explain {other.code}`")


def describe(rule: Rule) -> str:
    """Return a rule as text for a terminal, at most 80 columns wide."""
    parts = [f"{rule.code} {rule.slug}", f"Verdict: {rule.verdict.value}", _wrap(sentence(rule.summary))]
    parts += [_wrap(rule.explanation), f"What to do:\n{_wrap(rule.remedy, indent='  ')}", rule_url(rule.code)]
    return "\n\n".join(filter(None, parts))


def _wrap(text: str, *, indent: str = "") -> str:
    width = max(min(shutil.get_terminal_size().columns, _WIDEST), _NARROWEST)
    return textwrap.fill(text, width=width, initial_indent=indent, subsequent_indent=indent)
