"""Which links are checked: ``--include``, ``--exclude`` and ``--exclude-url``; and which hosts are not in any list."""

from __future__ import annotations

from collections.abc import Iterator

from linkwarden.config import Config, UrlPattern
from linkwarden.model import Target
from linkwarden.text import host_of, target_key


class Selection:
    """Decides what is left out, and knows which patterns have matched nothing.

    Args:
        config: what the user wants.
    """

    def __init__(self, config: Config) -> None:
        self._include = [UrlPattern(text) for text in config.include]
        self._exclude = [UrlPattern(text) for text in config.exclude]
        self._urls = {text: _key(text) for text in config.exclude_urls}
        self._keys = {key: text for text, key in self._urls.items()}
        self._given_to = {*config.given_to, *config.insecure} if not config.offline else set()
        self._selects = bool(self._include or self._exclude or self._keys or self._given_to)
        self._reports = config.diff is None and not config.other_inputs
        self._matched: set[object] = set()

    def leaves_out(self, target: Target) -> bool:
        """Return whether a link is left out."""
        if not self._selects:
            return False
        url = target.original or target.address or target.url
        if self._given_to:
            host = host_of(url)
            self._matched.update(to for to in self._given_to if to.names(host))
        # All patterns are tried, and not the first that decides: each one that matches something is of use.
        included = self._any(self._include, url)
        excluded = self._any(self._exclude, url) or self._is_named(target)
        return excluded or (bool(self._include) and not included)

    def unused(self) -> Iterator[str]:
        """Yield a hint for each pattern and URL that has matched nothing.

        With ``--diff``, or where the command line names other inputs than the file, they may be about what is not
        looked at.
        """
        if not self._reports:
            return
        for to in sorted(self._given_to - self._matched, key=str):
            yield f"No URL of the lists is on {to}, which --header, --basic-auth, --cookies or --insecure names."
        for name, patterns in (("include", self._include), ("exclude", self._exclude)):
            for pattern in patterns:
                if pattern not in self._matched:
                    yield f"{name}: the pattern {pattern.text!r} matches no URL; `linkwarden extract` lists the URLs."
        for text in self._urls:
            if text not in self._matched:
                yield f"exclude-urls: {text!r} is not in the lists; `linkwarden extract` lists the URLs."

    def _any(self, patterns: list[UrlPattern], url: str) -> bool:
        matched = [pattern for pattern in patterns if pattern.search(url)]
        self._matched.update(matched)
        return bool(matched)

    def _is_named(self, target: Target) -> bool:
        if not self._keys:
            return False
        for url in dict.fromkeys((target.original or target.address or target.url, target.url)):
            for key in (_key(url), _key(url.partition("#")[0])):
                if key in self._keys:
                    self._matched.add(self._keys[key])
                    return True
        return False


def _key(url: str) -> str:
    return target_key(url, "")
