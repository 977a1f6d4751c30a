"""Writes expected.json: what scipy and numpy answer on generated pairs of samples.

    python -m pip install numpy scipy
    python generate.py

The values are rounded to six decimals and stored with the answers, so that the tests need no generator.
"""

import importlib.metadata
import json
import pathlib
import sys

import numpy as np
import scipy.stats

rng = np.random.default_rng(20260102)
n = 120
base = rng.standard_normal(n)
pairs = {
    "independent": (rng.standard_normal(n), rng.standard_normal(n)),
    "related": (base, base + rng.standard_normal(n)),
    "opposed": (base, -base + 0.3 * rng.standard_normal(n)),
    "ties": (np.round(base), np.round(base + rng.standard_normal(n))),
    "one tied": (np.round(base), rng.standard_normal(n)),
    "heavy tails": (rng.standard_t(2, n), rng.standard_t(2, n)),
    "walks": (np.cumsum(rng.standard_normal(n)), np.cumsum(rng.standard_normal(n))),
    "offset 1e6": (1e6 + base, 1e6 + 0.5 * base + rng.standard_normal(n)),
    "lagged": (base, np.roll(base, 4) + 0.2 * rng.standard_normal(n)),
}
cases = []
for name, (x, y) in pairs.items():
    x, y = np.round(x, 6), np.round(y, 6)
    s = scipy.stats.spearmanr(x, y)
    k = scipy.stats.kendalltau(x, y, method="asymptotic")
    a, b = x - x.mean(), y - y.mean()
    scale = np.sqrt(np.sum(a * a) * np.sum(b * b))
    # numpy's correlate(b, a) at lag k is the sum of b[t + k] a[t]
    full = np.correlate(b, a, "full") / scale
    cases.append({
        "name": name,
        "x": [float(v) for v in x],
        "y": [float(v) for v in y],
        "spearman": {"value": float(s.statistic), "p": float(s.pvalue)},
        "kendall": {"value": float(k.statistic), "p": float(k.pvalue)},
        "ccf": [float(v) for v in full[n - 1 - 10 : n + 10]],
    })
result = {"versions": {p: importlib.metadata.version(p) for p in ("numpy", "scipy")} | {"python": sys.version.split()[0]}, "cases": cases}
out = pathlib.Path(__file__).with_name("expected.json")
out.write_text(json.dumps(result, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n", encoding="utf-8")
print(f"{out.name}: {len(cases)} pairs")
