"""``linkwarden calibrate``: measures the verdicts on URLs that somebody has judged by hand."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import click

from linkwarden.cli.check import deps_for
from linkwarden.cli.options import TableCommand, make_config, table_options
from linkwarden.cli.speech import say, say_failure
from linkwarden.extract import Extractor
from linkwarden.inputs import Source
from linkwarden.model import (
    FAILING,
    Extracted,
    Markup,
    NothingToCheckError,
    Occurrence,
    Result,
    Run,
    Span,
    UsageError,
    Verdict,
)
from linkwarden.net import Connectivity, Net, NetPolicy, Observer
from linkwarden.records import dataclass
from linkwarden.sinks import visible
from linkwarden.text import host_of, is_http, mask_secrets, target_key
from linkwarden.wire import Hop, NetError, NetErrorKind, Request, Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from linkwarden.config import Config

SUFFIX = ".page"
_HTML = "text/html; charset=utf-8"
_SAVED_FORM = "Write lines `name: value`, `url` among them, an empty line, and the body; see docs/calibrate.md."


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """One file: a URL (a prefix if ``everything_below``), and the response to it."""

    url: str
    everything_below: bool
    status: int
    headers: dict[str, str]
    body: bytes


class SavedNet(Net):
    """A network of saved responses; nothing is ever sent.

    Args:
        answers: all that this network knows.
        observer: called for every request.
    """

    def __init__(self, answers: Iterable[SavedAnswer], observer: Observer | None = None) -> None:
        super().__init__(NetPolicy(strikes=0), observer=observer)  # no host is given up, so every response counts
        self.is_invented = True
        self._watch = observer
        self._answered = 0
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

    @property
    def requests(self) -> int:
        """How many saved responses were given."""
        return self._answered

    async def fetch(self, request: Request) -> Response:
        """Return the saved response, after saved redirects.

        Raises:
            NetError: no response of this host was saved, or its redirects lead in a circle.
        """
        hops: list[Hop] = []
        url = request.url.partition("#")[0]
        while True:
            answer = self._answer(url, hops)
            self._answered += 1
            if self._watch is not None:
                self._watch(request, url, answer.status, 0.0, "saved")
            location = answer.headers.get("location")
            if not (request.follow and location and 300 <= answer.status < 400):
                return _response(url, answer, request.max_bytes, tuple(hops))
            onward = urljoin(url, location)
            hops.append(Hop(url, answer.status, onward))
            if len(hops) > request.max_hops:
                raise NetError(NetErrorKind.TOO_MANY_REDIRECTS, "saved redirects", host=host_of(url), hops=tuple(hops))
            url = onward.partition("#")[0]

    def connectivity(self) -> Connectivity:
        """Return that the network works: what was not saved says nothing about it."""
        return Connectivity(hosts=1, answered=1)

    def _answer(self, url: str, hops: list[Hop]) -> SavedAnswer:
        found = self._exact.get(_key(url))
        if found is None:
            found = next((answer for prefix, answer in self._below if url.startswith(prefix)), None)
        if found is None and host_of(url) in self._hosts:
            found = SavedAnswer(url, everything_below=False, status=404, headers={"content-type": _HTML}, body=b"")
        if found is None:
            raise NetError(NetErrorKind.DNS, "no response of this host was saved", host=host_of(url), hops=tuple(hops))
        return found


def read_saved(folder: Path) -> list[SavedAnswer]:
    """Return the saved responses of a folder and its subfolders, in the order of their names.

    Raises:
        UsageError: there is none, or one is not in the form that docs/calibrate.md describes.
    """
    if not folder.is_dir():
        raise UsageError(f"--saved {folder}: no such folder", f"Name a folder with files that end in {SUFFIX}.")
    answers = [_parse(path) for path in sorted(folder.rglob(f"*{SUFFIX}"))]
    if not answers:
        raise UsageError(f"--saved {folder}: no saved responses in it", f"Their names end in {SUFFIX}.")
    return answers


def _parse(path: Path) -> SavedAnswer:
    head, parted, body = path.read_bytes().replace(b"\r\n", b"\n", 1).partition(b"\n\n")
    if not parted:
        head, body = head.removesuffix(b"\n"), b""
    headers: dict[str, str] = {}
    for line in head.decode("utf-8", errors="replace").splitlines():
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise UsageError(f"{path}: no `name: value`: {line[:60]!r}", _SAVED_FORM)
        headers[name.strip().lower()] = value.strip()
    url, status = headers.pop("url", ""), headers.pop("status", "200")
    if not is_http(url) or not status.isascii() or not status.isdigit():
        raise UsageError(f"{path}: no usable url or status", _SAVED_FORM)
    headers.setdefault("content-type", _HTML)
    return SavedAnswer(url.removesuffix("*"), url.endswith("*"), int(status), headers, body)


def _response(url: str, answer: SavedAnswer, max_bytes: int, hops: tuple[Hop, ...]) -> Response:
    body = answer.body[:max_bytes]
    complete = len(body) == len(answer.body)
    return Response(url=url, status=answer.status, headers=answer.headers, body=body, complete=complete, hops=hops)


def _key(url: str) -> str:
    return target_key(url, "")


#: The verdicts, and the labels, that call a link broken in some way.
BAD = FAILING
_FORM = (
    'A line is {"url": "https://…", "label": "ok"}, with "text" and "image" if there are any; see docs/calibrate.md.'
)
_KEYS = frozenset({"url", "label", "text", "image"})


@dataclass(frozen=True, slots=True)
class Labelled:
    """One line of the file: a URL, the right verdict, the text of the link, and whether it is an image."""

    line: int
    url: str
    label: Verdict
    text: str
    image: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled URL with what linkwarden says of it."""

    labelled: Labelled
    result: Result

    @property
    def verdict(self) -> Verdict:
        """What linkwarden says of it."""
        return self.result.judgement.verdict

    @property
    def reported(self) -> bool:
        """True if the verdict calls the link broken in some way."""
        return self.verdict in BAD

    @property
    def bad(self) -> bool:
        """True if the label does."""
        return self.labelled.label in BAD


@dataclass(frozen=True, slots=True)
class Score:
    """How many reports were right, and how many bad links were reported."""

    right: int
    reported: int
    bad: int

    @property
    def precision(self) -> float:
        """Share of the reported links that are bad; 1 if nothing was reported."""
        return self.right / self.reported if self.reported else 1.0

    @property
    def recall(self) -> float:
        """Share of the bad links that were reported; 1 if nothing is bad."""
        return self.right / self.bad if self.bad else 1.0


@click.command(cls=TableCommand)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--saved",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Judge the responses saved in this folder; no request is made.",
)
@click.option("--min-precision", type=click.FloatRange(0, 1), metavar="P", help="Exit 1 if precision is lower.")
@click.option("--min-recall", type=click.FloatRange(0, 1), metavar="R", help="Exit 1 if recall is lower.")
@table_options("calibrate")
@click.pass_obj
def calibrate(
    obj: Any,
    /,
    file: Path,
    *,
    saved: Path | None,
    min_precision: float | None,
    min_recall: float | None,
    **options: Any,
) -> int:
    """Check the URLs of FILE and compare the verdicts with its labels.

    FILE holds a JSON object on each line: {"url": "https://…", "label": "broken"}, and "text" (of the link) and "image"
    (true for an image) where they matter. A label is the verdict that would be right.
    """
    from linkwarden import api  # noqa: PLC0415 - the network stack is slow to import
    from linkwarden.run import engine  # noqa: PLC0415 - with it

    labelled = read_labels(file)
    config = make_config((str(file),), {**options, "isolated": True})
    deps = deps_for(obj)
    if saved is not None:
        deps = replace(deps, make_net=_saved_network(saved))
    source = Source(str(file), "", _Lines(labelled))
    run = api.run_loop(engine.run(config, deps, sources=(source,)))
    cases = _cases(labelled, run)
    score = measure(cases)
    for line in _report(cases, score):
        say(line)
    for failure in run.failures:
        say_failure(failure)
    if run.exit_code > 2:
        return run.exit_code
    met = score.precision >= (min_precision or 0) and score.recall >= (min_recall or 0)
    return 0 if met else 1


def read_labels(file: Path) -> tuple[Labelled, ...]:
    """Return the labelled URLs of a file; empty lines are skipped.

    Raises:
        UsageError: the file cannot be read, or a line is not in the form that the command's help describes.
        NothingToCheckError: there is no line.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{file}: cannot be read: {why}", "Name a file in JSON Lines form.") from None
    read = tuple(_read_line(file, number, line) for number, line in enumerate(lines, 1) if line.strip())
    if not read:
        raise NothingToCheckError(f"{file}: no labelled URL in it", _FORM)
    return read


def measure(cases: Sequence[Case]) -> Score:
    """Return how many cases were reported, how many are bad, and how many are both."""
    right = sum(case.reported and case.bad for case in cases)
    return Score(right, sum(case.reported for case in cases), sum(case.bad for case in cases))


def _read_line(file: Path, number: int, line: str) -> Labelled:
    try:
        row = json.loads(line)
    except ValueError:
        raise UsageError(f"{file}:{number}: no JSON object", _FORM) from None
    if not isinstance(row, dict) or not isinstance(row.get("url"), str) or set(row) - _KEYS:
        raise UsageError(f"{file}:{number}: unknown or missing keys", _FORM)
    try:
        label = Verdict(str(row.get("label")))
    except ValueError:
        known = ", ".join(verdict.value for verdict in Verdict)
        raise UsageError(f"{file}:{number}: no label {row.get('label')!r}", f"Labels are {known}.") from None
    text, image = row.get("text", ""), row.get("image", False)
    if not isinstance(text, str) or not isinstance(image, bool):
        raise UsageError(f"{file}:{number}: text is a string and image true or false", _FORM)
    return Labelled(number, row["url"], label, text, image)


class _Lines(Extractor):
    """Reads nothing: its links are the labelled URLs."""

    name = "labelled"
    suffixes = ()

    def __init__(self, labelled: Sequence[Labelled]) -> None:
        self._labelled = labelled

    def extract(self, text: str, path: str) -> Iterator[Extracted]:
        del text
        for row in self._labelled:
            markup = Markup.HTML_IMG if row.image else Markup.MD_LINK
            span = Span(path, row.line, 1, row.line, 1 + len(row.url), row.line, row.line + len(row.url))
            yield Occurrence(row.url, row.url, markup, span, text=row.text)


def _saved_network(folder: Path) -> Any:
    """Return what makes a network of the saved responses of a folder."""
    answers = read_saved(folder)

    @asynccontextmanager
    async def network(_config: Config, observer: Observer | None) -> AsyncIterator[Net]:
        async with SavedNet(answers, observer) as net:
            yield net

    return network


def _cases(labelled: Sequence[Labelled], run: Run) -> list[Case]:
    """Return labels with their results; a URL that two lines name has one result."""
    results = {result.target.key: result for result in run.results}
    return [Case(row, results[target_key(row.url, run.inputs[0])]) for row in labelled]


def _report(cases: Sequence[Case], score: Score) -> Iterator[str]:
    yield from _matrix(cases)
    yield ""
    yield f"precision {_share(score.precision)}  ({score.right} of {score.reported} reported links are bad)"
    yield f"recall    {_share(score.recall)}  ({score.right} of {score.bad} bad links are reported)"
    false_alarms = [case for case in cases if case.reported and not case.bad]
    missed = [case for case in cases if case.bad and not case.reported]
    other = [case for case in cases if case.reported == case.bad and case.verdict is not case.labelled.label]
    for heading, group in (("False alarms", false_alarms), ("Missed", missed), ("Other verdict", other)):
        if group:
            yield ""
            yield f"{heading}: {len(group)}"
        for case in group:
            yield from _case(case)


def _matrix(cases: Sequence[Case]) -> Iterator[str]:
    """Yield the lines of a table: labels in rows, verdicts in columns, those that occur."""
    counts = Counter((case.labelled.label, case.verdict) for case in cases)
    rows = [verdict for verdict in Verdict if any(label is verdict for label, _ in counts)]
    columns = [verdict for verdict in Verdict if any(got is verdict for _, got in counts)]
    width = max(len("label \\ verdict"), *(len(row) for row in rows))
    yield "  ".join(["label \\ verdict".ljust(width), *(column.value.rjust(10) for column in columns)])
    for row in rows:
        yield "  ".join([row.value.ljust(width), *(str(counts[row, column]).rjust(10) for column in columns)])


def _case(case: Case) -> Iterator[str]:
    judgement, labelled = case.result.judgement, case.labelled
    rule = f" {judgement.rule.code} {judgement.rule.slug}" if judgement.rule else ""
    yield f"- line {labelled.line}: {visible(mask_secrets(labelled.url))}"
    text = f', text "{visible(labelled.text)}"' if labelled.text else ""
    yield f"    label {labelled.label.value}, verdict {judgement.verdict.value}{rule}{text}"
    if judgement.reason:
        yield f"    {visible(judgement.reason)}"
    for piece in (*case.result.notes, case.result.evidence):
        for fact in piece.facts:
            status = f" ({fact.status})" if fact.status is not None else ""
            where = f" {mask_secrets(fact.url)}" if fact.url else ""
            yield f"    seen: {visible(f'{fact.what}{status}{where}')}"
    if case.result.evidence.title:
        yield f'    title: "{visible(case.result.evidence.title)}"'


def _share(value: float) -> str:
    """Return a share with three digits, rounded down, so that 0.9999 does not look like all."""
    return f"{math.floor(value * 1000) / 1000:.3f}"
