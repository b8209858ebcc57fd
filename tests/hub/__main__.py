"""python -m tests.hub [LEARNERS [NOTEBOOK]]: so many learners run a notebook at once, measured."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.hub.room_client import ROOT, Learner, MemoryWatch, Room, open_room, read_code


async def run_all(room: Room, names: list[str], notebook: Path) -> list[Learner]:
    """All learners run the notebook at the same time; what each of them saw."""
    code = read_code(notebook)
    return await asyncio.gather(*(room.run(name, code) for name in names))


async def enter_all(room: Room, names: list[str]) -> None:
    """All learners come in at the same time."""
    await asyncio.gather(*map(room.enter, names))


def main(learners: int = 20, number: str = "06") -> None:
    """Print what a room takes."""
    (notebook,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    names = [f"learner-{place}" for place in range(learners)]
    with tempfile.TemporaryDirectory() as folder, open_room(Path(folder)) as room:
        start = time.monotonic()
        asyncio.run(enter_all(room, names))
        print(f"{learners} servers start in {time.monotonic() - start:.0f} s")
        servers = {name: room.find_server(name) for name in names}
        with MemoryWatch(servers) as watch:
            seen = asyncio.run(run_all(room, names, notebook))
    failed = [f"{each.name}: {cell}" for each in seen for cell in each.failed]
    print(
        f"{notebook.name}: {max(each.seconds for each in seen):.0f} s, {len(failed)} cells failed"
    )
    print(*failed[:3], sep="\n")
    most = max(watch.most.values()) / 1e9
    print(f"a learner takes {most:.2f} GB at most, all together {watch.together / 1e9:.2f} GB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20, *sys.argv[2:3])
