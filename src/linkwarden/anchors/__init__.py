"""The names that headings get on GitHub, GitLab and the sites of documentation builders. Pure.

``rules`` has them all; GitHub's is here, because every document is read with it.
"""

from linkwarden.anchors._numbers import Slugger
from linkwarden.anchors._slugs import docutils, github

#: The rules that users can choose.
NAMES = (
    "github",
    "gitlab",
    "mkdocs",
    "docusaurus",
    "sphinx-myst",
    "pandoc",
    "hugo",
    "jekyll",
    "vitepress",
    "mdbook",
    "any",
)

__all__ = ["NAMES", "Slugger", "docutils", "github"]
