#!/usr/bin/env bash
# A database as sqlite3's own shell writes it (Debian's sqlite3 3.40.1): the first 240 requests of requests.csv, with typed columns
#     programs/sqlite.sh sqlite/requests.db
set -eu
out=$1
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
head -n 241 requests.csv | tail -n 240 > "$rows"
rm -f "$out"
sqlite3 "$out" <<SQL
CREATE TABLE requests(time TEXT NOT NULL, route TEXT, status INTEGER, latency_s REAL, ok TEXT);
.mode csv
.import $rows requests
CREATE INDEX by_time ON requests(time);
SQL
