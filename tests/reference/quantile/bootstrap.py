"""Bootstrap intervals by scipy on resamples drawn from the generator of stats/src/quantile/random.rs, for the test of
`bootstrap`.

    pip install scipy && python bootstrap.py > bootstrap.json
"""
import json

import numpy as np
import scipy
from scipy.stats import _resampling

MASK = (1 << 64) - 1


def splitmix(state):
    state = (state + 0x9E3779B97F4A7C15) & MASK
    z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return state, z ^ (z >> 31)


def indices(seed, number, n):
    state = splitmix(seed ^ splitmix(number)[1])[1]
    out = []
    for _ in range(n):
        state, bits = splitmix(state)
        out.append((bits * n) >> 64)
    return out


def statistic(name):
    return {"mean": lambda x, axis=-1: np.mean(x, axis=axis), "sd": lambda x, axis=-1: np.std(x, axis=axis, ddof=1),
            "median": lambda x, axis=-1: np.median(x, axis=axis),
            "third moment": lambda x, axis=-1: np.mean(x ** 3, axis=axis)}[name]


rng = np.random.default_rng(10)
LEVEL, RESAMPLES = 0.9, 300
cases = []
for seed, (name, values) in enumerate([("mean", rng.lognormal(-2, 1, 25)), ("sd", rng.lognormal(0, 1, 40)),
                                       ("median", rng.normal(10, 2, 31)), ("third moment", rng.exponential(1, 30))]):
    f = statistic(name)
    resampled = np.array([f(values[indices(seed, b, len(values))]) for b in range(RESAMPLES)])
    tail = (1 - LEVEL) / 2
    bca = _resampling._bca_interval((values,), f, -1, tail, resampled, None, np)[:2]
    cases.append({"statistic": name, "values": values.tolist(), "seed": seed, "resamples": RESAMPLES,
                  "value": float(f(values)), "standard_error": float(np.std(resampled, ddof=1)),
                  "percentile": [float(np.quantile(resampled, p)) for p in (tail, 1 - tail)],
                  "bca": [float(np.quantile(resampled, np.squeeze(p))) for p in bca]})
print(json.dumps({"scipy": scipy.__version__, "cases": cases}))
