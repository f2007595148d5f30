"""What is seeded to be ill in the world of ``ml-papers.md``, and what may be said of it (docs/verdicts.md)."""

from __future__ import annotations

from collections.abc import Callable

from tests.internet import misbehave, pictures
from tests.internet.core import FakeInternet
from tests.internet.dns import DnsFault
from tests.internet.site import Handler
from tests.internet.tls import TlsFault
from tests.internet.world_hosts import (
    BROKEN,
    DEGRADED,
    FINE,
    MOVED,
    SUSPECT,
    UNVERIFIED,
    Address,
    Verdicts,
    content,
    page,
)

#: A certificate that no browser takes without a warning: docs/verdicts.md names only "expired", so more
#: than one verdict is fair, but not "fine".
WARNED: Verdicts = BROKEN | DEGRADED | SUSPECT | UNVERIFIED

#: Whole hosts whose names do not resolve.
DNS_ILLS: dict[str, tuple[DnsFault, Verdicts]] = {
    "efemarai.com": ("nxdomain", BROKEN),
    "www.vicarious.com": ("nxdomain", BROKEN),
    "microscope.openai.com": ("nxdomain", BROKEN),
    "medicaldecathlon.com": ("servfail", UNVERIFIED),
    "www.blendswap.com": ("timeout", UNVERIFIED),
    "imagine.enpc.fr": ("no-address", UNVERIFIED),
}

#: Whole hosts whose certificates or handshakes are bad. "self-signed" and so on as in ``tls.py``.
TLS_ILLS: dict[str, tuple[TlsFault, Verdicts]] = {
    "www.shapenet.org": ("expired", BROKEN),
    "anandj.in": ("wrong-host", WARNED),
    "cvlab.yonsei.ac.kr": ("self-signed", WARNED),
    "dellaert.github.io": ("incomplete", DEGRADED),
    "www.vs.inf.ethz.ch": ("handshake", UNVERIFIED | DEGRADED),
    "suhangpro.github.io": ("handshake", UNVERIFIED | BROKEN),
}

#: Whole hosts that do not talk.
CONNECT_ILLS: dict[str, tuple[Callable[[FakeInternet, str], object], Verdicts]] = {
    "deeplearning.net": (FakeInternet.refuse, BROKEN),
    "www.stateof.ai": (FakeInternet.refuse, BROKEN),
    "toflow.csail.mit.edu": (FakeInternet.reset, UNVERIFIED),
    "modelnet.cs.princeton.edu": (FakeInternet.silent, UNVERIFIED),
    "3dvision.princeton.edu": (FakeInternet.silent, UNVERIFIED),
}

#: Whole hosts that fail at first and are fine: nothing may be said against them.
HICCUPS: dict[str, Callable[[FakeInternet, str], object]] = {
    "jmlr.org": lambda internet, host: internet.dns(host, "hiccup", times=1),
    "davidstutz.de": lambda internet, host: internet.refuse(host, times=1),
    "luoping.me": lambda internet, host: internet.reset(host, times=1),
}

#: A page at its new address, for good or for now.
_ELSEWHERE: dict[str, tuple[str, int, Verdicts]] = {
    "https://ai.googleblog.com/2021/06/a-browsable-petascale-reconstruction-of.html": (
        "https://research.google/blog/a-browsable-petascale-reconstruction-of-the-human-cortex/",
        301,
        MOVED,
    ),
    "https://mlperf.org/results/": ("https://mlcommons.org/benchmarks/", 308, MOVED),
    "https://ray.io/": ("https://www.ray.io/", 302, FINE),
    "https://papers.nips.cc/paper/7003-the-marginal-value-of-adaptive-gradient-methods-in-machine-learning": (
        "https://proceedings.neurips.cc/paper_files/paper/2017/hash/81b3833e-Abstract.html",
        301,
        MOVED,
    ),
    "https://xmfbit.github.io/img/paper-pruning-network-demo.png": ("https://xmfbit.cn/img/demo.png", 301, MOVED),
    "http://cdn-ak.f.st-hatena.com/images/fotolife/P/PDFangeltop1/20160406/20160406161035.png": (
        "https://cdn.st-hatena.com/moved.png",
        302,
        FINE,
    ),
    # GitHub's proxy does not follow a 308 (docs/facts/github-rendering.md#camo-limits): it is there, and not shown.
    "https://tonghe90.github.io/papers/cvpr2019_tz.png": ("https://tonghe90.cn/cvpr2019_tz.png", 308, DEGRADED),
}

_GONE_PAGE = misbehave.answer(page("Gone"), 410)
_PARKED = misbehave.answer(
    b"<html><head><title>This domain is for sale</title></head><body>Buy this domain.</body></html>"
)


def _flaky(internet: FakeInternet, address: Address) -> Handler:
    del internet
    return misbehave.fail_then(1, 503, _good(address))


def _busy(internet: FakeInternet, address: Address) -> Handler:
    return misbehave.retry_after(internet.time, 20, _good(address))


def _busy_until(internet: FakeInternet, address: Address) -> Handler:
    return misbehave.retry_after(internet.time, 30, _good(address), form="date", status=503)


def _without_head(internet: FakeInternet, address: Address) -> Handler:
    del internet
    return misbehave.no_head(_good(address))


def _slow(internet: FakeInternet, address: Address) -> Handler:
    return misbehave.slow(internet.time, 8, _good(address))


def _bounced(internet: FakeInternet, address: Address) -> Handler:
    del internet
    return misbehave.cookie_bounce(_good(address))


def _good(address: Address) -> Handler:
    media_type, body = content(address)
    return misbehave.answer(body, media_type=media_type)


def _sent_home(internet: FakeInternet, address: Address) -> Handler:
    internet.site(address.host).page("/", page("Welcome"))
    return misbehave.answer(b"", 302, Location="/")


def _simply(handler: Handler) -> Callable[[FakeInternet, Address], Handler]:
    return lambda _internet, _address: handler


#: Single addresses, each with its handler and what may be said.
PAGE_ILLS: dict[str, tuple[Callable[[FakeInternet, Address], Handler], Verdicts]] = {
    # gone
    "http://cvgl.stanford.edu/projects/pascal3d.html": (_simply(misbehave.answer(page("404"), 404)), BROKEN),
    "https://ge.in.tum.de/publications/tempogan/": (_simply(misbehave.answer(page("404"), 404)), BROKEN),
    "https://rapids.ai/index.html": (_simply(misbehave.answer(b"", 404)), BROKEN),
    "https://dawn.cs.stanford.edu/benchmark/papers/nips17-dawnbench.pdf": (_simply(_GONE_PAGE), BROKEN),
    "http://i.gzn.jp/img/2018/02/21/nvidia-fastphotostyle/00.jpg": (_simply(_GONE_PAGE), BROKEN),
    "https://neurohive.io/wp-content/uploads/2018/12/unit-distr-770x382.jpg": (
        _simply(misbehave.answer(page("404"), 404)),
        BROKEN,
    ),
    # no picture where one should be
    "https://pythonawesome.com/content/images/2019/12/AugMix.jpg": (
        _simply(misbehave.html_instead_of_image()),
        BROKEN,
    ),
    "http://vladlen.info/wp-content/uploads/2011/12/densecrf1.png": (
        _simply(misbehave.html_instead_of_image(claims_png=True)),
        BROKEN,
    ),
    "http://kaiminghe.com/eccv14sppnet/img/sppnet.jpg": (_simply(misbehave.empty_image()), BROKEN),
    "https://greydanus.github.io/assets/hamiltonian-nns/overall-idea.png": (
        _simply(misbehave.big_image(40)),
        DEGRADED,
    ),
    # nobody can know
    "https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks.pdf": (
        _simply(misbehave.answer(b"", 500)),
        UNVERIFIED,
    ),
    "https://www.fhi.ox.ac.uk/deciphering-chinas-ai-dream/": (_sent_home, SUSPECT | UNVERIFIED),
    # a parked domain
    "https://www.photon-ai.com/": (_simply(_PARKED), SUSPECT),
    "http://iizuka.cs.tsukuba.ac.jp/projects/completion/data/completion_sig2017.pdf": (
        _simply(misbehave.redirect_loop()),
        UNVERIFIED | BROKEN | SUSPECT,
    ),
    "https://openmmlab.com/home": (_simply(misbehave.bot_wall("anubis")), UNVERIFIED),
    "https://www.snorkel.org/": (_simply(misbehave.answer(b"", 401)), UNVERIFIED),
    "https://crypten.ai/": (_simply(misbehave.reset_mid_body()), FINE | UNVERIFIED),
    # nothing wrong, once one has asked properly
    "https://distill.pub/2019/computing-receptive-fields/": (_busy, FINE),
    "http://yann.lecun.com/exdb/publis/pdf/farabet-pami-13.pdf": (_busy_until, FINE),
    "https://mlflow.org/": (_flaky, FINE),
    "http://people.csail.mit.edu/celiu/pdfs/CVPR21_AutoFlow.pdf": (_without_head, FINE),
    "https://www.cs.cornell.edu/~paulu/opensurfaces.pdf": (_slow, FINE),
    "https://spinningup.openai.com/en/latest/spinningup/keypapers.html": (_bounced, FINE),
}

#: Pictures of Pinterest that are not there.
PINS_GONE = 3


def install(internet: FakeInternet, addresses: list[Address]) -> dict[str, Verdicts]:
    """Make the seeded ills happen; give what may be said of the addresses concerned."""
    expected: dict[str, Verdicts] = {}
    for address in addresses:
        verdicts = _host_ill(internet, address) or _page_ill(internet, address)
        if verdicts is not None:
            expected[address.url] = verdicts
    for host, trouble in HICCUPS.items():
        trouble(internet, host)
    pins = [address for address in addresses if address.host == "i.pinimg.com"]
    for address in pins[:PINS_GONE]:
        internet.site(address.host).page(address.path, pictures.S3_ACCESS_DENIED, 403, media_type="application/xml")
        expected[address.url] = BROKEN
    return expected


def _host_ill(internet: FakeInternet, address: Address) -> Verdicts | None:
    host = address.host
    if host in DNS_ILLS:
        fault, verdicts = DNS_ILLS[host]
        internet.dns(host, fault)
        return verdicts
    if host in TLS_ILLS and address.url.startswith("https:"):
        tls, verdicts = TLS_ILLS[host]
        internet.tls(host, tls)
        # GitHub's proxy checks certificates: a picture that it cannot fetch is not shown.
        return verdicts | DEGRADED if address.image and verdicts != BROKEN else verdicts
    if host in CONNECT_ILLS:
        connect, verdicts = CONNECT_ILLS[host]
        connect(internet, host)
        return verdicts
    return None


def _page_ill(internet: FakeInternet, address: Address) -> Verdicts | None:
    if address.url in PAGE_ILLS:
        make, verdicts = PAGE_ILLS[address.url]
        internet.site(address.host).answer(address.path, make(internet, address))
        return verdicts
    if address.url in _ELSEWHERE:
        to, status, verdicts = _ELSEWHERE[address.url]
        internet.site(address.host).redirect(address.path, to, status)
        media_type, body = content(address)
        there = Address(to, address.image)
        internet.site(there.host).page(there.path, body, media_type=media_type)
        return verdicts
    return None
