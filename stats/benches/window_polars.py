"""Bad time charged at every phase of every width, written with polars: the honest baseline of the accounting.

    pip install polars && python window_polars.py FILE WIDTHS ALLOWED_S

FILE holds one byte a second, 1 where it was bad; WIDTHS are whole seconds, separated by commas. A window is bad where any of its
seconds is: a rolling maximum says it for the window that begins at each second, and one group-by over the begin modulo the width
adds up every phase. Prints the seconds that it took and, for each width, the least, mean and most time charged and at how many
phases the objective is met.
"""

import json
import sys
import time

import polars as pl

path, widths, allowed = sys.argv[1], [int(w) for w in sys.argv[2].split(",")], float(sys.argv[3])
second = pl.Series("bad", memoryview(open(path, "rb").read()).tolist(), dtype=pl.UInt8)

started = time.perf_counter()
rows = []
for width in widths:
    edge = pl.Series("bad", [0], dtype=pl.UInt8).extend_constant(0, width - 2) if width > 1 else second.clear()
    # the window that begins `width - 1` seconds before the data is the first that reaches into them
    padded = pl.concat([edge, second, edge]).to_frame()
    charged = (
        padded.lazy()
        .select(pl.col("bad").rolling_max(width).slice(width - 1).cast(pl.UInt32))
        .with_row_index("begin")
        .group_by(pl.col("begin") % width)
        .agg(pl.col("bad").sum() * width)
        .select(
            least=pl.col("bad").min(),
            mean=pl.col("bad").mean(),
            most=pl.col("bad").max(),
            met=(pl.col("bad") <= allowed).sum(),
        )
        .collect()
    )
    rows.append(charged.row(0))
took = time.perf_counter() - started
print(json.dumps({"peer": f"polars {pl.__version__}", "seconds": took, "rows": rows}))
