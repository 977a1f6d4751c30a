"""sre_stats_spark against exact arithmetic: `python prove.py --rows ROWS`. In one process, also with so little memory that groups are given away
many times; on a local Spark, also with times without a zone; and what is refused.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent / "sql"))
import exact
import rows
import sre_stats_spark


def equal(what: str, found: pa.Table, want: pa.Table) -> None:
    if not exact.ordered(found).equals(want):
        raise SystemExit(f"{what}: DIFFERENT")
    print(f"{what:<50}equal, {want.num_rows} bins", flush=True)


def refused(what: dict, word: str, table: pa.Table) -> None:
    arguments = {"time": "time", "value": "v", "by": ["route"], **what}
    try:
        sre_stats_spark.histogram_table(table.to_batches(), **arguments)
    except ValueError as error:
        if word in str(error):
            print(f"{what!s:<50}refused: {error}", flush=True)
            return
        raise
    raise SystemExit(f"{what} was taken")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    table = rows.rows(parser.parse_args().rows, 2)
    layouts = ["log-linear", "exp:-4", "exp:0", "exp:5"]
    want = {layout: exact.table(table, layout) for layout in layouts}
    for layout in layouts:
        for memory in (64 << 20, 1 << 16):
            found = sre_stats_spark.histogram_table(table.to_batches(10_000), "time", "v", ["route"], "60s", layout, memory=memory)
            equal(f"one process, {layout}, {memory} bytes", found, want[layout])
    coarse = table.set_column(0, "time", table["time"].cast(pa.timestamp("ns")))
    found = sre_stats_spark.histogram_table(coarse.to_batches(), "time", "v", ["route"], "5m")
    equal("one process, nanoseconds, five minutes", found, exact.table(table, "log-linear", 300))
    empty = sre_stats_spark.histogram_table([], "time", "v")
    assert empty.num_rows == 0 and empty.column_names[:6] == ["series", "window_start", "width", "schema", "bin", "count"]

    refused({"layout": "kll:200"}, "no numbered bins", table)
    refused({"every": "1500ms"}, "whole number of seconds", table)
    refused({"by": ["bin"]}, "rename", table.rename_columns(["time", "bin", "v"]))
    refused({"time": "v"}, "timestamp", table)
    refused({"value": "route"}, "", table)

    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(table, f"{folder}/zone.parquet")
        plain = table.set_column(0, "time", table["time"].cast(pa.timestamp("us")))
        pq.write_table(plain, f"{folder}/plain.parquet")
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
        builder = builder.config("spark.sql.session.timeZone", "America/St_Johns").config("spark.sql.warehouse.dir", folder)
        spark = builder.config("spark.sql.shuffle.partitions", "4").getOrCreate()
        spark.sparkContext.setLogLevel("OFF")
        for name in ("zone", "plain"):
            frame = spark.read.parquet(f"{folder}/{name}.parquet")
            found = sre_stats_spark.histograms(frame, "time", "v", by=["route"], every="60s", layout="exp:5")
            equal(f"Spark, {frame.schema['time'].dataType.simpleString()}", found.toArrow(), want["exp:5"])
        spark.stop()


if __name__ == "__main__":
    main()
