"""Writes long.json: the breakpoints that ruptures' KernelCPD finds in 100 000 values, every index a candidate.

    python -m pip install numpy ruptures
    python long.py

The values are whole numbers of a linear congruential generator (Numerical Recipes' constants), added in threes, on 100 levels from the same
generator, so that any program makes the same ones.
"""

import importlib.metadata
import json
import pathlib
import sys

import numpy as np
import ruptures as rpt

N, SEGMENT, PENALTY, MIN_SIZE = 100_000, 1000, 8_000.0, 2
state = 1


def draw(below):
    global state
    state = (state * 1664525 + 1013904223) % 2**32
    return (state >> 16) % below


levels = [draw(100) for _ in range(N // SEGMENT)]
values = np.array([levels[i // SEGMENT] + draw(21) + draw(21) + draw(21) - 30 for i in range(N)], dtype=float)
found = rpt.KernelCPD(kernel="linear", min_size=MIN_SIZE).fit((values - values.mean()).reshape(-1, 1)).predict(pen=PENALTY)
versions = {p: importlib.metadata.version(p) for p in ("numpy", "ruptures")} | {"python": sys.version.split()[0]}
document = {"versions": versions, "penalty": PENALTY, "min_size": MIN_SIZE, "sum": int(values.sum()), "changes": [int(i) for i in found[:-1]]}
(pathlib.Path(__file__).parent / "long.json").write_text(json.dumps(document) + "\n", encoding="utf-8")
