"""The engine that draws: the vis-network script of the installed pyvis, and the versions we tried."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final

from skingraph.errors import MissingExtra

VIS_NETWORK: Final = "templates/lib/vis-9.1.2/vis-network.min.js"
# What a person has looked at in a browser; a test compares it with what is installed.
TESTED_PYVIS: Final = "0.3.2"
TESTED_SHA256: Final = "1f20f0736f32cb9bedf8f6383b25cfea2f839e1abe80d6e8040b4d5bea378c69"


def vis_network() -> str:
    """The script, unchanged, read without importing pyvis.

    Raises:
        MissingExtra: the installed pyvis has no such file, or there is no pyvis.
    """
    spec = importlib.util.find_spec("pyvis")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    script = Path(folders[0], VIS_NETWORK) if folders else None
    if script is None or not script.is_file():
        raise MissingExtra(
            f"pyvis {TESTED_PYVIS} with {VIS_NETWORK} is not installed. "
            "Install it with: pip install 'pyvis>=0.3.2,<0.4'"
        )
    # HTML reads CRLF as LF, and the hash in the page's policy is of what HTML reads.
    return script.read_bytes().decode("utf-8").replace("\r\n", "\n")
