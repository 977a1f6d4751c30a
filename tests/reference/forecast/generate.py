"""Reference values for season, decomposition and exponential smoothing.

pip install statsmodels==0.15.0 numpy==2.4.6 scipy==1.17.1
python generate.py > expected.json
"""

import json
import sys
import warnings

import numpy as np
import pandas
import scipy
import statsmodels
from scipy import stats
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.seasonal import MSTL, STL

warnings.filterwarnings("ignore")
random = np.random.default_rng(20261125)


def series(n, periods, noise, slope=0.0, offset=0.0, outliers=0, walk=0.0):
    t = np.arange(n)
    y = offset + slope * t + np.cumsum(random.normal(0, 1, n)) * walk
    for i, p in enumerate(periods):
        shape = random.normal(0, 3.0 / (i + 1), p)
        y = y + shape[t % p] * (1 + 0.3 * np.sin(t / n * 3))
    y = y + random.normal(0, noise, n) if noise > 0 else y
    for i in random.choice(n, outliers, replace=False):
        y[i] += 40 * random.choice([-1, 1])
    return np.round(y, 4)


def shown(n):
    """The places that are written down: both ends, and some in between."""
    edge = list(range(min(n, 5))) + list(range(max(0, n - 5), n))
    return sorted(set(edge + list(range(0, n, max(1, n // 40)))))


def picked(x, places):
    return [float(x[i]) for i in places]


cases = {
    "short": (series(20, [4], 1.0), 4),
    "two seasons": (series(24, [12], 1.0), 12),
    "monthly": (series(120, [12], 1.0, slope=0.3, walk=0.3), 12),
    "odd period": (series(101, [7], 0.5, outliers=4), 7),
    "hourly": (series(500, [24], 1.0, slope=-0.05, outliers=10), 24),
    "great offset": (series(300, [24], 1.0, offset=1e9), 24),
    "steps": (np.round(series(240, [24], 0.2) + np.where(np.arange(240) > 130, 25.0, 0.0), 4), 24),
    "five minutes": (series(2100, [288], 1.0, slope=0.01, outliers=20, walk=0.1), 288),
    "without noise": (series(160, [8], 0.0, slope=0.5), 8),
}

out = {
    "versions": {"statsmodels": statsmodels.__version__, "numpy": np.__version__, "pandas": pandas.__version__, "scipy": scipy.__version__},
    "stl": [],
    "mstl": [],
    "ets": [],
}
for name, (y, period) in cases.items():
    for robust in (False, True):
        for seasonal, trend in ((7, None), (13, None), (7, 2 * period + 1 + 2 * (period % 2))):
            if trend is not None and trend % 2 == 0:
                trend += 1
            fit = STL(y, period=period, seasonal=seasonal, trend=trend, robust=robust).fit()
            places = shown(len(y))
            out["stl"].append({
                "name": name,
                "period": period,
                "robust": robust,
                "seasonal_length": seasonal,
                "trend_length": trend,
                "places": places,
                "seasonal": picked(fit.seasonal, places),
                "trend": picked(fit.trend, places),
                "remainder": picked(fit.resid, places),
                "weights": picked(fit.weights, places),
            })
out["values"] = {name: y.tolist() for name, (y, _) in cases.items()}

for name, y, periods in (
    ("day and week", series(24 * 7 * 4, [24, 168], 0.5, slope=0.01), [24, 168]),
    ("three", series(700, [6, 30, 120], 0.7, walk=0.1), [6, 30, 120]),
    ("one", cases["hourly"][0], [24]),
):
    for robust in (False, True):
        fit = MSTL(y, periods=periods, stl_kwargs={"robust": robust}).fit()
        seasonal = np.asarray(fit.seasonal).reshape(len(y), -1)
        places = shown(len(y))
        out["mstl"].append({
            "name": name,
            "values": y.tolist() if not robust else None,
            "periods": periods,
            "robust": robust,
            "places": places,
            "seasonal": [picked(seasonal[:, i], places) for i in range(seasonal.shape[1])],
            "trend": picked(fit.trend, places),
            "remainder": picked(fit.resid, places),
        })

smooth = {
    "level": (series(80, [], 1.0, offset=20, walk=0.5), None),
    "slope": (series(90, [], 1.0, slope=0.8, offset=-5, walk=0.3), None),
    "monthly": (cases["monthly"][0], 12),
    "weekly": (series(140, [7], 1.0, slope=0.1, offset=1000), 7),
}
for name, (y, m) in smooth.items():
    for trend, damped in ((None, False), ("add", False), ("add", True)):
        for seasonal in ((None,) if m is None else (None, "add")):
            model = ETSModel(pandas.Series(y), error="add", trend=trend, damped_trend=damped, seasonal=seasonal, seasonal_periods=m,
                             initialization_method="heuristic")
            parameters = {"smoothing_level": 0.4}
            if trend:
                parameters["smoothing_trend"] = 0.1
            if seasonal:
                parameters["smoothing_seasonal"] = 0.2
            if damped:
                parameters["damping_trend"] = 0.9
            order = [p for p in model.param_names if p in parameters]
            # names before the initial states, in the order of the model
            given = model.smooth([parameters[p] for p in order])
            h = 30
            frame = given.get_prediction(start=len(y), end=len(y) + h - 1)
            best = None
            for start in (0.05, 0.3, 0.7):
                fitted = model.fit(disp=0, maxiter=3000, start_params=[
                    {"smoothing_level": start, "smoothing_trend": start / 10, "smoothing_seasonal": 0.05,
                     "damping_trend": 0.95}[p] for p in order])
                if best is None or fitted.sse < best.sse:
                    best = fitted
            out["ets"].append({
                "name": name,
                "values": y.tolist(),
                "trend": trend is not None,
                "damped": damped,
                "period": m if seasonal else None,
                "parameters": parameters,
                "sse": float(given.sse),
                "forecast": given.forecast(h).tolist(),
                "relative_variance": (frame.forecast_variance / given.mse).tolist(),
                "fitted_sse": float(best.sse),
                "fitted": dict(zip(order, [float(v) for v in best.params[:len(order)]])),
            })

# critical values of the generalised ESD test (Rosner 1983): n, number of the outlier, level, lambda
out["esd"] = []
for n in (10, 54, 300):
    for i in (1, 2, 5):
        for alpha in (0.05, 0.01):
            p = 1 - alpha / (2 * (n - i + 1))
            t = stats.t.ppf(p, n - i - 1)
            out["esd"].append([n, i, alpha, float((n - i) * t / np.sqrt((n - i - 1 + t * t) * (n - i + 1)))])

json.dump(out, sys.stdout)
