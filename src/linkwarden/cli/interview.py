"""Asks about edits one by one (``linkwarden fix --interactive``)."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from typing import Protocol

import click

from linkwarden.cli.speech import say
from linkwarden.fix import Document, Edit, Fixes
from linkwarden.records import dataclass
from linkwarden.text import host_of, is_http, mask_secrets, target_key

_HELP = (
    ("y", "make this edit"),
    ("n", "do not make it"),
    ("a", "make this one and all others of its rule"),
    ("x", "make neither this one nor any other of its rule"),
    ("h", "make none for this host"),
    ("o", "open the new URL in a browser, and ask again"),
    ("q", "stop asking; what you took is made"),
)
_KEYS = ",".join(key for key, _ in _HELP)


class Answers(Protocol):
    """What was said of edits earlier (``linkwarden.store.decisions``)."""

    def of(self, key: str, url: str) -> bool | None:
        """Return what was said of a replacement for a URL; None if nobody was asked."""

    def take(self, key: str, url: str, *, yes: bool, now: datetime) -> None:
        """Keep an answer."""


@dataclass(slots=True)
class _Question:
    """A replacement, with all the places where it would be made."""

    key: str
    edit: Edit
    places: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return host_of(self.edit.before) if is_http(self.edit.before) else ""


def key_of(document: Document, edit: Edit) -> str:
    """Return the key of the URL that an edit is about."""
    source = document.source
    return target_key(source.address_of(edit.before) or edit.before, source.name)


def without_refused(fixes: Fixes, answers: Answers) -> tuple[Fixes, int]:
    """Return the edits that the user has not refused earlier, and how many replacements were."""
    refused = {
        (key, edit.wanted.url)
        for one in fixes.documents
        for edit in one.edits
        if answers.of(key := key_of(one.document, edit), edit.wanted.url) is False
    }
    return (_some(fixes, lambda name: name not in refused) if refused else fixes), len(refused)


def interview(fixes: Fixes, answers: Answers, *, again: bool, now: Callable[[], datetime]) -> tuple[Fixes, int]:
    """Ask about each replacement; return the edits that are to be made, and how many were refused earlier.

    Args:
        fixes: all edits that are possible.
        answers: of earlier times; new ones are kept at once.
        again: also ask about what was answered earlier.
        now: the clock.

    Raises:
        click.Abort: the user has had enough (Ctrl-C), or there is no more input. The answers so far are kept.
    """
    questions = _questions(fixes)
    taken: set[tuple[str, str]] = set()
    left: list[_Question] = []
    refused = 0
    for question in questions:
        said = None if again else answers.of(question.key, question.edit.wanted.url)
        if said is None:
            left.append(question)
        elif said:
            taken.add((question.key, question.edit.wanted.url))
        else:
            refused += 1
    asking = _Asking(len(left))
    for question in left:
        yes = asking.answer(question)
        if yes is None:
            break
        answers.take(question.key, question.edit.wanted.url, yes=yes, now=now())
        if yes:
            taken.add((question.key, question.edit.wanted.url))
    return _some(fixes, lambda name: name in taken), refused


@dataclass(slots=True)
class _Asking:
    """Asks, and answers by itself what follows from earlier answers."""

    count: int
    number: int = 0
    rules: dict[str, bool] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)

    def answer(self, question: _Question) -> bool | None:
        """Return whether an edit is to be made; None if the user wants no more questions."""
        self.number += 1
        code = question.edit.wanted.code
        if code in self.rules:
            return self.rules[code]
        if question.host in self.hosts:
            return False
        word = _ask(question, self.number, self.count)
        if word in ("a", "x"):
            self.rules[code] = word == "a"
        elif word == "h":
            self.hosts.add(question.host)
        return None if word == "q" else word in ("y", "a")


def _questions(fixes: Fixes) -> list[_Question]:
    found: dict[tuple[str, str], _Question] = {}
    for one in fixes.documents:
        for edit in one.edits:
            key = key_of(one.document, edit)
            question = found.setdefault((key, edit.wanted.url), _Question(key, edit))
            question.places.append(f"{one.document.source.name}:{edit.line}")
    return list(found.values())


def _some(fixes: Fixes, keep: Callable[[tuple[str, str]], bool]) -> Fixes:
    kept = {
        (one.document.source.name, edit.start)
        for one in fixes.documents
        for edit in one.edits
        if keep((key_of(one.document, edit), edit.wanted.url))
    }
    return fixes.with_some(lambda name, edit: (name, edit.start) in kept)


def _ask(question: _Question, number: int, count: int) -> str:
    edit = question.edit
    wanted = edit.wanted
    say("", f"{wanted.code} {wanted.slug}, {'safe' if wanted.safe else 'look first'} ({number} of {count})")
    say(f"  {', '.join(question.places)}")
    if edit.removed:
        say(*(f"- {mask_secrets(line)}" for line in edit.old.splitlines()))
    else:
        say(f"- {mask_secrets(edit.before)}", f"+ {mask_secrets(wanted.url)}")
    say(f"  {mask_secrets(wanted.why)}")
    while True:
        word = click.prompt(f"Make this edit? [{_KEYS},?]", prompt_suffix=" ", default="", show_default=False)
        word = word.strip().lower()[:1]
        if word == "o":
            _open(edit.before if edit.removed else wanted.url)
        elif word in dict(_HELP) and not (word == "h" and not question.host):
            return str(word)
        else:
            say(*(f"  {key}  {meaning}" for key, meaning in _HELP))


def _open(url: str) -> None:
    if not is_http(url):
        say("  There is no web page to open.")
    elif not webbrowser.open(url):
        say("  No browser could be opened here.")
