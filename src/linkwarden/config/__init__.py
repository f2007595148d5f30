"""What a run is told to do: defaults, then the configuration file, then the command line.

What opens doors (networks, tokens, proxies, headers) never comes from a file in the tree that is checked
(``docs/threat-model.md``); such a key is an error here.
"""

from linkwarden.config._file import FILE_NAME, RuleNames, find_file, inputs_beside, load_file, nearest_rule
from linkwarden.config._settings import (
    RANGES,
    Config,
    Ignore,
    parse_duration,
    parse_instant,
    read_values,
    with_overrides,
)

__all__ = [
    "FILE_NAME",
    "RANGES",
    "Config",
    "Ignore",
    "RuleNames",
    "find_file",
    "inputs_beside",
    "load_file",
    "nearest_rule",
    "parse_duration",
    "parse_instant",
    "read_values",
    "with_overrides",
]
