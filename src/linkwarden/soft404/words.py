"""The words that the look at a page begins with: a page with none of a group has nothing of what the group is about."""

from __future__ import annotations

from linkwarden.answers.words import looked_for
from linkwarden.soft404 import parked

#: What pages that stand in for a site speak of.
STAND_IN = looked_for(
    "domain", "domein", "domín", "domini", "домен", "域名", "ドメイン", "도메인", "hosting", "suspended"
)
#: What pages speak of that are an error message.
ERRORS = looked_for(
    *("404", "not found", "t be found", "not exist", "t exist", "no longer", "available", "sorry", "oops", "error"),
    *("no such", "invalid", "unknown", "empty page", "nothing", "removed", "deleted", "missing"),
)
#: What a page's source says to programs about its own status, in lower case (docs/facts/soft-404.md#markers).
ERROR_SOURCE = looked_for(
    '"page":"/404"',
    '"page":"/_error"',
    '"statuscode":404',
    "statuscode:404",
    "pagepath='/404",
    'pagepath="/404',
    'name="prerender-status-code" content="404"',
    'content="404" name="prerender-status-code"',
)
#: What the markup of frameworks has in common that send the status before they know that there is no such page.
STREAMED = looked_for(
    *("next_http_error", "next_not_found", "errorresponse", "isnotfound", "next-error", "node_ids", "data-page="),
)
#: What the classes and ids have in common by which pages call themselves error pages.
MARKS = looked_for(
    *("404", "not-found", "notfound", "not_found", "error-page", "errorpage", "error_page", "page-error", "no-route"),
    *("noroute", "http-error", "sqs-error", "status-msg-wrap", "four-oh-four"),
)
#: What a page says to programs about the work that it is about, in lower case: a paper, a song, a book.
WORKS = looked_for("citation_title", '"@type":"scholarlyarticle"', '"@type":"musicrecording"', '"@type":"book"')
#: What pages speak of that are not for everybody.
LOG_IN = looked_for(
    *("login", "log in", "logedin", "loged in", "loggedin", "logged in", "signin", "sign in", "signedin", "signed in"),
    *("permission", "authorised", "authorized", "allowed", "access", "rights", "private", "restricted", "protected"),
    *("password", "members", "subscribers", "registered", "anmelden", "einloggen", "berechtigung", "rechte"),
    *("connecter", "connecté", "sesión"),
)
#: Names of the tags for a paper's title, in the order in which they are believed.
PAPER_TITLES = looked_for("citation_title", "eprints.title", "prism.title", "bepress_citation_title")
looked_for(
    *(
        "refresh",
        "robots",
        "canonical",
        "<script",
        "<h1",
        "<h2",
        "<base",
        "<title",
        "<frameset",
        "og:type",
        "og:url",
        "generator",
    ),
    *("description", 'class="noarticletext', "citation_doi", "dc.identifier"),
)
looked_for(*parked.parking_marks())
