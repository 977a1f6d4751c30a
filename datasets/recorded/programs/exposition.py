"""What prometheus_client 0.26.0 writes of one registry: page.prom, page.om (OpenMetrics, with exemplars), and what was put in, truth.json."""

import json
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, Info, Summary
from prometheus_client import exposition, openmetrics

out = Path(sys.argv[1])
registry = CollectorRegistry()
requests = Counter("shop_requests", "Requests.\nOf all kinds.", ["route"], registry=registry)
duration = Histogram("shop_duration", "Time taken.", ["route"], unit="seconds", buckets=[0.01, 0.1, 1], registry=registry)
size = Summary("shop_answer", "Size of answers.", unit="bytes", registry=registry)
heat = Gauge("shop_heat", 'A "quoted" help with a \\ in it.', ["room"], registry=registry)
Info("shop_build", "What runs.", registry=registry).info({"version": "1.2", "note": 'a "b" \\c\nd'})
Enum("shop_state", "What it does.", states=["idle", "busy"], registry=registry).state("busy")
truth = {"durations": {}, "sizes": []}
state = 7
for i in range(200):
    state = (state * 1103515245 + 12345) % 2**31
    route = "/cart" if i % 5 == 0 else "/home"
    seconds = (1 + state % 2000) / 1000
    requests.labels(route).inc(1, {"trace_id": f"{state:08x}"})
    duration.labels(route).observe(seconds, {"trace_id": f"{state:08x}"})
    size.observe(state % 4096)
    truth["durations"].setdefault(route, []).append(seconds)
    truth["sizes"].append(state % 4096)
heat.labels("north").set(-3.25)
heat.labels('south "wing"').set(float("inf"))
(out / "page.prom").write_bytes(exposition.generate_latest(registry))
(out / "page.om").write_bytes(openmetrics.exposition.generate_latest(registry))
(out / "truth.json").write_text(json.dumps(truth))
