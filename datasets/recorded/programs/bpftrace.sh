#!/usr/bin/env bash
# Records what bpftrace prints of the reads of dd and cat, into ../bpftrace. Needs Debian's bpftrace and root; nothing of tracefs.
#
#   datasets/recorded/programs/bpftrace.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../bpftrace
libc=$(ldd /bin/cat | awk '/libc.so/ { print $3 }')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

cat >"$work/reads.bt" <<BT
uprobe:$libc:read /comm == "dd" || comm == "cat"/ { @start[tid] = nsecs; @bytes = lhist(arg2, 0, 70000, 10000); }
uretprobe:$libc:read /@start[tid]/ { @usecs[comm] = hist((nsecs - @start[tid]) / 1000); delete(@start[tid]); }
END { clear(@start); }
BT
cat >"$work/readers" <<'SH'
dd if=/dev/zero of=/dev/null bs=64k count=400 2>/dev/null
for i in 1 2 3 4 5 6; do cat /bin/sh >/dev/null; done
SH
# what it says of probes goes to standard error
bpftrace "$work/reads.bt" -c "/bin/sh $work/readers" >"$out/reads.txt" 2>/dev/null
