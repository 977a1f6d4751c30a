"""Arrow and Parquet files by another writer with columns of types that are not read, between others that are.

    pip install pyarrow==26.0.1 duckdb==2.0.1 && python foreign.py

Every field follows from its row by a formula, which the test that reads the files computes for itself
(`stats/src/load/frame/foreign_tests.rs`).
"""

import decimal
import pathlib

import duckdb
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

ROWS = 100
HERE = pathlib.Path(__file__).parent
each = range(ROWS)
time = pa.array([1_767_225_600_000 + 250 * i for i in each], pa.timestamp("ms", "UTC"))
value = pa.array([i / 8 for i in each])
service = pa.array([f"svc-{i % 3}" for i in each])
numbers = pa.array(list(each))
half = pa.array([i / 2 for i in each], pa.float32()).cast(pa.float16())
uuid = pa.array([bytes([i] * 16) for i in each], pa.uuid())
views = pa.array([list(range(i % 3)) for i in each], pa.list_view(pa.int64()))
large_views = pa.array([[f"word {i}"] * (i % 3) for i in each], pa.large_list_view(pa.string_view()))
ends = pa.array([10 * (i + 1) for i in range(ROWS // 10)], pa.int32())
runs = pa.RunEndEncodedArray.from_arrays(ends, pa.array([f"run {i}" for i in range(ROWS // 10)]))
sparse = pa.UnionArray.from_sparse(pa.array([i % 2 for i in each], pa.int8()), [numbers, service])
dense = pa.UnionArray.from_dense(
    pa.array([i % 2 for i in each], pa.int8()), pa.array([i // 2 for i in each], pa.int32()), [numbers, service]
)
intervals = pa.array([pa.MonthDayNano([1, 2, i]) for i in each])
decimals = pa.array([decimal.Decimal(i) for i in each], pa.decimal256(50, 2))
# an extension of a type that is read
json = pa.array([f"svc-{i % 3}" for i in each], pa.json_())
within = pa.StructArray.from_arrays([numbers, views, runs], ["number", "views", "runs"])
lists = pa.ListArray.from_arrays(pa.array(list(range(ROWS + 1)), pa.int32()), within)
of_size = pa.FixedSizeListArray.from_arrays(sparse, 1)
maps = pa.MapArray.from_arrays(pa.array(list(range(ROWS + 1)), pa.int32()), service, dense)
foreign = {
    "half": half,
    "uuid": uuid,
    "views": views,
    "large_views": large_views,
    "runs": runs,
    "sparse": sparse,
    "dense": dense,
    "intervals": intervals,
    "decimals": decimals,
    "lists": lists,
    "of_size": of_size,
    "maps": maps,
    "dictionary": service.dictionary_encode(),
}
table = pa.table({"time": time, **foreign, "value": value, "service": json, "view": service.cast(pa.string_view())})
for compression in ["zstd", None]:
    options = pa.ipc.IpcWriteOptions(compression=compression, unify_dictionaries=True)
    name = f"foreign-{compression or 'plain'}.arrow"
    with pa.ipc.new_file(HERE / name, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=60)
few = pa.table({"time": time, "half": half, "uuid": uuid, "views": views, "value": value, "service": json})
pa.parquet.write_table(few, HERE / "foreign.parquet")
# times with a zone, in the one unit that Parquet has not
seconds = pa.table({"time": pa.array([1_767_225_600, 1_767_225_601], pa.timestamp("s", "UTC")), "value": [1.0, 2.0]})
with pa.ipc.new_file(HERE / "seconds.arrow", seconds.schema) as writer:
    writer.write_table(seconds)
duckdb.sql(
    "copy (select make_timestamptz(1767225600000000 + 250000 * i) as time, to_seconds(i) as x, i / 8 as value, "
    f"'svc-' || (i % 3) as service from range({ROWS}) r(i)) to '{HERE / 'interval.parquet'}' (format parquet)"
)
