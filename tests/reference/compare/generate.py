"""Writes expected.json: what scipy, statsmodels and arch answer on generated pairs of samples, and on queues and fits.

    python -m pip install numpy scipy statsmodels arch
    python generate.py

Samples are rounded and stored with the answers, so that the tests need no generator.
"""

import importlib.metadata
import json
import pathlib
import sys
import warnings

import numpy as np
import scipy.optimize
import scipy.special
import scipy.stats as st
from arch.bootstrap import optimal_block_length
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

warnings.simplefilter("ignore")
rng = np.random.default_rng(20260202)


def ar1(n, phi):
    noise = rng.standard_normal(n + 100)
    x = np.zeros(n + 100)
    for i in range(1, n + 100):
        x[i] = phi * x[i - 1] + noise[i]
    return x[100:]


pairs = {
    "tiny": (rng.standard_normal(4), rng.standard_normal(5) + 1),
    "small": (rng.standard_normal(9), rng.standard_normal(14) + 0.8),
    "fifty": (rng.standard_normal(50), rng.standard_normal(47) + 0.4),
    "same": (rng.standard_normal(120), rng.standard_normal(150)),
    "shifted": (rng.standard_normal(300), rng.standard_normal(200) + 0.5),
    "far apart": (rng.standard_normal(300), rng.standard_normal(300) + 9),
    "wider": (rng.standard_normal(150), 2.5 * rng.standard_normal(160)),
    "ties": (rng.integers(0, 8, 90).astype(float), rng.integers(1, 9, 70).astype(float)),
    "two values": (rng.integers(0, 2, 40).astype(float), rng.integers(0, 2, 60).astype(float)),
    "log-normal": (np.exp(rng.standard_normal(400)), 1.2 * np.exp(rng.standard_normal(400))),
    "offset": (1e9 + np.round(rng.standard_normal(80), 3), 1e9 + 0.5 + np.round(rng.standard_normal(80), 3)),
    "uneven": (rng.standard_normal(12), rng.standard_normal(900) - 0.7),
    "ar1": (ar1(200, 0.7), ar1(200, 0.7) + 0.3),
    "large": (rng.standard_normal(1500), rng.standard_normal(1400) + 0.05),
}


def round6(x):
    return [float(v) for v in np.round(np.asarray(x, dtype=float), 6)]


def brute_shift(a, b):
    """Hodges-Lehmann from all differences, as R's wilcox.test takes the ranks of its interval."""
    d = np.sort(np.subtract.outer(b, a).ravel())
    return float(np.median(d))


cases = []
for name, (a, b) in pairs.items():
    a, b = np.array(round6(a)), np.array(round6(b))
    m, n = len(a), len(b)
    tied = len(np.unique(np.concatenate([a, b]))) < m + n
    exact = not tied and max(m, n) <= 50
    mw = st.mannwhitneyu(b, a, method="exact" if exact else "asymptotic")
    ks = st.ks_2samp(a, b, method="exact" if m * n <= 1_000_000 else "asymp")
    en = m * n / (m + n)
    ad = st.anderson_ksamp([a, b], midrank=True)
    cases.append(
        {
            "name": name,
            "a": round6(a),
            "b": round6(b),
            "mann_whitney": {"u": float(mw.statistic), "p": float(mw.pvalue), "exact": exact},
            "ks": {
                "d": float(ks.statistic),
                "p": float(ks.pvalue),
                "exact": m * n <= 1_000_000,
                "limit": float(scipy.special.kolmogorov(np.sqrt(en) * ks.statistic)),
            },
            "anderson": {"statistic": float(ad.statistic), "p": float(ad.pvalue)},
            "shift": brute_shift(a, b),
            "delta": float(np.sign(np.subtract.outer(b, a)).mean()),
            "block_length": {
                # arch has no answer for a handful of values
                which: float(optimal_block_length(x)["circular"].iloc[0]) if len(x) >= 9 else None
                for which, x in (("a", a), ("b", b))
            },
        }
    )

three = [round6(rng.standard_normal(k) * s + d) for k, s, d in [(20, 1, 0), (35, 1, 0.4), (28, 1.5, 0.1)]]
three_ad = st.anderson_ksamp([np.array(x) for x in three], midrank=True)

proportions = []
for a, n, b, m in [(1, 9, 8, 10), (3, 200, 9, 180), (0, 30, 5, 40), (30, 1000, 60, 1100), (500, 100000, 430, 60000), (7, 7, 3, 9)]:
    # the second sample minus the first, as here
    low, high = confint_proportions_2indep(b, m, a, n, method="newcomb", compare="diff", alpha=0.05)
    proportions.append(
        {
            "a": [a, n],
            "b": [b, m],
            "fisher": float(st.fisher_exact([[a, n - a], [b, m - b]]).pvalue),
            "newcombe": [float(low), float(high)],
        }
    )

p_values = [round6(rng.uniform(0, 1, k) ** 3) for k in (1, 5, 12, 40)]
corrections = [
    {
        "p": p,
        "holm": [float(x) for x in multipletests(p, method="holm")[1]],
        "bh": [float(x) for x in multipletests(p, method="fdr_bh")[1]],
    }
    for p in p_values
]

# the difference of a quantile: intervals by very many resamples, so that what is random in them is small
bootstrap = []
for q, scale, n in [(0.5, 1.0, 200), (0.9, 1.3, 400), (0.99, 1.2, 2000)]:
    a, b = np.array(round6(np.exp(rng.standard_normal(n)))), np.array(round6(scale * np.exp(rng.standard_normal(n))))

    def statistic(x, y, axis=-1):
        return np.quantile(y, q, axis=axis, method="inverted_cdf") - np.quantile(x, q, axis=axis, method="inverted_cdf")

    found = st.bootstrap((a, b), statistic, n_resamples=20000, method="percentile", batch=500, rng=np.random.default_rng(1))
    interval = found.confidence_interval
    spread = float(found.standard_error)
    bootstrap.append({"q": q, "a": a.tolist(), "b": b.tolist(), "interval": [float(interval.low), float(interval.high)], "se": spread})

# scalability: nonlinear least squares, and intervals from its covariance
fits = []
for name, size, throughput in [
    # the ray tracer of N. J. Gunther, "Guerrilla Capacity Planning" (2007), table 5.2 (also in R's package usl)
    ("raytracer", [1, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64], [20, 78, 130, 170, 190, 200, 210, 230, 260, 280, 310]),
    ("peak", [1, 2, 4, 8, 16, 24, 32, 48], None),
]:
    x = np.array(size, dtype=float)
    if throughput is None:
        y = 995.0 * x / (1 + 0.02 * (x - 1) + 0.0007 * x * (x - 1)) * (1 + 0.01 * rng.standard_normal(len(x)))
        y = np.round(y, 3)
    else:
        y = np.array(throughput, dtype=float)

    def usl(n, g, s, k):
        return g * n / (1 + s * (n - 1) + k * n * (n - 1))

    def amdahl(n, g, s):
        return g * n / (1 + s * (n - 1))

    tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "maxfev": 100000}
    u, cu = scipy.optimize.curve_fit(usl, x, y, p0=[y[0] / x[0], 0.02, 1e-4], **tight)
    m, cm = scipy.optimize.curve_fit(amdahl, x, y, p0=[y[0] / x[0], 0.02], **tight)
    fits.append(
        {
            "name": name,
            "size": x.tolist(),
            "throughput": y.tolist(),
            "usl": u.tolist(),
            "usl_se": np.sqrt(np.diag(cu)).tolist(),
            "amdahl": m.tolist(),
            "amdahl_se": np.sqrt(np.diag(cm)).tolist(),
        }
    )

out = {
    "versions": {
        "python": sys.version.split()[0],
        **{name: importlib.metadata.version(name) for name in ("numpy", "scipy", "statsmodels", "arch")},
    },
    "cases": cases,
    "three": {"samples": three, "statistic": float(three_ad.statistic), "p": float(three_ad.pvalue)},
    "proportions": proportions,
    "corrections": corrections,
    "bootstrap": bootstrap,
    "fits": fits,
}
path = pathlib.Path(__file__).with_name("expected.json")
path.write_text(json.dumps(out) + "\n")
print(f"{len(cases)} pairs, {path.stat().st_size} bytes")
