"""Living with findings: what comments in a list, the configuration and a baseline say not to report.

``baseline`` is the file of known findings; how users write all three: ``docs/living-with-findings.md``.
"""

from linkwarden.suppress._suppress import Accepted, rule_names, suppress_accepted
from linkwarden.suppress.baseline import Baseline, load_baseline

__all__ = ["Accepted", "Baseline", "load_baseline", "rule_names", "suppress_accepted"]
