"""Prints how long today's tools take, in lines `work<tab>seconds`, for `PEERS_PYTHON=… cargo bench -p sre-stats --bench trend -- speed`.

    python -m pip install numpy scipy pymannkendall ruptures signal-processing-algorithms apache-otava

A peer that is not installed is left out, and said so.
"""

import importlib
import sys
import time

import numpy as np
import scipy.stats

rng = np.random.default_rng(1)


def report(name, work):
    start = time.process_time()
    work()
    print(f"{name}\t{time.process_time() - start}", flush=True)


def installed(name):
    try:
        return importlib.import_module(name)
    except ImportError as e:
        print(f"no peer: {e}", file=sys.stderr, flush=True)


levels = np.repeat(rng.uniform(-5, 5, 100), 1000)
steps = levels + rng.standard_normal(100_000)
penalty = 2 * np.log(100_000)
if rpt := installed("ruptures"):
    # KernelCPD is ruptures' fastest exact search of the mean, in C
    report("optimal segmentation, 100 segments, n = 100000", lambda: rpt.KernelCPD(kernel="linear", min_size=2).fit(steps.reshape(-1, 1)).predict(pen=penalty))
x = rng.standard_normal(10_000)
if mk := installed("pymannkendall"):
    report("Mann–Kendall, AR(1) φ = 0, n = 10000", lambda: mk.original_test(x))
report("Theil–Sen with interval, AR(1) φ = 0, n = 10000", lambda: scipy.stats.theilslopes(x, np.arange(10_000), 0.95))
one_step = rng.standard_normal(1000) + np.repeat([0.0, 1.0], [600, 400])
if energy := installed("signal_processing_algorithms.energy_statistics.energy_statistics"):
    report("E-divisive, 199 permutations, n = 1000 (signal-processing)", lambda: energy.e_divisive(one_step, pvalue=0.05, permutations=199))
if installed("otava"):
    from otava.analysis import ChangePointDetector, PairDistanceCalculator, PermutationsSignificanceTester

    tester = PermutationsSignificanceTester(max_pvalue=0.05, permutations=199, calculator=PairDistanceCalculator, seed=1)
    detector = ChangePointDetector(significance_tester=tester, calculator=PairDistanceCalculator)
    report("E-divisive, 199 permutations, n = 1000 (otava)", lambda: detector.get_change_points(series=one_step))
