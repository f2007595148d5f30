"""CRAN: a package that was taken out is named as such; anything else is judged as an ordinary page."""

from __future__ import annotations

import pytest

from linkwarden.model import Verdict
from linkwarden.net import Net
from linkwarden.providers.code.cran import Cran
from tests.internet import FakeInternet
from tests.links import answers_of, evidence_of, slug

CRAN = "https://cran.r-project.org"


@pytest.fixture(autouse=True)
def cran(internet: FakeInternet) -> None:
    """CRAN with a package, a removed one, and the short addresses that redirect to both."""
    site = internet.site("cran.r-project.org")
    words = "<p>Package ‘{}’ was removed from the\nCRAN repository.</p>"
    for name, body in (("gbm", "<h2>gbm: Boosting</h2>"), ("old", words.format("old"))):
        site.page(f"/web/packages/{name}/index.html", body)
        site.page(f"/web/packages/{name}/", body)
        site.redirect(f"/package={name}", f"{CRAN}/web/packages/{name}/index.html", 303)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/package=gbm", "ok"),
        ("/web/packages/gbm/", "ok"),
        ("/package=old", "cran-package-removed"),
        ("/web/packages/old/index.html", "cran-package-removed"),
        ("/package=gone", "not-found"),
    ],
)
async def test_what_each_page_means(net: Net, path: str, wanted: str) -> None:
    """A removed package is told by its page's words, a missing one by 404."""
    assert slug((await answers_of(Cran, net, CRAN + path))[CRAN + path]) == wanted


async def test_a_removed_package_fails_no_run(net: Net) -> None:
    """Readers still find the page and the archive, so it is a remark."""
    found = await evidence_of(Cran, net, f"{CRAN}/package=old")

    assert found.rule is not None
    assert found.rule.verdict is Verdict.DEGRADED


async def test_a_host_that_is_not_there_is_told_by_the_network(internet: FakeInternet, net: Net) -> None:
    """Without an answer the link is judged as any other."""
    internet.dns("cran.r-project.org", "servfail")

    assert slug((await answers_of(Cran, net, f"{CRAN}/package=gbm"))[f"{CRAN}/package=gbm"]) == "dns-failure"
