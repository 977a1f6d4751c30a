#!/bin/sh
# Pages of metrics as their programs serve them: node_exporter (Debian's package prometheus-node-exporter) with three collectors, in
# Prometheus' text format, and prometheus_client 0.26.0 (PyPI) in both formats. `sh exposition.sh OUT`, with NODE_EXPORTER and PYTHON to name the
# programs.
set -eu
out=$1
here=$(dirname "$0")
"${NODE_EXPORTER:-prometheus-node-exporter}" --web.listen-address=127.0.0.1:28191 --web.disable-exporter-metrics \
  --collector.disable-defaults --collector.cpu --collector.loadavg --collector.meminfo 2>/dev/null &
trap 'kill $!' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10; do
  curl -sf http://127.0.0.1:28191/metrics >"$out/node.prom" && break
  sleep 1
done
"${PYTHON:-python3}" "$here/exposition.py" "$out"
