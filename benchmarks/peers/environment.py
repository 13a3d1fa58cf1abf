"""Where the peers live: an environment of their own."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def python() -> Path:
    """The Python of the peers' environment: RETTID_PEER_PYTHON, or the one `make bench` makes."""
    peer = Path(os.environ.get("RETTID_PEER_PYTHON", ROOT / ".venv-peer" / "bin" / "python"))
    if not peer.exists():
        sys.exit(f"No peer to measure against at {peer}: `make .venv-peer/.ready` installs it.")
    return peer
