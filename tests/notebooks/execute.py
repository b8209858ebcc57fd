"""python -m tests.notebooks.execute NOTEBOOK ...: runs each in place, and saves what repeats."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
TIMEOUT = 60  # seconds a cell may take, as in `make test`


def clean(notebook: Any) -> None:
    """Drops what differs between two runs or two machines."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in ("tags",) if key in cell.metadata}
        for output in cell.get("outputs", []):
            if output.output_type == "error":  # the frames above it are paths of this machine
                output.traceback = [f"{output.ename}: {output.evalue}"]


def execute(path: Path) -> str:
    """Runs one notebook in its own folder and saves it; says how that went.

    A notebook that fails is left as it was.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # else each kernel warns about TCP
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return f"FAILED {path}\n{error}"
    clean(notebook)
    nbformat.write(notebook, path)
    return f"saved  {path}"


def main() -> int:
    os.environ["LAB_PROGRESS"] = "off"  # on a slow machine a bar would stay in the output
    with ProcessPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(execute, map(Path, sys.argv[1:])))
    print(*results, sep="\n")
    return int(any(result.startswith("FAILED") for result in results))


if __name__ == "__main__":
    sys.exit(main())
