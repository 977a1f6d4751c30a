"""Rows a second of each engine on the same files: `python measure.py --rows ROWS [--layout L] [--engine E]…`.

Latencies of 20 services (log-normal) in 8 files of Parquet, each of which spans two minutes. Wall and processor seconds; those of Spark are of its
JVM and its Python workers. Every engine's table must be the same, else it fails. SRE_STATS_PROGRAM names the program that prints the queries.
SRE_STATS_DATAFUSION names the built program of `datafusion/`. The order is that in which they run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent / "sql"))
import exact
import sre_stats_spark
from prove import PROGRAM, query

FILES, SERVICES, SPAN_S = 8, 20, 120
LAYOUT = "log-linear"


def made(folder: Path, count: int) -> int:
    """Writes the files, and says how many bytes they have."""
    draw = np.random.default_rng(7)
    names = pa.array([f"service-{i:02}" for i in range(SERVICES)])
    for file in range(FILES):
        rows = count // FILES
        times = np.sort(draw.integers(0, SPAN_S * 1_000_000, rows)) + (1_767_225_600 + file * SPAN_S) * 1_000_000
        service = draw.integers(0, SERVICES, rows)
        table = pa.table(
            {
                "time": pa.array(times, pa.timestamp("us", "UTC")),
                "route": pa.DictionaryArray.from_arrays(pa.array(service, pa.int32()), names).cast(pa.string()),
                # whole microseconds, as services log them
                "v": np.round(np.exp(draw.normal(-3 + service / 10, 0.6)), 6),
            }
        )
        pq.write_table(table, folder / f"{file}.parquet", row_group_size=1 << 20)
    return sum(file.stat().st_size for file in folder.iterdir())


def processor_s(root: int) -> float:
    """Processor seconds of a process and all below it, also of those that have ended."""
    fields = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields[int(file.parent.name)] = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue
    below, found = {root}, 0
    while len(below) > found:
        found = len(below)
        below |= {pid for pid, f in fields.items() if int(f[1]) in below}
    ticks = sum(sum(int(t) for t in fields[pid][11:15]) for pid in below if pid in fields)
    return ticks / os.sysconf("SC_CLK_TCK")


def process(folder: Path):
    batches = (batch for file in sorted(folder.iterdir()) for batch in pq.ParquetFile(file).iter_batches(1 << 16))
    return sre_stats_spark.histogram_table(batches, "time", "v", ["route"], "60s", LAYOUT)


def program(folder: Path):
    """The program itself, as one process."""
    with tempfile.TemporaryDirectory() as own:
        out = Path(own) / "table.parquet"
        asked = [str(folder), "--time", "time", "--value", "v", "--by", "route", "--kind", "events", "--every", "60s", "--layout", LAYOUT]
        subprocess.run([PROGRAM, "convert", *asked, "--to", "histogram-table", "--out", str(out)], check=True, capture_output=True)
        table = pq.read_table(out)
    start = table["window_start"].cast(pa.timestamp("s", "UTC")).cast(pa.int64())
    return table.set_column(table.column_names.index("window_start"), "window_start", start)


def aggregate(folder: Path):
    """The aggregate function of `datafusion/`, of which SRE_STATS_DATAFUSION names the built program."""
    with tempfile.TemporaryDirectory() as own:
        out = Path(own) / "table.parquet"
        asked = [f"{folder}/", str(out), "--time", "time", "--value", "v", "--by", "route", "--layout", LAYOUT]
        subprocess.run([os.environ["SRE_STATS_DATAFUSION"], *asked], check=True)
        return pq.read_table(out)


def polars(folder: Path):
    """A guess by the logarithm, corrected against the edges; log-linear alone, and positive values."""
    import polars as pl

    if LAYOUT != "log-linear":
        raise SystemExit("polars is measured with log-linear alone")
    edges = exact.decimal_edges()
    table = pl.lit(pl.Series(edges))
    power = pl.col("v").log10().floor()
    guess = (power + 128) * 90 + (pl.col("v") * pl.lit(10.0).pow(1 - power)).floor() - 10
    guess = guess.cast(pl.Int64).clip(1, len(edges) - 2)
    rows = pl.scan_parquet(f"{folder}/*.parquet").select("route", pl.col("time").dt.epoch("us") // 60_000_000 * 60, "v", guess.alias("guess"))
    low, high = table.gather(pl.col("guess")), table.gather(pl.col("guess") + 1)
    number = pl.col("guess") - (low > pl.col("v")).cast(pl.Int64) + (high <= pl.col("v")).cast(pl.Int64) + 1
    binned = rows.select("route", pl.col("time").alias("window_start"), number.alias("bin"))
    counted = binned.group_by("route", "window_start", "bin").agg(pl.len().alias("count"))
    return counted.collect(engine="streaming").to_arrow()


def duckdb(folder: Path):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW requests AS SELECT * FROM read_parquet('{folder}/*.parquet')")
    return connection.sql(query("duckdb", LAYOUT)).to_arrow_table()


def datafusion(folder: Path):
    import datafusion

    context = datafusion.SessionContext()
    context.register_parquet("requests", f"{folder}/")
    return context.sql(query("datafusion", LAYOUT)).to_arrow_table()


def clickhouse(folder: Path):
    from chdb.session import Session

    with tempfile.TemporaryDirectory() as own:
        session = Session(own)
        session.query(f"CREATE VIEW requests AS SELECT * FROM file('{folder}/*.parquet', Parquet)")
        found = pa.ipc.open_stream(session.query(query("clickhouse", "log-linear"), "ArrowStream").bytes()).read_all()
        session.close()
    return found


SPARK = None


def spark():
    global SPARK
    if SPARK is None:
        from pyspark.sql import SparkSession

        os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "3g")
        builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.sql.shuffle.partitions", "4")
        SPARK = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "65536").getOrCreate()
        SPARK.sparkContext.setLogLevel("OFF")
        SPARK.range(10).mapInArrow(lambda batches: batches, "id bigint").count()
    return SPARK


def spark_native(folder: Path):
    return sre_stats_spark.histograms(spark().read.parquet(str(folder)), "time", "v", ["route"], "60s", LAYOUT).toArrow()


def spark_sql(folder: Path):
    spark().read.parquet(str(folder)).createOrReplaceTempView("requests")
    return spark().sql(query("spark", LAYOUT)).toArrow()


ENGINES = {
    "sre-stats": program,
    "one thread": process,
    "DataFusion, aggregate": aggregate,
    "DataFusion, SQL": datafusion,
    "DuckDB": duckdb,
    "polars": polars,
    "ClickHouse": clickhouse,
    "Spark, native": spark_native,
    "Spark, SQL": spark_sql,
}


def main() -> None:
    global LAYOUT
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--engine", action="append", choices=list(ENGINES))
    parser.add_argument("--layout", default=LAYOUT)
    asked = parser.parse_args()
    LAYOUT = asked.layout
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = made(folder, asked.rows)
        # what a task of Spark gives to the shuffle for each file
        from sre_stats_spark import _tables

        groups = shuffled = 0
        for file in sorted(folder.iterdir()):
            rows = pq.read_table(file)
            rows = pa.table({"time": rows["time"], "value": rows["v"], "label_0": rows["route"]})
            for partial in _tables.partials(rows.to_batches(), LAYOUT, "60s", 1):
                groups += partial.num_rows
                shuffled += sum(len(h.as_py()) for h in partial["histogram"])
        print(f"{asked.rows} rows, {size} bytes in {FILES} files ({size / asked.rows:.1f} a row)")
        print(f"{groups} histograms for the shuffle, {shuffled} bytes ({shuffled / groups:.0f} each, {100 * shuffled / size:.3f} % of the input)", flush=True)
        want = None
        for engine in asked.engine or ENGINES:
            if "Spark" in engine:
                spark()
            wall, used = time.monotonic(), processor_s(os.getpid())
            found = ENGINES[engine](folder)
            wall, used = time.monotonic() - wall, processor_s(os.getpid()) - used
            found = exact.ordered(found)
            bins = found.num_rows
            if want is None:
                want = found
            elif not found.equals(want):
                raise SystemExit(f"{engine}: another table")
            print(f"{engine:<22}{wall:8.1f} s{used:8.1f} processor s{asked.rows / used / 1e6:8.2f} million rows a processor second, {bins} bins", flush=True)
        if SPARK is not None:
            SPARK.stop()


if __name__ == "__main__":
    main()
