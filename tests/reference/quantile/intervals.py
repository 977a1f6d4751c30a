"""The incomplete beta function, ranks of order-statistic intervals, intervals of proportions and Harrell-Davis quantiles by
scipy, for the tests of these in stats/src/quantile.

    pip install scipy mpmath && python intervals.py > intervals.json

Quantiles of beta distributions are scipy's, moved by one Newton step in 30 digits: scipy's own are off by up to 3e-9 where a
parameter counts millions.
"""
import json
import warnings

import mpmath as mp
import numpy as np
import scipy
from scipy import special, stats
from scipy.stats import mstats

warnings.simplefilter("ignore")
betainc = []
for a in (0.5, 1.0, 3.0, 50.0, 1e3, 12345.0, 1e6, 3e8):
    for b in (0.5, 2.0, 40.0, 1e4, 2.5e6):
        mean, sd = a / (a + b), (a * b / (a + b) ** 2 / (a + b + 1)) ** 0.5
        for z in (-6.0, -1.96, -0.1, 0.0, 1.0, 1.96):
            x = mean + z * sd
            # x and 1 - x must both be exact to a few ulp
            if 1e-6 < x < 1 - 1e-6:
                value = float(special.betainc(a, b, x))
                if value > 1e-200:
                    # as text, since not every reader of JSON rounds correctly
                    betainc.append([a, b, repr(float(x)), value])

ranks = []
for n in (1000, 29956, 100_000, 1_000_000, 5_000_000, 100_000_000):
    for p in (0.05, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999):
        lower = int(stats.binom.ppf(0.025, n, p))
        upper = int(stats.binom.isf(0.025, n, p)) + 1
        ranks.append([n, p, lower if lower > 0 else None, upper if upper <= n else None])


mp.mp.dps = 30


def beta_quantile(p, a, b):
    x = mp.mpf(float(stats.beta.ppf(p, a, b)))
    a, b = mp.mpf(a), mp.mpf(b)
    ln = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)

    def density(u):
        return mp.e ** ((a - 1) * mp.log(u) + (b - 1) * mp.log(1 - u) - ln)
    if a + b < 10_000:
        below = mp.betainc(a, b, 0, x, regularized=True)
    else:
        sd = mp.sqrt(a * b / (a + b) ** 2 / (a + b + 1))
        below = mp.quad(density, [0, x / 4, x] if x < 30 * sd else [x - sd * k for k in range(30, -1, -1)])
    return float(x - (below - p) / density(x))


def bad_share(interval):
    return [float(interval[1]), float(interval[0])]


proportions = []
for good, n in ((0, 20), (1, 29), (15, 148), (81, 263), (263, 263), (999, 1000), (9990, 10_000), (500_000, 1_000_000),
                (999_999, 1_000_000), (4_999_000, 5_000_000), (1, 1), (0, 1)):
    bad = n - good
    wilson = stats.binomtest(bad, n).proportion_ci(method="wilson")
    exact = [0.0 if bad == 0 else beta_quantile(0.025, bad, good + 1),
             1.0 if good == 0 else beta_quantile(0.975, bad + 1, good)]
    jeffreys = [beta_quantile(t, bad + 0.5, good + 0.5) for t in (0.025, 0.975)]
    jeffreys = [0.0 if bad == 0 else jeffreys[0], 1.0 if good == 0 else jeffreys[1]]
    proportions.append({"good": good, "n": n, "wilson": bad_share(wilson), "clopper_pearson": bad_share(exact),
                        "jeffreys": bad_share(jeffreys)})

rng = np.random.default_rng(9)
harrell_davis = []
for values in (rng.normal(0, 5, 12), rng.lognormal(-2, 1, 101), np.arange(10.0), rng.lognormal(0, 1, 3000)):
    p = [0.05, 0.25, 0.5, 0.9, 0.99]
    harrell_davis.append({"values": values.tolist(), "probabilities": p,
                          "value": [float(v) for v in mstats.hdquantiles(values, p)],
                          "error": [float(v) for v in mstats.hdquantiles_sd(values, p)]})
print(json.dumps({"scipy": scipy.__version__, "betainc": betainc, "ranks": ranks, "proportions": proportions,
                  "harrell_davis": harrell_davis}))
