"""Runs a query on a table of times and values: `python run.py duckdb|datafusion DATA.csv QUERY.sql OUT.csv`.

DATA.csv has the columns us (microseconds since the epoch), route and v; v is empty for NULL, else what Python's float reads, such as nan and inf.
The table is called requests and has the columns time (a timestamp), route and v. Needs PyPI's duckdb and datafusion, with pyarrow.
"""

import csv
import sys

import pyarrow as pa

engine, data, query, out = sys.argv[1:5]
with open(data, newline="") as file:
    rows = list(csv.DictReader(file))
table = pa.table(
    {
        "time": pa.array([int(r["us"]) for r in rows], pa.timestamp("us")),
        "route": pa.array([r["route"] for r in rows], pa.string()),
        "v": pa.array([float(r["v"]) if r["v"] else None for r in rows], pa.float64(), from_pandas=False),
    }
)
with open(query) as file:
    text = file.read()
if engine == "duckdb":
    import duckdb

    connection = duckdb.connect()
    connection.register("requests", table)
    cursor = connection.execute(text)
    names = [column[0] for column in cursor.description]
    found = cursor.fetchall()
else:
    import datafusion

    context = datafusion.SessionContext()
    context.register_record_batches("requests", [table.to_batches()])
    result = context.sql(text).to_arrow_table()
    names = result.column_names
    found = list(zip(*[result[name].to_pylist() for name in names]))
with open(out, "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(names)
    writer.writerows(found)
print(engine, len(found), "rows")
