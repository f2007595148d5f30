"""What holds for every provider, whoever wrote it: run over whatever discovery finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden import rules
from linkwarden.extract.markdown import Markdown
from linkwarden.model import Anchor
from linkwarden.providers import Provider
from linkwarden.report._words import rule_url
from tests.links import load, target
from tools.docs import RULES, rules_page

REPOSITORY = Path(__file__).parents[2]
PROVIDERS = rules.provider_classes()
EXAMPLES = [(cls, example) for cls in PROVIDERS for example in cls.examples]


@pytest.mark.parametrize(("cls", "example"), EXAMPLES, ids=[f"{c.name}-{e.url}" for c, e in EXAMPLES])
def test_claims_its_examples(cls: type[Provider], example: object, tmp_path: Path) -> None:
    """A provider claims the addresses that it gives as examples, under the ident that it gives."""
    provider = load(cls, root=tmp_path)
    assert provider.claim(target(example.url, image=example.image)) == example.ident  # type: ignore[attr-defined]


@pytest.mark.parametrize("cls", PROVIDERS, ids=lambda cls: cls.name)
def test_says_what_it_does(cls: type[Provider]) -> None:
    """Each provider has examples of what it takes, and a rank that tells offline and online ones apart."""
    assert any(e.ident is not None for e in cls.examples)
    assert cls.online == (cls.rank >= 100)
    assert cls.per_question >= 1
    assert cls.gathers or cls.per_question == 1  # nobody else reads it
    assert cls.online or not cls.gathers  # what makes no request has nothing to wait for


@pytest.mark.parametrize("cls", PROVIDERS, ids=lambda cls: cls.name)
@given(url=st.one_of(st.text(max_size=80), st.from_regex(r"https?://[a-z.:@/?#%&=\[\]0-9-]{0,60}", fullmatch=True)))
def test_claim_never_raises(cls: type[Provider], url: str) -> None:
    """Whatever stands in a list, claiming it is a yes or a no."""
    provider = load(cls, root=Path("/nonexistent"))
    for image in (False, True):
        ident = provider.claim(target(url, image=image))
        assert ident is None or isinstance(ident, str)


def test_rules_are_distinct_and_complete() -> None:
    """No two rules share a code or a name, and each says what it means and what to do."""
    for code, rule in rules.all_rules().items():
        assert code == rule.code
        assert code.startswith("LW")
        assert len(code) == 5
        assert rule.slug == rule.slug.lower()
        assert " " not in rule.slug
        for text in (rule.summary, rule.explanation, rule.remedy):
            assert text.strip() == text
            assert text
        assert len(rule.summary) <= 100
        assert "\n" not in rule.summary


def test_every_rule_is_found_by_code_and_name() -> None:
    """``explain`` finds a rule by its code in any case, and by its name."""
    for rule in rules.all_rules().values():
        assert rules.find_rule(rule.code.lower()) is rule
        assert rules.find_rule(rule.slug) is rule
    assert rules.find_rule("LW999") is None


def test_the_page_of_rules_is_up_to_date() -> None:
    """``docs/rules.md`` is what `make docs` writes, and has the anchor that reports link to for every rule."""
    text = (REPOSITORY / RULES).read_text("utf-8")
    assert text == rules_page(), "run `make docs`"
    anchors = {item.name for item in Markdown().extract(text, RULES) if isinstance(item, Anchor)}
    for code in rules.all_rules():
        page, _, anchor = rule_url(code).partition("#")
        assert page.endswith(f"/{RULES}")
        assert anchor in anchors
