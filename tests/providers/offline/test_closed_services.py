"""Closed services are known by whole labels and segments, and each row keeps to what is known of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from linkwarden.model import Evidence, Pass, Verdict
from linkwarden.net import Net
from linkwarden.providers import LoadContext
from linkwarden.providers.offline.closed.provider import ClosedServicesProvider
from linkwarden.providers.offline.closed.table import SERVICES, Fate
from tests.links import answers_of, target


@pytest.mark.parametrize(
    ("url", "code", "suggested"),
    [
        ("https://storage.googleapis.com/groundai-web-prod/media%2Fusers%2Fa%2Fx1.png", "LW220", None),
        ("https://www.groundai.com/media/arxiv_projects/1/x2.png", "LW220", None),
        ("https://groundai.com", "LW220", None),
        ("https://www.arxiv-vanity.com/papers/1706.03762v5/", "LW221", "https://arxiv.org/abs/1706.03762v5"),
        ("https://arxiv-vanity.com/papers/math.GT/0309136", "LW221", "https://arxiv.org/abs/math.GT/0309136"),
        ("https://www.arxiv-vanity.com/papers/?q=x", "LW221", None),
        ("https://paperswithcode.com/paper/attention-is-all-you-need", "LW221", None),
        ("https://paperswithcode.com/dataset/imagenet", "LW221", None),
        ("https://paperswithcode.com/media/methods/a.png", "LW220", None),
        ("https://paperswithcode.com/sota/image-classification-on-imagenet", "LW220", None),
        ("http://www.paperswithcode.com", "LW220", None),
        ("https://travis-ci.org/lab/list.svg?branch=master", "LW220", None),
        ("https://api.travis-ci.org/lab/list.svg", "LW220", None),
        ("http://code.google.com/p/word2vec/", "LW221", "https://code.google.com/archive/p/word2vec"),
        ("https://code.google.com/p/cuda-convnet2/wiki/A", "LW221", "https://code.google.com/archive/p/cuda-convnet2"),
        ("https://plus.google.com/+Lab/posts/1", "LW220", None),
        ("https://picasaweb.google.com/1/a", "LW220", None),
        ("https://dl.bintray.com/lab/a.zip", "LW220", None),
        ("https://gemnasium.com/badges/github.com/lab/list.svg", "LW220", None),
        ("https://badge.waffle.io/lab/list.png", "LW220", None),
        ("https://lgtm.com/projects/g/lab/list", "LW220", None),
    ],
)
async def test_closed_services_are_settled(net: Net, url: str, code: str, suggested: str | None) -> None:
    """Each is settled from the table, with when it closed, what to do, and the new address where one follows."""
    found = (await answers_of(ClosedServicesProvider, net, url))[url]
    assert isinstance(found, Evidence)
    assert found.rule is not None
    assert found.rule.code == code
    assert "closed" in found.reason
    assert (found.suggestion.url if found.suggestion else None) == suggested
    assert "Known from" in found.facts[0].what


@pytest.mark.parametrize(
    ("url", "suggested"),
    [
        ("https://media.arxiv-vanity.com/render-output/1/x3.png", None),
        ("http://weka.googlecode.com/files/a.zip", "https://code.google.com/archive/p/weka"),
        ("https://david-dm.org/lab/list.svg", None),
    ],
)
async def test_unsure_closures_are_left_to_the_network(net: Net, url: str, suggested: str | None) -> None:
    """Where nobody has said so, the server is asked, and the remark is a suspicion."""
    found = (await answers_of(ClosedServicesProvider, net, url))[url]
    assert isinstance(found, Pass)
    assert found.note is not None
    assert found.note.rule is not None
    assert (found.note.rule.code, found.note.rule.verdict) == ("LW222", Verdict.SUSPECT)
    assert (found.note.suggestion.url if found.note.suggestion else None) == suggested


@pytest.mark.parametrize(
    "url",
    [
        "https://playgroundai.com/a.png",
        "https://storage.googleapis.com/groundai-web-prod-2/a.png",
        "https://storage.googleapis.com/other/groundai-web-prod/a.png",
        "https://groundai.com.example/a",
        "https://images.deepai.org/converted-papers/1/x5.png",
        "https://code.google.com/archive/p/word2vec/",
        "https://code.google.com/p/",
        "https://code.google.com/",
        "https://travis-ci.com/lab/list",
        "https://jcenter.bintray.com/a.pom",
        "https://goo.gl/abc",
        "https://godoc.org/net/http",
        "https://sites.google.com/site/lab",
        "https://lab.herokuapp.com",
        "https://web.archive.org/web/2020/https://www.groundai.com/a",
        "https://plus.google.com.example/",
        "paperswithcode.com/paper/x",
        "#paperswithcode.com",
    ],
)
def test_the_living_are_left_alone(url: str) -> None:
    """Look-alikes, archives, and services of which nothing certain is known are not claimed."""
    provider = ClosedServicesProvider.load(LoadContext(root=Path()))
    assert isinstance(provider, ClosedServicesProvider)
    assert provider.claim(target(url)) is None


def test_what_is_unsure_condemns_nobody() -> None:
    """Rows graded U are never settled without a request, and every row names its source."""
    for service in SERVICES:
        assert (service.grade == "U") == (service.fate is Fate.UNSURE), service.id
        assert service.grade in {"O", "K", "U"}
        assert service.source
        assert service.remedy.endswith(".")
