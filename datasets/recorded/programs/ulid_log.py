"""Log lines after ULIDs of PyPI's python-ulid: `python ulid_log.py OUT.log TRUTH.json`."""

import json
import random
import sys

from ulid import ULID

draw = random.Random(11)
lines, truth = [], []
ms = 1_795_615_200_000
for i in range(120):
    ms += draw.randint(1, 900)
    latency, status = round(draw.lognormvariate(3, 0.7), 3), 503 if draw.random() < 0.05 else 200
    rest = (
        json.dumps({"level": "info", "status": status, "latency_ms": latency, "msg": 'a "b"'})
        if i % 3 == 0
        else f'level=info status={status} latency_ms={latency} msg="a \\"b\\""'
    )
    lines.append(f"{ULID.from_timestamp(ms / 1000)} {rest}")
    truth.append({"ms": int(ULID.from_str(lines[-1][:26]).milliseconds), "latency_ms": latency, "status": status})
with open(sys.argv[1], "w") as out:
    out.write("\n".join(lines) + "\n")
with open(sys.argv[2], "w") as out:
    out.write(json.dumps(truth) + "\n")
