"""REQ sketches of doubles as PyPI's datasketches writes and answers them: pip install datasketches; python req.py > req.json"""
import base64
import json
import sys
from importlib.metadata import version

from datasketches import PyDoublesSerDe, req_items_sketch

from generate import values

cases = []
for n in (0, 1, 4, 5, 100, 20000):
    for high in (True, False):
        sketch = req_items_sketch(12, high)
        for v in values(n, 5, signed=True):
            sketch.update(v)
        some = [] if n == 0 else [0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
        cases.append({
            "n": n, "high": high, "retained": sketch.num_retained,
            "bytes": base64.b64encode(bytes(sketch.serialize(PyDoublesSerDe()))).decode(),
            "quantiles": [[q, sketch.get_quantile(q, True)] for q in some],
            "extremes": [] if n == 0 else [sketch.get_min_value(), sketch.get_max_value()],
            # three standard deviations
            "rank_bounds": [[q, sketch.get_rank_lower_bound(q, 3), sketch.get_rank_upper_bound(q, 3)] for q in some],
        })
json.dump({"datasketches": version("datasketches"), "req": cases}, sys.stdout)
print()
