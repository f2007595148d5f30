"""Where the real lists and vectors lie on machines that have them."""

from pathlib import Path

import pytest

#: ``shared/`` beside the checkout: real lists and real signed URLs that are not ours to publish.
SHARED = Path(__file__).resolve().parents[2] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real lists and vectors here ({SHARED})")
