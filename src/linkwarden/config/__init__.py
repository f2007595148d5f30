"""What a run does: the table of options, and the configuration file.

What opens doors (networks, tokens, proxies, headers) never comes from a file in the tree that is checked
(``docs/threat-model.md``); such a key is an error here.
"""

from linkwarden.config._entries import RuleNames, nearest_rule
from linkwarden.config._file import FILE_NAME, find_file, folder_that_rules, inputs_beside, load_file
from linkwarden.config._hosts import SHORTEST_SECRET, CookieFile, Destination, Host, PrivateHeader, host_name, limits_of
from linkwarden.config._options import (
    DEFAULT_REPORTS,
    DEFAULT_STATE,
    OPTIONS,
    PER_HOST,
    RUN_OPTIONS,
    CommandLine,
    Config,
    Ignore,
    read_values,
    with_overrides,
)
from linkwarden.config._rewrite import Rewrite, rewritten
from linkwarden.config._rows import Option, Place, Section
from linkwarden.config._values import FLAG, LEVEL, SECONDS, Shard, UrlPattern, nearest, parse_duration

__all__ = [
    "DEFAULT_REPORTS",
    "DEFAULT_STATE",
    "FILE_NAME",
    "FLAG",
    "LEVEL",
    "OPTIONS",
    "PER_HOST",
    "RUN_OPTIONS",
    "SECONDS",
    "SHORTEST_SECRET",
    "CommandLine",
    "Config",
    "CookieFile",
    "Destination",
    "Host",
    "Ignore",
    "Option",
    "Place",
    "PrivateHeader",
    "Rewrite",
    "RuleNames",
    "Section",
    "Shard",
    "UrlPattern",
    "find_file",
    "folder_that_rules",
    "host_name",
    "inputs_beside",
    "limits_of",
    "load_file",
    "nearest",
    "nearest_rule",
    "parse_duration",
    "read_values",
    "rewritten",
    "with_overrides",
]
