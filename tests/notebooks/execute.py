"""Runs every notebook of a folder from a clean Rust kernel and compares what it shows with what is committed.

    python execute.py FOLDER [--update] [--only NAME]

Fails on an error in a cell, a cell without its committed output, an output that differs, a value that is shown as
debug text, a number in the prose that comes from no cell (`prose.py`), a notebook without pictures, or a chapter without tables.
With --update it writes the outputs into the notebooks instead of comparing them. The kernel is `evcxr_jupyter` on PATH, started
as a reader's is, by `notebooks/kernel.py`: the library is built once for each set of features, then the kernels run without a
network, two at a time.

What was built is kept in the folder SRE_STATS_KERNELS, if it is set. A line a build and a notebook says how long it took: the
first cell, which makes the library ready, and the later ones, which are compiled before they run.
"""

import argparse
import concurrent.futures
import datetime
import multiprocessing
import os
import pathlib
import re
import shutil
import statistics
import sys
import tempfile
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


NOTEBOOKS = pathlib.Path(__file__).resolve().parents[2] / "notebooks"
sys.path.insert(0, str(NOTEBOOKS))
import prose  # noqa: E402
from warm import build, enter  # noqa: E402


def shown(cell) -> list:
    """What a reader sees of a cell's outputs: kernel chatter about builds left out, text joined, pictures whole."""
    seen = []
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":
            text = output["text"]
            if output["name"] == "stdout" and text.strip():
                if seen and seen[-1][0] == "stdout":
                    seen[-1] = ("stdout", seen[-1][1] + text)
                else:
                    seen.append(("stdout", text))
        elif output["output_type"] in ("display_data", "execute_result"):
            data = output["data"]
            seen.append(("data", {k: "".join(v) if isinstance(v, list) else v for k, v in sorted(data.items())}))
        elif output["output_type"] == "error":
            seen.append(("error", output["ename"]))
    return seen


def tidy(notebook) -> None:
    """Keeps only what is the same on every machine: no times, no stderr, one kernel name."""
    for cell in notebook.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k != "execution"}
        if cell.cell_type == "code":
            kept = [o for o in cell.outputs if o["output_type"] != "stream" or o["name"] == "stdout"]
            cell.outputs = kept
    given = {"given": notebook.metadata["given"]} if "given" in notebook.metadata else {}
    notebook.metadata = given | {
        "kernelspec": {"display_name": "Rust", "language": "rust", "name": "rust"},
        "language_info": {"file_extension": ".rs", "mimetype": "text/rust", "name": "Rust"},
    }


def seconds_of(cell) -> float:
    """How long the kernel was busy with a cell."""
    marks = cell.metadata.get("execution", {})
    at = [marks.get(f"iopub.status.{state}") for state in ("busy", "idle")]
    if None in at:
        return float("nan")
    begin, end = (datetime.datetime.fromisoformat(t.replace("Z", "+00:00")) for t in at)
    return (end - begin).total_seconds()


def times(cells: list) -> str:
    """The times of the first cell, which makes the library ready, and of the later ones, which only compile themselves."""
    first, later = seconds_of(cells[0]), [seconds_of(c) for c in cells[1:]]
    text = f"first cell {first:.1f} s"
    return f"{text}, later ones {statistics.median(later):.1f} s, {max(later):.1f} s at most" if later else text


def complaint(cells: list) -> str:
    """What the kernel said last on stderr: it tells a compiler's errors there, and leaves the error itself empty."""
    said = [o for c in cells for o in c.get("outputs", []) if o.get("output_type") in ("stream", "error")]
    said = [o["text"] if "text" in o else "\n".join(o["traceback"]) for o in said if o.get("name") != "stdout"]
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(said[-2:]))


DIFFERS = "the output differs from the committed one"
LOST = "stdout of the committed output is missing"


def is_lost(now: list, committed: list) -> bool:
    """Whether all that is shown is what is committed, in order, but for lines of stdout that are missing."""

    def parted(seen: list) -> tuple:
        return [s for s in seen if s[0] != "stdout"], [line for k, text in seen if k == "stdout" for line in text.splitlines()]

    (others, lines), (committed_others, committed_lines) = parted(now), parted(committed)
    rest = iter(committed_lines)
    return others == committed_others and len(lines) < len(committed_lines) and all(line in rest for line in lines)


def run(path: pathlib.Path, update: bool) -> list:
    """Runs a notebook, and says what is wrong with it."""
    problems = once(path, update)
    if problems and all(problem.endswith(LOST) for problem in problems):
        # the kernel hands stdout on from a thread: a line that comes after its cell's end is lost, where the machine is busy;
        # what differs otherwise cannot be repeated, and is told
        print(f"{path.name}: once more, since {len(problems)} cells lost lines", flush=True)
        problems = once(path, update)
    return problems


def once(path: pathlib.Path, update: bool) -> list:
    """The same in one go."""
    problems = []
    notebook = nbformat.read(path, as_version=4)
    committed = [shown(c) for c in notebook.cells if c.cell_type == "code"]
    began = time.monotonic()
    at = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=900, startup_timeout=300, kernel_name="rust", resources=at)
    try:
        client.execute()
    except CellExecutionError as error:
        return [f"{path.name}: {error}\n{complaint(notebook.cells)}"]
    spent = times([c for c in notebook.cells if c.cell_type == "code"])
    said = [complaint([c]) for c in notebook.cells if c.cell_type == "code"]
    tidy(notebook)
    pictures = tables = 0
    fresh = [c for c in notebook.cells if c.cell_type == "code"]
    for number, cell in enumerate(fresh, 1):
        now = shown(cell)
        for kind, data in now:
            if kind == "data":
                pictures += "image/svg+xml" in data or "image/png" in data
                tables += "<table" in data.get("text/html", "")
                if list(data) == ["text/plain"] and re.match(r"\w+ \{ ", data["text/plain"]):
                    # the kernel falls back to this where the expression that is shown has the first `?` or moves a variable
                    problems.append(f"{path.name}, code cell {number}: shown as Rust's debug text")
            if kind == "error":
                problems.append(f"{path.name}, code cell {number}: {data}")
        if not now and not cell.source.rstrip().endswith((";", "}")):
            # an error behind a `?` ends a cell in silence
            problems.append(f"{path.name}, code cell {number}: shows nothing; {said[number - 1]}")
        if not update and now != committed[number - 1]:
            why = LOST if is_lost(now, committed[number - 1]) else DIFFERS
            problems.append(f"{path.name}, code cell {number}: {why}")
        if len(cell.source.splitlines()) > 15:
            problems.append(f"{path.name}, code cell {number}: more than 15 lines")
    if not pictures or not (tables or "solutions" in path.name):
        problems.append(f"{path.name}: {pictures} pictures and {tables} tables were shown")
    if not any(problem.endswith(LOST) for problem in problems):
        # the prose may tell of a line that is missing
        problems += prose.check(notebook, path.name)
    total = f"{time.monotonic() - began:.0f} s"
    print(f"{path.name}: {len(fresh)} code cells, {pictures} pictures, {tables} tables, {total}: {spent}", flush=True)
    if update and not problems:
        nbformat.write(notebook, path)
    return problems


AT_A_TIME = 2


def run_all(notebooks: list, update: bool) -> list:
    with concurrent.futures.ProcessPoolExecutor(AT_A_TIME, multiprocessing.get_context("spawn")) as pool:
        return [problem for found in pool.map(run, notebooks, [update] * len(notebooks)) for problem in found]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--only")
    options = parser.parse_args()
    program = shutil.which("evcxr_jupyter")
    if not program:
        sys.exit("evcxr_jupyter is not on PATH: cargo install evcxr_jupyter --version 0.22.0 --locked")
    kernels = pathlib.Path(os.environ.get("SRE_STATS_KERNELS") or tempfile.mkdtemp(prefix="kernels-"))
    jupyter = pathlib.Path(tempfile.mkdtemp(prefix="jupyter-"))
    enter(program, kernels, jupyter)
    os.environ["JUPYTER_PATH"] = str(jupyter)
    if os.environ.get("CARGO_TARGET_DIR") == "":
        del os.environ["CARGO_TARGET_DIR"]
    notebooks = sorted(p for p in options.folder.glob("*.ipynb") if not options.only or options.only in p.name)
    if not notebooks:
        sys.exit(f"no notebook in {options.folder}")
    build(notebooks, kernels)
    problems = run_all(notebooks, options.update)
    print("\n".join(problems), file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
