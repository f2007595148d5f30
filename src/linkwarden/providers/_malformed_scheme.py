"""What is wrong with the beginning of an address, and which one was meant."""

from __future__ import annotations

import re

#: Schemes that are meant as they stand, though some look like a misspelt ``http`` (IANA's registry of URI schemes,
#: and what programs register for themselves). ``hxxp`` is how people write addresses that must not be clicked.
KNOWN = frozenset(
    """
    about acct aim apt attachment bitcoin blob callto cap chrome chrome-extension cid coap content cvs data dav dict
    did dns doi ed2k edge ethereum facetime feed file filesystem finger ftp ftps geo git git+http git+https git+ssh
    go gopher gs gtalk h323 hcp hdfs http http+unix https httpx hxxp hxxps iax icap im imap info intent ipfs ipn
    ipns ipp ipps irc irc6 ircs itms itms-apps jabber jar javascript jdbc jetbrains lastfm ldap ldaps lightning lftp
    magnet mailto maps market matrix message mid mms ms-settings msrp mtp mumble mvn mysql news nfs nntp notion ntp
    obsidian oci oid opera pack pkg pop pop3 postgres postgresql ptp qq redis res resource rmi rsync rtmp rtmps rtp
    rtsp s3 sftp sgn shttp sip sips skype slack smb sms smtp smtps snap snmp soap.beep spotify ssh steam stp stun
    stuns svn svn+http svn+https svn+ssh swh tag teams teamspeak tel telnet tftp tg thunder tp tv udp uftp unreal
    urn ut2004 uucp vbscript view-source vnc vscode vscode-insiders wais web+ap webcal webdav wechat weixin whatsapp
    ws wss xcode xmpp xri ymsgr zoommtg zoomus zotero
    """.split()  # noqa: SIM905 - a table of words is read more easily than a list of strings
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)\s*([:;])?(/{2,}|(?<=[:;])/)(.*)", re.DOTALL)
#: ``http`` spelt right, and what follows it spelt wrong.
_MARKS = re.compile(r"(https?)(?:\s*[:;]\s*[:;/\\]*|[.,]?//+)(.*)", re.IGNORECASE | re.DOTALL)
#: What gets in front of an address when it is copied together with its surroundings.
_JUNK = re.compile(
    r"(?:[\s\"'“”„‘’«»`<>(\[{\u200b-\u200f\u2060\ufeff\xad]|%20|%22|%3C|%E2%80%8B|%EF%BB%BF)+(?=https?://)",
    re.IGNORECASE,
)
_DOUBLED = re.compile(r"https?://(?:www\.)?(https?)(?::/*|/+)(.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"[^\s/?#@\\<>\"'(){}\[\]|^`,;:!]+\.[^\W\d_][^\s/?#@\\<>\"'(){}\[\]|^`,;:!.]*(?::\d+)?(?=[/?#]|\Z)")
_LONGEST = 12


def looks_like_host(text: str) -> bool:
    """Tell whether a text begins with a site's name: two parts or more, and no odd character."""
    return _HOST.match(text) is not None


def meant_by_scheme(url: str) -> str | None:
    """Give the address that was meant by one whose beginning is misspelt, or None if nothing is wrong with it.

    Args:
        url: an address that does not begin with ``http://`` or ``https://``.
    """
    junk = _JUNK.match(url)
    if junk:
        return url[junk.end() :]
    marks = _MARKS.match(url)
    if marks:
        return _joined(marks[1], marks[2])
    if url.startswith("://"):
        return _joined("https", url[3:])
    scheme = _SCHEME.match(url[:4096])
    if not scheme or (scheme[2] is None and not looks_like_host(scheme[4])):
        return None
    right = _nearest(scheme[1].lower())
    return _joined(right, url[scheme.start(4) :]) if right else None


def meant_by_doubling(url: str) -> str | None:
    """Give the address that was meant by ``http://https://x`` and its like, or None if it is none of them."""
    doubled = _DOUBLED.match(url)
    return _joined(doubled[1], doubled[2]) if doubled else None


def _joined(scheme: str, rest: str) -> str:
    rest = rest.lstrip("/\\ ")
    again = re.match(r"https?:/+", rest, re.IGNORECASE)
    return f"{again[0][:-1].rstrip('/')}//{rest[again.end() :]}" if again else f"{scheme.lower()}://{rest}"


def _nearest(name: str) -> str | None:
    """Give ``http`` or ``https``, whichever a misspelt scheme is nearer to, or None if it is near to neither."""
    if name in KNOWN or not 3 <= len(name) <= _LONGEST:
        return None
    if name.endswith(("http", "https")) and name.isalpha():
        return "https" if name.endswith("https") else "http"
    likely = "https" if "s" in name else "http"
    right = min(("http", "https"), key=lambda r: (_distance(name, r), r != likely))
    best = _distance(name, right)
    return right if best <= (2 if name.startswith(("ht", "hh", "hp", "th", "tt")) else 1) else None


def _distance(one: str, other: str) -> int:
    """Count the letters to add, drop, change or swap with their neighbour (optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
