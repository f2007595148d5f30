"""Whether a link's text names the paper that a registry has under its URL. Pure.

Titles are compared as letters and digits only: TeX, markup, accents, punctuation and case are the writer's taste
(arXiv's API manual: titles come with raw LaTeX and line breaks). A text reports only if it clearly is a title itself;
"pdf", "Vaswani et al., 2017", "the original paper" and other languages say nothing about which paper is meant.
"""

from __future__ import annotations

import html
import re
import unicodedata
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property, lru_cache

from linkwarden.patterns import pattern
from linkwarden.records import dataclass


class Match(StrEnum):
    """What a link's text has to do with a registered title."""

    SAME = "same"  # it is the title, or has it in it, or is a good part of it
    UNSURE = "unsure"  # nothing can be said
    OTHER = "other"  # it is the title of something else


#: As much of a text or title is read; longer ones are paragraphs in a forgotten bracket.
_LONGEST = 400
#: Characters of a title, letters and digits only, below which finding it inside a text may be chance.
_TELLING = 12
#: How alike they are if they are versions of one title.
_ALIKE = 0.8
#: Words of its own that a text must have to be a title.
_WORDS_OF_A_TITLE = 4
#: As much of the shorter title's words may stand in the other one by chance; papers of one field share its words.
_CHANCE = 0.4
#: The part of a headline's long words that begin with capitals; some keep prepositions or a method's name small.
_HEADLINE = 0.7

_TEX_WORDS = pattern(r"\\(?:text|math|emph|it|bf|rm|sf|tt|sc|em|cal|bb|boldsymbol|operatorname|mbox)\w*\*?(?![a-zA-Z])")
_TEX_ACCENT = pattern(r"\\(?:[\"'`^~=.]|[uvHtcdbkr](?![a-zA-Z]))\s*\{?\\?([a-zA-Z])\}?")
_TEX_COMMAND = pattern(r"\\([a-zA-Z]+)")
_TAG = pattern(r"</?[a-zA-Z][^<>]{0,200}>")
_APOSTROPHE = pattern(r"(?<=\w)['\u2018\u2019\u02bc](?=\w)")
_TOKEN = pattern(r"[^\W_]+")

# What lists put before a title, in any order: "2014 - ", "[ResNet]:", "(CVPR 2016)", "1." "[SURVEY]".
_LIST_PREFIX = pattern(
    r"\A\W*(?:(?P<year>(?:19|20)\d\d)\b|\[[^\[\]]{1,40}\]|\([^()]{1,40}\)|(?:survey|review|paper)\s*(?=:))[\s:.,|*–—-]*",
    re.IGNORECASE,
)
_LIST_SUFFIX = pattern(
    r"[\s.,;:|–—-]*(?:\((?:[^()]{0,30}\W)?(?:19|20)\d\d\w?\)|\[[^\[\]]{1,20}\]|,?\s*(?:19|20)\d\d|\([\w\s-]{1,20}\))\s*\Z"
)
_AUTHORS = pattern(r"\bet\.?\s+al\b|\A(?:[A-Z]\.\s?-?)+\s*[A-Z]\w+\b")
_MOJIBAKE = pattern("\ufffd|â€|Ã.|Â.|‚[ÄÅ]|√[^\\s\\d]|ï¿½")


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


_STOP = _words(
    "a about after all an and any are as at be been between but by can do does for from get had has have how if"
    " in into is it its let may more most much near new no non not of off on one or out over per so some than that"
    " the their them then there these they this those to too towards toward two under until up us using via was we"
    " what when where which while who why will with within without you your"
)
#: Words that half the papers of a field have in their titles; to share them is no sign.
_COMMON = _words(
    "adaptive algorithm algorithms analysis application applications approach architecture architectures artificial"
    " automatic based better classification computer convolution convolutional data dataset datasets deep design"
    " detection efficient end estimation evaluation fast feature features framework fully general generation"
    " image images improved improving information intelligence language large learned learning level"
    " machine method methods model modeling modelling models multi network networks neural novel object objects"
    " optimization performance prediction problem problems processing real recognition representation"
    " representations research robust scale segmentation self semantic sequence shot simple single study supervised"
    " survey system systems task tasks time train training understanding unsupervised vision visual recurrent deeper"
    " generative adversarial video speech text natural localization dense regularization space"
)
#: Words of whoever writes about a paper, not of its title; "paper" also in "the original BERT paper".
_PROSE = _words(
    "abstract appendix archive article arxiv author authors award blog chapter click code demo described describes doc"
    " docs documentation download extended github here homepage implementation introduced journal link master official"
    " oral our original page paper papers pdf poster post ppt preprint presentation proposed published publication"
    " read readme repo repository see slides source spotlight student supplement supplemental supplementary thesis"
    " tutorial version website wikipedia workshop"
)
#: Titles that stand for a whole book or meeting, in which the paper that the text names may well be.
_CONTAINERS = _words(
    "advances conference encyclopedia handbook journal lecture notes proceedings symposium transactions volume workshop"
)
_FOREIGN = _words(
    "aan aber auch auf aus avec com como con da das de dei del della der des di die dos du een ein eine el en es est"
    " et fur gli het ich il im ist la las le les los mit na nach nel nella och os para pas per por pour qui sur"
    " sobre sous sul um uma un una und une van voor von zum zur"
)


@dataclass(frozen=True)
class Title:
    """A title, or a text that may be one, taken apart.

    Attributes:
        written: as written, on one line.
        words: its words in lower case without accents, letters and digits only, in order.
    """

    written: str
    words: tuple[str, ...]

    @cached_property
    def letters(self) -> str:
        """All words joined: hyphens and spaces are a matter of taste."""
        return "".join(self.words)

    @cached_property
    def significant(self) -> frozenset[str]:
        """Its words without those of every sentence, without numbers and single letters."""
        return frozenset(w for w in self.words if len(w) > 1 and w not in _STOP and not w.isdigit())


@lru_cache(maxsize=4096)  # a text is compared with many titles, and a title with many texts
def read(text: str) -> Title:
    """Take a title or a link's text apart, whatever markup it is in."""
    line = " ".join(html.unescape(text[:_LONGEST]).split())
    plain = _TEX_COMMAND.sub(r" \1 ", _TEX_WORDS.sub(" ", _TEX_ACCENT.sub(r"\1", _TAG.sub("", line))))
    plain = re.sub(r"[{}$\\~]", "", unicodedata.normalize("NFKC", plain))
    plain = _APOSTROPHE.sub("", plain)
    return Title(line, tuple(_TOKEN.findall("".join(map(_folded, plain)).casefold())))


@lru_cache(maxsize=4096)
def core(text: str) -> Title:
    """Take a link's text apart without the year, tag, venue and number that lists put around a title."""
    line = read(text).written
    while (found := _LIST_PREFIX.match(line)) and found.end() < len(line):
        line = line[found.end() :]
    while (found := _LIST_SUFFIX.search(line)) and found.start() > 0:
        line = line[: found.start()]
    return read(line)


def compare(text: str, title: str) -> Match:
    """Return whether a link's text names the paper with a title.

    Args:
        text: what the link is called in the list.
        title: what a registry calls the paper.
    """
    named, registered = core(text), read(title)
    if _is_named_by(text, registered) or _alike(named, registered) >= _ALIKE or _part_of(named, registered):
        return Match.SAME
    return Match.OTHER if _is_surely_a_title(text) and names_a_stranger(text, title) else Match.UNSURE


def names_a_stranger(text: str, title: str) -> bool:
    """Return whether a text that may be a title has nothing in common with a paper's title.

    That is no proof: methods and data sets have names of many words ("Gated Recurrent Unit Networks") that stand in no
    title of the paper that they come from. It is one if another paper has that very title.
    """
    registered = read(title)
    return _may_be_a_title(text) and _could_be_missed(registered) and _strangers(read(text), registered)


def shares_nothing(text: str, title: str) -> bool:
    """Return whether a text has not one word of a title, nor a form of one."""
    return not _shared(*sorted((read(text), read(title)), key=lambda t: len(t.significant)))


def is_exactly(text: str, title: str) -> bool:
    """Return whether a text is a title to the letter, but for what lists put around titles."""
    return read(title).letters in spellings(text)


def spellings(text: str) -> tuple[str, ...]:
    """Return the letters of the titles that a text may be: with and without what lists put around one.

    Too short ones are left out: to be called so may be chance.
    """
    found = dict.fromkeys((core(text).letters, read(text).letters))
    return tuple(letters for letters in found if len(letters) >= _TELLING)


def _is_named_by(text: str, registered: Title) -> bool:
    """Return whether a text plainly is a title, or a title with something around it."""
    whole, named = read(text).letters, core(text).letters
    if not registered.letters or not named:
        return False
    return registered.letters in (whole, named) or (
        len(registered.letters) >= 2 * _TELLING and registered.letters in whole
    )


def _folded(char: str) -> str:
    """Take the accent off a Latin letter; other scripts stay whole, where marks are letters."""
    if char.isascii():
        return char
    base = unicodedata.normalize("NFKD", char)[0]
    return base if base.isascii() and base.isalpha() else char


def _alike(a: Title, b: Title) -> float:
    """Return how much of two titles' letters is the same in the same order, from 0 to 1."""
    matcher = SequenceMatcher(None, a.letters, b.letters, autojunk=False)
    if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
        return 0.0
    return matcher.ratio()


def _part_of(named: Title, registered: Title) -> bool:
    """Return whether one is the other without its subtitle, its acronym or its authors."""
    shorter, longer = sorted((named.letters, registered.letters), key=len)
    return len(shorter) >= _TELLING and shorter in longer


def _may_be_a_title(text: str) -> bool:
    """Return whether a text can be nothing but a title, or the name of some thing, in English."""
    whole, named = read(text), core(text)
    if "://" in text or len(named.significant) < _WORDS_OF_A_TITLE or len(text) >= _LONGEST:
        return False
    words = set(whole.words)
    if words & _PROSE or words & _FOREIGN or not whole.letters.isascii():
        return False
    if _MOJIBAKE.search(text) or _AUTHORS.search(whole.written) or _is_names(named.written):
        return False
    return _has_year(text) or _is_headline(named.written)


def _is_surely_a_title(text: str) -> bool:
    """Return whether a text is longer than the names of things are, or has a form that only titles have."""
    named = core(text)
    formal = _has_year(text) or re.search(r"\w: \w", named.written) is not None
    return len(named.significant) >= _WORDS_OF_A_TITLE + (1 if formal else 2)


def _has_year(text: str) -> bool:
    """Return whether a text begins with a year and then with a capital, as lists of papers write titles."""
    found = _LIST_PREFIX.match(read(text).written)
    first = core(text).written[:1]
    return found is not None and found["year"] is not None and (first.isupper() or not first.isalpha())


def _is_headline(line: str) -> bool:
    """Return whether the long words of a line begin with capitals, as in a title and not in a remark."""
    long_words = [w for w in re.findall(r"[^\W\d_]{4,}", line) if w.lower() not in _STOP]
    return bool(long_words) and sum(word[0].isupper() for word in long_words) >= _HEADLINE * len(long_words)


def _is_names(line: str) -> bool:
    """Return whether a text is a list of authors: three or more short parts between commas."""
    parts = re.split(r",|;|&|\band\b", line)
    return len(parts) >= 3 and all(len(part.split()) <= 3 for part in parts)


def _could_be_missed(registered: Title) -> bool:
    """Return whether a registered title is such that a text about the paper would have some of its words."""
    if len(registered.significant) < _WORDS_OF_A_TITLE or not registered.letters.isascii():
        return False
    return not set(registered.words) & (_CONTAINERS | _FOREIGN)


def _strangers(named: Title, registered: Title) -> bool:
    """Return whether two titles have nothing in common but what titles of one field have."""
    few, many = sorted((named, registered), key=lambda t: len(t.significant))
    if not few.significant:
        return False
    shared = _shared(few, many)
    return not shared - _COMMON and len(shared) <= _CHANCE * len(few.significant)


def _shared(few: Title, many: Title) -> frozenset[str]:
    """Return the significant words of one title that the other has too, in whatever form."""
    return frozenset(
        w
        for w in few.significant
        if w in many.significant or (len(w) >= 6 and w in many.letters) or any(_related(w, o) for o in many.significant)
    )


def _related(a: str, b: str) -> bool:
    """Return whether two words are forms of one, or one with a slip: "networks", "convolutionnal"."""
    same = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        same += 1
    longest = max(len(a), len(b))
    if same >= 4 and same >= 0.6 * longest:
        return True
    return longest >= 6 and abs(len(a) - len(b)) <= 2 and SequenceMatcher(None, a, b, autojunk=False).ratio() >= 0.85
