"""Descriptive statistics, bin counts and kernel densities by numpy and scipy, for the tests of stats/src/describe.

    pip install numpy scipy && python describe.py > describe.json
"""
import json

import numpy as np
import scipy
from scipy import stats
from scipy.stats import mstats


def describe(x):
    q1, median, q3 = np.quantile(x, [0.25, 0.5, 0.75])
    lower, upper = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    n = len(x)
    found = {
        "mean": np.mean(x), "sd": np.std(x, ddof=1), "mean_absolute_deviation": np.mean(np.abs(x - np.mean(x))),
        "median": median, "mad": stats.median_abs_deviation(x), "trimmed_mean": stats.trim_mean(x, 0.1),
        "winsorised_mean": mstats.winsorize(x, limits=(0.1, 0.1)).mean(),
        "truncated_mean": np.mean(np.sort(x)[:n - n // 100]),
        "q1": q1, "q3": q3, "iqr": stats.iqr(x), "fence_lower": lower, "fence_upper": upper,
        "outliers_below": np.sum(x < lower), "outliers_above": np.sum(x > upper), "min": np.min(x), "max": np.max(x),
        "skewness": stats.skew(x, bias=False), "kurtosis": stats.kurtosis(x, bias=False),
    }
    return {name: float(value) for name, value in found.items()}


RULES = {"sqrt": "sqrt", "sturges": "sturges", "scott": "scott", "freedman-diaconis": "fd"}
rng = np.random.default_rng(11)
cases = []
for x in (rng.lognormal(-2, 1, 150), rng.normal(1e6, 3, 57), rng.exponential(4, 20), rng.pareto(2.0, 1000) + 1,
          rng.integers(0, 30, 333).astype(float)):
    n, sd = len(x), np.std(x, ddof=1)
    places = np.linspace(x.min() - sd, x.max() + sd, 9)
    # bw.nrd0 of R
    robust = 0.9 * min(sd, stats.iqr(x) / 1.34) * n ** -0.2
    kernels = {"scott": "scott", "silverman": "silverman", "robust": robust / sd}
    cases.append({
        "values": x.tolist(), "statistics": describe(x),
        "bins": {name: len(np.histogram_bin_edges(x, bins=rule)) - 1 for name, rule in RULES.items()},
        "places": places.tolist(),
        "density": {name: stats.gaussian_kde(x, bw_method=rule)(places).tolist() for name, rule in kernels.items()},
    })
print(json.dumps({"numpy": np.__version__, "scipy": scipy.__version__, "cases": cases}))
