"""Closed services are known by whole labels and segments, and each row keeps to what is known of it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from linkwarden.closed import SERVICES, find
from linkwarden.model import Evidence, Pass, Verdict
from linkwarden.net import Net
from linkwarden.providers.offline.closed_services import ClosedServicesProvider
from linkwarden.url import parse
from tests.links import answers_of, load, target
from tests.shared import SHARED, needs_shared

TRAPS = [
    line
    for line in Path(__file__).with_name("closed_traps.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(
    ("url", "code", "suggested"),
    [
        ("https://storage.googleapis.com/groundai-web-prod/media%2Fusers%2Fa%2Fx1.png", "LW220", None),
        ("https://www.arxiv-vanity.com/papers/1706.03762v5/", "LW221", "https://arxiv.org/abs/1706.03762v5"),
        ("https://arxiv-vanity.com/papers/math.GT/0309136", "LW221", "https://arxiv.org/abs/math.GT/0309136"),
        ("https://www.arxiv-vanity.com/papers/?q=x", "LW221", None),
        ("https://paperswithcode.com/paper/attention-is-all-you-need", "LW221", None),
        ("https://paperswithcode.com/media/methods/a.png", "LW220", None),
        ("https://paperswithcode.com/sota/image-classification-on-imagenet", "LW220", None),
        ("http://www.paperswithcode.com", "LW220", None),
        ("https://travis-ci.org/lab/list.svg?branch=master", "LW220", None),
        ("http://code.google.com/p/word2vec/", "LW221", "https://code.google.com/archive/p/word2vec"),
        ("https://code.google.com/p/cuda-convnet2/wiki/A", "LW221", "https://code.google.com/archive/p/cuda-convnet2"),
        ("https://code.google.com/codejam/contest/1", "LW221", None),
        ("https://plus.google.com/+Lab/posts/1", "LW220", None),
        ("https://picasaweb.google.com/1/a", "LW220", None),
        ("https://dl.bintray.com/lab/a.zip", "LW220", None),
        ("https://badge.waffle.io/lab/list.png", "LW220", None),
        ("https://lgtm.com/projects/g/lab/list", "LW220", None),
        ("https://david-dm.org/lab/list.svg", "LW220", None),
        ("https://beta.greenkeeper.io/", "LW220", None),
        ("https://api.dependabot.com/badges/status?host=github&repo=lab/list", "LW220", None),
        ("https://img.shields.io/github/workflow/status/lab/list/CI", "LW220", None),
        (
            "https://img.shields.io/github/stars/gists/47a4d00457a92aa426dbd48a18776322?style=social",
            "LW220",
            "https://img.shields.io/github/gist/stars/47a4d00457a92aa426dbd48a18776322?style=social",
        ),
        (
            "https://img.shields.io/github/issues/detail/s/lab/list/979.svg",
            "LW220",
            "https://img.shields.io/github/issues/detail/state/lab/list/979.svg",
        ),
        (
            "https://img.shields.io/github/pulls/detail/u/lab/list/979",
            "LW220",
            "https://img.shields.io/github/pulls/detail/author/lab/list/979",
        ),
        (
            "https://img.shields.io/gitlab/v/contributor/lab/sub/list",
            "LW220",
            "https://img.shields.io/gitlab/contributors/lab/sub/list",
        ),
        (
            "https://img.shields.io/gitlab/v/license/lab/list.svg?color=red",
            "LW220",
            "https://img.shields.io/gitlab/license/lab/list.svg?color=red",
        ),
        (
            "https://img.shields.io/gitlab/coverage/lab/list/master",
            "LW220",
            "https://img.shields.io/gitlab/pipeline-coverage/lab/list?branch=master",
        ),
        (
            "https://img.shields.io/gitlab/coverage/lab/list/master?style=flat",
            "LW220",
            "https://img.shields.io/gitlab/pipeline-coverage/lab/list?branch=master&style=flat",
        ),
        (
            "https://img.shields.io/jitpack/v/lab/list",
            "LW220",
            "https://img.shields.io/jitpack/version/com.github.lab/list",
        ),
        (
            "https://img.shields.io/pub/vpre/box2d.svg?color=red",
            "LW220",
            "https://img.shields.io/pub/v/box2d?include_prereleases&color=red",
        ),
        (
            "https://img.shields.io/powershellgallery/vpre/Az",
            "LW220",
            "https://img.shields.io/powershellgallery/v/Az?include_prereleases",
        ),
        ("https://img.shields.io/amo/d/dustman", "LW220", "https://img.shields.io/amo/dw/dustman"),
        (
            "https://img.shields.io/badge/endpoint.svg?url=https://a.example/b.json",
            "LW220",
            "https://img.shields.io/endpoint?url=https://a.example/b.json",
        ),
        (
            "https://img.shields.io/jira/issue/https/issues.apache.org/jira/kafka-2896",
            "LW220",
            "https://img.shields.io/jira/issue/kafka-2896?baseUrl=https://issues.apache.org/jira",
        ),
        (
            "https://img.shields.io/jenkins/s/https/ci.example.org/job/lab.svg",
            "LW220",
            "https://img.shields.io/jenkins/build?jobUrl=https://ci.example.org/job/lab",
        ),
        (
            "https://img.shields.io/jenkins/tests/https/ci.example.org/view/all/job/lab",
            "LW220",
            "https://img.shields.io/jenkins/tests?jobUrl=https://ci.example.org/view/all/job/lab",
        ),
        ("https://img.shields.io/jenkins/s/https/ci.example.org/lab", "LW220", None),
        (
            "https://img.shields.io/github/workflow/status/lab/list/.github%2Fworkflows%2Fci.yml?branch=main",
            "LW220",
            "https://img.shields.io/github/actions/workflow/status/lab/list/ci.yml",
        ),
        ("https://img.shields.io/david/lab/list.svg", "LW220", None),
        ("https://img.shields.io/docker/cloud/build/lab/list", "LW220", None),
        (
            "https://img.shields.io/visual-studio-marketplace/v/lab.list?color=red",
            "LW220",
            "https://vsmarketplacebadges.dev/version/lab.list.svg",
        ),
        (
            "https://images.microbadger.com/badges/version/lab/list.svg",
            "LW220",
            "https://img.shields.io/docker/v/lab/list",
        ),
        (
            "https://visitor-badge.glitch.me/badge?page_id=lab.list",
            "LW220",
            "https://visitor-badge.laobi.icu/badge?page_id=lab.list",
        ),
        ("https://lab.glitch.me/", "LW220", None),
        (
            "https://assets-cdn.github.com/images/icons/emoji/unicode/1f680.png?v8",
            "LW220",
            "https://github.githubassets.com/images/icons/emoji/unicode/1f680.png?v8",
        ),
        (
            "https://cdn.rawgit.com/lab/list/v1.2/docs/a.html",
            "LW220",
            "https://cdn.jsdelivr.net/gh/lab/list@v1.2/docs/a.html",
        ),
        ("https://rawgit.com/lab/0123456789abcdef0123/raw/a.html", "LW220", None),
        (
            "https://cdn.rawgit.com/sindresorhus/awesome/d7305f38d29fed78fa85652e3a63e154dd8e8829/media/badge.svg",
            "LW220",
            "https://awesome.re/badge.svg",
        ),
        ("http://bl.ocks.org/lab/4063269", "LW221", "https://gist.github.com/lab/4063269"),
        ("https://bitbucket.org/eigen/eigen/src", "LW220", "https://gitlab.com/libeigen/eigen"),
        ("https://gitpod.io/#https://github.com/lab/list", "LW221", "https://app.ona.com/#https://github.com/lab/list"),
        ("https://atom.io/packages/linter", "LW220", None),  # whether Pulsar has it must be asked
        (
            "https://cdn.polyfill.io/v3/polyfill.min.js?features=fetch",
            "LW220",
            "https://cdnjs.cloudflare.com/polyfill/v3/polyfill.min.js?features=fetch",
        ),
        (
            "http://anthology.aclweb.org/W/W06/W06-2920.pdf",
            "LW221",
            "https://aclanthology.org/W06-2920.pdf",
        ),
        (
            "http://nbviewer.ipython.org/github/lab/list/blob/master/a.ipynb",
            "LW221",
            "https://nbviewer.org/github/lab/list/blob/master/a.ipynb",
        ),
        ("https://class.coursera.org/ml-005/lecture", "LW220", None),
        ("https://www.google.com/reader/view/", "LW220", None),
    ],
)
async def test_closed_services_are_settled(net: Net, url: str, code: str, suggested: str | None) -> None:
    """Each is settled from the table, with when it closed, what to do, and the new URL where one follows."""
    found = (await answers_of(ClosedServicesProvider, net, url))[url]
    assert isinstance(found, Evidence)
    assert found.rule is not None
    assert found.rule.code == code
    assert "closed" in found.reason
    assert (found.suggestion.url if found.suggestion else None) == suggested
    assert found.suggestion is None or not found.suggestion.safe
    assert "Known from" in found.facts[0].what


@pytest.mark.parametrize(
    ("url", "suggested"),
    [
        ("https://www.groundai.com/media/arxiv_projects/1/x2.png", None),
        ("https://media.arxiv-vanity.com/render-output/1/x3.png", None),
        ("http://weka.googlecode.com/files/a.zip", "https://code.google.com/archive/p/weka"),
        ("https://www.gitxiv.com/posts/a", None),
        ("https://imageshack.com/i/abc", None),
        ("https://snap-ci.com/lab/list/branch/master", None),
        ("https://img.shields.io/endpoint.svg?url=https://paperswithcode.com/badge/a/b", None),
        ("https://img.shields.io/endpoint?style=flat&url=https%3A%2F%2Fpaperswithcode.com%2Fbadge%2Fa", None),
    ],
)
async def test_unsure_closures_are_left_to_the_network(net: Net, url: str, suggested: str | None) -> None:
    """Where nobody has said so, the server is asked, and the remark is a suspicion."""
    found = (await answers_of(ClosedServicesProvider, net, url))[url]
    assert isinstance(found, Pass)
    assert found.note is not None
    assert found.note.rule is not None
    assert (found.note.rule.code, found.note.rule.verdict) == ("LW222", Verdict.UNVERIFIED)
    assert (found.note.suggestion.url if found.note.suggestion else None) == suggested


@pytest.mark.parametrize(
    "url",
    [
        *TRAPS,
        "https://playgroundai.com/a.png",
        "https://storage.googleapis.com/groundai-web-prod-2/a.png",
        "https://storage.googleapis.com/other/groundai-web-prod/a.png",
        "https://groundai.com.example/a",
        "https://notgitpod.io/",
        "https://plus.google.com.example/",
        "paperswithcode.com/paper/x",
        "#paperswithcode.com",
        *(f"https://web.archive.org/web/2020/{trap}" for trap in ("https://www.codeplex.com/", "https://atom.io/")),
    ],
)
def test_the_living_are_left_alone(url: str) -> None:
    """Traps, look-alikes, archived copies, and services of which nothing certain is known are not claimed."""
    assert load(ClosedServicesProvider).claim(target(url)) is None


@pytest.mark.parametrize(
    ("url", "guess"),
    [
        ("https://atom.io/themes/one-dark", "https://packages.pulsar-edit.dev/packages/one-dark"),
        ("http://jmlr.org/proceedings/papers/v37/a15.pdf", "https://proceedings.mlr.press/v37/a15.pdf"),
        ("https://eng.uber.com/a-post/", "https://www.uber.com/blog/a-post/"),
        (
            "https://twemoji.maxcdn.com/v/latest/svg/1f680.svg",
            "https://cdn.jsdelivr.net/gh/twitter/twemoji@14.0.2/assets/svg/1f680.svg",
        ),
        ("https://s5.postimg.org/abc/a.png", "https://s5.postimg.cc/abc/a.png"),
        ("http://shop.oreilly.com/product/9780596521189.do", "https://www.oreilly.com/library/view/-/9780596521189/"),
        ("https://shop.oreilly.com/product/0636920028338.do", None),
        (
            "https://blogs.msdn.microsoft.com/lab/2017/01/02/a-post/",
            "https://learn.microsoft.com/archive/blogs/lab/a-post",
        ),
        ("https://cdn.rawgit.com/lab/list/v1/a.js", None),
    ],
)
def test_what_is_only_probably_there_is_a_guess(url: str, guess: str | None) -> None:
    """A new URL that was not seen to have the thing is no replacement before it has answered."""
    parsed = parse(url)
    assert parsed is not None
    service = find(parsed)
    assert service is not None
    assert (found.url if (found := service.guess(parsed)) else None) == guess
    assert guess is None or service.replacement(parsed) is None


def test_what_is_unsure_condemns_nobody() -> None:
    """Rows graded K or U are never settled without a request, and every row names its source and what to do."""
    for service in SERVICES:
        assert not service.is_certain or service.grade in {"D", "O"}, service.id
        assert not service.is_certain or re.search(r"#\d|commit|graveyard", service.source), service.id
        assert service.remedy.endswith("."), service.id
        assert re.match(r"(?:on|in|by|about|at|between|some|for) ", service.since), service.id


@needs_shared
def test_the_table_knows_every_service_of_the_study() -> None:
    """Hosts, path, fate and grade of the study's rows are in the table, whose parts stand before the whole."""
    with (SHARED / "facts" / "closed-services.tsv").open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    known = {service.id: service for service in SERVICES}
    assert rows.keys() <= known.keys()
    for name, row in rows.items():
        service = known[name]
        assert (" ".join(service.hosts), service.path.pattern) == (row["hosts"], row["path"])
        assert (" ".join(service.spares), service.fate, service.grade) == (row["spares"], row["fate"], row["grade"])
        if not row["path"]:
            url = parse(f"https://{row['hosts'].split()[0].removeprefix('*.')}/")
            assert url is not None
            assert find(url) is service
