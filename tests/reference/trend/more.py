"""Writes more.json: what pymannkendall, statsmodels and ruptures answer on the series of expected.json by the further methods.

    python -m pip install numpy scipy pymannkendall statsmodels ruptures
    python more.py

Costs that ruptures lacks (the variance around one mean, Poisson rates) are given to its search as custom costs.
"""

import importlib.metadata
import json
import pathlib
import sys
import warnings

import numpy as np
import pymannkendall as mk
import ruptures as rpt
import statsmodels.api as sm
from ruptures.base import BaseCost

warnings.simplefilter("ignore")
here = pathlib.Path(__file__).parent
series = json.loads((here / "expected.json").read_text(encoding="utf-8"))["cases"]


class Variance(BaseCost):
    model, min_size = "", 2

    def fit(self, signal):
        self.signal = signal
        self.square = (signal - signal.mean()).ravel() ** 2
        return self

    def error(self, start, end):
        return (end - start) * np.log(self.square[start:end].mean() + 1e-300)


class Poisson(BaseCost):
    model, min_size = "", 2

    def fit(self, signal):
        self.signal = signal
        return self

    def error(self, start, end):
        total = float(self.signal[start:end].sum())
        return 0.0 if total <= 0 else -2 * total * np.log(total / (end - start))


def number(x):
    x = float(x)
    return x if np.isfinite(x) else None


def answer(r):
    return {"s": number(r.s), "z": number(r.z), "p": number(r.p), "slope": number(r.slope), "intercept": number(r.intercept)}


def search(x, penalty, min_size, **how):
    if len(x) < 2 * min_size:
        return []
    found = rpt.Pelt(min_size=min_size, jump=1, **how).fit(x.reshape(-1, 1)).predict(pen=penalty)
    return [int(b) for b in found[:-1]]


def kernel(x, penalty, min_size):
    if len(x) < 2 * min_size:
        return []
    found = rpt.KernelCPD(kernel="rbf", min_size=min_size, params={"gamma": 0.3}).fit(x.reshape(-1, 1)).predict(pen=penalty)
    return [int(b) for b in found[:-1]]


cases = []
for one in series:
    x = np.array(one["values"])
    n = len(x)
    case = {"name": one["name"]}
    if one.get("original") is not None and n > 20:
        case["yue_wang"] = answer(mk.yue_wang_modification_test(x))
        case["yue_wang_1"] = answer(mk.yue_wang_modification_test(x, lag=1))
        case["prewhitened"] = answer(mk.trend_free_pre_whitening_modification_test(x))
        case["seasonal"] = answer(mk.seasonal_test(x, period=12))
        case["correlated"] = answer(mk.correlated_seasonal_test(x, period=12))
        lags = int(4 * (n / 100) ** (2 / 9))
        for name, at in (("least_squares", np.arange(n)), ("least_squares_irregular", np.array(one["irregular"]["seconds"]))):
            at = at - at[0]
            fit = sm.OLS(x, sm.add_constant(at)).fit(
                cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True)
            low, high = fit.conf_int(0.05)[1]
            case[name] = {"lags": lags, "slope": number(fit.params[1]), "intercept": number(fit.params[0]), "error": number(fit.bse[1]),
                          "t": number(fit.tvalues[1]), "p": number(fit.pvalues[1]), "lower": number(low), "upper": number(high)}
    if n <= 200 and one.get("original") is not None and n > 20:
        centred = (x - x.mean()) / x.std()
        counts = np.floor(3 + 2 * np.abs(centred))
        case["counts"] = [float(c) for c in counts]
        case["segmentations"] = [
            {"penalty": p, "min_size": m, "meanvar": search(centred, p, m, model="normal"), "rank": search(centred, p, m, model="rank"),
             "variance": search(centred, p, m, custom_cost=Variance()), "poisson": search(counts, p, m, custom_cost=Poisson()),
             "rbf": kernel(centred, p / 6, m)}
            for p in (6.0, 12.0, 25.0)
            for m in (3, 6)
        ]
    cases.append(case)

versions = {p: importlib.metadata.version(p) for p in ("numpy", "pymannkendall", "statsmodels", "ruptures")}
result = {"versions": versions | {"python": sys.version.split()[0]}, "cases": cases}
out = here / "more.json"
out.write_text(json.dumps(result, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n", encoding="utf-8")
print(f"{out.name}: {len(cases)} series")
