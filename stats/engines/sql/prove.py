"""Every bin of every engine against exact arithmetic: `python prove.py --rows ROWS [--engine E]… [--layout L]…`.

SRE_STATS_PROGRAM names the program whose `sql` prints the queries and whose `convert` makes the table called ours. BigQuery and Snowflake
cannot be run here: their queries are parsed in their dialects by sqlglot, translated to DuckDB's and run there.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import exact
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import rows
from engines import ENGINES

LAYOUTS = ["log-linear", *(f"exp:{schema}" for schema in range(-4, 9))]
TRANSLATED = ["bigquery", "snowflake"]
PROGRAM = os.environ.get("SRE_STATS_PROGRAM", "sre-stats")


def query(dialect: str, layout: str) -> str:
    names = ["--table", "requests", "--time", "time", "--value", "v", "--by", "route", "--every", "60s", "--series", "latency"]
    command = [PROGRAM, "sql", "--dialect", dialect, "--layout", layout, *names]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def translated(dialect: str, layouts: list[str], data: Path):
    """The query of a dialect that cannot be run, as sqlglot understands it, on DuckDB."""
    import sqlglot
    from sqlglot import exp

    texts = []
    for layout in layouts:
        (tree,) = sqlglot.parse(query(dialect, layout), read=dialect, error_level=sqlglot.ErrorLevel.RAISE)
        strange = sorted({node.name for node in tree.find_all(exp.Anonymous)} | {type(n).__name__ for n in tree.find_all(exp.Command)})
        if strange:
            raise SystemExit(f"{dialect}: sqlglot does not know {strange}")
        texts.append(tree.sql(dialect="duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE))
    yield from ENGINES["duckdb"](data, texts)


def ours(layouts: list[str], data: Path):
    """The table that the program itself makes of the rows."""
    for layout in layouts:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "table.csv"
            command = [PROGRAM, "convert", str(data), "--time", "time", "--value", "v", "--by", "route", "--to", "histogram-table"]
            subprocess.run([*command, "--layout", layout, "--every", "60s", "--out", str(out)], check=True, capture_output=True)
            options = pc.ConvertOptions(strings_can_be_null=True)
            table = pc.read_csv(out, parse_options=pc.ParseOptions(newlines_in_values=True), convert_options=options)
        start = table["window_start"].cast(pa.timestamp("s", "UTC")).cast(pa.int64())
        yield table.set_column(table.column_names.index("window_start"), "window_start", start)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", action="append", choices=["ours", *ENGINES, *TRANSLATED])
    parser.add_argument("--layout", action="append", choices=LAYOUTS)
    asked = parser.parse_args()
    layouts = asked.layout or LAYOUTS
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "rows.parquet"
        # readable by the server's own user too
        os.chmod(folder, 0o755)
        table = rows.rows(asked.rows, asked.seed)
        pq.write_table(table, data, row_group_size=500_000)
        want = {layout: exact.table(table, layout) for layout in layouts}
        bins = sum(w.num_rows for w in want.values())
        print(f"{table.num_rows} rows, {len(layouts)} layouts, {bins} bins of groups by exact arithmetic", flush=True)
        for engine in asked.engine or ["ours", *ENGINES, *TRANSLATED]:
            if engine == "ours":
                found = ours(layouts, data)
            elif engine in TRANSLATED:
                found = translated(engine, layouts, data)
            else:
                found = ENGINES[engine](data, [query(engine, layout) for layout in layouts])
            started = time.monotonic()
            for layout in layouts:
                got = exact.ordered(next(found))
                equal = got.equals(want[layout])
                failures += not equal
                note = "" if equal else difference(got, want[layout])
                print(f"{engine:<11}{layout:<11}{'equal' if equal else 'DIFFERENT':<10}{time.monotonic() - started:7.1f} s  {note}", flush=True)
                started = time.monotonic()
            # the end of the engine's own work
            next(found, None)
    return 1 if failures else 0


def difference(got: pa.Table, want: pa.Table) -> str:
    left, right = ({(r["route"], r["window_start"], r["bin"]): r["count"] for r in t.to_pylist()} for t in (got, want))
    wrong = [(key, left.get(key), right.get(key)) for key in {**left, **right} if left.get(key) != right.get(key)]
    return f"{len(wrong)} of {len(right)} bins, the first (group, got, want): {wrong[:3]}"


if __name__ == "__main__":
    sys.exit(main())
