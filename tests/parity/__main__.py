"""python -m tests.parity [NUMBER ...]: the notebooks against ministack, all at once, in real time.

Without numbers, such as 03 06, all of them.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.notebooks.real_account import NOTEBOOKS
from tests.parity.comparison import compare


def main(numbers: list[str]) -> int:
    chosen = [path for path in NOTEBOOKS if not numbers or path.name[:2] in numbers]
    print(f"{len(chosen)} notebooks in real time: all of them take three quarters of an hour.")
    wrong = 0
    with ProcessPoolExecutor(max_workers=len(NOTEBOOKS)) as pool:
        for done in as_completed([pool.submit(compare, path) for path in chosen]):
            for found in done.result():
                print(found, flush=True)
                if not found.is_expected:
                    wrong += 1
                    print(found.there, flush=True)
    print("As listed." if not wrong else f"{wrong} cells are not as listed in differences.py.")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
