"""The first 240 rows of requests.csv as Arrow files by their reference implementation: pip install pyarrow==26.0.1;
cd datasets/recorded && python programs/arrow.py

Feather is packed with LZ4 by default, and its route is a dictionary; the other file is plain, in batches of 100 rows."""

import pyarrow
import pyarrow.csv
import pyarrow.feather
import pyarrow.ipc

types = {"time": pyarrow.timestamp("ns", "UTC"), "route": pyarrow.dictionary(pyarrow.int32(), pyarrow.string())}
convert = pyarrow.csv.ConvertOptions(column_types=types)
table = pyarrow.csv.read_csv("requests.csv", convert_options=convert).slice(0, 240)
pyarrow.feather.write_feather(table, "arrow/requests.feather")
plain = table.set_column(1, "route", table["route"].cast(pyarrow.string()))
with pyarrow.ipc.new_file("arrow/requests.arrow", plain.schema) as writer:
    writer.write_table(plain.combine_chunks(), max_chunksize=100)
