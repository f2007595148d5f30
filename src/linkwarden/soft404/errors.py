"""Tells a text that is nothing but an error message from one that is about errors, in thirty languages.

A title or heading counts only as a whole: what is left after the core of the message ("not found") and the small
words around it ("sorry, the page …") are taken away must be nothing. "How to fix error 404 pages" leaves "how to fix".
Phrase lists over whole pages misfire (docs/facts/soft-404.md#phrases-misfire), so nothing else is ever matched here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Cores of error messages, by language; patterns over what ``plain`` gives.
CORES: dict[str, str] = {
    "any": r"(?:error |http |status |code |e )*404|404(?: error)?|410 gone|error 410",
    "en": r"not (?:be |been |currently )?(?:found|located)|(?:can ?not|could ?n ?o?t|can t|couldn t|unable to)"
    r" (?:be |seem to |to )?(?:found|find|locate|located)(?: that| this| the)?|(?:does|did|do) ?n(?:o"
    r"| )?t (?:seem to )?exist"
    r"|no longer (?:exists?|available|here|active|online|with us|published)|no such (?:page|file|article)"
    r"|(?:page|file|content|document|article|post|url|video|item|link|resource|entry) (?:\w+ ){0,4}"
    r"(?:unavailable|not available|isn t available|isn t here|removed|deleted|missing|gone|moved|lost|withdrawn"
    r"|expired)"
    r"|(?:missing|lost|unknown|invalid) (?:page|url)|nothing (?:was )?(?:found|to see|here)|page (?:error|not here)"
    r"|dead end|lost in space|you(?: seem to be| are| ve| have)? (?:got )?lost|is ?n ?t here(?: anymore)?",
    "de": r"nicht (?:mehr )?(?:gefunden|vorhanden|auffindbar|verfügbar|finden)|existiert (?:leider )?nicht(?: mehr)?"
    r"|gibt es (?:leider )?nicht(?: mehr)?|wurde (?:entfernt|gelöscht)",
    "fr": r"introuvable|n existe (?:pas|plus)|inexistante?|n (?:a|est) pas (?:pu être |été )?(?:trouvée?|disponible)"
    r"|(?:non|pas) trouvée?|n est plus disponible|a été supprimée?",
    "es": (
        r"no (?:se )?(?:ha |ha sido |fue |pudo |puede |pudo ser |hemos )?(?:encontrad[oa]|encontrar|encontró"
        r"|encuentra|encontramos|localizad[oa])|(?:ya )?no existe|(?:ya )?no está disponible"
    ),
    "pt": (
        r"n[ãa]o (?:foi |pode ser |p[ôo]de ser )?(?:encontrad[oa]|encontramos|localizad[oa])|n[ãa]o existe(?: mais)?"
    ),
    "it": r"non (?:è |e |è stata |è stato )?(?:trovat[oa]|disponibile|presente)|non esiste(?: più)?|inesistente",
    "nl": r"niet (?:meer )?(?:gevonden|beschikbaar|vinden)|bestaat (?:helaas )?niet(?: meer)?",
    "sv": (
        r"(?:kunde |kan |gick )?inte (?:att )?(?:hittas|hitta)|hittades (?:tyvärr )?inte"
        r"|finns (?:tyvärr )?inte(?: längre)?|hittar inte"
    ),
    "da-no": (
        r"ikke (?:fundet|findes|funnet|finnes|finde|finne)|(?:findes|finnes) (?:desværre |dessverre )?ikke(?: mer)?"
    ),
    "fi": r"ei (?:valitettavasti )?(?:löydy|löytynyt|ole olemassa)",
    "pl": r"nie (?:została |został |zostało )?(?:znaleziono|odnaleziono|znalezion[ay]|odnalezion[ay]|istnieje)"
    r"|nie (?:można |możemy )(?:znaleźć|odnaleźć)",
    "cs-sk": r"nebyla? nalezena?|nenalezen[ao]?|neexistuj[ei]|(?:nebola |ne)nájdená|sa nenašla|nenašli",
    "hu": r"nem (?:található|létezik|találtuk|találjuk|elérhető)",
    "ro": r"nu (?:a fost|poate fi) găsită|nu (?:mai )?există|negăsită|inexistentă",
    "bg": r"не (?:е |беше )?(?:намерена|съществува|открита)",
    "ru": (
        r"не (?:была )?(?:найден[аоы]?|существует|обнаружен[ао]?)|не удалось найти|(?:больше )?нет на сайте"
        r"|(?:была )?удалена"
    ),
    "uk": r"не (?:було )?(?:знайден[аоі]|існує)",
    "el": r"δεν (?:βρέθηκε|υπάρχει|μπορεί να βρεθεί)",
    "tr": r"bulunamad[ıi]|bulunamam[ıi][şs]t[ıi]r|mevcut de[ğg]il|bulunmuyor",
    "ar": r"غير (?:موجودة?|متوفرة?|متاحة?)|لم يتم العثور(?: على)?|لا يمكن العثور(?: على)?",
    "he": r"לא נמצאה?|לא קיימ?ת?|אינו קיים|לא נמצא",
    "fa": r"یافت نشد|پیدا نشد|وجود ندارد",
    "hi": r"नहीं मिल[ाी]|मौजूद नहीं",
    "th": r"ไม่พบ(?:หน้า|เพจ)?",
    "vi": r"không (?:tìm thấy|tồn tại|tìm được)",
    "id": r"tidak (?:dapat )?(?:ditemukan|dijumpai|tersedia|wujud)",
    "zh": r"(?:页面|网页|内容|文章|文档|帖子|商品|视频|文件|頁面|網頁|地址|链接)(?:已|被|可能|已经)*"
    r"(?:删除|移除|刪除|走丢了|丢失|不见了|失效|飞走了)"
    r"|(?:页面|网页|頁面|網頁|内容|文章|文档|文件|地址)(?:并)?(?:未找到|找不到(?:了|啦)?|没有找到|無法找到|无法找到)"
    r"|(?:找不到|未找到|没有找到|无法找到|無法找到|查無此?)"
    r"(?:了|该|此|您|你|要|的|所|请求|訪問|访问|查看|浏览|這個|这个)*(?:页面|网页|頁面|網頁|文件|页|頁|内容)"
    r"|不存在",
    "ja": r"(?:見つかりません|みつかりません|見つけられません|存在しません|ございません|ありません)(?:でした)?"
    r"|削除されました|移動または削除",
    "ko": r"찾을 수 ?(?:없습니다|없음|없어요|없는 페이지)"
    r"|존재하지 않(?:습니다|는 ?페이지(?:입니다)?)|없는 페이지(?:입니다)?",
}
#: Small words around the core, by language. They are taken away after it.
FILLERS = """
the this that these a an page pages webpage file document url site website web resource object article post content
item product video entry link address requested request you your we i we re were are is was be been have has had ve
re
looking look for to at on in from here there it its s t or and but of our us can could does do did not no exist
exists any
more anymore longer error errors message http https status code oops ooops whoops woops ooh oh uh ah sorry sadly
unfortunately apologies hmm yikes ouch well seems appears seem may might server client tried trying reach access
view find
with by has moved removed deleted or changed its name gone lost temporarily perhaps something went wrong seeking
directory thing wanted want exact what 1
topic thread user profile member account record story question event listing job ad
die der das diese dieser dieses angeforderte gesuchte gewünschte aufgerufene angegebene seite webseite internetseite
datei adresse
inhalt dokument artikel beitrag leider wurde konnte konnten kann werden ist es hier fehler fehlerseite fehlermeldung
nicht
mehr sie wir suchen suchten haben auf dem dieser server von hoppla ups huch entschuldigung tut uns leid ihre ihrer
anfrage
la le les l cette ce cet que vous nous recherchez recherchiez cherchez cherchée demandez demandée demandé demandee
recherchée recherché
erreur oups désolé désolée désolés est a pas n adresse fichier contenu sommes ou été ici sur
el los las página pagina páginas que busca buscas buscaba buscabas estás está estas buscando lo sentimos error ups
vaya esta este
archivo documento dirección solicitada solicitado artículo contenido sitio recurso ya se ha intenta acceder
o a os as você procura procurando procurava procurou erro ops desculpe arquivo conteúdo solicitada solicitado foi
mais esta
il che stai cercando cercata cercavi cerchi richiesta richiesto errore ops spiacenti ci dispiace questa siamo più è
stata
de het deze die u je zoekt zocht gezochte opgevraagde kon kan worden werd helaas fout foutmelding oeps bestand
webpagina pagina
sidan sida sidorna du söker sökte letar efter den som fel felmeddelande tyvärr hoppsan artikeln filen kunde kan vi
siden side du leder letter ser søger søkte etter efter som fejl feil desværre dessverre beklager den artikkelen blev
ble kunne vi
sivua sivu hakemaasi etsimääsi virhe valitettavasti hups pyytämääsi sivustolta
strona strony stronę szukana szukanej której szukasz podana podany podanej taka takiej błąd ups przepraszamy
niestety plik adres
stránka stránku strana požadovaná hledaná hľadaná chyba omlouváme se je nám líto bohužel bohužiaľ tato soubor jsme
az a oldal lap keresett kért hiba sajnáljuk sajnos ez fájl
pagina căutată solicitată eroare ne pare rău pe care o cauți această
страницата търсената грешка съжаляваме
страница страницу страницы запрашиваемая запрошенная такая такой данная эта вы искали ищете которую ошибка извините
к сожалению
документ файл адрес на сервере упс ой была или по этому адресу
сторінка сторінку сторінки запитана запитувана таку така помилка вибачте на жаль ця ой
η σελίδα που ζητήσατε αναζητάτε ζητάτε σφάλμα λυπούμαστε
sayfa sayfası aradığınız aradiginiz istediğiniz hata üzgünüz üzgünüm maalesef dosya içerik ulaşmaya çalıştığınız
الصفحة صفحة المطلوبة التي تبحث عنها خطأ عذرا هذه
העמוד הדף שחיפשת דף שגיאה מצטערים אופס המבוקש
صفحه مورد نظر شما خطا متاسفانه این متأسفانه
पृष्ठ पेज यह क्षमा करें त्रुटि आप जिस
trang lỗi rất tiếc bạn tìm yêu cầu này xin đang
halaman yang anda cari maaf galat kesalahan ini laman
페이지를 페이지가 페이지 요청하신 요청한 죄송합니다 오류 해당 에러 입니다 찾으시는
"""
#: The same for scripts without spaces, taken away wherever they stand, longest first.
WIDE_FILLERS = """
文档 帖子 主题 商品 用户 视频 链接 删除 移除 該当する 該当の 該当
您所访问的 您访问的 你访问的 您要访问的 您请求的 您查看的 您要找的 您要查看的 您找的 你要找的 所访问的 访问的
请求的 您要 抱歉 对不起 對不起 很 非常 哎呀 糟糕 页面 网页 頁面 網頁 内容 文章 文件 页 该 此 啊 哦 呀 了 已 的
您 你 出错 错误提示 错误 錯誤 提示 信息 可能 或 被 暂时 尋找 您尋找的 您要找 お探しの お探し ご指定の 指定された
指定の アクセスしようとした アクセスした ページ ファイル 記事 申し訳ございません 申し訳ありません 申し訳 エラー
が は を の または もしくは 既に すでに に こちら この URL หน้าที่คุณต้องการ หน้าที่คุณกำลังค้นหา หน้าที่ต้องการ
หน้าเว็บ หน้านี้ หน้า ที่คุณ ต้องการ ขออภัย เพจ
"""
NO_HITS = (
    r"(?:sorry )?(?:no|0|zero) (?:search )?(?:results?|matches|hits|posts|entries)(?: (?:were "
    r"|was )?found)?(?: (?:for|matching) .*)?"
    r"|nothing (?:was )?found(?: for .*)?|your search .{0,60}(?:did not match|returned no|no results).*"
    r"|(?:leider )?keine (?:such)?(?:ergebnisse|treffer)(?: .*)?|aucun résultat(?: .*)?|(?:sin|no hay"
    r"|no se encontraron) resultados(?: .*)?"
    r"|nenhum resultado(?: .*)?|nessun risultato(?: .*)?|geen resultaten(?: .*)?|brak wyników(?: .*)?"
    r"|(?:по вашему запросу )?ничего не найдено(?: .*)?|нет результатов(?: .*)?|sonuç bulunamadı(?: .*)?"
    r"|(?:抱歉)?(?:没有找到|未找到|沒有找到)(?:相关|與|与)?.{0,20}(?:结果|結果|内容)?"
    r"|検索結果 ?0 ?件.*|검색 결과가 없습니다.*"
)
#: "Not now": the site itself says that it will be back, so nothing is known about the page.
LATER = (
    r"(?:site |website |system |server |scheduled |we are |we re |currently )*(?:down for |under "
    r"|undergoing )?(?:scheduled |site )?"
    r"maintenance(?: mode| in progress| work| page)?|(?:we ll |we will |will )be (?:right )?back (?:soon|shortly"
    r"|later)"
    r"|(?:http |error )*(?:500|502|503|504)(?: error)?(?: internal server error| bad gateway"
    r"| service (?:temporarily )?unavailable"
    r"| gateway time ?out)?|(?:internal server error|bad gateway|service (?:temporarily )?unavailable"
    r"|temporarily (?:down|unavailable|offline))"
    r"|error establishing a database connection|wartungs(?:arbeiten|modus|seite)|wir sind (?:gleich|bald) zurück"
    r"|(?:site |page )?en maintenance|(?:sitio )?en mantenimiento|em manutenção|in manutenzione|технические работы"
    r"|(?:网站|系統|系统)?(?:维护中|維護中)|(?:ただいま)?メンテナンス中(?:です)?"
    r"|점검 ?중(?:입니다)?|prace konserwacyjne|bakım(?:da| çalışması)?"
)


_SPLIT = re.compile(r"\s+[-\u2010-\u2015|·•»«›‹:/\\~]+\s+|\s*[|»«›·•]\s*|\s*::\s*|:\s+|\s+[-\u2013\u2014]\s*")
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_CORE = re.compile("|".join(f"(?:{core})" for core in CORES.values()))
_CORE_IN_WORDS = re.compile(rf"(?<!\w)(?:{_CORE.pattern})(?!\w)")
#: How many characters may be left of a message in a script without spaces.
_LEFT_OVER = 2
#: A site's name in a title has no more words than this; more are a sentence, and the page is about something.
_NAME_WORDS = 5
_LONGEST = 160
#: How the subject of a reply or a forwarded message begins: what it quotes was said of something else.
_REPLY = re.compile(
    r"\s*(?:re|aw|sv|vs|rv|antw|odp|fwd?|wg|tr|回复|回覆|答复|转发|回信)\s*(?:\[\d+\])?\s*[:\uff1a]", re.IGNORECASE
)
_ASCII_MARKS = {code: " " for code in range(128) if not chr(code).isalnum()}


@lru_cache(maxsize=256)
def plain(text: str) -> str:
    """Give a text in lower case, without marks of punctuation, words one blank apart (Unicode NFKC, casefold)."""
    if text.isascii():  # most are, and this is ten times as fast
        return " ".join(text[:1000].lower().translate(_ASCII_MARKS).split())
    folded = unicodedata.normalize("NFKC", text[:1000]).casefold().replace("\u0307", "")
    kept = (char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in folded)
    return " ".join("".join(kept).split())


_WIDE_FILLER = re.compile("|".join(sorted((plain(word) for word in WIDE_FILLERS.split()), key=len, reverse=True)))
_FILLER_WORDS = frozenset(plain(word) for word in FILLERS.split())


def parts_of(title: str) -> list[str]:
    """Cut a title at the marks that part a page's name from its site's: bars, dashes, dots, colons."""
    return [part.strip() for part in _SPLIT.split(title) if part and part.strip()]


@lru_cache(maxsize=1024)  # the pages of a site share their title's parts
def is_error_text(text: str, names: tuple[str, ...] = ()) -> bool:
    """Tell whether a text is an error message of the "there is no such page" sort and nothing else.

    Args:
        text: a title's part or a heading.
        names: words that may stand in it besides, such as the site's name.
    """
    words = plain(text)
    if not words or len(words) > _LONGEST or _REPLY.match(text):
        return False
    spaceless = _SPACELESS.search(words) is not None
    core = _CORE if spaceless else _CORE_IN_WORDS
    left, count = core.subn(" ", words)
    if not count:
        return False
    allowed = _FILLER_WORDS | {plain(name) for name in names}
    rest = "".join(word for word in left.split() if word not in allowed)
    if not spaceless:
        return not rest
    rest = _WIDE_FILLER.sub("", rest)
    return len(rest) <= _LEFT_OVER and not any(char.isascii() for char in rest)


def speaks_of_errors(text: str) -> bool:
    """Tell whether an error message stands anywhere in a text, as in the title of a song or of a guide."""
    words = plain(text)
    return (_CORE if _SPACELESS.search(words) else _CORE_IN_WORDS).search(words) is not None


@lru_cache(maxsize=1024)
def error_part(title: str, names: tuple[str, ...] = ()) -> str | None:
    """Give the part of a title that is an error message, if the rest is no more than a site's name, else None."""
    if is_error_text(title, names):
        return title
    if _REPLY.match(title):
        return None
    parts = parts_of(title)
    for part in parts:
        if is_error_text(part, names):
            others = [p for p in parts if p != part and not is_error_text(p, names)]
            return part if all(_is_name(other) for other in others) else None
    return None


def says_no_hits(text: str) -> bool:
    """Tell whether a title's part or a heading says that a search found nothing."""
    return any(re.fullmatch(NO_HITS, plain(part)) for part in (text, *parts_of(text)))


def says_later(text: str) -> bool:
    """Tell whether a title's part or a heading says that the site is down and will be back."""
    return any(re.fullmatch(LATER, plain(part)) for part in (text, *parts_of(text)))


def _is_name(part: str) -> bool:
    words = plain(part)
    return len(words.split()) <= _NAME_WORDS and not (_SPACELESS.search(words) and len(words) > 3 * _NAME_WORDS)
