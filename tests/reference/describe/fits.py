"""Maximum-likelihood fits by scipy with the location held at 0, for the test of `fits` in stats/src/describe.

    pip install scipy && python fits.py > fits.json

Where scipy searches the maximum (Weibull, gamma), its answer is taken as the start of a root search on the likelihood
equation, and must not move by more than 1e-3.
"""
import json

import numpy as np
import scipy
from scipy import optimize, special, stats


def polished(equation, start):
    root = optimize.brentq(equation, start * 0.5, start * 2.0, xtol=1e-300, rtol=8.9e-16)
    assert abs(root / start - 1) < 1e-3, (root, start)
    return root


def fit_all(x):
    ln = np.log(x)
    mu, sd = stats.norm.fit(x)
    yield "normal", {"mean": mu, "sd": sd}, stats.norm(mu, sd)
    sigma, _, scale = stats.lognorm.fit(x, floc=0)
    yield "lognormal", {"mu": np.log(scale), "sigma": sigma}, stats.lognorm(sigma, 0, scale)
    _, scale = stats.expon.fit(x, floc=0)
    yield "exponential", {"rate": 1 / scale}, stats.expon(0, scale)
    shape, _, scale = stats.pareto.fit(x, floc=0)
    # scipy moves the scale by an ulp below the smallest sample, which is the maximum
    scale = x.min()
    shape = polished(lambda b: len(x) / b - np.sum(ln - np.log(scale)), shape)
    yield "pareto", {"scale": scale, "shape": shape}, stats.pareto(shape, 0, scale)
    shape = stats.weibull_min.fit(x, floc=0)[0]
    z = x / x.max()

    def score(k):
        return np.sum(z ** k * np.log(z)) / np.sum(z ** k) - 1 / k - np.mean(np.log(z))
    shape = polished(score, shape)
    scale = x.max() * np.mean(z ** shape) ** (1 / shape)
    yield "weibull", {"shape": shape, "scale": scale}, stats.weibull_min(shape, 0, scale)
    shape = stats.gamma.fit(x, floc=0)[0]
    s = np.log(np.mean(x)) - np.mean(ln)
    shape = polished(lambda a: np.log(a) - special.digamma(a) - s, shape)
    yield "gamma", {"shape": shape, "rate": shape / np.mean(x)}, stats.gamma(shape, 0, np.mean(x) / shape)


def told(family, parameters, law, x):
    x = np.sort(x)
    n, i = len(x), np.arange(1, len(x) + 1)
    likelihood = float(np.sum(law.logpdf(x)))
    with np.errstate(divide="ignore"):
        a2 = float(-n - np.sum((2 * i - 1) / n * (law.logcdf(x) + law.logsf(x[::-1]))))
    return {"family": family, "parameters": {k: float(v) for k, v in parameters.items()}, "log_likelihood": likelihood,
            "aic": 2 * len(parameters) - 2 * likelihood, "ks": float(stats.kstest(x, law.cdf).statistic),
            "anderson_darling": a2 if np.isfinite(a2) else None}


rng = np.random.default_rng(12)
cases = [{"values": x.tolist(), "fits": [told(*found, x) for found in fit_all(x)]}
         for x in (rng.lognormal(-2, 1, 120), rng.gamma(0.7, 3.0, 200), rng.weibull(1.8, 80) * 40, rng.pareto(1.5, 150) + 2)]
print(json.dumps({"scipy": scipy.__version__, "cases": cases}))
