"""The health report as one HTML file: nothing is loaded from anywhere, and it can be read with scripts off."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar

from linkwarden._version import __version__
from linkwarden.model import Run
from linkwarden.report._base import Report, ReportOptions
from linkwarden.report._words import rule_url, sentence
from linkwarden.sinks import log

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = files("linkwarden.report").joinpath("_html")


class HtmlReport(Report):
    """One self-contained page. Secrets are always masked.

    A strict Content-Security-Policy names the page's own style and script by their hashes and allows nothing else,
    so that nothing that stands in a list could act or load anything even if it were to get through the escaping.
    """

    name: ClassVar[str] = "html"
    suffix: ClassVar[str] = ".html"

    def render(self, run: Run, options: ReportOptions) -> str:
        """Return the page; the same run gives the same bytes."""
        del options  # a file says the same however talkative the terminal is
        from linkwarden.report._html.view import View  # noqa: PLC0415 - only who wants the page pays

        style, script = _read("page.css"), _read("page.js")
        return _template().render(
            view=View(run),
            run=run,
            version=__version__,
            rule_url=rule_url,
            style=style,
            script=script,
            policy=_policy(style, script),
        )


def _read(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return the policy (CSP Level 3): only this style and this script, images only from the page itself."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _template() -> Template:
    from jinja2 import DictLoader, Environment, StrictUndefined  # noqa: PLC0415 - only who wants the page pays
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    def shown(value: object) -> object:
        """Make all text visible and unfit for a runner's log, whoever forgot to; escaping comes after."""
        return log(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    def prose(text: str) -> Markup:
        """Set what stands between backticks as code."""
        parts = map(log, text.split("`"))
        return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else p for n, p in enumerate(parts))

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=shown,
        loader=DictLoader({name: _read(name) for name in ("page.html.j2", "rows.html.j2")}),
    )
    environment.filters |= {"own": Markup, "number": "{:,}".format, "sentence": sentence, "prose": prose}
    return environment.get_template("page.html.j2")
