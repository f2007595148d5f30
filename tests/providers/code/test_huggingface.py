"""Hugging Face: the hub's interface tells missing from gated, renamed from gone, and a file from its repository."""

from __future__ import annotations

import pytest
from aiohttp import web

from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.providers.code.huggingface import HuggingFace
from tests.internet import FakeInternet, misbehave
from tests.internet.huggingface import FakeHub, disabled
from tests.links import answers_of, evidence_of, load, slug, target

HUB = "https://huggingface.co"


@pytest.fixture
def hub(internet: FakeInternet) -> FakeHub:
    """A hub with a model, a dataset and a space."""
    hub = FakeHub(internet)
    hub.add("google/flan-t5-xl", files={"main": {"README.md", "onnx/model.onnx"}, "refs/pr/1": {"new.txt"}})
    hub.add("rajpurkar/squad", "datasets")
    hub.add("org/Demo", "spaces")
    return hub


async def ask(net: Net, url: str) -> str:
    """Settle one address and name the answer."""
    return slug((await answers_of(HuggingFace, net, url))[url])


async def test_what_exists_is_ok_by_one_question_each(net: Net, hub: FakeHub) -> None:
    """Models, datasets and spaces are settled by one question per repository, and no page is asked."""
    urls = [
        f"{HUB}/google/flan-t5-xl",
        f"{HUB}/google/flan-t5-xl/tree/main",
        f"{HUB}/datasets/rajpurkar/squad?row=1",
        f"{HUB}/spaces/org/demo",
    ]

    found = await answers_of(HuggingFace, net, *urls)

    assert {slug(item) for item in found.values()} == {"ok"}
    assert sorted(hub.questions) == [
        "/api/datasets/rajpurkar/squad",
        "/api/models/google/flan-t5-xl",
        "/api/spaces/org/demo",
    ]
    assert len(hub.internet.log) == 3


async def test_401_with_the_hubs_code_is_missing_or_private(net: Net, hub: FakeHub) -> None:
    """RepoNotFound is an accusation that says what it cannot tell apart; the interface's address is not shown."""
    found = await evidence_of(HuggingFace, net, f"{HUB}/google/no-such-model")

    assert slug(found) == "hub-repository-missing"
    assert found.rule is not None
    assert found.rule.verdict is Verdict.BROKEN
    assert found.reason == (
        "Hugging Face has no model called google/no-such-model: it is missing or private, and readers cannot see it."
    )
    assert (found.status, found.final_url) == (401, None)
    assert await ask(net, f"{HUB}/datasets/google/none") == "hub-repository-missing"
    assert hub.questions[-1] == "/api/datasets/google/none"


async def test_a_401_without_a_code_proves_nothing(net: Net, hub: FakeHub) -> None:
    """The hub also says 401 where credentials are wrong, so the bare status is unverified."""
    hub.always = lambda: web.Response(status=401, text='{"error":"Invalid credentials"}')

    assert await ask(net, f"{HUB}/google/flan-t5-xl") == "registry-silent"


async def test_a_page_of_the_site_is_no_missing_model(net: Net, hub: FakeHub) -> None:
    """Where the interface has no such model and the page answers, the page is asked like any other."""
    hub.pages.add("/speech/guide")

    assert await ask(net, f"{HUB}/speech/guide") == "pass"


async def test_an_unseen_page_keeps_the_accusation_back(net: Net, hub: FakeHub) -> None:
    """A model is not called missing where its page could not be looked at."""
    hub.page_answer = lambda: web.Response(status=500)

    assert await ask(net, f"{HUB}/google/no-such-model") == "registry-silent"


async def test_a_rename_is_offered_with_everything_that_follows(net: Net, hub: FakeHub) -> None:
    """The hub's 307 leads to the present name; file and query stay, and hf.co becomes huggingface.co."""
    hub.add("openai/gpt2", files={"main": {"config.json"}})
    hub.former["models/gpt2"] = "models/openai/gpt2"
    hub.former["datasets/squad"] = "datasets/rajpurkar/squad"

    file = await evidence_of(HuggingFace, net, f"{HUB}/gpt2/blob/main/config.json?x=1#L3")
    dataset = await evidence_of(HuggingFace, net, "https://hf.co/datasets/squad")

    assert (slug(file), slug(dataset)) == ("hub-repository-renamed", "hub-repository-renamed")
    assert file.suggestion is not None
    assert dataset.suggestion is not None
    assert file.suggestion.url == f"{HUB}/openai/gpt2/blob/main/config.json?x=1#L3"
    assert dataset.suggestion.url == f"{HUB}/datasets/rajpurkar/squad"
    assert file.final_url is None


async def test_case_alone_is_no_rename(net: Net, hub: FakeHub) -> None:
    """The hub does not tell capitals apart in names, so neither does linkwarden."""
    del hub

    assert await ask(net, f"{HUB}/Google/FLAN-T5-XL") == "ok"


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("blob/main/README.md", "ok"),
        ("resolve/main/onnx/model.onnx?download=true", "ok"),
        ("tree/main/onnx", "ok"),
        ("tree/refs%2Fpr%2F1", "ok"),
        ("blob/refs/pr/1/new.txt", "ok"),
        ("blob/main/gone.txt", "hub-file-missing"),
        ("blob/v9/README.md", "hub-file-missing"),
        ("tree/v9", "hub-file-missing"),
        ("tree/main/gone", "hub-file-missing"),
        ("tree/main/README.md", "pass"),
        ("blob/main/onnx", "pass"),
        ("discussions/3", "pass"),
    ],
)
async def test_files_and_versions(net: Net, hub: FakeHub, path: str, wanted: str) -> None:
    """A file, folder or version is there or the hub says by its code that it is not; other pages go to the web."""
    del hub

    assert await ask(net, f"{HUB}/google/flan-t5-xl/{path}") == wanted


async def test_big_files_are_not_fetched(net: Net, internet: FakeInternet, hub: FakeHub) -> None:
    """The hub's redirect to its store is proof enough; the store is not asked."""
    del hub

    assert await ask(net, f"{HUB}/google/flan-t5-xl/resolve/main/onnx/model.onnx") == "ok"
    assert internet.hosts == {"huggingface.co"}


async def test_a_gated_repository_is_there(net: Net, hub: FakeHub) -> None:
    """Readers can get a gated model by logging in, so it is fine, and the facts say it; files in it as well."""
    hub.add("meta/llama", gated=True)

    model = await evidence_of(HuggingFace, net, f"{HUB}/meta/llama")
    file = await evidence_of(HuggingFace, net, f"{HUB}/meta/llama/blob/main/config.json")
    hub.always = lambda: web.Response(status=403, headers={"X-Error-Code": "GatedRepo"}, text="{}")
    closed = await evidence_of(HuggingFace, net, f"{HUB}/meta/llama")

    assert {slug(model), slug(file), slug(closed)} == {"ok"}
    assert any("log in and agree" in fact.what for fact in model.facts)
    assert any("only to readers who logged in" in fact.what for fact in file.facts)


async def test_a_disabled_repository_is_degraded(net: Net, hub: FakeHub) -> None:
    """Disabled is told by the description or by the hub's own message."""
    hub.add("x/off", disabled=True)

    assert await ask(net, f"{HUB}/x/off") == "hub-repository-disabled"
    hub.always = disabled
    assert await ask(net, f"{HUB}/google/flan-t5-xl") == "hub-repository-disabled"


async def test_a_description_longer_than_what_is_read_is_still_proof(net: Net, hub: FakeHub) -> None:
    """A repository with endless files is there all the same."""
    hub.add("x/huge", padding=700_000)

    assert await ask(net, f"{HUB}/x/huge") == "ok"


async def test_a_place_on_a_card_is_left_to_the_page(net: Net, hub: FakeHub) -> None:
    """Whether a model card has the named section can only be seen on it; a missing model is told before."""
    del hub

    assert await ask(net, f"{HUB}/google/flan-t5-xl#usage") == "pass"
    assert await ask(net, f"{HUB}/google/none#usage") == "hub-repository-missing"


@pytest.mark.parametrize(
    "handler",
    [
        lambda: web.Response(text="<html>hello</html>", content_type="text/html"),
        lambda: web.Response(text="[", content_type="application/json"),
        lambda: web.Response(text="[]", content_type="application/json"),
        lambda: web.Response(text="{}", content_type="application/json"),
        lambda: web.Response(status=404, text="Not Found"),
        lambda: web.Response(status=503, text="maintenance"),
    ],
)
async def test_odd_answers_are_unverified(net: Net, hub: FakeHub, handler: object) -> None:
    """HTML, broken JSON, a 404 without the hub's code and trouble say nothing about any link."""
    hub.always = handler  # type: ignore[assignment]

    found = await answers_of(HuggingFace, net, f"{HUB}/a/b", f"{HUB}/datasets/c/d")

    assert {slug(item) for item in found.values()} == {"registry-silent"}


async def test_an_unreachable_hub_is_unverified(internet: FakeInternet) -> None:
    """Without an answer nothing is known, and the reason says so."""
    internet.dns("huggingface.co", "timeout")
    async with internet.net() as net:
        found = await evidence_of(HuggingFace, net, f"{HUB}/a/b")

    assert slug(found) == "registry-silent"
    assert found.reason == "Hugging Face could not be reached."


async def test_a_wall_is_unverified(net: Net, internet: FakeInternet) -> None:
    """A challenge in front of the interface is no answer of the hub."""
    internet.site("huggingface.co").default(misbehave.bot_wall("cloudflare"))

    found = await evidence_of(HuggingFace, net, f"{HUB}/a/b")

    assert slug(found) == "registry-silent"
    assert "turned linkwarden away" in found.reason


@pytest.mark.parametrize(
    "url",
    [
        f"{HUB}/",
        f"{HUB}/gpt2",
        f"{HUB}/papers/2106.15928",
        f"{HUB}/collections/a/b-123",
        f"{HUB}/blog/rlhf",
        f"{HUB}/transformers/model_doc/bert.html",
        f"{HUB}/google/datasets",
        f"{HUB}/spaces/one",
        f"{HUB}/a b/c",
        f"{HUB}:8443/a/b",
        "https://user@huggingface.co/a/b",
        "https://org-demo.hf.space/",
        "https://nothuggingface.co/a/b",
    ],
)
def test_what_is_no_repository_is_not_claimed(url: str) -> None:
    """Accounts, papers, docs and other hosts are other providers' business."""
    assert load(HuggingFace).claim(target(url)) is None


async def test_a_new_sort_of_thing_is_no_missing_model(net: Net, hub: FakeHub) -> None:
    """What looks like a file of a model ``newsort/owner`` may be something that the hub has only just begun to have."""
    hub.pages.add("/newsort/google/thing")
    there, gone = f"{HUB}/newsort/google/thing?x=1#top", f"{HUB}/newsort/google/nothing"

    found = await answers_of(HuggingFace, net, there, gone)

    assert {url: slug(item) for url, item in found.items()} == {there: "pass", gone: "hub-repository-missing"}
