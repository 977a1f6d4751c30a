#!/usr/bin/env bash
# Snapshots of /proc as a loop of date and tail (coreutils 9.1) takes them: the form that the loader reads
#     programs/proc.sh 5 > proc/snapshots.txt
set -eu
for _ in $(seq "$1"); do
  date -u +%Y-%m-%dT%H:%M:%S.%NZ
  tail -n +1 /proc/stat /proc/meminfo /proc/diskstats /proc/net/dev /proc/loadavg
  sleep 1
done
