"""What a maintainer does about an address that ends: a sentence per site, and a lasting address where there is one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkwarden.model import Suggestion

if TYPE_CHECKING:
    from linkwarden.providers.offline.signed.address import Address

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass(frozen=True, slots=True)
class Site:
    """A site whose addresses people paste into lists.

    Attributes:
        id: the hint that ``Signature.provider`` holds; a site may have several rows.
        hosts: where it is known by its host.
        buckets: where it is known by a bucket of an object store (``*`` at the end: any bucket beginning so).
        remedy: what to do, as an imperative sentence.
        lasting: makes a lasting address from the one that ends, where that can be done.
    """

    id: str
    hosts: tuple[str, ...]
    buckets: tuple[str, ...]
    remedy: str
    lasting: Callable[[Address], Suggestion | None] = lambda _address: None


GENERAL = "Copy the file into the repository, or link the page that it comes from."
_UPLOAD = "Save the picture, commit it to the repository and link that copy."

# --- Lasting addresses -----------------------------------------------------------------------------


def _attachment(address: Address) -> Suggestion | None:
    match = re.fullmatch(
        rf"[0-9]+-({_UUID})(?:\.[a-z0-9]+)?", address.segments[-1] if address.segments else "", re.IGNORECASE
    )
    if not match:
        return None
    return Suggestion(f"https://github.com/user-attachments/assets/{match[1]}", "the attachment's own address")


def _without_token(address: Address) -> Suggestion | None:
    plain = address.url.split("#", 1)[0].split("?", 1)[0]
    return Suggestion(plain, "works without a token if the repository is public")


def _drive_thumbnail(address: Address) -> Suggestion | None:
    file_id = address.any_value("id") or ""
    if not re.fullmatch(r"[A-Za-z0-9_-]{10,}", file_id):
        return None
    url = f"https://drive.google.com/thumbnail?id={file_id}&sz=w1000"
    return Suggestion(url, "Drive still shows pictures under this form of address")


# --- The sites -------------------------------------------------------------------------------------

SITES: tuple[Site, ...] = (
    Site(
        "notion",
        ("*.notion.so", "*.notionusercontent.com", "*.notion-static.com"),
        ("secure.notion-static.com", "prod-files-secure"),
        "Export the page from Notion as “Markdown & CSV” and commit the files; a fresh Notion link would end as well.",
    ),
    Site(
        "github",
        ("private-user-images.githubusercontent.com",),
        (),
        "Link the attachment's own address on github.com (user-attachments/assets/…); it makes a fresh link each time.",
        _attachment,
    ),
    Site(
        "github",
        ("objects.githubusercontent.com", "release-assets.githubusercontent.com"),
        (),
        "Link the release's own address, https://github.com/OWNER/REPOSITORY/releases/download/TAG/FILE.",
    ),
    Site(
        "github",
        ("raw.githubusercontent.com", "codeload.github.com", "media.githubusercontent.com"),
        (),
        "If the repository is public, drop the token from the address; if not, move the file to a public place.",
        _without_token,
    ),
    Site("openai", ("oaidalleapiprodscus.blob.core.windows.net", "*.oaiusercontent.com"), (), _UPLOAD),
    Site(
        "discord",
        ("*.discordapp.com", "*.discordapp.net"),
        (),
        "Upload the file somewhere else, best in the repository.",
    ),
    Site("slack", ("files.slack.com",), (), "Upload the file where everybody may read it, best in the repository."),
    Site("linear", ("uploads.linear.app",), (), _UPLOAD),
    Site("atlassian", ("api.media.atlassian.com",), (), "Link the attachment's own address, or commit the file."),
    Site(
        "huggingface",
        ("*.huggingface.co", "*.hf.co"),
        (),
        "Link the file's own address, https://huggingface.co/REPOSITORY/resolve/REVISION/FILE.",
    ),
    Site(
        "kaggle",
        ("*.kaggleusercontent.com",),
        ("kaggle*",),
        "Link the dataset's or notebook's page at Kaggle, and commit the figure.",
    ),
    Site("wandb", (), ("wandb*",), "Link the run's page, and commit the figure."),
    Site("figma", ("s3-alpha-sig.figma.com", "*.figma.com"), (), "Export the picture from Figma and commit it."),
    Site("meta", ("*.fbcdn.net", "*.cdninstagram.com", "*.fbsbx.com"), (), _UPLOAD),
    Site("linkedin", ("*.licdn.com",), (), _UPLOAD),
    Site("airtable", ("*.airtableusercontent.com",), (), "Upload the file somewhere else, best in the repository."),
    Site("dropbox", ("*.dropboxusercontent.com",), (), "Make a shared link in Dropbox and put ?raw=1 at its end."),
    Site(
        "google-drive",
        ("drive.google.com",),
        (),
        "Commit the picture; where that cannot be, Drive's thumbnail address still shows it.",
        _drive_thumbnail,
    ),
    Site("google-docs", ("*.googleusercontent.com",), (), _UPLOAD),
    Site("google-images", ("*.gstatic.com",), (), "Link the original picture, or commit a copy that you may use."),
    Site("youtube", ("*.googlevideo.com",), (), "Link the video's page at YouTube."),
    Site(
        "sharepoint",
        ("*.sharepoint.com", "my.microsoftpersonalcontent.com"),
        (),
        "Make a sharing link for everybody, or commit the file.",
    ),
    Site("supabase", ("*.supabase.co",), (), "Put the file into a public bucket and link that."),
    Site("replicate", ("*.replicate.delivery",), (), _UPLOAD),
    Site("telegram", ("api.telegram.org",), (), "Revoke the bot's token, and upload the file somewhere else."),
    Site("patreon", ("*.patreonusercontent.com",), (), _UPLOAD),
    Site("cloudinary", ("*.cloudinary.com",), (), "Link the file's delivery address."),
    Site("imgix", ("*.imgix.net",), (), "Sign the address again without “expires”."),
)
_STORES = ("*.amazonaws.com", "*.amazonaws.com.cn", "*.googleapis.com")


def site_of(address: Address) -> Site | None:
    """Give the site that made an address, or None."""
    store = address.on(*_STORES)
    for site in SITES:
        if address.on(*site.hosts) or (store and any(_in_bucket(address, bucket) for bucket in site.buckets)):
            return site
    return None


def _in_bucket(address: Address, pattern: str) -> bool:
    """Tell whether an object store's address names a bucket, as first path segment or in front of the host."""
    names = (*address.segments[:1], address.host)
    if pattern.endswith("*"):
        return any(name.startswith(pattern[:-1]) for name in names)
    return address.segments[:1] == (pattern,) or address.host.startswith(pattern + ".")


def remedy(address: Address) -> str:
    """Give the sentence that says what to do about an address that ends."""
    site = site_of(address)
    return site.remedy if site else GENERAL


def suggestion(address: Address) -> Suggestion | None:
    """Give a lasting address to put in place, where one can be made from this one."""
    site = site_of(address)
    return site.lasting(address) if site else None
