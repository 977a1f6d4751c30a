"""Reference sketches of other implementations: pip install ddsketch datasketches protobuf; python generate.py > expected.json"""
import base64
import json
import sys
from importlib.metadata import version

from datasketches import kll_doubles_sketch, tdigest_double
from ddsketch.ddsketch import BaseDDSketch
from ddsketch.mapping import CubicallyInterpolatedMapping, LogarithmicMapping
from ddsketch.pb.proto import DDSketchProto
from ddsketch.store import CollapsingLowestDenseStore, DenseStore


def values(n, seed, signed=False):
    """Heavy-tailed, from a fixed recurrence; every one is exact in a double."""
    x = seed
    out = []
    for i in range(n):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        v = (1 + (x >> 40) ** 2 // (1 << 27)) / 1024.0
        out.append(-v if signed and i % 3 == 0 else v)
    return out


def bins(store, sign):
    return [[sign * (store.offset + i), c] for i, c in enumerate(store.bins) if c > 0]


def main():
    dd = []
    for mapping_type in (LogarithmicMapping, CubicallyInterpolatedMapping):
        for alpha in (0.01, 0.05):
            mapping = mapping_type(alpha)
            sketch = BaseDDSketch(mapping, DenseStore(), DenseStore(), 0.0)
            data = values(1001, 7, signed=True) + [0.0, 0.0]
            for v in data:
                sketch.add(v)
            dd.append({
                "mapping": mapping_type.__name__, "alpha": alpha,
                "protobuf": base64.b64encode(DDSketchProto.to_proto(sketch).SerializeToString()).decode(),
                "negative": bins(sketch._negative_store, 1), "positive": bins(sketch._store, 1), "zero": 2,
                "quantiles": [[q, sketch.get_quantile_value(q)] for q in (0.1, 0.5, 0.9, 0.99)],
            })
    collapsed = BaseDDSketch(LogarithmicMapping(0.01), CollapsingLowestDenseStore(100), CollapsingLowestDenseStore(100), 0.0)
    for v in values(1001, 7):
        collapsed.add(v)

    kll = []
    for n in (0, 1, 100, 20000):
        sketch = kll_doubles_sketch(200)
        for v in values(n, 5):
            sketch.update(v)
        kll.append({
            "n": n, "bytes": base64.b64encode(bytes(sketch.serialize())).decode(),
            "quantiles": [] if n == 0 else [[q, sketch.get_quantile(q, True)] for q in (0.1, 0.5, 0.9, 0.99)],
            "extremes": [] if n == 0 else [sketch.get_min_value(), sketch.get_max_value()],
            "rank_error": sketch.normalized_rank_error(False),
        })

    json.dump({
        "ddsketch": version("ddsketch"), "datasketches": version("datasketches"),
        "dd": dd,
        "dd_collapsed": {"alpha": 0.01, "max_bins": 100, "positive": bins(collapsed._store, 1)},
        "kll": kll,
    }, sys.stdout)
    print()


if __name__ == "__main__":
    main()
