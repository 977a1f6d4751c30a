"""Prints how long today's tools take, in lines `work<tab>seconds`, for `PEERS_PYTHON=… cargo bench -p sre-stats --bench trend -- speed`.

    python -m pip install numpy scipy pymannkendall ruptures
"""

import time

import numpy as np
import pymannkendall as mk
import ruptures as rpt
import scipy.stats

rng = np.random.default_rng(1)


def report(name, work):
    start = time.process_time()
    work()
    print(f"{name}\t{time.process_time() - start}", flush=True)


x = rng.standard_normal(2000)
levels = np.repeat(rng.uniform(-5, 5, 100), 1000)
steps = levels + rng.standard_normal(100_000)
penalty = 2 * np.log(100_000)
# KernelCPD is ruptures' fastest exact search of the mean, in C
report("optimal segmentation, 100 segments, n = 100000", lambda: rpt.KernelCPD(kernel="linear", min_size=2).fit(steps.reshape(-1, 1)).predict(pen=penalty))
x = rng.standard_normal(10_000)
report("Mann–Kendall, AR(1) φ = 0, n = 10000", lambda: mk.original_test(x))
report("Theil–Sen with interval, AR(1) φ = 0, n = 10000", lambda: scipy.stats.theilslopes(x, np.arange(10_000), 0.95))
