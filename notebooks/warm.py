"""Enters the course's kernel for Jupyter and builds the library once, so that every notebook finds it built.

    python warm.py EVCXR_JUPYTER KERNELS JUPYTER

EVCXR_JUPYTER is the program of the kernel, KERNELS the folder that keeps what was built, JUPYTER the one where Jupyter looks
for kernels. Needs a network where crates are not here yet; kernels that start later need none, and get none.
"""

import json
import os
import pathlib
import sys
import time
import uuid

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from kernel import STAMP

NOTEBOOKS = pathlib.Path(__file__).resolve().parent


def enter(program: str, kernels: pathlib.Path, jupyter: pathlib.Path) -> None:
    """Writes the entry of the kernel: it is started by `kernel.py`."""
    entry = jupyter / "kernels" / "rust"
    entry.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(NOTEBOOKS / "kernel.py"), program, str(kernels), "{connection_file}"]
    about = {"argv": command, "display_name": "Rust", "language": "rust", "interrupt_mode": "message"}
    (entry / "kernel.json").write_text(json.dumps(about, indent=2) + "\n")


def first_cells(notebooks: list) -> dict:
    """Each first cell that there is, with the notebook that has it first: it says with which features the library is built."""
    cells = {}
    for path in notebooks:
        book = nbformat.read(path, as_version=4)
        source = next(cell.source for cell in book.cells if cell.cell_type == "code")
        cells.setdefault(source, path)
    return cells


def build(notebooks: list, kernels: pathlib.Path) -> None:
    """Runs each first cell of the notebooks once, in the folder that others are copied from, and prints how long it took."""
    warm = kernels / "warm"
    cold = not warm.exists()
    warm.mkdir(parents=True, exist_ok=True)
    (warm / STAMP).unlink(missing_ok=True)
    for source, path in first_cells(notebooks).items():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        at = {"metadata": {"path": str(NOTEBOOKS)}}
        began = time.monotonic()
        client = NotebookClient(book, timeout=3600, startup_timeout=300, kernel_name="rust", resources=at)
        try:
            client.execute(env={**os.environ, "EVCXR_TMPDIR": str(warm)})
        except CellExecutionError:
            # the kernel tells a compiler's errors there, and leaves the error itself empty
            sys.exit("\n".join(out.get("text", "") for out in book.cells[0].outputs))
        how = "from nothing" if cold else "what is new"
        print(f"built for {path.name} ({how}): {time.monotonic() - began:.0f} s", flush=True)
    (warm / STAMP).write_text(uuid.uuid4().hex)


if __name__ == "__main__":
    program, kernels, jupyter = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    enter(program, kernels, jupyter)
    build(sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), kernels)
