"""Recognises registrars, parking services, server placeholders, and what hijacked domains are used for.

Every match alone is one sign; ``_soft.assess`` wants two.
"""

from __future__ import annotations

import re

from linkwarden.soft404.errors import parts_of, plain
from linkwarden.text import domains_of

#: A domain's name in a title.
DOMAIN = r"(?:[\w-]+\.){1,4}[a-z]{2,18}"
_TAIL = r"(?: .{0,80})?"

#: Titles that offer a domain, as a whole: lower case, punctuation other than dots and hyphens as blanks.
SALE_TITLES: tuple[str, ...] = (
    rf"(?:buy |get |own |purchase |register )(?:this domain(?: name)?|{DOMAIN}){_TAIL}",
    (
        rf"(?:(?:the|this) )?(?:premium )?(?:domain(?: name)?|website|web site|web address)(?: {DOMAIN})?"
        rf" (?:(?:is|may be|could be|are|now|listed|available) )*(?:for|on) (?:sale|purchase){_TAIL}"
    ),
    (
        rf"{DOMAIN}(?: (?:premium )?domain(?: name)?)? (?:(?:is|may be|could be|now|listed|available) )*"
        rf"(?:for (?:sale|purchase)|on sale|available){_TAIL}"
    ),
    rf"(?:die |diese )?(?:domain|website|webseite)(?: {DOMAIN})? (?:steht |ist )?(?:zum verkauf|zu verkaufen){_TAIL}",
    rf"{DOMAIN} (?:steht |ist )?(?:zum verkauf|zu verkaufen|kaufen){_TAIL}",
    rf"(?:le |ce )?nom de domaine(?: {DOMAIN})? (?:est )?à vendre{_TAIL}",
    rf"{DOMAIN} (?:est )?à vendre{_TAIL}",
    rf"(?:el |este )?dominio(?: {DOMAIN})? (?:está )?(?:en|a la) venta{_TAIL}",
    rf"{DOMAIN} (?:está )?(?:en|a la) venta{_TAIL}",
    rf"(?:il |questo )?dominio(?: {DOMAIN})? (?:è )?in vendita{_TAIL}",
    rf"{DOMAIN} (?:è )?in vendita{_TAIL}",
    rf"(?:o |este )?domínio(?: {DOMAIN})? (?:está )?à venda{_TAIL}",
    rf"{DOMAIN} (?:está )?à venda{_TAIL}",
    rf"(?:het |deze )?domein(?:naam)?(?: {DOMAIN})? (?:is |staat )?te koop{_TAIL}",
    rf"{DOMAIN} (?:is |staat )?te koop{_TAIL}",
    rf"(?:этот )?домен(?: {DOMAIN})? (?:продается|продаётся|на продаже|выставлен на продажу){_TAIL}",
    rf"{DOMAIN} (?:продается|продаётся){_TAIL}",
    rf"(?:ta )?domena(?: {DOMAIN})? (?:jest )?na sprzedaż{_TAIL}",
    rf"{DOMAIN} (?:jest )?na sprzedaż{_TAIL}",
    rf"(?:{DOMAIN} ?)?(?:该|此|本|您访问的)?(?:域名|網域)(?:正在|可|可以)?(?:出售|转让|待售|交易|轉讓).{{0,20}}",
    rf"{DOMAIN} ?(?:正在)?(?:出售|可?转让).{{0,20}}",
    r"(?:この)?ドメイン.{0,20}(?:販売|売り出し|お売り).{0,20}",
    rf"{DOMAIN} (?:alan adı )?satılık(?:tır)?{_TAIL}",
    rf"{DOMAIN} ?도메인(?:을|이)? ?(?:판매|매각).{{0,20}}",
)
#: Words of which one must stand in such a title, beside a domain's name.
SALE_SUBJECTS = (
    *("domain", "domein", "domín", "domini", "domen", "домен", "域名", "網域", "ドメイン", "도메인"),
    *("website", "web site", "web address", "webseite"),
)

#: Sentences that offer the domain; they count on a page that has little else.
SALE_SENTENCES: tuple[str, ...] = (
    (
        r"\b(?:buy|get|purchase|acquire|own|inquire about|interested in|make (?:an )?offer (?:on|for))"
        r" (?:this|the) (?:premium )?domain(?: name)?\b"
    ),
    (
        r"\b(?:this|the) (?:premium )?domain(?: name)? (?:\S+ )?(?:is|may be|could be|might be)"
        r" (?:listed )?(?:available )?(?:for|on) (?:sale|purchase)\b"
    ),
    r"\bdomain (?:may be|is) (?:for sale|available)\b",
    r"\bdomain name \S+ is available\b",
    r"\bmake (?:us )?an offer\b",
    r"\bsubmit (?:your |an )?offer\b",
    r"\bbuy now for \$",
    r"\bdomain price\b",
    r"\brelated searches\b",
    r"\bsponsored listings\b",
    r"\bdomain (?:kaufen|erwerben)\b",
    r"\b(?:domain|website|webseite) steht zum verkauf\b",
    r"\bacheter ce (?:nom de )?domaine\b",
    r"\bnom de domaine est (?:peut être )?à vendre\b",
    r"\bcomprar (?:este|o|el) dom[ií]nio\b",
    r"\bacquista (?:questo|il) dominio\b",
    r"\bkoop deze domein\w*",
    r"\bкупить (?:этот )?домен\b",
    r"\bkup (?:tę )?domenę\b",
    r"(?:购买|购得|收购|咨询)(?:此|该|本|这个)?域名",
    r"域名(?:正在)?(?:出售|转让|交易)",
    r"ドメインを(?:購入|買う)",
    r"도메인 구매",
)

#: Sentences of registrars about a domain that has no site.
REGISTRAR_SENTENCES: tuple[str, ...] = (
    r"\bparked (?:free|for free|page|domain)\b",
    r"\bis parked\b",
    r"\bcourtesy of\b.{0,30}\b(?:godaddy|registrar|hosting)",
    (
        r"\b(?:this|the) (?:domain|web ?page|website)(?: name)? (?:is|has been|was) (?:\w+ )?"
        r"(?:parked|registered (?:at|with|by|via|through))\b"
    ),
    r"\bdomain(?: name)? (?:has )?(?:recently |just )?(?:expired|been (?:recently )?registered)\b",
    r"\brenew (?:this|your) domain\b",
    r"\bdiese domain (?:wurde|ist) (?:\w+ )?(?:registriert|geparkt|reserviert)\b",
    r"\bce (?:nom de )?domaine (?:a été|est) (?:\w+ )?(?:enregistré|réservé|parqué|expiré)",
    r"\beste dominio (?:ha sido|está|fue) (?:\w+ )?(?:registrado|aparcado|caducado)",
    r"\bquesto dominio è (?:stato )?(?:registrato|parcheggiato|scaduto)",
    r"\bdeze domein(?:naam)? is (?:\w+ )?(?:geregistreerd|geparkeerd|gereserveerd)",
    r"\bдомен (?:\S+ )?(?:припаркован|зарегистрирован)",
    r"\bсрок регистрации домена\b",
    r"\bdomena (?:\S+ )?(?:została |jest )?(?:zaparkowana|zarejestrowana|utrzymywana)",
    r"域名(?:已|已经)?(?:过期|被注册|停放)",
    r"このドメインは.{0,20}(?:取得|登録|失効|期限)",
    r"도메인.{0,12}(?:만료|등록)",
)

#: Pages that stand where no site is: the whole title in the form of ``_error_words.plain``, and what else is on them.
PLACEHOLDERS: tuple[tuple[str, str], ...] = (
    (r"welcome to nginx.*", r"nginx web server is successfully installed"),
    (
        r"(?:apache2? (?:\w+ )?default page|test page for (?:the )?apache|apache http server test page).*",
        r"/var/www/html|default (?:welcome|web) page|test(?:ing)? (?:page|the proper operation)",
    ),
    (
        r"http server test page.*",
        r"powered by (?:centos|alma|rocky|red hat|fedora|apache|nginx)|test(?:ing)? (?:page|the proper operation)",
    ),
    (
        r"(?:iis ?(?:\d+|windows(?: server)?)|internet information services).*",
        r"iisstart|go\.microsoft\.com/fwlink|iis-85|welcome\.png",
    ),
    (
        r"(?:account|(?:this )?(?:site|website|web site)) (?:is |has been )?(?:suspended|disabled|deactivated).*",
        (
            r"(?:account|site|website) (?:\w+ )?(?:has been|is|was) (?:\w+ )?(?:suspended|disabled|deactivated)"
            r"|contact your (?:hosting provider|host)"
        ),
    ),
    (
        r"(?:default (?:web ?site|server|domain) page|default page|web server s default page|domain default page).*",
        r"cpanel|plesk|directadmin|hosting provider",
    ),
    (
        r"(?:.* )?(?:website expired|expired website|site expired).*",
        r"expired.{0,80}(?:owner|renew|log in)|squarespace",
    ),
    # A listing of a site's root that holds nothing but what the host puts into each: the site was wiped.
    (
        r"index of",
        r"\AIndex of /\s+(?:Name\s+Last modified\s+Size\s+Description\s+)?cgi-bin/[-\s\d:]*(?:\S*/?cgi-bin/\s*)?\Z",
    ),
    (r"apache is functioning normally", r"\A\s*Apache is functioning normally\s*\Z"),
    (
        r"(?:.* )?connectyourdomain|(?:.* )?looks like this domain isn t connected.*",
        r"isn.t connected to a website yet",
    ),
    (r"hello world|(?:your )?caddy(?: web server)? works.*", r"your (?:caddy )?web server is working"),
    (
        (
            r"(?:future home of something quite cool|(?:website )?coming soon|launching soon"
            r"|(?:site (?:is )?)?under construction)"
        ),
        (
            r"cpanel|plesk|godaddy|hostgator|bluehost|hostinger|if you(?: are|.re) the (?:web ?)?site(?:.s)? owner"
            r"|file manager|public_html|\bftp\b"
        ),
    ),
)

#: Words of gambling, pills and the like, by language. Two different ones in a headline are one sign.
GAMBLING: tuple[str, ...] = (
    (
        r"\b(?:casinos?|kasino|casinò|slots?|roulette|baccarat|blackjack|jackpots?|bet(?:s|ting)?|sportsbook|bookmakers?"
        r"|gambling|wagering|free ?spins?|no deposit|welcome bonus|bonus(?:es)?|poker ?(?:online|qq))\b"
    ),
    (
        r"\b(?:gacor|judi|togel|toto ?(?:macau|togel)|sbobet|maxwin|scatter|rtp (?:live|slot)|bandar(?:qq)?|domino ?qq"
        r"|link alternatif|agen|situs|daftar|deposit (?:pulsa|dana|qris))\b"
    ),
    (
        r"\b(?:bahis|iddaa|deneme bonusu|rulet|apuestas|tragamonedas|tragaperras|apostas|caça niqueis|scommesse"
        r"|paris sportifs|sportwetten|spielautomaten)\b"
    ),
    r"\b(?:казино|ставки|букмекер\w*|игровые автоматы|слоты|рулетка)\b",
    (
        r"\b(?:viagra|cialis|escorts?|porn\w*|xxx|payday loans?|replica (?:watches|handbags)|essay writing service"
        r"|cbd gummies|forex signals|online pharmacy)\b"
    ),
    r"\b\d?x?bet\d+\b|\b\d?xbet\b|\b(?:slot|togel|toto|poker|bet|win|qq|hoki)\d{2,4}\b",
    r"赌场|娱乐城|博彩|彩票|棋牌|真人|老虎机|百家乐|体育投注|足球投注|成人|オンラインカジノ|カジノ|パチンコ|スロット",
    r"카지노|바카라|토토|슬롯|คาสิโน|บาคาร่า|สล็อต|แทงบอล|พนัน|nhà cái|cá cược|nổ hũ|đánh bài",
)
#: Some of the above are ordinary words too, and prove nothing without one of the others.
ORDINARY = frozenset(
    {"slot", "slots", "bet", "bets", "betting", "bonus", "bonuses", "scatter", "agen", "situs", "daftar", "jackpot"}
    | {"jackpots", "blackjack", "roulette", "ставки", "成人", "真人", "棋牌", "彩票"}
)

#: Hosts where parked domains and offers live (docs/facts/soft-404.md#parked-domains). [U: those not named there.]
PARKING_HOSTS = frozenset(
    {"sedo.com", "sedo.de", "sedoparking.com", "dan.com", "afternic.com", "hugedomains.com", "bodis.com", "above.com"}
    | {"parkingcrew.net", "parkingcrew.com", "expireddomains.com", "expireddomains.net", "buydomains.com", "saw.com"}
    | {"domainmarket.com", "brandbucket.com", "undeveloped.com", "uniregistry.com", "parklogic.com", "skenzo.com"}
    | {"voodoo.com", "cashparking.com", "domainnamesales.com", "namebright.com", "dynadot.com", "epik.com", "atom.com"}
    | {"squadhelp.com", "perfectdomain.com", "namefind.com", "dropcatch.com", "snapnames.com", "park.io"}
    | {"mydomaincontact.com", "domaincntrol.com", "22.cn", "4.cn", "ename.com", "juming.com", "parked.gandi.net"}
    | {"parkingpage.namecheap.com", "parking.reg.ru", "expired.reg.ru", "parking.nic.ru", "parkpage.foundationapi.com"}
)
#: What only a parking service's pages hold in their source, in lower case.
PARKING_MARKS: tuple[str, ...] = (
    *("parkingcrew.", "sedoparking.com", "d38psrni17bvxu.cloudfront.net", "parking-lander", "lander_system"),
    *("bodis.com/", "parklogic.com", "above.com/marketplace", "cdn.dan.com", "dan.com/assets", "hugedomains.com/"),
    *("afternic.com/forsale", "afternic.com/listings", "skenzo.com", "adsense/domains/caf.js", "data-adblockkey"),
    *("window.park =", "window.park=", "parkingpage.namecheap.com", "reg.ru/domain/parked", "parking.reg.ru"),
    *("sedo.com/search/details", "sedo.com/services/parking", "domaincntrol.com", "domainmarket.com/buynow"),
    *("undeveloped.com/buy-domain", "mydomaincontact.com", "parkpage.foundationapi.com"),
)


_LONGEST_TITLE = 200


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_SALE_TITLES = _any_of(SALE_TITLES)
_SALE_SENTENCES = _any_of(SALE_SENTENCES)
_REGISTRAR_SENTENCES = _any_of(REGISTRAR_SENTENCES)
_GAMBLING = _any_of(GAMBLING)
_DOMAIN = re.compile(DOMAIN)
_PLACEHOLDERS = tuple((re.compile(title), re.compile(text, re.IGNORECASE)) for title, text in PLACEHOLDERS)
#: A page that does nothing but send its reader to the lander of the same domain [U: as GoDaddy's were seen to do].
_LANDER = re.compile(r"window\.(?:onload|location)[^<]{0,200}/lander", re.IGNORECASE)
_LANDER_BYTES = 2000
#: Parking services redirect to numbered subdomains (docs/facts/soft-404.md#parked-domains).
_NUMBERED = re.compile(r"ww\d{1,3}\.")


def parking_host(host: str) -> bool:
    """Tell whether a host belongs to a parking service or a dealer in domains."""
    return any(name in PARKING_HOSTS for name in domains_of(host))


def is_numbered_subdomain(host: str, of: str) -> bool:
    """Tell whether a host is a parking service's numbered subdomain (``ww25.``) of another host's domain."""
    found = _NUMBERED.match(host)
    return found is not None and of.removeprefix("www.") == host[found.end() :] and host != of


def parking_mark(low: str) -> str | None:
    """Give what a page's source, in lower case, holds of a parking service, or None."""
    found = next((mark for mark in PARKING_MARKS if mark in low), None)
    return found or ("/lander" if len(low) < _LANDER_BYTES and _LANDER.search(low) else None)


def sale_title(title: str) -> str | None:
    """Give the part of a title that offers a domain, or None."""
    for part in (title, *parts_of(title)):
        text = " ".join(re.sub(r"[^\w. -]", " ", part[:_LONGEST_TITLE].casefold()).split()).strip(" .-")
        if _SALE_TITLES.fullmatch(text) and (_DOMAIN.search(text) or any(s in text for s in SALE_SUBJECTS)):
            return part
    return None


def sale_sentence(text: str) -> str | None:
    """Give the words of a page that offer the domain, or None."""
    found = _SALE_SENTENCES.search(text)
    return found.group() if found else None


def registrar_sentence(text: str) -> str | None:
    """Give the words of a page that say that the domain is only registered, or None."""
    found = _REGISTRAR_SENTENCES.search(text)
    return found.group() if found else None


def placeholder_text(title: str) -> re.Pattern[str] | None:
    """Give the pattern of the text that goes with a placeholder's title, or None for any other title."""
    text = plain(title)
    return next((pattern for titles, pattern in _PLACEHOLDERS if titles.fullmatch(text)), None)


def gambling_words(text: str) -> tuple[str, ...]:
    """Give the different words of gambling and the like in a title, description or heading, at least two, or none."""
    found = tuple(dict.fromkeys(plain(word) for word in _GAMBLING.findall(text)))
    return found if len(found) > 1 and not ORDINARY.issuperset(found) else ()
