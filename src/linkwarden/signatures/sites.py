"""Sites whose URLs end, each known by its host: Notion, GitHub, Discord, Meta, Airtable and more.

Sources and grades: docs/facts/signed-urls.md#sites. Units differ by site and are never
guessed: Notion's files and Airtable count milliseconds, Discord and Meta write hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from linkwarden.patterns import pattern
from linkwarden.signatures import instants, jwt
from linkwarden.signatures.model import Scheme, Signature, Status
from linkwarden.signatures.stores import dated

if TYPE_CHECKING:
    from linkwarden.url import Url

Reader = Callable[["Url"], Signature | None]


def _always(status: Status, why: str, *path: str, needs: tuple[str, ...] = ()) -> Reader:
    """Return the reader of a host whose URLs are all alike.

    Args:
        status: how they end.
        why: in words.
        path: the first segments that they have.
        needs: the parameters that they have.
    """

    def read(url: Url) -> Signature | None:
        if url.segments[: len(path)] != path or not url.has(*needs):
            return None
        return Signature(status=status, why=why)

    return read


# --- Notion ("File object": URLs are valid for an hour and must not be kept) ------------------


def _notion_file(url: Url) -> Signature | None:
    if not url.has("expirationTimestamp"):
        return None
    end = instants.unix_ms(url.one("expirationTimestamp"), "expirationTimestamp")
    return dated(end, "a Notion file link: expirationTimestamp (milliseconds)")


def _notion_img(url: Url) -> Signature | None:
    if not url.has("exp", "sig"):
        return None
    return dated(instants.unix(url.one("exp"), "exp"), "a Notion image link: exp (seconds)")


# --- GitHub ----------------------------------------------------------------------------------------


def _github_jwt(url: Url) -> Signature | None:
    token = jwt.decode(url.any_value("jwt"))
    if token is None:
        return None
    url.one("jwt")
    return jwt.read(token, "GitHub's token for this image")


# --- Discord ("Signed Attachment CDN URLs") --------------------------------------------------------


def _discord(url: Url) -> Signature | None:
    if url.segments[:1] not in (("attachments",), ("ephemeral-attachments",)):
        return None
    if not url.has("ex"):
        return Signature(
            status=Status.EPHEMERAL, why="Discord refuses attachment links without a signature outside Discord"
        )
    start = instants.unix_hex(url.one("is"), "is") if url.has("is") else None
    return dated(instants.unix_hex(url.one("ex"), "ex"), "a Discord attachment: ex (hexadecimal)", not_before=start)


def _slack(url: Url) -> Signature | None:
    if url.segments[:1] != ("files-pri",) or url.has("pub_secret"):
        return None
    return Signature(status=Status.AUTH_REQUIRED, why="Slack shows this file to members of the workspace only")


# --- Meta, LinkedIn, ByteDance, Google, Patreon ----------------------------------------------------


def _meta(url: Url) -> Signature | None:
    if not url.has("oe", "oh"):
        return None
    return dated(instants.unix_hex(url.one("oe"), "oe"), "an image of Facebook or Instagram: oe (hexadecimal)")


def _lookaside(url: Url) -> Signature | None:
    if not url.has("ext"):
        return None
    return dated(instants.unix(url.one("ext"), "ext"), "an image of Facebook or Instagram: ext")


_LINKEDIN_NEVER = "2147483647"


def _linkedin(url: Url) -> Signature | None:
    if not url.has("e", "v", "t"):
        return None
    end = url.one("e")
    return dated(instants.unix(end, "e"), "a LinkedIn image: e", sentinel=end == _LINKEDIN_NEVER)


def _bytedance(url: Url) -> Signature | None:
    if not url.has("x-expires", "x-signature"):
        return None
    return dated(instants.unix(url.one("x-expires"), "x-expires"), "signed for ByteDance's CDN: x-expires")


_TIKTOK = pattern(r"[0-9a-f]{32}/([0-9a-f]{8})/video/tos/.*", re.DOTALL)


def _tiktok_path(url: Url) -> Signature | None:
    match = _TIKTOK.fullmatch("/".join(url.segments))
    if not match:
        return None
    end = instants.unix_hex(match[1], "the path")
    # One sample only stands behind this form.
    return dated(end, "a TikTok video: the second part of its path (hexadecimal)", low_confidence=True)


def _googlevideo(url: Url) -> Signature | None:
    if not url.has("expire"):
        return None
    remark = "It was also made for one reader's IP address, so others are refused earlier."
    remarks = (remark,) if url.has("ip") else ()
    return dated(instants.unix(url.one("expire"), "expire"), "YouTube's own media URL: expire", remarks=remarks)


_PATREON_NEVER = "2145916800"


def _patreon(url: Url) -> Signature | None:
    if not url.has("token-time", "token-hash"):
        return None
    end = url.one("token-time")
    return dated(instants.unix(end, "token-time"), "a Patreon file: token-time", sentinel=end == _PATREON_NEVER)


# --- Airtable, Kaggle, Linear, SharePoint ----------------------------------------------------------

_AIRTABLE = pattern(r"v[0-9]+/(?:[^/]+/)?[0-9]+/[0-9]+/([0-9]{13})/.*", re.DOTALL)


def _airtable(url: Url) -> Signature | None:
    match = _AIRTABLE.fullmatch("/".join(url.segments))
    if not match:
        return Signature(status=Status.EPHEMERAL, why="Airtable's file links last a few hours")
    return dated(instants.unix_ms(match[1], "the path"), "an Airtable file: the 13 digits in its path (milliseconds)")


def _kaggle_notebook(url: Url) -> Signature | None:
    if url.segments[:1] != ("kf",):
        return None
    return Signature(status=Status.EPHEMERAL, why="a notebook's output at Kaggle; its end is encrypted in the URL")


def _linear(url: Url) -> Signature | None:
    if url.has("signature"):
        return None  # a token, read as such
    return Signature(status=Status.AUTH_REQUIRED, why="Linear shows this file to members of the workspace only")


def _sharepoint(url: Url) -> Signature | None:
    if not url.has("tempauth"):
        return None
    token = jwt.decode(url.one("tempauth"))
    if token is None:
        return Signature(
            status=Status.EPHEMERAL, why="a SharePoint download link lasts about an hour; its end cannot be read"
        )
    return jwt.read(token, "SharePoint's token in the URL")


# --- Google Docs and Drive -------------------------------------------------------------------------


def _google_docs(url: Url) -> Signature | None:
    if not url.host.startswith("lh") or url.segments[:1] != ("docsz",):
        return None
    return Signature(
        status=Status.EPHEMERAL, why="an image inside a Google document; such links last about half an hour"
    )


def _google_thumbnail(url: Url) -> Signature | None:
    if not re.fullmatch(r"encrypted-tbn[0-9]?\.gstatic\.com", url.host) or url.segments[:1] != ("images",):
        return None
    if not (url.any_value("q") or "").startswith("tbn:"):
        return None
    return Signature(
        status=Status.FRAGILE, why="a thumbnail from Google's image search, kept for as long as Google likes"
    )


def _drive_embed(url: Url) -> Signature | None:
    if url.segments[:1] != ("uc",) or not url.params:
        return None
    return Signature(status=Status.FRAGILE, why="Google Drive stopped showing images under this form of URL in 2024")


def _dropbox(url: Url) -> Signature | None:
    if not url.host.startswith("uc") or url.segments[:3] != ("cd", "0", "get"):
        return None
    return Signature(status=Status.EPHEMERAL, why="a temporary Dropbox link, which lasts four hours")


def _telegram(url: Url) -> Signature | None:
    if url.segments[:1] != ("file",) or len(url.segments) < 2 or not url.segments[1].startswith("bot"):
        return None
    return Signature(
        status=Status.EPHEMERAL,
        why="Telegram promises file links for an hour",
        remarks=("The URL gives away a bot's token: whoever reads the list can act as that bot. Revoke it.",),
    )


_NOTION_PROXY = "Notion's image proxy works only while the page is public"
_PRIVATE_RAW = "it carries a short-lived token for a private repository"
_REPLICATE = "Replicate removes what its models make after about an hour"
_RAW_HOSTS = ("raw.githubusercontent.com", "codeload.github.com", "media.githubusercontent.com")

SCHEMES: tuple[Scheme, ...] = (
    Scheme(id="notion-file", read=_notion_file, only_on=("file.notion.so",), secrets=("signature",)),
    Scheme(id="notion-img", read=_notion_img, only_on=("img.notionusercontent.com",), secrets=("sig",)),
    Scheme(
        id="notion-image-proxy",
        read=_always(Status.FRAGILE, _NOTION_PROXY, "image"),
        only_on=("notion.so", "www.notion.so"),
    ),
    Scheme(id="github-jwt", read=_github_jwt, only_on=("private-user-images.githubusercontent.com",), secrets=("jwt",)),
    Scheme(
        id="github-raw-token",
        read=_always(Status.EPHEMERAL, _PRIVATE_RAW, needs=("token",)),
        only_on=_RAW_HOSTS,
        secrets=("token",),
    ),
    Scheme(id="discord-cdn", read=_discord, only_on=("cdn.discordapp.com", "media.discordapp.net"), secrets=("hm",)),
    Scheme(id="slack-private", read=_slack, only_on=("files.slack.com",)),
    Scheme(id="meta-cdn", read=_meta, only_on=("*.fbcdn.net", "*.cdninstagram.com"), secrets=("oh",)),
    Scheme(id="meta-lookaside", read=_lookaside, only_on=("*.fbsbx.com",), secrets=("hash", "signature")),
    Scheme(id="linkedin-media", read=_linkedin, only_on=("*.licdn.com",), secrets=("t",)),
    Scheme(id="bytedance-cdn", marks=("x-signature",), read=_bytedance, secrets=("x-signature",)),
    Scheme(
        id="bytedance-cdn",
        read=_tiktok_path,
        only_on=("*.tiktokcdn.com",),
        secret_part=pattern(r"/([0-9a-f]{32})/[0-9a-f]{8}/video/"),
    ),
    Scheme(
        id="airtable",
        read=_airtable,
        only_on=("*.airtableusercontent.com",),
        secret_part=pattern(r"/[0-9]{13}/([^?#]+)"),
    ),
    Scheme(
        id="dropbox-temp",
        read=_dropbox,
        only_on=("*.dl.dropboxusercontent.com",),
        secret_part=pattern(r"/cd/0/get/([^/?#]+)"),
    ),
    Scheme(id="google-ephemeral", read=_google_docs, only_on=("*.googleusercontent.com",), secrets=("key",)),
    Scheme(id="google-drive-embed", read=_drive_embed, only_on=("drive.google.com",)),
    Scheme(id="google-thumbnail", read=_google_thumbnail, only_on=("*.gstatic.com",)),
    Scheme(id="googlevideo", read=_googlevideo, only_on=("*.googlevideo.com",), secrets=("sig", "lsig", "signature")),
    Scheme(id="patreon", read=_patreon, only_on=("*.patreonusercontent.com",), secrets=("token-hash",)),
    Scheme(
        id="sharepoint-tempauth",
        read=_sharepoint,
        only_on=("*.sharepoint.com", "my.microsoftpersonalcontent.com"),
        secrets=("tempauth",),
    ),
    Scheme(id="linear", read=_linear, only_on=("uploads.linear.app",)),
    Scheme(
        id="kaggle-kf",
        read=_kaggle_notebook,
        only_on=("*.kaggleusercontent.com",),
        secret_part=pattern(r"/kf/[0-9]+/([^/?#]+)"),
    ),
    Scheme(id="replicate", read=_always(Status.EPHEMERAL, _REPLICATE), only_on=("*.replicate.delivery",)),
    Scheme(
        id="telegram-file", read=_telegram, only_on=("api.telegram.org",), secret_part=pattern(r"/file/bot([^/?#]+)")
    ),
)
