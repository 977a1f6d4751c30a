"""Quantiles by numpy's nine methods, for the test of the nine definitions.

    pip install numpy && python hyndman_fan.py > hyndman_fan.json
"""
import json
import numpy as np

METHODS = ["inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen",
           "weibull", "linear", "median_unbiased", "normal_unbiased"]
rng = np.random.default_rng(7)
samples = [[5.0], [1.0, 2.0], [3.0, 1.0, 2.0], list(map(float, range(10))), [0.1, 0.1, 0.1, 7.0],
           list(rng.lognormal(-2, 1, 37)), list(rng.normal(0, 5, 101)), list(rng.integers(0, 9, 64).astype(float))]
# probabilities that are exact in binary where n·p must be whole, others elsewhere
P = [0.0, 0.001, 0.0625, 0.125, 0.25, 0.3333, 0.5, 0.5625, 0.7071, 0.75, 0.875, 0.9375, 0.9871, 0.999, 1.0]
cases = [{"values": v, "probabilities": P,
          "expected": {f"type{i + 1}": [float(np.quantile(v, p, method=m)) for p in P] for i, m in enumerate(METHODS)}}
         for v in samples]
print(json.dumps({"numpy": np.__version__, "cases": cases}, indent=None))
