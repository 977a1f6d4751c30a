"""Parquet files whose pages are larger than most: a row group in one page.

    pip install duckdb==2.0.1 polars==2.1.0 && python pages.py

`large_page.parquet` by DuckDB: 10 000 000 rows of one value in one row group. `wide_page.parquet` by polars: 24 MB of zeros that are packed in
one page.
"""

import pathlib

import duckdb
import polars

HERE = pathlib.Path(__file__).parent
duckdb.sql(
    "copy (select timestamptz '2026-01-01 00:00:00+00' as time, 1.5::double as value, 'a' as service from range(10000000))"
    f" to '{HERE / 'large_page.parquet'}' (format parquet, row_group_size 10000000)"
)
frame = polars.DataFrame({"value": [0.0]}).select(polars.col("value").repeat_by(3_000_000).explode())
frame.write_parquet(
    HERE / "wide_page.parquet", compression="zstd", row_group_size=frame.height, data_page_size=1 << 30, statistics=False
)
