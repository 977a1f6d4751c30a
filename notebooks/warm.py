"""Runs the first cell of the course once, so that evcxr's cache holds the crates that the library needs."""

import pathlib
import sys
import time

import nbformat
from nbclient import NotebookClient

folder = pathlib.Path(sys.argv[1])
book = nbformat.read(sorted(folder.glob("[0-9]*.ipynb"))[0], as_version=4)
book.cells = [cell for cell in book.cells if cell.cell_type == "code"][:1]
began = time.monotonic()
NotebookClient(book, timeout=1800, kernel_name="rust", resources={"metadata": {"path": str(folder)}}).execute()
print(f"The first cell took {time.monotonic() - began:.0f} s.")
