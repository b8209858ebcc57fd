"""python -m tests.parity: every notebook against ministack, all at once, in real time."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.notebooks.real_account import NOTEBOOKS
from tests.parity.comparison import compare


def main() -> int:
    print(
        f"{len(NOTEBOOKS)} notebooks run in real time; the longest takes three quarters of an hour."
    )
    wrong = 0
    with ProcessPoolExecutor(max_workers=len(NOTEBOOKS)) as pool:
        for done in as_completed([pool.submit(compare, path) for path in NOTEBOOKS]):
            for found in done.result():
                print(found, flush=True)
                if not found.is_expected:
                    wrong += 1
                    print(found.there, flush=True)
    print("As listed." if not wrong else f"{wrong} cells are not as listed in differences.py.")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
