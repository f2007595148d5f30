"""Rows of docs/facts/services.md as links: each served as its row says, with the verdict that is right."""

from __future__ import annotations

from dataclasses import dataclass

from tests.internet.core import FakeInternet
from tests.internet.pictures import PNG
from tests.internet.site import Handler
from tests.internet.stores import error_xml

#: What is right to say: a healthy link is one of the first four, an ill one one of the next three.
OK, MOVED, DEGRADED, EXPIRING = "ok", "moved", "degraded", "expiring"
BROKEN, SUSPECT, EXPIRED = "broken", "suspect", "expired"
UNVERIFIED = "unverified"
HEALTHY = frozenset({OK, MOVED, DEGRADED, EXPIRING})
ILL = frozenset({BROKEN, SUSPECT, EXPIRED})


@dataclass(frozen=True, slots=True)
class Case:
    """One link.

    Attributes:
        row: the row that it stands for.
        url: the address as the list has it.
        right: the verdict that is right.
        why: for ``unverified``, why nobody can tell.
        image: it stands as a picture.
    """

    row: str
    url: str
    right: str
    why: str = ""
    image: bool = False


class Rows:
    """Collects links and puts what they lead to onto the fake internet.

    Attributes:
        internet: where.
        cases: all links so far.
    """

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.cases: list[Case] = []

    def link(self, row: str, url: str, right: str, why: str = "", *, image: bool = False) -> None:
        """Add a link that somebody else serves."""
        self.cases.append(Case(row, url, right, why, image))

    def served(
        self, row: str, host: str, path: str, right: str, handler: Handler, why: str = "", *, image: bool = False
    ) -> None:
        """Add a link with the handler that answers it."""
        self.internet.site(host).answer(path, handler)
        self.link(row, f"https://{host}{path}", right, why, image=image)

    def page(self, row: str, host: str, path: str, right: str, status: int = 200, why: str = "") -> None:
        """Add a page with a status."""
        title = f"Notes on {path.strip('/').replace('/', ' ') or host}" if status == 200 else f"Error {status}"
        self.internet.site(host).page(path, f"<title>{title}</title><h1>{title}</h1>", status)
        self.link(row, f"https://{host}{path}", right, why)

    def redirect(self, row: str, url: str, to: str, right: str, status: int = 301, why: str = "") -> None:
        """Add a page that sends elsewhere."""
        host, _, path = url.removeprefix("https://").partition("/")
        self.internet.site(host).redirect(f"/{path}", to, status)
        self.link(row, url, right, why)

    def picture(self, row: str, host: str, path: str, right: str, status: int = 200, why: str = "") -> None:
        """Add a picture with a status."""
        body, media_type = (PNG, "image/png") if status == 200 else (b"<h1>Error</h1>", "text/html")
        self.internet.site(host).page(path, body, status, media_type=media_type)
        self.link(row, f"https://{host}{path}", right, why, image=True)

    def store(
        self, row: str, host: str, path: str, right: str, code: str, status: int, why: str = "", *, image: bool = True
    ) -> None:
        """Add a file of an object store that answers with an error of its own."""
        self.internet.site(host).page(path, error_xml(code), status, media_type="application/xml")
        self.link(row, f"https://{host}{path}", right, why, image=image)
