#!/usr/bin/env bash
# Records real programs at work for about 24 minutes and writes the files beside this script.
#
# nginx (reverse proxy) serves a small shop under an open-loop load; prometheus scrapes the shop, node_exporter and
# itself; five faults are injected at known times and written to truth.json.
#
# Needs: Debian packages nginx-light (or nginx), prometheus, prometheus-node-exporter, curl, jq; a Rust toolchain;
# a Python with pyarrow (PyPI), named by PYTHON (default: python3).
#
#   datasets/recorded/record.sh                 the recording, 24 minutes
#   REHEARSAL=12 OUT=dir datasets/recorded/record.sh   the same, all times divided by 12, into another folder
#
# Everything listens on 127.0.0.1 and lives in a temporary folder that is removed at the end; the services that the
# Debian packages start by themselves are neither used nor touched.
set -euo pipefail
export LC_ALL=C TZ=UTC

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${OUT:-$here}
python=${PYTHON:-python3}
divide=${REHEARSAL:-1}
seed=20240229
rate=20
port_proxy=28080 port_shop=28081 port_admin=28082 port_node=28100 port_prometheus=28090

mkdir -p "$out"
work=$(mktemp -d)
chmod 755 "$work"
pids=()
backend= node=
finish() {
    # only what was started here, by its process id; a stopped process must go on to see its signal
    for pid in ${backend:+"$backend"} ${node:+"$node"} "${pids[@]}"; do
        kill -CONT "$pid" 2>/dev/null || true
        kill "$pid" 2>/dev/null || true
    done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

cargo build --release --manifest-path "$root/Cargo.toml" -p sre-stats-datasets --bins
bin=${CARGO_TARGET_DIR:-$root/target}/release

cat >"$work/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $work/nginx.pid;
error_log $work/nginx-error.log;
events { worker_connections 4096; }
http {
    log_format timed '\$remote_addr - - [\$time_iso8601] "\$request" \$status \$body_bytes_sent "-" "\$http_user_agent" '
                     '\$msec \$request_time \$upstream_response_time';
    access_log $work/access.log timed;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    server {
        listen 127.0.0.1:$port_proxy backlog=4096;
        location / {
            proxy_pass http://127.0.0.1:$port_shop;
            proxy_connect_timeout 1s;
            proxy_send_timeout 1s;
            proxy_read_timeout 1500ms;
            proxy_next_upstream off;
        }
    }
}
CONF

cat >"$work/prometheus.yml" <<CONF
global:
  scrape_interval: 5s
  scrape_timeout: 2s
scrape_configs:
  - job_name: shop
    static_configs: [{targets: ['127.0.0.1:$port_admin']}]
  - job_name: node
    static_configs: [{targets: ['127.0.0.1:$port_node']}]
  - job_name: prometheus
    static_configs: [{targets: ['127.0.0.1:$port_prometheus']}]
CONF

start_backend() { # SEED
    "$bin/shop-backend" 127.0.0.1:$port_shop 127.0.0.1:$port_admin "$1" &
    backend=$!
}
start_node() {
    prometheus-node-exporter --web.listen-address=127.0.0.1:$port_node --collector.disable-defaults \
        --collector.cpu --collector.loadavg --collector.meminfo --collector.stat 2>"$work/node.log" &
    node=$!
}
start_backend "$seed"
start_node
nginx -p "$work" -e "$work/nginx-error.log" -c "$work/nginx.conf" &
pids+=($!)
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
    --web.listen-address=127.0.0.1:$port_prometheus 2>"$work/prometheus.log" &
pids+=($!)

prometheus_url=http://127.0.0.1:$port_prometheus
for _ in $(seq 60); do
    curl -fs "$prometheus_url/-/ready" >"$work/ready" && break
    sleep 0.5
done
curl -fsS "$prometheus_url/-/ready" >"$work/ready"
sleep 6 # one scrape of everything before the first visitor

# --- the schedule, in seconds after the first visitor may come -----------------------------------------------------
at() { echo $(($1 / divide)); }
start=$(($(date +%s) + 3))
duration=$(at 1440)
stamp() { date -u +%Y-%m-%dT%H:%M:%S.%6NZ; }
sleep_until() { # OFFSET
    local left=$(((start + $1) * 1000000000 - $(date +%s%N)))
    ((left <= 0)) || sleep "$(printf '%d.%09d' $((left / 1000000000)) $((left % 1000000000)))"
}
truth() { # KIND TARGET START END DETAIL
    jq -cn --arg kind "$1" --arg target "$2" --arg start "$3" --arg end "$4" --arg detail "$5" '$ARGS.named' \
        >>"$work/truth.jsonl"
}
control() { curl -fsS "http://127.0.0.1:$port_admin/control/delay?checkout_ms=$1" >"$work/control"; }

"$bin/shop-load" 127.0.0.1:$port_proxy "$seed" "$rate" "$start" "$duration" "$(at 720)" "$(at 60)" 8 \
    "$work/requests.csv" &
load=$!

sleep_until "$(at 240)"
begin=$(stamp); control 400
sleep_until "$(at 330)"
control 0
truth added_latency checkout "$begin" "$(stamp)" "the backend adds 400 ms to every checkout"

sleep_until "$(at 480)"
begin=$(stamp); kill -STOP "$backend"
sleep_until "$(at 540)"
kill -CONT "$backend"
truth process_stopped backend "$begin" "$(stamp)" "the backend gets SIGSTOP, later SIGCONT; requests and scrapes time out"

sleep_until "$(at 780)"
burst_begin=$(date -u -d "@$((start + $(at 720)))" +%Y-%m-%dT%H:%M:%S.000000Z)
burst_end=$(date -u -d "@$((start + $(at 780)))" +%Y-%m-%dT%H:%M:%S.000000Z)
truth load_burst all "$burst_begin" "$burst_end" "8 times the load; 7 workers and a queue of 48 are too few, requests wait or get 503"

sleep_until "$(at 900)"
begin=$(stamp); kill "$backend"; wait "$backend" || true
sleep 1
start_backend $((seed + 1))
truth backend_restarted backend "$begin" "$(stamp)" "the backend is killed and started again; its counters begin at zero"

sleep_until "$(at 1020)"
begin=$(stamp); kill "$node"; wait "$node" || true
sleep_until "$(at 1060)"
start_node
truth scrape_gap node_exporter "$begin" "$(stamp)" "node_exporter is down; the shop is not touched"

wait "$load"
sleep 6 # the last scrape
end=$(date +%s)

# --- export --------------------------------------------------------------------------------------------------------
range() { # FILE QUERY
    curl -fsS "$prometheus_url/api/v1/query_range" --data-urlencode "query=$2" \
        --data-urlencode "start=$start" --data-urlencode "end=$end" --data-urlencode step=5 >"$out/$1.json"
}
instant() { # FILE QUERY
    curl -fsS "$prometheus_url/api/v1/query" --data-urlencode "query=$2" --data-urlencode "time=$end" >"$out/$1.json"
}
range up 'up'
range shop_requests_total 'shop_requests_total'
range shop_in_flight 'shop_in_flight_requests'
range shop_duration_bucket 'shop_request_duration_seconds_bucket'
range node_cpu 'node_cpu_seconds_total{mode=~"idle|iowait|system|user"}'
range node_load1 'node_load1'
range prometheus_request_rate_1m 'sum by (route, code) (rate(shop_requests_total[1m]))'
range prometheus_p99_1m 'histogram_quantile(0.99, sum by (route, le) (rate(shop_request_duration_seconds_bucket[1m])))'
instant shop_requests_now 'shop_requests_total'
instant shop_requests_samples "shop_requests_total{code=\"200\"}[$((end - start + 10))s]"
curl -fsS "http://127.0.0.1:$port_admin/metrics" >"$out/shop_metrics.prom"
cp "$work/requests.csv" "$work/access.log" "$out/"

jq -s --arg first "$(date -u -d "@$start" +%Y-%m-%dT%H:%M:%SZ)" --argjson seconds "$duration" --argjson seed "$seed" \
    --argjson rate "$rate" \
    '{recording_start: $first, duration_s: $seconds, seed: $seed, requests_per_second: $rate, faults: .}' \
    "$work/truth.jsonl" >"$out/truth.json"

"$python" - "$out" <<'PY'
"""requests.csv to Parquet: all routes, and checkout alone without its route."""
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

out = sys.argv[1]
types = {
    "time": pa.timestamp("ns", "UTC"),
    "route": pa.string(),
    "status": pa.int16(),
    "latency_s": pa.float64(),
    "ok": pa.bool_(),
}
table = pa_csv.read_csv(
    f"{out}/requests.csv", convert_options=pa_csv.ConvertOptions(column_types=types)
)
pq.write_table(table, f"{out}/requests.parquet", compression="zstd")
checkout = table.filter(pc.equal(table["route"], "checkout")).drop_columns(["route"])
pq.write_table(checkout, f"{out}/checkout.parquet", compression="zstd")
print(table.num_rows, "requests,", checkout.num_rows, "of checkout")
PY
nginx -v
prometheus --version 2>&1 | head -n 1
prometheus-node-exporter --version 2>&1 | head -n 1
