"""Every rule there is: the engine's own, and those that providers and reviews declare."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import linkwarden.providers as providers_package
import linkwarden.review as review_package
from linkwarden.model import Rule, Tag, Verdict
from linkwarden.plugins import discover
from linkwarden.providers import Provider
from linkwarden.review import Review

INTERNAL_ERROR = Rule(
    "LW001",
    "internal-error",
    Verdict.UNVERIFIED,
    "linkwarden itself failed on this link",
    "This is a bug in linkwarden, not in the link: the part that checks this kind of URL crashed or gave no result. "
    "The other links of the run are not affected.",
    "Report the bug with the text that linkwarden printed; the exit code is 3.",
    tags=frozenset({Tag.NOT_LOOKED_AT}),
)
EXCLUDED = Rule(
    "LW010",
    "excluded",
    Verdict.IGNORED,
    "left out by --include, --exclude or --kind",
    "An option or the configuration file says not to check this URL.",
    "Nothing to do; change the option if the URL should be checked.",
    tags=frozenset({Tag.NOT_LOOKED_AT, Tag.LEFT_OUT}),
)
OFFLINE = Rule(
    "LW011",
    "not-asked-offline",
    Verdict.UNVERIFIED,
    "not checked, because --offline was given",
    "Only a request can tell, and --offline makes none.",
    "Run without --offline.",
    tags=frozenset({Tag.NOT_LOOKED_AT, Tag.OFFLINE}),
)
OUT_OF_TIME = Rule(
    "LW012",
    "not-asked-in-time",
    Verdict.UNVERIFIED,
    "not checked before the run was stopped",
    "The run was interrupted, or its --max-time was used up, before this URL was checked.",
    "Run again, with more time if --max-time was given.",
    tags=frozenset({Tag.NOT_LOOKED_AT, Tag.NO_TURN}),
)
NETWORK_DOWN = Rule(
    "LW013",
    "network-down",
    Verdict.UNVERIFIED,
    "not checked, because no server could be reached",
    "No host of the list could be resolved or connected to, so the problem is this machine's network, and nothing "
    "is known about the link.",
    "Check the connection, the proxy and the firewall, and run again.",
    tags=frozenset({Tag.NOT_LOOKED_AT}),
)
NOT_WEB = Rule(
    "LW014",
    "not-a-web-address",
    Verdict.IGNORED,
    "a URL with another scheme than http or https",
    "Mail addresses, phone numbers and other schemes cannot be checked by an HTTP request.",
    "Nothing to do.",
    tags=frozenset({Tag.NOT_LOOKED_AT}),
)
IGNORED_BY_COMMENT = Rule(
    "LW015",
    "ignored-by-comment",
    Verdict.IGNORED,
    "accepted by a comment in the list",
    "Something was found, and a linkwarden-ignore comment beside every occurrence of the URL says not to report it. "
    "The link is still checked, so that linkwarden can say when the comment is no longer needed.",
    "Nothing to do; remove the comment if the finding should be reported again.",
    tags=frozenset({Tag.ACCEPTED_IN_LIST}),
)
IGNORED_BY_CONFIGURATION = Rule(
    "LW016",
    "ignored-by-configuration",
    Verdict.IGNORED,
    "accepted by an ignore entry of the configuration",
    "Something was found, and an [[ignore]] entry of the configuration file says not to report it. The link is still "
    "checked, so that linkwarden can say when the entry is no longer needed.",
    "Nothing to do; remove the entry if the finding should be reported again.",
    tags=frozenset({Tag.ACCEPTED_IN_CONFIG}),
)
IN_BASELINE = Rule(
    "LW017",
    "in-baseline",
    Verdict.IGNORED,
    "already in the baseline",
    "The baseline has this finding for this URL, so it is not reported again. The link is still checked, so that "
    "linkwarden can say when its line in the baseline is no longer needed.",
    "Nothing to do for now; fix the link when there is time, and update the baseline with --write-baseline.",
    tags=frozenset({Tag.ACCEPTED_IN_BASELINE}),
)

ENGINE_RULES = (
    INTERNAL_ERROR,
    EXCLUDED,
    OFFLINE,
    OUT_OF_TIME,
    NETWORK_DOWN,
    NOT_WEB,
    IGNORED_BY_COMMENT,
    IGNORED_BY_CONFIGURATION,
    IN_BASELINE,
)


@cache
def provider_classes() -> tuple[type[Provider], ...]:
    """Return all providers in the order in which they are tried."""
    return discover(providers_package, Provider)  # type: ignore[type-abstract]


@cache
def registry_domains() -> frozenset[str]:
    """Return the domains whose links are settled by an interface that knows them, not by fetching their pages."""
    return frozenset(domain for cls in provider_classes() if cls.online for domain in cls.domains or ())


@cache
def review_classes() -> tuple[type[Review], ...]:
    """Return all reviews in the order in which they run."""
    return discover(review_package, Review)  # type: ignore[type-abstract]


@cache
def all_rules() -> Mapping[str, Rule]:
    """Return every rule by code, in order of codes.

    Raises:
        ValueError: two different rules share a code or a slug.
    """
    rules: dict[str, Rule] = {}
    slugs: dict[str, Rule] = {}
    declared = (*ENGINE_RULES, *(rule for cls in _declaring() for rule in cls.rules))
    for rule in declared:
        for table, name in ((rules, rule.code), (slugs, rule.slug)):
            if table.setdefault(name, rule) != rule:
                raise ValueError(f"two rules are called {name}")
    return dict(sorted(rules.items()))


@cache
def rule_names() -> Mapping[str, str]:
    """Return the name of every rule by code, in order of codes; imports no provider that the index knows."""
    named = {rule.code: rule.slug for rule in ENGINE_RULES}
    named |= dict(names.split() for cls in _declaring() for names in cls.rule_names)
    return dict(sorted(named.items()))


def find_rule(name: str) -> Rule | None:
    """Return the rule with a code (any case) or slug, or None; imports only what declares it."""
    wanted = name.strip().lower()
    code = next((code for code, slug in rule_names().items() if wanted in (code.lower(), slug)), None)
    declared = (cls.rules for cls in _declaring() if any(names.startswith(f"{code} ") for names in cls.rule_names))
    return next((rule for rules in (ENGINE_RULES, *declared) for rule in rules if rule.code == code), None)


def _declaring() -> tuple[type[Provider | Review], ...]:
    return (*provider_classes(), *review_classes())
