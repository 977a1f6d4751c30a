"""Writes divisive.json: where MongoDB's signal-processing-algorithms and Apache Otava divide series, and the t-test that Otava makes.

    python -m pip install numpy scipy signal-processing-algorithms apache-otava
    python divisive.py

Otava's t-test takes standard deviations that divide by n where scipy's function asks for those that divide by n − 1: its p is too
small. Both p are written, so that a test can say so.
"""

import importlib.metadata
import json
import pathlib
import sys

import numpy as np
import scipy.stats
from otava.analysis import TTestSignificanceTester
from signal_processing_algorithms.energy_statistics import energy_statistics as energy

rng = np.random.default_rng(4)
step = np.repeat([0.0, 2.0], [25, 15]) + rng.standard_normal(40)
late = np.repeat([5.0, 5.0, 9.0], [30, 20, 10]) + rng.standard_t(3, 60)
ties = np.repeat([1, 3, 2], [20, 20, 20]) + rng.integers(0, 3, 60)
walk = np.cumsum(rng.standard_normal(50))
cases = {}
for name, x in {"step": step, "late": late, "ties": ties.astype(float), "walk": walk}.items():
    statistics = energy._calculate_t_stats(energy._get_distance_matrix(energy._get_valid_input(x)))
    at = int(np.argmax(statistics))
    left, right = x[:at], x[at:]
    cases[name] = {
        "values": x.tolist(),
        "statistics": statistics.tolist(),
        "changes": sorted(int(i) for i in energy.e_divisive(x, pvalue=0.05, permutations=199)),
        "split": at,
        "t_test": {
            "otava": float(TTestSignificanceTester(0.05).compare(left, right).pvalue),
            "scipy": float(scipy.stats.ttest_ind(left, right).pvalue),
        },
    }
packages = ("numpy", "scipy", "signal-processing-algorithms", "apache-otava")
versions = {p: importlib.metadata.version(p) for p in packages} | {"python": sys.version.split()[0]}
text = json.dumps({"versions": versions, "cases": cases})
(pathlib.Path(__file__).parent / "divisive.json").write_text(text + "\n", encoding="utf-8")
