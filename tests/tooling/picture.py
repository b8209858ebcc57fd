"""python -m tests.tooling.picture: draws README's picture, the map of notebook 00."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl

from helpers import plots
from tests.tooling.environment import ROOT

PICTURE = ROOT / ".github" / "map.svg"

if __name__ == "__main__":
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "map", "font.family": "sans-serif"}
    with mpl.rc_context(settings):
        plots.draw_map().savefig(
            PICTURE, format="svg", facecolor="white", metadata={"Date": None, "Creator": None}
        )
