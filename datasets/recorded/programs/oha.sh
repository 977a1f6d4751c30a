#!/usr/bin/env bash
# Records what oha writes of 240 requests to target.py, into ../oha. Needs oha (`cargo install oha`), Python.
#
#   datasets/recorded/programs/oha.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../oha
python=${PYTHON:-python3}
mkdir -p "$out"
"$python" "$here/target.py" 18088 2>/dev/null &
target=$!
trap 'kill $target' EXIT
sleep 2
url=http://127.0.0.1:18088/home
oha --no-tui -n 240 -c 4 --output-format csv "$url" >"$out/oha.csv"
oha --no-tui -n 240 -c 4 --output-format json "$url" >"$out/report.json"
oha --no-tui -n 240 -c 4 --no-color "$url" >"$out/report.txt"
