"""A network made of files: answers that were saved beforehand, for measuring verdicts without asking anybody.

One file is one answer: lines ``name: value``, an empty line, and the body as it came over the wire::

    url: https://example.org/papers/*
    status: 302
    location: https://example.org/

    …

``url`` says which address gives this answer; with ``*`` at its end, every address that begins so, as far as no longer
one fits. ``status`` is 200 if it is not named, and everything else is a header of the answer (``content-type`` is HTML
if it is not named). An address of a known host that no file names gives 404, and a host without a file has no address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from linkwarden.model import UsageError
from linkwarden.net import Net, NetPolicy, NetWeather, Observer
from linkwarden.text import host_of, is_http, target_key
from linkwarden.wire import Ask, Hop, NetError, NetErrorKind, Response

SUFFIX = ".page"
_HTML = "text/html; charset=utf-8"
_FORM = "Write lines `name: value`, `url` among them, an empty line, and the body; see docs/calibrate.md."


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """One file: the address that gives the answer (a prefix if ``everything_below``), and the answer."""

    url: str
    everything_below: bool
    status: int
    headers: dict[str, str]
    body: bytes


class SavedNet(Net):
    """Gives saved answers; nothing is ever sent.

    Args:
        answers: all that this network knows.
        observer: told of every question.
    """

    def __init__(self, answers: Iterable[SavedAnswer], observer: Observer | None = None) -> None:
        super().__init__(NetPolicy(strikes=0), observer=observer)  # nobody is spared, so every answer counts
        self._watch = observer
        self._exact: dict[str, SavedAnswer] = {}
        self._below: list[tuple[str, SavedAnswer]] = []
        self._hosts: set[str] = set()
        for answer in answers:
            self._hosts.add(host_of(answer.url))
            if answer.everything_below:
                self._below.append((answer.url, answer))
            else:
                self._exact[_key(answer.url)] = answer
        self._below.sort(key=lambda pair: -len(pair[0]))

    async def fetch(self, ask: Ask) -> Response:
        """Give the saved answer to an ask, after saved redirects.

        Raises:
            NetError: no answer of this host was saved, or its redirects lead in a circle.
        """
        hops: list[Hop] = []
        url = ask.url.partition("#")[0]
        while True:
            answer = self._answer(url, hops)
            self.requests += 1
            if self._watch is not None:
                self._watch(ask, url, answer.status, 0.0, "saved")
            location = answer.headers.get("location")
            if not (ask.follow and location and 300 <= answer.status < 400):
                return _response(url, answer, ask.max_bytes, tuple(hops))
            onward = urljoin(url, location)
            hops.append(Hop(url, answer.status, onward))
            if len(hops) > ask.max_hops:
                raise NetError(NetErrorKind.TOO_MANY_REDIRECTS, "saved redirects", host=host_of(url), hops=tuple(hops))
            url = onward.partition("#")[0]

    def weather(self) -> NetWeather:
        """Say that the network works: what was not saved says nothing about it."""
        return NetWeather(hosts=1, answered=1)

    def _answer(self, url: str, hops: list[Hop]) -> SavedAnswer:
        found = self._exact.get(_key(url))
        if found is None:
            found = next((answer for prefix, answer in self._below if url.startswith(prefix)), None)
        if found is None and host_of(url) in self._hosts:
            found = SavedAnswer(url, everything_below=False, status=404, headers={"content-type": _HTML}, body=b"")
        if found is None:
            raise NetError(NetErrorKind.DNS, "no answer of this host was saved", host=host_of(url), hops=tuple(hops))
        return found


def read_saved(folder: Path) -> list[SavedAnswer]:
    """Read the saved answers of a folder, its subfolders included, in the order of their names.

    Raises:
        UsageError: there is none, or one is not in the form that the module describes.
    """
    if not folder.is_dir():
        raise UsageError(f"--saved {folder}: no such folder", f"Name a folder with files that end in {SUFFIX}.")
    answers = [_parse(path) for path in sorted(folder.rglob(f"*{SUFFIX}"))]
    if not answers:
        raise UsageError(f"--saved {folder}: no saved answers in it", f"Their names end in {SUFFIX}.")
    return answers


def _parse(path: Path) -> SavedAnswer:
    head, parted, body = path.read_bytes().replace(b"\r\n", b"\n", 1).partition(b"\n\n")
    if not parted:
        head, body = head.removesuffix(b"\n"), b""
    headers: dict[str, str] = {}
    for line in head.decode("utf-8", errors="replace").splitlines():
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise UsageError(f"{path}: no `name: value`: {line[:60]!r}", _FORM)
        headers[name.strip().lower()] = value.strip()
    url, status = headers.pop("url", ""), headers.pop("status", "200")
    if not is_http(url) or not status.isascii() or not status.isdigit():
        raise UsageError(f"{path}: no usable url or status", _FORM)
    headers.setdefault("content-type", _HTML)
    return SavedAnswer(url.removesuffix("*"), url.endswith("*"), int(status), headers, body)


def _response(url: str, answer: SavedAnswer, max_bytes: int, hops: tuple[Hop, ...]) -> Response:
    body = answer.body[:max_bytes]
    complete = len(body) == len(answer.body)
    return Response(url=url, status=answer.status, headers=answer.headers, body=body, complete=complete, hops=hops)


def _key(url: str) -> str:
    return target_key(url, "")
