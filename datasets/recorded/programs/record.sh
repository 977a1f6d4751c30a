#!/usr/bin/env bash
# Records what load testers, log writers and system tools write, into the folders beside this one. The output differs from run to run.
#
#   PYTHON=python3 datasets/recorded/programs/record.sh
#
# Debian: wrk apache2-utils hey nginx-light sysstat procps prometheus jmeter jmeter-java, a JDK, nodejs, npm.
# PyPI, for $PYTHON: locust python-ulid. npm: @opentelemetry/sdk-metrics@2, @opentelemetry/resources@2, @opentelemetry/otlp-transformer.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(dirname "$here")
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir -p "$out"/{wrk,ab,hey,locust,jmeter,nginx,sysstat,procps,promtool,otlp,ulid}

"$python" "$here/target.py" 18088 2>/dev/null &
mkdir "$work/nginx" && cp "$here/nginx.conf" "$work/nginx/" && mkdir "$work/nginx/logs"
nginx -p "$work/nginx" -c "$work/nginx/nginx.conf" &
sleep 2
url=http://127.0.0.1:18088/home

wrk -t1 -c4 -d3s --latency "$url" >"$out/wrk/wrk.txt"
ab -q -n 300 -c 4 -g "$out/ab/gnuplot.tsv" -e "$out/ab/percentiles.csv" "$url" >"$out/ab/ab.txt"
hey -n 300 -c 4 -o csv "$url" >"$out/hey/hey.csv"
hey -n 200 -c 4 "$url" >"$out/hey/hey.txt"

hey -n 120 -c 3 -o csv http://127.0.0.1:18089/home >/dev/null
hey -n 60 -c 2 -o csv 'http://127.0.0.1:18089/cart?id=7' >/dev/null
sleep 1
for log in combined timed json logfmt; do cp "$work/nginx/$log.log" "$out/nginx/$log.log"; done

(cd "$work" && cp "$here/locustfile.py" . && "$python" -m locust -f locustfile.py --headless -u 4 -r 4 -t 8s --csv locust --csv-full-history || true)
cp "$work/locust_stats.csv" "$out/locust/stats.csv"
cp "$work/locust_stats_history.csv" "$out/locust/stats_history.csv"
cp "$work/locust_failures.csv" "$out/locust/failures.csv"

# Debian's JMeter 2.13 cannot read its own plan files any more; its engine and its writer of results are used directly
jars=$(printf '%s:' /usr/share/jmeter/lib/ext/*.jar /usr/share/jmeter/lib/*.jar /usr/share/jmeter/bin/*.jar /usr/share/java/*.jar)
(cd "$work" && java -cp "$jars" "$here/Visitors.java" "$work/jmeter.jtl" >/dev/null)
cp "$work/jmeter.jtl" "$out/jmeter/results.jtl"

(vmstat 1 6 >"$out/procps/vmstat.txt"; vmstat -t 1 4 >"$out/procps/vmstat-t.txt") &
(iostat -x -t 1 3 >"$out/sysstat/iostat-x.txt"; iostat -t 1 3 >"$out/sysstat/iostat.txt") &
sar -A -o "$work/sar.bin" 1 6 >/dev/null
sar -f "$work/sar.bin" >"$out/sysstat/sar.txt"
sar -q -r -f "$work/sar.bin" >"$out/sysstat/sar-qr.txt"
sadf -d "$work/sar.bin" -- -u >"$out/sysstat/sadf.csv"
sadf -j "$work/sar.bin" -- -u -P ALL -q -r -n DEV -d >"$out/sysstat/sadf.json"
sadf -d "$work/sar.bin" -- -u ALL -P ALL >"$out/sysstat/sadf-cpu.csv"
sleep 5

cat >"$work/prometheus.yml" <<'Y'
global: {scrape_interval: 1s}
scrape_configs: [{job_name: prometheus, static_configs: [{targets: ["127.0.0.1:19090"]}]}]
Y
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" --web.listen-address=127.0.0.1:19090 2>/dev/null &
server=$!
sleep 14
curl -s 'http://127.0.0.1:19090/api/v1/query?query=prometheus_http_requests_total%7Bhandler%3D%22%2Fmetrics%22%7D%5B1m%5D'
kill $server
wait $server || true
promtool tsdb dump --match='{__name__=~"prometheus_http_requests_total|up"}' "$work/tsdb" >"$out/promtool/dump.txt"

(cd "$work" && npm install --no-save @opentelemetry/api @opentelemetry/sdk-metrics@2 @opentelemetry/resources@2 @opentelemetry/otlp-transformer \
  && cp "$here/otlp.mjs" . && node otlp.mjs "$out/otlp/metrics.jsonl" "$out/otlp/truth.json")
"$python" "$here/ulid_log.py" "$out/ulid/service.log" "$out/ulid/truth.json"
