"""Runs a query on an engine: `python engines.py ENGINE DATA QUERY.sql OUT.csv`.

ENGINE is duckdb, datafusion, clickhouse (PyPI's chdb), spark (pyspark, Java 17) or postgres (a server of its own on a socket in a temporary
folder). DATA is Parquet with the columns time, route and v, or comma-separated text with us (microseconds since the epoch), route and
v, where an empty v is NULL. The table is called requests. Sessions stand in other time zones than UTC, since windows must not depend on them.
"""

import csv
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

ZONE = "America/St_Johns"


def duckdb(data: Path, queries: list[str]):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW requests AS SELECT * FROM read_parquet('{data}')")
    for query in queries:
        yield connection.sql(query).to_arrow_table()


def datafusion(data: Path, queries: list[str]):
    import datafusion

    context = datafusion.SessionContext()
    context.register_parquet("requests", str(data))
    for query in queries:
        yield context.sql(query).to_arrow_table()


def clickhouse(data: Path, queries: list[str]):
    from chdb.session import Session

    with tempfile.TemporaryDirectory() as folder:
        session = Session(folder)
        session.query(f"SET session_timezone = '{ZONE}'")
        session.query(f"CREATE VIEW requests AS SELECT * FROM file('{data}', Parquet)")
        for query in queries:
            yield pa.ipc.open_stream(session.query(query, "ArrowStream").bytes()).read_all()
        session.close()


def spark(data: Path, queries: list[str]):
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory() as folder:
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
        builder = builder.config("spark.driver.memory", "3g").config("spark.driver.maxResultSize", "1g")
        builder = builder.config("spark.sql.session.timeZone", ZONE).config("spark.sql.warehouse.dir", folder)
        session = builder.config("spark.local.dir", folder).config("spark.sql.shuffle.partitions", "4").getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        session.read.parquet(str(data)).createOrReplaceTempView("requests")
        for query in queries:
            yield session.sql(query).toArrow()
        session.stop()


def postgres(data: Path, queries: list[str]):
    rows = pq.read_table(data)
    with server() as ask, tempfile.NamedTemporaryFile(suffix=".csv") as text:
        pc.write_csv(rows.select(["time", "route", "v"]), text.name)
        ask("CREATE TABLE requests (time timestamptz, route text, v double precision)")
        # what is quoted is text, so that an empty field is NULL and a route with an odd name is itself
        with open(text.name, "rb") as file:
            ask("COPY requests FROM STDIN (FORMAT csv, HEADER)", stdin=file)
        for query in queries:
            with tempfile.NamedTemporaryFile(suffix=".csv") as found:
                with open(found.name, "wb") as file:
                    ask(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", stdout=file)
                options = pc.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
                yield pc.read_csv(found.name, parse_options=pc.ParseOptions(newlines_in_values=True), convert_options=options)


@contextmanager
def server():
    """A PostgreSQL server without a port; it refuses to run as root, so that then Debian's user for it runs it."""
    home = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)), None)
    if home is None or not (home / "initdb").exists():
        raise SystemExit("postgres: Debian's package postgresql is needed")
    folder = Path(tempfile.mkdtemp(prefix="sre-stats-postgres-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = ["runuser", "-u", user.pw_name, "--"]

    def control(*arguments: str) -> None:
        # its output goes to a file: the server keeps what it inherits, and a pipe would never end
        with open(os.devnull, "wb") as null:
            subprocess.run([*as_user, *arguments], check=True, stdout=null, cwd="/")

    def ask(text: str, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) -> None:
        # the query is given as a file, since it can be longer than an argument may be, but not where its input is
        command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(folder), "-U", "postgres", "-d", "postgres"]
        environment = {**os.environ, "PGTZ": ZONE, "PGCLIENTENCODING": "UTF8"}
        subprocess.run([*command, "-c", text], check=True, stdin=stdin, stdout=stdout, env=environment)

    cluster = str(folder / "data")
    try:
        control(str(home / "initdb"), "-D", cluster, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync")
        settings = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_wal_size=4GB -c work_mem=256MB"
        control(str(home / "pg_ctl"), "-D", cluster, "-l", str(folder / "log"), "-o", settings, "-w", "start")
        try:
            yield ask
        finally:
            control(str(home / "pg_ctl"), "-D", cluster, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder)


ENGINES = {"duckdb": duckdb, "datafusion": datafusion, "clickhouse": clickhouse, "spark": spark, "postgres": postgres}


def parquet_of(data: Path, folder: Path) -> Path:
    """The data as Parquet."""
    if data.suffix != ".csv":
        return data
    with open(data, newline="") as file:
        rows = list(csv.DictReader(file))
    table = pa.table(
        {
            "time": pa.array([int(r["us"]) if r["us"] else None for r in rows], pa.timestamp("us", "UTC")),
            "route": pa.array([r["route"] for r in rows], pa.string()),
            "v": pa.array([float(r["v"]) if r["v"] else None for r in rows], pa.float64(), from_pandas=False),
        }
    )
    pq.write_table(table, folder / "data.parquet")
    return folder / "data.parquet"


if __name__ == "__main__":
    engine, data, query, out = sys.argv[1], *map(Path, sys.argv[2:5])
    with tempfile.TemporaryDirectory() as folder:
        (found,) = ENGINES[engine](parquet_of(data, Path(folder)), [query.read_text()])
    # the writer does not know the views that DataFusion makes
    texts = [pa.field(f.name, pa.string()) if pa.types.is_string_view(f.type) else f for f in found.schema]
    pc.write_csv(found.cast(pa.schema(texts)), out)
    print(engine, found.num_rows, "rows")
