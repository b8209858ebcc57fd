"""Cells that a real account cannot run are skipped on one, with their own sentence why.

Their first line is the sentence: `# Not on AWS: nobody can make SQS deliver twice.`
"""

from __future__ import annotations

import re
import sys
from typing import Any

MARK = re.compile(r"# (Not on AWS: .+)")


def skip_marked_cells() -> None:
    """From now on, in this kernel. Outside of IPython there are no cells, and nothing is done."""
    if (shell := _find_shell()) and _skip not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(_skip)


def run_marked_cells() -> None:
    """Cells that are marked run again."""
    if (shell := _find_shell()) and _skip in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(_skip)


def _skip(lines: list[str]) -> list[str]:
    """A cell as IPython will run it."""
    found = MARK.match(lines[0]) if lines else None
    return [f"print({found[1] + ' This cell is skipped.'!r})\n"] if found else lines


def _find_shell() -> Any:
    """The kernel's shell; none where nobody has imported IPython, which takes its time."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None
