"""Docker Hub: its interface tells, as long as it still knows an image that is certainly there."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.net import Net
from linkwarden.providers.code.docker_hub import DockerHub
from tests.internet import FakeInternet
from tests.internet.docker_hub import FakeDockerHub
from tests.links import answers_of, evidence_of, load, slug, target

HUB = "https://hub.docker.com"


@pytest.fixture
def docker(internet: FakeInternet) -> FakeDockerHub:
    """A Docker Hub with a few images."""
    docker = FakeDockerHub(internet)
    docker.images |= {"grafana/grafana", "library/postgres"}
    return docker


async def ask(net: Net, url: str) -> str:
    """Settle one address and name the answer."""
    return slug((await answers_of(DockerHub, net, url))[url])


async def test_what_exists_is_one_question(net: Net, docker: FakeDockerHub) -> None:
    """Each image is asked for once, official ones under their namespace, and no page is fetched."""
    urls = [f"{HUB}/r/grafana/grafana", f"{HUB}/r/grafana/grafana/tags?page=2", f"{HUB}/_/postgres/"]

    found = await answers_of(DockerHub, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert sorted(docker.questions) == ["grafana/grafana", "library/postgres"]


async def test_missing_is_broken_while_the_canary_lives(net: Net, docker: FakeDockerHub) -> None:
    """Many missing images cost one question more: for the image that must be there."""
    urls = [f"{HUB}/r/nobody/one", f"{HUB}/r/nobody/two", f"{HUB}/_/postgress"]

    found = await answers_of(DockerHub, net, *urls)

    assert {slug(item) for item in found.values()} == {"docker-image-missing"}
    assert docker.questions.count("library/alpine") == 1
    missing = await evidence_of(DockerHub, net, urls[2])
    assert missing.reason.startswith("Docker Hub has no image called postgress: it is missing or private")


async def test_without_the_canary_nobody_is_accused(net: Net, docker: FakeDockerHub) -> None:
    """A Docker Hub that has lost everything has a bad day."""
    docker.images.clear()

    assert await ask(net, f"{HUB}/r/grafana/grafana") == "registry-silent"


async def test_a_vendors_product_is_not_accused(net: Net, docker: FakeDockerHub) -> None:
    """Addresses of official images with a vendor's name in them may be products that the interface does not list."""
    del docker

    assert await ask(net, f"{HUB}/_/microsoft-dotnet-sdk") == "registry-silent"


async def test_a_404_of_the_site_is_no_word_of_the_interface(net: Net, docker: FakeDockerHub) -> None:
    """A web page with status 404 proves nothing, even on a day on which the interface works."""
    docker.odd["a1/b"] = lambda: web.Response(status=404, text="<p>404</p>", content_type="text/html")

    assert await ask(net, f"{HUB}/r/a1/b") == "registry-silent"


@pytest.mark.parametrize(
    "handler",
    [
        lambda: web.Response(text="<html></html>", content_type="text/html"),
        lambda: web.json_response([1]),
        lambda: web.json_response({"detail": "Invalid signature"}),
        lambda: web.Response(status=404, text="<html></html>", content_type="text/html"),
        lambda: web.Response(status=429, headers={"Retry-After": "86400"}),
        lambda: web.Response(status=500),
    ],
)
async def test_odd_answers_are_unverified(net: Net, docker: FakeDockerHub, handler: object) -> None:
    """Whatever is not the interface's own word accuses nobody."""
    docker.always = handler  # type: ignore[assignment]

    assert await ask(net, f"{HUB}/r/a1/b") == "registry-silent"


@pytest.mark.parametrize(
    "url",
    [
        f"{HUB}/",
        f"{HUB}/r/onlyname",
        f"{HUB}/u/somebody",
        f"{HUB}/search?q=a",
        f"{HUB}/r/a b/c",
        f"{HUB}/r/AB/c",
        "https://docs.docker.com/r/a1/b",
    ],
)
def test_what_is_no_image_is_not_claimed(url: str) -> None:
    """Accounts, searches and other hosts are left to the web."""
    assert load(DockerHub).claim(target(url)) is None
