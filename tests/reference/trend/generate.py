"""Writes expected.json: what pymannkendall, scipy and ruptures answer on generated series.

    python -m pip install numpy scipy pymannkendall ruptures
    python generate.py

The series are rounded to six decimals and stored with the answers, so that the tests need no generator.
"""

import importlib.metadata
import json
import pathlib
import sys
import warnings

import numpy as np
import pymannkendall as mk
import ruptures as rpt
import scipy.special
import scipy.stats

warnings.simplefilter("ignore")
rng = np.random.default_rng(20260101)


def ar1(n, phi):
    noise = rng.standard_normal(n + 100)
    x = np.zeros(n + 100)
    for i in range(1, n + 100):
        x[i] = phi * x[i - 1] + noise[i]
    return x[100:]


t = np.arange(160)
series = {
    "walk": np.cumsum(rng.standard_normal(160)),
    "step": np.where(t < 70, 0.0, 2.0) + rng.standard_normal(160),
    "two steps": np.select([t < 40, t < 110], [0.0, 3.0], 1.0) + 0.7 * rng.standard_normal(160),
    "ramp": 0.02 * t + rng.standard_normal(160),
    "steep ramp": 5.0 * t + rng.standard_normal(160),
    "seasonal": np.sin(2 * np.pi * t / 24) + 0.3 * rng.standard_normal(160),
    "ties": np.round(1.5 * rng.standard_normal(160)),
    "mostly zero": (rng.random(160) < 0.1).astype(float),
    "n = 3": np.array([1.0, 3.0, 2.0]),
    "n = 4": np.array([1.0, 2.0, 4.0, 8.0]),
    "n = 4, falling": np.array([4.0, 3.0, 2.5, 1.0]),
    "constant": np.full(40, 7.25),
    "offset 1e9": 1e9 + 0.01 * t + rng.standard_normal(160),
    "ar(1) 0.5": ar1(160, 0.5),
    "ar(1) 0.8": ar1(160, 0.8),
    "ar(1) −0.4": ar1(160, -0.4),
    "lognormal": np.exp(rng.standard_normal(160)),
    "long walk": np.cumsum(rng.standard_normal(700)),
}


def number(x):
    """A float, or null for NaN and infinities, which JSON lacks."""
    x = float(x)
    return x if np.isfinite(x) else None


def mann_kendall(r):
    return {"s": number(r.s), "var_s": number(r.var_s), "z": number(r.z), "p": number(r.p), "tau": number(r.Tau)}


def breakpoints(x, penalty, min_size):
    if len(x) < 2 * min_size:
        return []
    found = rpt.KernelCPD(kernel="linear", min_size=min_size).fit(x.reshape(-1, 1)).predict(pen=penalty)
    return [int(b) for b in found[:-1]]


cases = []
for name, x in series.items():
    x = np.round(x, 6)
    n = len(x)
    constant = bool(np.all(x == x[0]))
    variance = float(np.var(x)) or 1.0
    case = {"name": name, "values": [float(v) for v in x]}
    case["acf"] = None if constant else [float(np.sum((x[: n - k] - x.mean()) * (x[k:] - x.mean())) / np.sum((x - x.mean()) ** 2)) for k in range(min(6, n))]
    if not constant:
        case["original"] = mann_kendall(mk.original_test(x))
        case["hamed_rao"] = mann_kendall(mk.hamed_rao_modification_test(x))
        case["hamed_rao_3"] = mann_kendall(mk.hamed_rao_modification_test(x, lag=min(3, n - 1)))
    slope, intercept = mk.sens_slope(x)
    case["sens_slope"] = {"slope": float(slope), "intercept": float(intercept)}
    ts = scipy.stats.theilslopes(x, np.arange(n), 0.95)
    case["theilslopes"] = {"slope": float(ts.slope), "intercept": float(ts.intercept), "lower": float(ts.low_slope), "upper": float(ts.high_slope)}
    seconds = np.cumsum(rng.integers(1, 9, n))
    ti = scipy.stats.theilslopes(x, seconds - seconds[0], 0.9)
    case["irregular"] = {"seconds": [int(s) for s in seconds], "slope": float(ti.slope), "intercept": float(ti.intercept), "lower": float(ti.low_slope), "upper": float(ti.high_slope)}
    # kernels lose the small differences of large values, so ruptures sees the series without its mean
    centred = x - x.mean()
    case["segmentations"] = [
        {"penalty": f * variance * np.log(n), "min_size": m, "changes": breakpoints(centred, f * variance * np.log(n), m)}
        for f in (0.2, 0.5, 1.0, 2.0, 6.0)
        for m in (1, 2, 5)
    ]
    cases.append(case)

zs = [0.0, 1e-8, 0.1, 0.5, 1.0, 1.96, 3.0, 4.9, 5.0, 5.1, 6.0, 8.0, 10.0, 20.0, 37.0, 38.5, 40.0, 100.0, 1000.0, 1e5]
ts = [(0.1, 3), (1.0, 5), (2.5, 10), (4.0, 30), (6.0, 100), (12.0, 200), (2.0, 10000)]
result = {
    "versions": {p: importlib.metadata.version(p) for p in ("numpy", "scipy", "pymannkendall", "ruptures")} | {"python": sys.version.split()[0]},
    "cases": cases,
    # ln of the two-sided tail; pymannkendall's own p, 2 (1 − cdf), is 0 from z = 8.3 on
    "ln_two_sided": [[z, float(np.log(2) + scipy.stats.norm.logsf(z))] for z in zs],
    "ln_student": [[x, df, float(np.log(2) + scipy.stats.t.logsf(x, df))] for x, df in ts],
}
out = pathlib.Path(__file__).with_name("expected.json")
out.write_text(json.dumps(result, ensure_ascii=False, indent=None, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n", encoding="utf-8")
print(f"{out.name}: {len(cases)} series")
