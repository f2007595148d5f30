"""Save Page Now 2, the Internet Archive's service for copies (docs/facts/services.md#save-page-now)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from tests.internet.archive import FakeArchive
from tests.internet.core import FakeInternet

#: Captures a minute that an account may ask for; more are answered with 429.
PER_MINUTE = 7
#: Seconds that a copy takes.
TAKES = 33.0
TIME = "20261122031500"


@dataclass
class SavePageNow:
    """The service with its account; what it knows outlives the internet it is installed in.

    Attributes:
        keys: of the account.
        answers: answers to give instead, one a request for a copy, before the service behaves again.
        statuses: answers to give instead, one a request for what became of copies.
        errors: codes of URLs that cannot be copied, found out while they are.
        never: URLs whose copies are never ready.
        at_once: copies that an account may have under way.
        asked: the URLs of which a copy was asked for, in order.
        saved: those that were copied.
        seen: the headers ``Authorization`` that were sent, by host and path.
    """

    keys: str = "access:secret"
    answers: list[Callable[[], web.Response]] = field(default_factory=list)
    statuses: list[Callable[[], web.Response]] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    never: set[str] = field(default_factory=set)
    at_once: int = 12
    asked: list[str] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    _jobs: dict[str, tuple[str, float]] = field(default_factory=dict)

    def install(self, internet: FakeInternet, archive: FakeArchive) -> None:
        """Answer on web.archive.org; copies of earlier internets are in the archive."""
        self._clock = internet.time.clock
        self._archive = archive
        self.times = []
        self._jobs = {job: (url, -TAKES) for job, (url, _) in self._jobs.items()}
        for url in self.saved:
            archive.capture(url, TIME)
        internet.site("web.archive.org").handle("/save", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"LOW {self.keys}":
            return web.json_response({"message": "You need to be logged in to use Save Page Now."}, status=401)
        if request.method != "POST" or request.headers.get("Accept") != "application/json":
            return web.Response(text="<html><title>Save Page Now</title></html>", content_type="text/html")
        form = await request.post()
        if request.path == "/save/status":
            return self.statuses.pop(0)() if self.statuses else self._status(str(form["job_ids"]).split(","))
        return self._save(str(form["url"]))

    def _save(self, url: str) -> web.Response:
        now = self._clock()
        if sum(now - at < 60 for at in self.times) >= PER_MINUTE:
            return web.Response(status=429, text="<html>Too Many Requests</html>", content_type="text/html")
        self.times.append(now)
        if self.answers:
            return self.answers.pop(0)()
        running = [job for job, (_, at) in self._jobs.items() if now - at < TAKES]
        if len(running) >= self.at_once:
            return said(status="error", status_ext="error:user-session-limit", message="You have already reached …")
        self.asked.append(url)
        job = f"spn2-{len(self.asked):040x}"
        self._jobs[job] = (url, now)
        return said(url=url, job_id=job)

    def _status(self, jobs: list[str]) -> web.Response:
        return web.json_response([self._state(job) for job in jobs])

    def _state(self, job: str) -> dict[str, object]:
        if job not in self._jobs:
            return {"status": "error", "status_ext": "error:not-found", "job_id": job, "message": "No such job"}
        url, at = self._jobs[job]
        if url in self.never or self._clock() - at < TAKES:
            return {"status": "pending", "job_id": job, "resources": []}
        if url in self.errors:
            return {"status": "error", "status_ext": self.errors[url], "job_id": job, "message": "…", "resources": []}
        if url not in self.saved:
            self.saved.append(url)
            self._archive.capture(url, TIME)
        return {"status": "success", "job_id": job, "timestamp": TIME, "original_url": url, "duration_sec": 16.04}


def said(**fields: object) -> web.Response:
    """Make an answer in JSON."""
    return web.Response(text=json.dumps(fields), content_type="application/json")
