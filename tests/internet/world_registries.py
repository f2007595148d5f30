"""The registries behind the addresses of ``ml-papers.md``: arXiv, GitHub, DOI and scholars', with seeded trouble."""

from __future__ import annotations

import re
from urllib.parse import unquote

from aiohttp import web

from tests.internet.arxiv import FakeArxiv
from tests.internet.core import FakeInternet
from tests.internet.crossref_registry import FakeCrossref
from tests.internet.doi import FakeDoi
from tests.internet.github import FakeGithub
from tests.internet.pubmed import FakePubMed
from tests.internet.semantic_scholar import FakeSemanticScholar
from tests.internet.world_hosts import (
    BROKEN,
    DEGRADED,
    FINE,
    MOVED,
    SUSPECT,
    Address,
    Verdicts,
    content,
    page,
)

_ARXIV_ID = re.compile(r"/(\d{4}\.\d{4,5})(v\d+)?")
_REPOSITORY = re.compile(r"/([^/]+)/([^/?#]+)")
_IEEE_DOCUMENT = re.compile(r"/document/(\d+)")
_FILE = re.compile(r"/([^/]+)/([^/]+)/(?:(?:raw|blob|tree)/)?master/([^?#]+)")

# -- arXiv ----------------------------------------------------------------------------------------------------------

#: Identifiers that arXiv does not have; the last one is linked as PDF.
PAPERS_UNKNOWN = ("1802.02611", "1409.3215")
#: Says "withdrawn".
PAPER_WITHDRAWN = "1405.0312"
#: Has one version only; the list links its third.
PAPER_WITHOUT_VERSION = "1709.07330"

# -- GitHub ---------------------------------------------------------------------------------------------------------

REPOSITORY_GONE = "xthan/polyvore"
REPOSITORIES_ARCHIVED = ("tensorflow/lucid", "dbolya/yolact")
#: Present name by the name in the list.
REPOSITORIES_RENAMED = {
    "albu/albumentations": "albumentations-team/albumentations",
    "PyTorchLightning/pytorch-lightning": "Lightning-AI/pytorch-lightning",
}
#: Its ``master`` is now ``main``: raw addresses are not redirected (docs/facts/services.md#github-renames).
REPOSITORY_WITH_NEW_BRANCH = "lutzroeder/netron"
#: Files that are no longer there.
FILE_GONE = "https://github.com/carla-simulator/carla/raw/master/Docs/img/video_thumbnail_0910.jpg"
#: The list links three headings of this README, and one is gone.
README = "axruff/TransferLearning"
HEADINGS = ("domain-randomization", "generative-models")

# -- DOI ------------------------------------------------------------------------------------------------------------

#: Registered by nobody; the publisher answers 404 too.
DOI_UNKNOWN = "10.1038/s41591-018-0300-7"


# -- Semantic Scholar, IEEE, Elsevier ---------------------------------------------------------------------------------

#: "COIN", which Semantic Scholar no longer knows.
SCHOLAR_UNKNOWN = "1bf444b861acc3dad72d968c2c69bcb863885ff9"
#: "Teaching Compositionality to CNNs", merged with another record of it.
SCHOLAR_MERGED = "3726b82007512a15a530fd1adad57af58a9abb62"
#: What IEEE calls the documents of the list.
IEEE_TITLES = {
    "726791": "Gradient-based learning applied to document recognition",
    "8371286": "Visual Analytics in Deep Learning: An Interrogative Survey for the Next Frontiers",
    "6836101": "Beyond PASCAL: A benchmark for 3D object detection in the wild",
    "7298801": "3D ShapeNets: A deep representation for volumetric shapes",
    "8460875": "Using Simulation and Domain Adaptation to Improve Efficiency of Deep Robotic Grasping",
    "9084378": "Deep Learning Techniques for Inverse Problems in Imaging",
    "9109572": "Differentiated Backprojection Domain Deep Learning for Conebeam Artifact Removal",
    "9288349": "Extreme Sparse X-ray Computed Laminography Via Convolutional Neural Networks",
}
#: What ACM has for the number that the list names.
ACM_TITLE = ("10.1145/3271625", "Human-level intelligence or animal-like abilities?")
PII = "S014193822100038X"


class Registries:
    """Installs arXiv, GitHub, the DOI system and the scholarly registries; says what is right about their addresses.

    Attributes:
        arxiv, github, doi, scholar, pubmed, crossref: the fakes.
        expected: verdicts by address, of those addresses that need no other server.
    """

    def __init__(self, internet: FakeInternet, addresses: list[Address], *, token: bool) -> None:
        self.internet = internet
        self.arxiv = FakeArxiv(internet)
        self.github = FakeGithub(internet)
        self.doi = FakeDoi(internet)
        self.scholar = FakeSemanticScholar(internet)
        self.pubmed = FakePubMed(internet)
        self.crossref = FakeCrossref(internet)  # after FakeDoi, which answers at the same host
        self._token = token
        self.expected: dict[str, Verdicts] = {}
        self._papers([address for address in addresses if address.host == "arxiv.org"])
        self._repositories([a for a in addresses if a.host in ("github.com", "raw.githubusercontent.com")])
        self._dois(addresses)
        self._walled_papers(addresses)

    def _papers(self, addresses: list[Address]) -> None:
        self.arxiv.missing |= set(PAPERS_UNKNOWN)
        self.arxiv.paper(PAPER_WITHDRAWN, comment="This paper has been withdrawn by the authors due to an error.")
        self.arxiv.paper(PAPER_WITHOUT_VERSION, versions=1)
        for address in addresses:
            found = _ARXIV_ID.search(address.path)
            assert found is not None, address
            verdicts = FINE
            if found[1] in (*PAPERS_UNKNOWN, PAPER_WITHOUT_VERSION):
                verdicts = BROKEN
            elif found[1] == PAPER_WITHDRAWN:
                verdicts = DEGRADED
            self.expected[address.url] = verdicts

    def _repositories(self, addresses: list[Address]) -> None:
        files: dict[str, set[str]] = {}
        for address in addresses:
            name = _name_of(address)
            if name.lower() == REPOSITORY_WITH_NEW_BRANCH:
                name = REPOSITORY_WITH_NEW_BRANCH  # the list writes it in two ways, which GitHub does not tell apart
            inside = _FILE.match(address.path)
            paths = files.setdefault(name, {"README.md"})
            if inside:
                path = unquote(inside[3])
                paths.add(path if address.image else f"{path}/__init__.py")
                media_type, body = content(address)
                self.github.pictures[path] = (body, media_type)
            self.expected[address.url] = self._right(address, name, file=inside is not None)
        for name, paths in files.items():
            self._repository(name, paths)

    def _repository(self, name: str, paths: set[str]) -> None:
        if name == REPOSITORY_GONE:
            return
        gone = _FILE.search(FILE_GONE.partition("github.com")[2])
        assert gone is not None
        kept = paths - {gone[3]}
        branch = "main" if name == REPOSITORY_WITH_NEW_BRANCH else "master"
        former = (name,) if name in REPOSITORIES_RENAMED else ()
        repository = self.github.add(REPOSITORIES_RENAMED.get(name, name), branches={branch: kept}, former=former)
        if name == REPOSITORY_WITH_NEW_BRANCH:
            repository.renamed_branches["master"] = "main"
        if name in REPOSITORIES_ARCHIVED:
            repository.archived_at = "2024-05-01T00:00:00Z"
        repository.readme = page(name, *(f"user-content-{heading}" for heading in HEADINGS)).decode()

    def _right(self, address: Address, name: str, *, file: bool) -> Verdicts:
        """Give what is right about one address of GitHub.

        Without a token only 60 questions an hour can be asked, so what they tell may stay unsaid.
        """
        unsaid: Verdicts = frozenset() if self._token else FINE
        if name == REPOSITORY_GONE or address.url == FILE_GONE:
            return BROKEN
        if name in REPOSITORIES_RENAMED:
            return MOVED | FINE if file else MOVED
        if name == REPOSITORY_WITH_NEW_BRANCH and file:
            return BROKEN
        if name in REPOSITORIES_ARCHIVED and not file:
            return DEGRADED | unsaid
        if name == README and address.fragment and address.fragment not in HEADINGS:
            return DEGRADED | unsaid
        return FINE

    def _dois(self, addresses: list[Address]) -> None:
        self.doi.missing.add(DOI_UNKNOWN)
        self.internet.site("publisher.example").default(_landing_page)
        for address in addresses:
            if address.host == "doi.org":
                self.expected[address.url] = FINE
            elif address.url.endswith(DOI_UNKNOWN.partition("/")[2]):
                self.internet.site(address.host).page(address.path, page("Page not found"), 404)
                self.expected[address.url] = BROKEN

    def _walled_papers(self, addresses: list[Address]) -> None:
        """Let registries know the papers whose publishers turn programs away."""
        self.crossref.elsevier(
            PII, "DeepPhase: Learning phase contrast signal from dual energy X-ray absorption images"
        )
        for number, title in IEEE_TITLES.items():
            self.crossref.ieee(number, title)
        self.crossref.acm(*ACM_TITLE)
        self.scholar.missing.add(SCHOLAR_UNKNOWN)
        self.scholar.merged[SCHOLAR_MERGED] = "5c5751d45e298cea054f32b392c12c61027d2fe7"
        for address in addresses:
            document = _IEEE_DOCUMENT.search(address.path) if address.host == "ieeexplore.ieee.org" else None
            if document is not None and not address.image:
                self.expected[address.url] = FINE
            elif address.path.endswith(SCHOLAR_UNKNOWN):
                self.expected[address.url] = SUSPECT
            elif address.path.endswith(SCHOLAR_MERGED):
                self.expected[address.url] = MOVED


async def _landing_page(_request: web.Request) -> web.StreamResponse:
    return web.Response(body=page("An article"), content_type="text/html")


def _name_of(address: Address) -> str:
    found = _REPOSITORY.match(address.path)
    assert found is not None, address
    return f"{found[1]}/{found[2]}"
