"""Sites whose addresses end, each known by its host: Notion, GitHub, Discord, Meta, Airtable and more.

Sources and grades: docs/facts/signed-urls.md#sites. Units differ by site and are never
guessed: Notion's files and Airtable count milliseconds, Discord and Meta write hexadecimal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from linkwarden.providers.offline.signed import instants, jwt
from linkwarden.providers.offline.signed.address import Scheme, Signature, Status
from linkwarden.providers.offline.signed.stores import dated

if TYPE_CHECKING:
    from linkwarden.providers.offline.signed.address import Address

Reader = Callable[["Address"], Signature | None]


def _always(status: Status, why: str, *path: str, needs: tuple[str, ...] = ()) -> Reader:
    """Make the reader of a host whose addresses are all alike.

    Args:
        status: how they end.
        why: in words.
        path: the first segments that they have.
        needs: the parameters that they have.
    """

    def read(address: Address) -> Signature | None:
        if address.segments[: len(path)] != path or not address.has(*needs):
            return None
        return Signature(status=status, why=why)

    return read


# --- Notion ("File object": addresses are valid for an hour and must not be kept) ------------------


def _notion_file(address: Address) -> Signature | None:
    if not address.has("expirationTimestamp"):
        return None
    end = instants.unix_ms(address.one("expirationTimestamp"), "expirationTimestamp")
    return dated(end, "a Notion file link: expirationTimestamp (milliseconds)")


def _notion_img(address: Address) -> Signature | None:
    if not address.has("exp", "sig"):
        return None
    return dated(instants.unix(address.one("exp"), "exp"), "a Notion picture link: exp (seconds)")


# --- GitHub ----------------------------------------------------------------------------------------


def _github_jwt(address: Address) -> Signature | None:
    token = jwt.decode(address.any_value("jwt"))
    if token is None:
        return None
    address.one("jwt")
    return jwt.read(token, "GitHub's token for this picture")


# --- Discord ("Signed Attachment CDN URLs") --------------------------------------------------------


def _discord(address: Address) -> Signature | None:
    if address.segments[:1] not in (("attachments",), ("ephemeral-attachments",)):
        return None
    if not address.has("ex"):
        return Signature(
            status=Status.EPHEMERAL, why="Discord refuses attachment links without a signature outside Discord"
        )
    start = instants.unix_hex(address.one("is"), "is") if address.has("is") else None
    return dated(instants.unix_hex(address.one("ex"), "ex"), "a Discord attachment: ex (hexadecimal)", not_before=start)


def _slack(address: Address) -> Signature | None:
    if address.segments[:1] != ("files-pri",) or address.has("pub_secret"):
        return None
    return Signature(status=Status.AUTH_REQUIRED, why="Slack shows this file to members of the workspace only")


# --- Meta, LinkedIn, ByteDance, Google, Patreon ----------------------------------------------------


def _meta(address: Address) -> Signature | None:
    if not address.has("oe", "oh"):
        return None
    return dated(instants.unix_hex(address.one("oe"), "oe"), "a picture of Facebook or Instagram: oe (hexadecimal)")


def _lookaside(address: Address) -> Signature | None:
    if not address.has("ext"):
        return None
    return dated(instants.unix(address.one("ext"), "ext"), "a picture of Facebook or Instagram: ext")


_LINKEDIN_NEVER = "2147483647"


def _linkedin(address: Address) -> Signature | None:
    if not address.has("e", "v", "t"):
        return None
    end = address.one("e")
    return dated(instants.unix(end, "e"), "a LinkedIn picture: e", sentinel=end == _LINKEDIN_NEVER)


def _bytedance(address: Address) -> Signature | None:
    if not address.has("x-expires", "x-signature"):
        return None
    return dated(instants.unix(address.one("x-expires"), "x-expires"), "signed for ByteDance's CDN: x-expires")


_TIKTOK = re.compile(r"[0-9a-f]{32}/([0-9a-f]{8})/video/tos/.*", re.DOTALL)


def _tiktok_path(address: Address) -> Signature | None:
    match = _TIKTOK.fullmatch("/".join(address.segments))
    if not match:
        return None
    end = instants.unix_hex(match[1], "the path")
    # One sample only stands behind this form.
    return dated(end, "a TikTok video: the second part of its path (hexadecimal)", low_confidence=True)


def _googlevideo(address: Address) -> Signature | None:
    if not address.has("expire"):
        return None
    remark = "It was also made for one reader's network address, so others are refused earlier."
    remarks = (remark,) if address.has("ip") else ()
    return dated(instants.unix(address.one("expire"), "expire"), "YouTube's own media address: expire", remarks=remarks)


_PATREON_NEVER = "2145916800"


def _patreon(address: Address) -> Signature | None:
    if not address.has("token-time", "token-hash"):
        return None
    end = address.one("token-time")
    return dated(instants.unix(end, "token-time"), "a Patreon file: token-time", sentinel=end == _PATREON_NEVER)


# --- Airtable, Kaggle, Linear, SharePoint ----------------------------------------------------------

_AIRTABLE = re.compile(r"v[0-9]+/(?:[^/]+/)?[0-9]+/[0-9]+/([0-9]{13})/.*", re.DOTALL)


def _airtable(address: Address) -> Signature | None:
    match = _AIRTABLE.fullmatch("/".join(address.segments))
    if not match:
        return Signature(status=Status.EPHEMERAL, why="Airtable's file links last a few hours")
    return dated(instants.unix_ms(match[1], "the path"), "an Airtable file: the 13 digits in its path (milliseconds)")


def _kaggle_notebook(address: Address) -> Signature | None:
    if address.segments[:1] != ("kf",):
        return None
    return Signature(status=Status.EPHEMERAL, why="a notebook's output at Kaggle; its end is encrypted in the address")


def _linear(address: Address) -> Signature | None:
    if address.has("signature"):
        return None  # a token, read as such
    return Signature(status=Status.AUTH_REQUIRED, why="Linear shows this file to members of the workspace only")


def _sharepoint(address: Address) -> Signature | None:
    if not address.has("tempauth"):
        return None
    token = jwt.decode(address.one("tempauth"))
    if token is None:
        return Signature(
            status=Status.EPHEMERAL, why="a SharePoint download link lasts about an hour; its end cannot be read"
        )
    return jwt.read(token, "SharePoint's token in the address")


# --- Google Docs and Drive -------------------------------------------------------------------------


def _google_docs(address: Address) -> Signature | None:
    if not address.host.startswith("lh") or address.segments[:1] != ("docsz",):
        return None
    return Signature(
        status=Status.EPHEMERAL, why="a picture inside a Google document; such links last about half an hour"
    )


def _google_thumbnail(address: Address) -> Signature | None:
    if not re.fullmatch(r"encrypted-tbn[0-9]?\.gstatic\.com", address.host) or address.segments[:1] != ("images",):
        return None
    if not (address.any_value("q") or "").startswith("tbn:"):
        return None
    return Signature(
        status=Status.FRAGILE, why="a thumbnail from Google's image search, kept for as long as Google likes"
    )


def _drive_embed(address: Address) -> Signature | None:
    if address.segments[:1] != ("uc",) or not address.params:
        return None
    return Signature(
        status=Status.FRAGILE, why="Google Drive stopped showing pictures under this form of address in 2024"
    )


def _dropbox(address: Address) -> Signature | None:
    if not address.host.startswith("uc") or address.segments[:3] != ("cd", "0", "get"):
        return None
    return Signature(status=Status.EPHEMERAL, why="a temporary Dropbox link, which lasts four hours")


def _telegram(address: Address) -> Signature | None:
    if address.segments[:1] != ("file",) or len(address.segments) < 2 or not address.segments[1].startswith("bot"):
        return None
    return Signature(
        status=Status.EPHEMERAL,
        why="Telegram promises file links for an hour",
        remarks=("The address gives away a bot's token: whoever reads the list can act as that bot. Revoke it.",),
    )


_NOTION_PROXY = "Notion's picture proxy works only while the page is public"
_PRIVATE_RAW = "it carries a short-lived token for a private repository"
_REPLICATE = "Replicate removes what its models make after about an hour"
_RAW_HOSTS = ("raw.githubusercontent.com", "codeload.github.com", "media.githubusercontent.com")

SCHEMES: tuple[Scheme, ...] = (
    Scheme(id="notion-file", read=_notion_file, only_on=("file.notion.so",)),
    Scheme(id="notion-img", read=_notion_img, only_on=("img.notionusercontent.com",)),
    Scheme(
        id="notion-image-proxy",
        read=_always(Status.FRAGILE, _NOTION_PROXY, "image"),
        only_on=("notion.so", "www.notion.so"),
    ),
    Scheme(id="github-jwt", read=_github_jwt, only_on=("private-user-images.githubusercontent.com",)),
    Scheme(id="github-raw-token", read=_always(Status.EPHEMERAL, _PRIVATE_RAW, needs=("token",)), only_on=_RAW_HOSTS),
    Scheme(id="discord-cdn", read=_discord, only_on=("cdn.discordapp.com", "media.discordapp.net")),
    Scheme(id="slack-private", read=_slack, only_on=("files.slack.com",)),
    Scheme(id="meta-cdn", read=_meta, only_on=("*.fbcdn.net", "*.cdninstagram.com")),
    Scheme(id="meta-lookaside", read=_lookaside, only_on=("*.fbsbx.com",)),
    Scheme(id="linkedin-media", read=_linkedin, only_on=("*.licdn.com",)),
    Scheme(id="bytedance-cdn", marks=("x-signature",), read=_bytedance),
    Scheme(id="bytedance-cdn", read=_tiktok_path, only_on=("*.tiktokcdn.com",)),
    Scheme(id="airtable", read=_airtable, only_on=("*.airtableusercontent.com",)),
    Scheme(id="dropbox-temp", read=_dropbox, only_on=("*.dl.dropboxusercontent.com",)),
    Scheme(id="google-ephemeral", read=_google_docs, only_on=("*.googleusercontent.com",)),
    Scheme(id="google-drive-embed", read=_drive_embed, only_on=("drive.google.com",)),
    Scheme(id="google-thumbnail", read=_google_thumbnail, only_on=("*.gstatic.com",)),
    Scheme(id="googlevideo", read=_googlevideo, only_on=("*.googlevideo.com",)),
    Scheme(id="patreon", read=_patreon, only_on=("*.patreonusercontent.com",)),
    Scheme(id="sharepoint-tempauth", read=_sharepoint, only_on=("*.sharepoint.com", "my.microsoftpersonalcontent.com")),
    Scheme(id="linear", read=_linear, only_on=("uploads.linear.app",)),
    Scheme(id="kaggle-kf", read=_kaggle_notebook, only_on=("*.kaggleusercontent.com",)),
    Scheme(id="replicate", read=_always(Status.EPHEMERAL, _REPLICATE), only_on=("*.replicate.delivery",)),
    Scheme(id="telegram-file", read=_telegram, only_on=("api.telegram.org",)),
)
