"""The question of the benchmark asked of a peer: exact p50, p99 and p99.9 per minute and service.

    pip install duckdb polars pandas && python peers.py duckdb|duckdb-approx|polars|pandas FILE

Prints the wall time without the interpreter's start, the number of groups and the peak of memory.
"""

import json
import sys
import time

which, path = sys.argv[1], sys.argv[2]
# the columns of the text as it was generated, and of what `convert --to parquet` makes of it
column = "value" if path.endswith("parquet") else "latency_s"
if which.startswith("duckdb"):
    import duckdb

    quantile = "approx_quantile" if which == "duckdb-approx" else "quantile_cont"
    started = time.perf_counter()
    groups = duckdb.sql(
        f"SELECT service, time_bucket(INTERVAL 1 minute, time) AS minute, count(*), "
        f"{quantile}({column}, [0.5, 0.99, 0.999]) FROM '{path}' GROUP BY ALL"
    ).fetchall()
    version = duckdb.__version__
elif which == "pandas":
    import pandas

    started = time.perf_counter()
    wanted = ["time", "service", column]
    if path.endswith("parquet"):
        table = pandas.read_parquet(path, columns=wanted)
    else:
        table = pandas.read_csv(path, usecols=wanted, parse_dates=["time"])
    table["minute"] = table["time"].dt.floor("min")
    groups = table.groupby(["service", "minute"], sort=False)[column].quantile([0.5, 0.99, 0.999]).unstack()
    version = pandas.__version__
else:
    import polars as pl

    started = time.perf_counter()
    table = pl.scan_parquet(path) if path.endswith("parquet") else pl.scan_csv(path, try_parse_dates=True)
    latency = pl.col(column)
    groups = (
        table.with_columns(pl.col("time").dt.truncate("1m").alias("minute"))
        .group_by("service", "minute")
        .agg(pl.len(), *[latency.quantile(q, "linear").alias(str(q)) for q in (0.5, 0.99, 0.999)])
        .collect(engine="streaming")
    )
    version = pl.__version__
seconds = time.perf_counter() - started
# not getrusage: its peak begins with that of the process that started this one
status = open("/proc/self/status").read()
peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps({"peer": f"{which} {version}", "seconds": seconds, "groups": len(groups), "peak_mb": peak}))
