#!/usr/bin/env bash
# Makes the files beside this script from their seeds.
#
# Needs: a Rust toolchain, jq, and a Python with pyarrow (PyPI), named by PYTHON (default: python3).
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_dataset() { # NAME SEED ROWS OUT.csv
    cargo run --release --quiet --manifest-path "$root/Cargo.toml" -p sre-stats-datasets --bin make-dataset -- "$@"
}

make_dataset workshop-minutes 1 43200 "$here/workshop-minutes.csv"
make_dataset shop-month 1 40000 "$here/shop-month.csv"
jq -r '"time,service", (.deploys[] | "\(.time),\(.service)")' "$here/shop-month.truth.json" >"$here/shop-month-deploys.csv"
make_dataset shop-capstone 1 40000 "$here/shop-capstone.csv"
jq -r '"time,service", (.deploys[] | "\(.time),\(.service)")' "$here/shop-capstone.truth.json" >"$here/shop-capstone-deploys.csv"

# the same month with more requests, as Parquet; the truth differs only in its row counts
make_dataset shop-month 1 200000 "$work/shop-month-200k.csv"
cp "$work/shop-month-200k.truth.json" "$here/"
"$python" - "$work/shop-month-200k.csv" "$here/shop-month-200k.parquet" <<'PY'
import sys

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

types = {
    "time": pa.timestamp("ns", "UTC"),
    "service": pa.dictionary(pa.int32(), pa.string()),
    "status": pa.int16(),
    "latency_s": pa.float64(),
    "ok": pa.bool_(),
}
table = pa_csv.read_csv(sys.argv[1], convert_options=pa_csv.ConvertOptions(column_types=types))
pq.write_table(table, sys.argv[2], compression="zstd", compression_level=9)
print(table.num_rows, "rows")
PY
