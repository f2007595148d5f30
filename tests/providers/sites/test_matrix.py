"""Matrix: a room that the directory knows is there; nothing else is said."""

from __future__ import annotations

import pytest

from linkwarden.net import Net
from linkwarden.providers.sites.matrix import Matrix
from tests.internet import FakeInternet, misbehave
from tests.links import answers_of, slug

ROOM = "https://matrix.to/#/#room:example.org"


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (b'{"room_id": "!x:example.org", "servers": []}', 200, "ok"),
        (b'{"errcode": "M_NOT_FOUND", "error": "Room alias not found"}', 404, "pass"),
        (b"<html>", 200, "registry-silent"),
        (b"", 502, "registry-silent"),
    ],
)
async def test_the_directory_is_asked_once(
    internet: FakeInternet, net: Net, body: bytes, status: int, expected: str
) -> None:
    """The name is sent as one part of the path."""
    internet.site("matrix.org").default(misbehave.answer(body, status))

    found = await answers_of(Matrix, net, ROOM, f"{ROOM}?via=matrix.org")

    assert {slug(item) for item in found.values()} == {expected}
    assert [e.url.partition(".org")[2] for e in internet.log] == [
        "/_matrix/client/v3/directory/room/%23room%3Aexample.org"
    ]
