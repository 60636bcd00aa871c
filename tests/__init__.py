"""Tests. The plug-in examples/jetstream is found as if it were installed, also by processes that tests start."""

import sys
from pathlib import Path

JETSTREAM = Path(__file__).parent.parent / "examples" / "jetstream"
sys.path.append(str(JETSTREAM))
