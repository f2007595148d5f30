"""What counts as a sign, and how signs are weighed: pure functions, no pages fetched."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linkwarden.soft404 import parked as _parked
from linkwarden.soft404.errors import error_part, is_error_text, plain, says_later, says_no_hits
from linkwarden.soft404.page import Page
from linkwarden.soft404.siblings import Sibling, same_page, sibling_of
from linkwarden.soft404.subject import promised_words, script_of
from linkwarden.soft404.weigh import NEEDED, POINTS, PageSigns, Sign, assess, with_sign, would_decide
from linkwarden.wire import Hop, Response
from tests.links import target

#: For it, against it, and neither: any mixture of signs.
MIXTURES = st.sets(st.sampled_from(list(Sign)), max_size=8)


def seen(*signs: Sign, home: bool = False, frame: bool = False, app: bool = False, gated: bool = False) -> PageSigns:
    """Make signs whose clauses are their names."""
    return PageSigns({sign: sign.value for sign in signs}, home, made_by_scripts=frame, app=app, gated=gated)


# --- weighing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", list(Sign))
@pytest.mark.parametrize("home", [False, True])
def test_no_sign_accuses_alone(sign: Sign, home: bool) -> None:  # noqa: FBT001 - a column
    """Whatever it is."""
    assert assess(seen(sign, home=home)) is None


@given(MIXTURES)
def test_a_finding_rests_on_two_sources_one_of_them_strong(signs: set[Sign]) -> None:
    """Signs from one source count once, and weak ones alone never add up."""
    found = assess(seen(*signs))
    if found is not None:
        points = POINTS[found.rule.code]
        assert len(found.signs) >= 2
        assert max(points[sign] for sign in found.signs) == 2
        assert sum(points[sign] for sign in found.signs) >= NEEDED
        assert not {Sign.SHORT, Sign.ERROR_SENTENCE} <= set(found.signs)
        assert not {Sign.SALE_TITLE, Sign.DOMAIN_TITLE} <= set(found.signs)


@given(MIXTURES, st.sampled_from([Sign.PROMISED, Sign.WORK, Sign.NAMED, Sign.MUCH_TEXT]))
def test_what_speaks_for_a_page_never_accuses_it(signs: set[Sign], excuse: Sign) -> None:
    """One more excuse never turns a page that was fine into a suspect."""
    if assess(seen(*signs)) is None:
        assert assess(seen(*signs, excuse)) is None


@given(MIXTURES)
def test_the_order_in_which_signs_are_seen_is_nothing(signs: set[Sign]) -> None:
    """The finding, its reason included, depends on the signs only."""
    listed = sorted(signs)
    assert assess(seen(*listed)) == assess(seen(*reversed(listed)))


@pytest.mark.parametrize("sign", [Sign.SAME_EVERYWHERE, Sign.UNLIKE_COPY])
@given(signs=MIXTURES)
def test_more_is_asked_for_only_where_it_decides(sign: Sign, signs: set[Sign]) -> None:
    """Nothing is found without it, something would be with it."""
    if would_decide(seen(*signs), sign):
        assert assess(seen(*signs)) is None
        assert assess(with_sign(seen(*signs), sign, "")) is not None


def test_what_has_nothing_to_do_with_the_text_and_the_copy_is_one_sign() -> None:
    """Another subject than the link's text says, and another than the archived copy has: a new design is no more."""
    assert assess(seen(Sign.OTHER_SUBJECT, Sign.UNLIKE_COPY)) is None
    assert assess(seen(Sign.UNLIKE_COPY)) is None


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (seen(Sign.ERROR_TITLE, Sign.ERROR_HEADING), "soft-404"),
        (seen(Sign.ERROR_TITLE, Sign.NO_INDEX), "soft-404"),
        (seen(Sign.ERROR_TITLE, Sign.SHORT), "soft-404"),
        (seen(Sign.ERROR_TITLE, Sign.SAME_EVERYWHERE), "soft-404"),
        (seen(Sign.ERROR_TITLE, Sign.SAME_EVERYWHERE, Sign.MUCH_TEXT), "soft-404"),
        (seen(Sign.LANDED_ELSEWHERE, Sign.SAME_EVERYWHERE), "soft-404"),
        (seen(Sign.ERROR_TITLE, Sign.ERROR_HEADING, Sign.MUCH_TEXT), None),
        (seen(Sign.ERROR_TITLE, Sign.ERROR_HEADING, Sign.SHORT, Sign.PROMISED), None),
        (seen(Sign.ERROR_TITLE, Sign.ERROR_HEADING, home=True), None),
        (seen(Sign.ERROR_TITLE, Sign.SHORT, frame=True), None),
        (seen(Sign.UNRELATED, Sign.SAME_EVERYWHERE, frame=True), None),
        (seen(Sign.UNRELATED, Sign.SAME_EVERYWHERE, gated=True), None),
        (seen(Sign.UNRELATED, Sign.SAME_EVERYWHERE, app=True), None),
        (seen(Sign.ERROR_HEADING, Sign.SAME_EVERYWHERE, app=True), "soft-404"),
        (seen(Sign.SHORT, Sign.NO_INDEX, Sign.UNRELATED), None),
        (seen(Sign.REGISTRAR_SENTENCE, Sign.SHORT), None),
        (seen(Sign.REGISTRAR_SENTENCE, Sign.DOMAIN_TITLE), "parked-domain"),
        (seen(Sign.SALE_TITLE, Sign.SALE_SENTENCE, home=True), "parked-domain"),
        (seen(Sign.PARKING_HOST, Sign.DOMAIN_NAMED_THERE), "parked-domain"),
        (seen(Sign.PARKING_SCRIPT, Sign.SHORT, frame=True), "parked-domain"),
        (seen(Sign.GAMBLING, Sign.OTHER_SUBJECT), "hijacked-domain"),
        (seen(Sign.OTHER_SUBJECT, Sign.SAME_EVERYWHERE), "hijacked-domain"),
        (seen(Sign.GAMBLING, Sign.ON_SUBJECT, Sign.SAME_EVERYWHERE), None),
        (seen(Sign.PLACEHOLDER_TITLE, Sign.PLACEHOLDER_TEXT), "placeholder-page"),
        (seen(Sign.LATER_TITLE, Sign.SHORT), "down-for-now"),
    ],
)
def test_what_is_found(signs: PageSigns, expected: str | None) -> None:
    """The table of the decision."""
    found = assess(signs)
    assert (found.rule.slug if found else None) == expected


def test_the_reason_is_a_sentence_with_the_strongest_signs() -> None:
    """Three clauses at most, the strongest first."""
    found = assess(seen(Sign.NO_INDEX, Sign.SHORT, Sign.ERROR_TITLE, Sign.ERROR_MARKUP))
    assert found is not None
    assert found.reason.endswith(": error-title, error-markup, and no-index.")


# --- error messages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "404",
        "404 Not Found",
        "Error 404 (Not Found)!!1",
        "404 - File or directory not found.",
        "Oops! That page can’t be found.",
        "The page you were looking for doesn't exist.",
        "This page isn’t available.",
        "Sorry, this content is no longer available",
        "Diese Seite existiert leider nicht mehr",
        "La page que vous recherchez n'existe pas",
        "Lo sentimos, la página que busca no existe",
        "Página não encontrada",
        "Spiacenti, la pagina che stai cercando non esiste più",
        "Pagina niet gevonden",
        "Sidan kunde inte hittas",
        "Siden blev ikke fundet",
        "Sivua ei löytynyt",
        "Nie znaleziono strony",
        "Stránka nebyla nalezena",
        "A keresett oldal nem található",
        "Запрашиваемая страница не найдена",
        "Сторінку не знайдено",
        "Η σελίδα δεν βρέθηκε",
        "SAYFA BULUNAMADI",
        "الصفحة غير موجودة",
        "הדף לא נמצא",
        "抱歉，您访问的页面不存在",
        "找不到網頁",
        "お探しのページは見つかりませんでした",
        "요청하신 페이지를 찾을 수 없습니다",
        "ไม่พบหน้าที่คุณต้องการ",
        "Không tìm thấy trang",
        "Maaf, halaman yang Anda cari tidak ditemukan",
    ],
)
def test_an_error_message_is_known(text: str) -> None:
    """In the languages that lists link to, alone and beside a site's name."""
    assert is_error_text(text)
    assert error_part(f"{text} | Example Labs") is not None
    assert error_part(f"Example Labs – {text}") is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sorry",
        "The page",
        "How to fix error 404 pages",
        "404 Media",
        "Room 404",
        "Not Found (song)",
        "Missing data imputation",
        "FileNotFoundError in Python",
        "Attention is all you need",
        "Broken Link Checker",
        "Drucker nicht gefunden - was tun?",
        "nginx 自定义 404 页面",
        "404エラーページの作り方",
        "解决 找不到文件 libssl.so 的问题",
        "Not Found - a song by the strange band of 2014",
    ],
)
def test_a_text_about_errors_is_no_error_message(text: str) -> None:
    """Something else is said as well."""
    assert error_part(text) is None


def test_other_states_of_a_site_are_told_apart() -> None:
    """A search that found nothing, and a site that will be back."""
    assert says_no_hits("No results found for “voynich”")
    assert says_no_hits("Keine Treffer | Magazin")
    assert not says_no_hits("Nothing results from it")
    assert says_later("We'll be back soon")
    assert says_later("503 Service Unavailable")
    assert not says_later("Maintenance of bridges")


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    """No title makes the looks fail; the plain form is stable."""
    assert plain(plain(text)) == plain(text)
    assert (error_part(text) or "") in text
    _parked.sale_title(text)
    _parked.placeholder_text(text)
    assert len(_parked.gambling_words(text)) != 1


# --- domains -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "title",
    [
        "example.com is for sale",
        "Buy example.com",
        "This domain may be for sale!",
        "Example.com | The premium domain Example.com is for sale",
        "example.com - Diese Website steht zum Verkauf! - Informationen",
        "Ce nom de domaine est à vendre",
        "Este dominio está en venta",
        "Домен example.ru продаётся",
        "example.cn 域名正在出售",
    ],
)
def test_a_title_that_offers_the_domain_is_known(title: str) -> None:
    """As a whole or as one part."""
    assert _parked.sale_title(title)


@pytest.mark.parametrize(
    "title",
    ["Lighthouse for sale", "Domaine viticole à vendre en Gironde", "Domain adaptation", "Buy and manage domain names"],
)
def test_other_offers_are_not(title: str) -> None:
    """Something else is for sale."""
    assert _parked.sale_title(title) is None


def test_gambling_wants_two_words_one_of_them_telling() -> None:
    """A bandit's slot machine, a statistician's bet and a film's casino are not what hijacked domains show."""
    assert _parked.gambling_words("Slot Gacor: situs judi online")
    assert _parked.gambling_words("Link Slot88 Resmi Gampang Maxwin")
    assert _parked.gambling_words("Roulette, slots and a bet") == ()
    assert _parked.gambling_words("Casino Royale") == ()


def test_a_numbered_subdomain_is_the_domains_own() -> None:
    """``ww25.`` of this very domain."""
    assert _parked.is_numbered_subdomain("ww25.a.org", "www.a.org")
    assert not _parked.is_numbered_subdomain("ww25.b.org", "a.org")
    assert not _parked.is_numbered_subdomain("ww2.a.org", "ww2.a.org")


# --- siblings ------------------------------------------------------------------------------------------------------

PATHS = st.lists(st.from_regex(r"[A-Za-z0-9~._-]{1,12}", fullmatch=True), max_size=4).map("/".join)


@given(PATHS)
def test_a_sibling_is_as_deep_and_never_the_link_itself(path: str) -> None:
    """Same host, same depth, same ending; the same for every run."""
    address = f"https://a.org/{path}"
    sibling = urlsplit(sibling_of(address))
    depth = max(len([s for s in path.split("/") if s]), 1)
    assert sibling.netloc == "a.org"
    assert len([s for s in sibling.path.split("/") if s]) == depth
    assert sibling_of(address) == sibling.geturl() != address


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.org/blog/x", "https://a.org/blog/y", True),
        ("https://a.org/blog/2014/x", "https://a.org/blog/2019/y", True),
        ("https://a.org/~jane/x", "https://a.org/~joe/y", True),
        ("https://a.org/blog/x", "https://a.org/docs/x", False),
        ("https://a.org/blog/x", "https://a.org/blog/x.html", False),
        ("https://a.org/blog/x", "https://b.org/blog/x", False),
        ("https://a.org/view.php?id=3", "https://a.org/view.php?id=4", True),
        ("https://a.org/view.php?id=3", "https://a.org/list.php?id=3", False),
        ("https://a.org/x?ref=b", "https://a.org/x", True),
    ],
)
def test_who_shares_a_sibling(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a column
    """A host, a first folder and a depth have one; pages named in a query keep their path."""
    assert (sibling_of(one) == sibling_of(other)) is same


def page(url: str, body: str, *hops: str) -> Page:
    """Make a page that was reached over some addresses."""
    chain = [*hops, url]
    made = tuple(Hop(a, 302, b) for a, b in pairwise(chain))
    return Page(Response(url=url, status=200, headers={}, body=body.encode(), hops=made))


def test_what_echoes_the_address_makes_no_other_page() -> None:
    """Error pages repeat what was asked for; dates and counters change a little."""
    text = "We could not find {} in our catalogue of maps, globes and charts of the northern seas. " + "Shop. " * 40
    address = "https://a.org/maps/iceland"
    other = page("https://a.org/maps/qqq", "<title>qqq - Shop</title>" + text.format("qqq") + "12:01")
    sibling = Sibling("https://a.org/maps/qqq", other.response, other)
    assert same_page(
        address, page(address, "<title>Iceland - Shop</title>" + text.format("Iceland") + "12:00"), sibling
    )
    assert not same_page(address, page(address, "<title>Iceland - Shop</title>A map of the island."), sibling)
    assert not same_page(address, page(address, "<title>Greenland - Shop</title>" + text.format("Iceland")), sibling)


def test_one_end_of_two_redirects_is_one_page() -> None:
    """Whatever the page says of itself; but a page that both addresses are is none."""
    address, made_up, end = "https://a.org/p/x", "https://a.org/p/qqq", "https://a.org/overview"
    other = page(end, "<p>b", made_up)
    assert same_page(address, page(end, "<p>a", address), Sibling(made_up, other.response, other))
    assert not same_page(address, page(address, "<p>a"), Sibling(made_up, other.response, other))


def test_what_a_link_promises() -> None:
    """Words of its text and path that tell something, in any script."""
    assert promised_words(target("https://a.org/blog/2014/visual-guide.html")) == {"visual"}
    assert script_of("图解注意力机制") == "CJK"
    assert script_of("The guide") == "LATIN"
    assert script_of("2014") == ""
