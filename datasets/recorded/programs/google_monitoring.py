"""Answers of Google Cloud Monitoring as Google's own classes write them in JSON: PyPI's google-cloud-monitoring 2.32.0.

    pip install google-cloud-monitoring==2.32.0
    python programs/google_monitoring.py cloud

The service itself was not asked: the values are those below, kept in `google-truth.json`. The CSV has the form that Metrics Explorer downloads.
"""
import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from google.api.distribution_pb2 import Distribution
from google.api.metric_pb2 import MetricDescriptor as D
from google.cloud import monitoring_v3 as m

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
MINUTES = 6


def series(kind, value_type, metric, unit, labels):
    s = m.TimeSeries()
    s.metric.type = metric
    s.metric.labels.update(labels)
    s.resource.type = "k8s_container"
    s.resource.labels.update({"project_id": "shop", "location": "europe-west3"})
    s.metric_kind, s.value_type, s.unit = kind, value_type, unit
    return s


def point(s, minute, start, **value):
    p = m.Point()
    p.interval.end_time = START + timedelta(minutes=minute + 1)
    p.interval.start_time = start
    for name, v in value.items():
        setattr(p.value, name, v)
    # the newest point comes first
    s.points.insert(0, p)


def main(folder):
    gauge = series(D.GAUGE, D.DOUBLE, "kubernetes.io/container/cpu/limit_utilization", "10^2.%", {"pod": "cart-1"})
    total = series(D.CUMULATIVE, D.INT64, "custom.googleapis.com/requests", "1", {"route": "/cart"})
    delta = series(D.DELTA, D.INT64, "logging.googleapis.com/log_entry_count", "1", {"severity": "ERROR"})
    latency = series(D.CUMULATIVE, D.DISTRIBUTION, "custom.googleapis.com/latency", "ms", {"route": "/cart"})
    truth = {"gauge": [], "total": [], "delta": [], "buckets": []}
    so_far, counts = 0, [0] * 5
    for minute in range(MINUTES):
        end = START + timedelta(minutes=minute + 1)
        truth["gauge"].append(0.1 * (minute + 1))
        point(gauge, minute, end, double_value=truth["gauge"][-1])
        so_far += 100 + minute
        truth["total"].append(so_far)
        point(total, minute, START, int64_value=so_far)
        truth["delta"].append(minute % 3)
        point(delta, minute, START + timedelta(minutes=minute), int64_value=minute % 3)
        # buckets below 1, [1, 10), [10, 100), [100, 1000), from 1000 on
        fresh = [0, 2, 5 + minute, 1, 0]
        truth["buckets"].append(fresh)
        counts = [a + b for a, b in zip(counts, fresh)]
        d = Distribution()
        d.count = sum(counts)
        d.mean = 30.0
        d.bucket_options.exponential_buckets.num_finite_buckets = 3
        d.bucket_options.exponential_buckets.growth_factor = 10
        d.bucket_options.exponential_buckets.scale = 1
        d.bucket_counts.extend(counts)
        point(latency, minute, START, distribution_value=d)
    answer = m.ListTimeSeriesResponse(time_series=[gauge, total, delta, latency])
    (folder / "google-time-series.json").write_text(
        m.ListTimeSeriesResponse.to_json(answer, use_integers_for_enums=False, including_default_value_fields=False) + "\n"
    )
    (folder / "google-truth.json").write_text(json.dumps(truth) + "\n")
    lines = ["TimeSeries ID,a b,c d", "route,/cart,/home", "project_id,shop,shop"]
    for minute in range(MINUTES):
        time = (START + timedelta(minutes=minute)).strftime("%a %b %d %Y %H:%M:%S GMT+0000 (Coordinated Universal Time)")
        lines.append(f"{time},{0.25 * minute},{'undefined' if minute == 2 else 7 - minute}")
    (folder / "google-metrics-explorer.csv").write_text("\n".join(lines) + "\n")


main(Path(sys.argv[1]))
