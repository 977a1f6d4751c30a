#!/usr/bin/env bash
# CloudWatch's answers as Amazon's own command line (PyPI's awscli 1.46.3) prints them, from PyPI's moto 5.2.5 in the place of the service
#     pip install awscli==1.46.3 'moto[server]==5.2.5'
#     programs/cloudwatch.sh cloud
set -eu
out=$1
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=eu-central-1 AWS_EC2_METADATA_DISABLED=true
export AWS_ENDPOINT_URL=http://127.0.0.1:5055
moto_server -H 127.0.0.1 -p 5055 >/dev/null 2>&1 &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 50); do curl -s "$AWS_ENDPOINT_URL" >/dev/null && break; sleep 0.2; done
# ten minutes of latencies, six a minute, that rise by a step in the sixth
day=$(date -u -d '-1 day' +%Y-%m-%d)
data='['
for minute in $(seq 0 9); do
  for i in 1 2 3 4 5 6; do
    value=$((20 + i * 3 + (minute > 5 ? 100 : 0)))
    data+="{\"MetricName\":\"Latency\",\"Dimensions\":[{\"Name\":\"Service\",\"Value\":\"cart\"}],\"Timestamp\":\"${day}T10:0$minute:$((i * 9)).000Z\",\"Value\":$value,\"Unit\":\"Milliseconds\"},"
  done
done
aws cloudwatch put-metric-data --namespace Shop --metric-data "${data%,}]"
range=(--start-time "${day}T10:00:00Z" --end-time "${day}T10:10:00Z")
dimension='"Dimensions":[{"Name":"Service","Value":"cart"}]'
stat() { echo "{\"Id\":\"$1\",\"Label\":\"$2\",\"MetricStat\":{\"Metric\":{\"Namespace\":\"Shop\",\"MetricName\":\"Latency\",$dimension},\"Period\":60,\"Stat\":\"$3\"}}"; }
aws cloudwatch get-metric-data "${range[@]}" \
  --metric-data-queries "[$(stat m1 'Latency Average' Average),$(stat m2 'Latency SampleCount' SampleCount)]" >"$out/get-metric-data.json"
aws cloudwatch get-metric-statistics --namespace Shop --metric-name Latency --dimensions Name=Service,Value=cart --period 60 \
  --statistics Average Sum SampleCount Minimum Maximum "${range[@]}" >"$out/get-metric-statistics.json"
