"""Quantiles as tools print them, and weighted quantiles: for the tests of `Tool` and `weighted_quantiles`.

    pip install numpy pandas && python tools.py > tools.json

numpy and pandas are run; the rules of the others are written here from their sources, which are named beside each.
"""
import json
import math
from fractions import Fraction

import numpy as np
import pandas as pd

P = ["0", "0.001", "0.01", "0.05", "0.1", "0.25", "0.3333", "0.5", "0.7071", "0.75", "0.9", "0.95", "0.99", "0.999", "1"]


def cont(v, p):  # SQL standard: row number 1 + p(n-1), interpolated
    h = p * (len(v) - 1)
    low, high = math.floor(h), math.ceil(h)
    return v[low] + float(h - low) * (v[high] - v[low])


def disc(v, p):  # SQL standard: first value whose cumulative distribution is at least p
    return next(x for i, x in enumerate(v) if Fraction(i + 1, len(v)) >= p)


def inc(v, p):  # Microsoft support, PERCENTILE.INC: k between multiples of 1/(n-1) is interpolated
    return cont(v, p)


def exc(v, p):  # Microsoft support, PERCENTILE.EXC: multiples of 1/(n+1), #NUM! where it cannot interpolate
    h = p * (len(v) + 1)
    if h < 1 or h > len(v):
        return None
    low = math.floor(h)
    return v[low - 1] + float(h - low) * (v[min(low, len(v) - 1)] - v[low - 1])


def prometheus(v, p):  # promql/quantile.go
    rank = float(p) * (len(v) - 1)
    lower = max(0, math.floor(rank))
    upper = min(len(v) - 1, lower + 1)
    weight = rank - math.floor(rank)
    return v[lower] * (1 - weight) + v[upper] * weight


def hdr(v, p):  # AbstractHistogram.getValueAtPercentile, the count at the percentile, on samples that are kept exactly
    asked = min(max(math.nextafter(float(p * 100), -math.inf), 0.0), 100.0)
    return v[max(math.ceil(asked * len(v) / 100.0), 1) - 1]


def statsd(v, p):  # lib/process_metrics.js; Math.round rounds halves up
    if len(v) == 1:
        return v[0]
    inside = math.floor(p * len(v) + Fraction(1, 2))
    return None if inside == 0 else v[inside - 1]


def clickhouse(v, p):  # QuantileExact.h
    return v[math.floor(p * len(v)) if p < 1 else len(v) - 1]


TOOLS = {
    "numpy": lambda v, p: float(np.quantile(v, float(p))),
    "pandas": lambda v, p: float(pd.Series(v).quantile(float(p))),
    "r": cont,  # R documentation of quantile, type 7: m = 1 - p
    "excel-inc": inc, "excel-exc": exc, "percentile_cont": cont, "percentile_disc": disc, "prometheus": prometheus,
    "hdrhistogram": hdr, "statsd": statsd, "clickhouse": clickhouse,
}
rng = np.random.default_rng(8)
samples = [[5.0], [1.0, 2.0], [1.0, 2.0, 3.0], list(map(float, range(1, 11))), list(rng.lognormal(-2, 1, 37)),
           list(map(float, range(1, 101))), list(rng.integers(0, 9, 64).astype(float))]
cases = [{"values": v, "expected": {name: [f(sorted(v), Fraction(p)) for p in P] for name, f in TOOLS.items()}}
         for v in samples]

weighted = []
for n in (1, 5, 40, 200):
    values, weights = rng.normal(0, 5, n), rng.integers(1, 65, n).astype(float) / 64
    weights[n // 2 + 1:n // 2 + 3] = 0.0
    p = [0.0, 0.01, 0.25, 0.37, 0.5, 0.777, 0.9, 0.99, 1.0]
    expected = [float(np.quantile(values, q, weights=weights, method="inverted_cdf")) for q in p]
    weighted.append({"values": values.tolist(), "weights": weights.tolist(), "probabilities": p, "expected": expected})
print(json.dumps({"numpy": np.__version__, "pandas": pd.__version__, "probabilities": [float(p) for p in P],
                  "cases": cases, "weighted": weighted}))
