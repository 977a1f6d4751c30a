"""Parquet files by another writer, with pages of both versions, small pages, nulls and several encodings.

    pip install pyarrow==26.0.1 && python generate.py

Every field follows from its row by a formula, which the test that reads the files computes for itself
(`stats/src/load/frame/pages.rs`).
"""

import pathlib

import pyarrow
import pyarrow.parquet

ROWS = 900
HERE = pathlib.Path(__file__).parent


def column(kind, field, missing):
    return pyarrow.array([None if missing(i) else field(i) for i in range(ROWS)], kind)


table = pyarrow.table(
    {
        "time": column(pyarrow.timestamp("ms"), lambda i: 1_700_000_000_000 + 250 * i, lambda i: i % 7 == 3),
        "micros": column(pyarrow.timestamp("us", "UTC"), lambda i: 1_700_000_000_000_000 + i, lambda i: False),
        "long": column(pyarrow.int64(), lambda i: i * i - 1000, lambda i: i % 11 == 5),
        "int": column(pyarrow.int32(), lambda i: i % 13 - 6, lambda i: False),
        "real": column(pyarrow.float64(), lambda i: i / 8, lambda i: i % 5 == 0),
        "single": column(pyarrow.float32(), lambda i: i / 4, lambda i: 300 <= i < 600),
        "flag": column(pyarrow.bool_(), lambda i: i % 3 == 0, lambda i: i % 4 == 1),
        "word": column(pyarrow.string(), lambda i: f"svc-{i * i % 17}", lambda i: i % 19 == 2),
        "many": column(pyarrow.string(), lambda i: f"request {i}", lambda i: False),
        "small": column(pyarrow.int16(), lambda i: i % 100, lambda i: False),
    }
)
usual = {"row_group_size": 300, "data_page_size": 300, "write_batch_size": 32}
write = pyarrow.parquet.write_table
write(table, HERE / "v1.parquet", compression="snappy", **usual)
write(table, HERE / "v2.parquet", compression="zstd", data_page_version="2.0", dictionary_pagesize_limit=500, **usual)
delta = {
    "long": "DELTA_BINARY_PACKED",
    "real": "BYTE_STREAM_SPLIT",
    "many": "DELTA_BYTE_ARRAY",
    "flag": "RLE",
    "int": "PLAIN",
    "word": "PLAIN",
    "time": "PLAIN",
}
write(
    table,
    HERE / "encodings.parquet",
    compression="none",
    data_page_version="2.0",
    use_dictionary=False,
    column_encoding=delta,
    **usual,
)
