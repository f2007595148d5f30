"""A run whose requests are made by several processes, on one machine or on several.

``coordinator.py`` runs in the process of the command and keeps the book: which job is with whom, and what is settled.
``worker.py`` is the network half, once for each share of the hosts. ``dask.py`` is the only part that knows Dask.
"""

from __future__ import annotations

from linkwarden.config import Config
from linkwarden.deps import Deps
from linkwarden.run.checking import Checker, InProcess


def shared(config: Config, deps: Deps, here: InProcess) -> Checker:
    """Return a checker that has the requests made by the workers of a Dask cluster."""
    from linkwarden.run.cluster.coordinator import Coordinator  # noqa: PLC0415 - only here
    from linkwarden.run.cluster.dask import DaskTeam  # noqa: PLC0415 - with it

    return Coordinator(DaskTeam(config, deps.make_net), here)
