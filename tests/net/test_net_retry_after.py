"""What servers say about how long to wait is understood in every form, and nonsense is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.net.retry import LONGEST_PAUSE, http_date, pause_asked, quota_pause, retry_after, tells_quota

NOW = datetime(2026, 11, 22, 3, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 03:01:30 GMT", 90.0),
        ("Sunday, 22-Nov-26 03:01:30 GMT", 90.0),
        ("Sun Nov 22 03:01:30 2026", 90.0),
        ("Sun Nov  1 03:01:30 2026", 0.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Mon, 23 Nov 2026 03:00:00 GMT", 86_400.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Sun, 31 Feb 2027 03:01:30 GMT", None),
        ("Sun, 22 Nov 2026 03:00:60 GMT", 59.0),
        ("sun, 22 nov 2026 03:01:30 gmt", 90.0),
        ("Sun, 22 Nov 2026 03:01:30 UTC", 90.0),
        ("Sun, 22 Nov 2026 03:01:30 CET", None),
        ("Sun, 22 Nov 2026 24:01:30 GMT", None),
        ("Sun, 22 Xyz 2026 03:01:30 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("GMT", None),
        ("9" * 5000 + " GMT", None),
        (" " * 60 + "Sun, 22 Nov 2026 03:01:30 GMT", 90.0),
        ("315360000", 315_360_000.0),
        ("315360001", LONGEST_PAUSE),
        ("9" * 5000, LONGEST_PAUSE),
        ("1." + "3" * 5000, 4 / 3),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_PAUSE),
        ("1e9", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    """Seconds and the three HTTP date forms; the past is 0; the unreadable is nothing (RFC 9110 10.2.3, 5.6.7)."""
    assert retry_after(value, NOW) == (None if seconds is None else pytest.approx(seconds))


@given(st.datetimes(datetime(1970, 1, 1), datetime(2070, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_every_instant_is_read_back_from_every_form(moment: datetime) -> None:
    """The three forms of one instant are the same instant; the century of a two-digit year is the reader's guess."""
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert http_date(moment.strftime("%a, %d %b %Y %H:%M:%S GMT")) == moment
    assert http_date(f"{moment:%a %b} {moment.day:2} {moment:%H:%M:%S %Y}") == moment
    short = http_date(moment.strftime("%A, %d-%b-%y %H:%M:%S GMT"))
    assert short is not None
    assert short == moment or abs(short - moment) > timedelta(days=99 * 365)


@given(st.text(alphabet="0123456789 ,:-+SunNovGMTadpJecb\t\n.", max_size=40).map(lambda text: text + "GMT"))
def test_nonsense_is_no_date(text: str) -> None:
    """Whatever stands in the header, it is an instant or nothing."""
    assert http_date(text) is None or http_date(text).tzinfo is UTC  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 40)}, 40.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) - 40)}, 0.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, 30.0),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "30"}, None),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "never"}, None),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "7"}, 7.0),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "8"}, 8.0),
        ({"ratelimit": '"default";r=0;t=55'}, 55.0),
        ({"ratelimit": '"a";r=3;t=55, "b";r=0;t=5'}, 5.0),
        ({"ratelimit": '"default";r=10;t=55'}, None),
        ({"ratelimit": "garbage"}, None),
        ({"ratelimit": f'"d";r={"9" * 5000};t=5'}, None),
        ({"ratelimit": f'"d";r={"0" * 5000};t=5'}, 5.0),
        ({"ratelimit": f'"d";r=0;t={"9" * 5000}'}, LONGEST_PAUSE),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 5000}, LONGEST_PAUSE),
        ({}, None),
    ],
)
def test_used_up_quotas(headers: dict[str, str], seconds: float | None) -> None:
    """A quota that is used up says when it fills again: as an epoch, as seconds, or as a RateLimit field."""
    assert quota_pause(headers, NOW) == seconds
    assert tells_quota(headers) or seconds is None


def test_the_longer_of_two_pauses_counts() -> None:
    """Retry-After and quota headers may disagree; waiting too long is polite, too short is not."""
    headers = {"retry-after": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"}
    assert pause_asked(headers, NOW) == 9.0
    assert pause_asked({**headers, "retry-after": "20"}, NOW) == 20.0
    assert pause_asked({"retry-after": "20"}, NOW) == 20.0
    assert pause_asked({}, NOW) is None
