"""Rows that are hard to count: `python rows.py ROWS SEED OUT.parquet`.

Columns: time (timestamp in microseconds, UTC), route (text), v (64-bit real). Every third row has an edge of a bin, the next f64 below
it or above it: all edges of log-linear and of exp:8, in which those of the coarser schemas are, of both signs, as far as the rows reach.
The others are latencies, f64 of random bits, zeros, subnormals, the largest, NaN, infinities and NULL. Times stand at and one
microsecond beside the edges of minutes, before and after the epoch; some are NULL, and so are some routes.
"""

import sys

import exact
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ODD = [0.0, -0.0, 5e-324, -5e-324, sys.float_info.min, sys.float_info.max, -sys.float_info.max, 1e-128, 1e128, 2.0**-128]
ROUTES = ["/cart", "/it's, \"home\"", "/größe\\n", None]
MINUTE = 60_000_000
# minutes about the epoch and about a day of 2026
MINUTES = np.array([-2, -1, 0, 1, 29_500_000, 29_500_001, -700_000], np.int64)


def values(count: int, draw: np.random.Generator) -> pa.Array:
    edges = np.concatenate([exact.decimal_edges(), exact.binary_edges()])
    above = np.nextafter(edges[edges < sys.float_info.max], np.inf)
    beside = np.concatenate([edges, np.nextafter(edges, 0), above])
    beside = draw.permutation(np.concatenate([beside, -beside]))
    kind = draw.integers(0, 3, count)
    # as many edges as the rows hold, each once before any twice
    made = np.resize(beside, count)
    latency = np.exp(draw.normal(-2.5, 1.2, count))
    made = np.where(kind == 1, latency, made)
    bits = draw.integers(0, 2**64, count, np.uint64, endpoint=False).view(np.float64)
    odd = draw.choice(np.array([*ODD, np.nan, np.inf, -np.inf]), count)
    made = np.where(kind == 2, np.where(draw.integers(0, 4, count) == 0, odd, bits), made)
    made[: len(ODD)] = ODD
    return pa.array(made, pa.float64(), mask=draw.integers(0, 50, count) == 0, from_pandas=False)


def rows(count: int, seed: int) -> pa.Table:
    draw = np.random.default_rng(seed)
    made = values(count, draw)
    times = draw.choice(MINUTES, count) * MINUTE
    inside = draw.integers(0, 4, count)
    times += np.select([inside == 0, inside == 1, inside == 2], [0, 1, -1], draw.integers(0, MINUTE, count))
    times = pa.array(times, pa.timestamp("us", "UTC"), mask=draw.integers(0, 200, count) == 0)
    routes = pa.array(ROUTES, pa.string()).take(pa.array(draw.integers(0, len(ROUTES), count)))
    return pa.table({"time": times, "route": routes, "v": made})


if __name__ == "__main__":
    count, seed, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    pq.write_table(rows(count, seed), out, row_group_size=500_000)
    print(f"{count} rows in {out}")
