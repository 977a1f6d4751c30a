"""OTLP in protobuf as Google's protobuf for Python writes it, by the classes of PyPI's opentelemetry-proto 1.45.2.

    pip install opentelemetry-proto==1.45.2
    python otlp_protobuf.py ../otlp

Three files with the same points: a bare ExportMetricsServiceRequest, requests after their lengths as varints (as the specification of the
file exporter has it), and after their lengths in four bytes, the highest first (as the collector's file exporter writes them).
`truth-protobuf.json` is what was put in, and `protobuf.jsonl` what Google's own JSON mapping makes of the same messages.
"""
import json
import struct
import sys
from pathlib import Path

from google.protobuf.internal.encoder import _VarintBytes
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_CUMULATIVE as CUMULATIVE,
    AGGREGATION_TEMPORALITY_DELTA as DELTA,
    DataPointFlags,
)

START = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z
STEP = 10_000_000_000
BOUNDS = [0.01, 0.1, 1.0]


def attribute(to, key, **value):
    pair = to.add()
    pair.key = key
    for kind, content in value.items():
        setattr(pair.value, kind, content)


def request(i, state):
    """The i-th export: everything that a metric can be."""
    message = ExportMetricsServiceRequest()
    resource = message.resource_metrics.add()
    attribute(resource.resource.attributes, "service.name", string_value="checkout")
    attribute(resource.resource.attributes, "process.pid", int_value=4242)
    scope = resource.scope_metrics.add()
    scope.scope.name = "recording"
    now = START + (i + 1) * STEP

    def metric(name, unit):
        m = scope.metrics.add()
        m.name, m.unit, m.description = name, unit, "a description"
        return m

    def point(of, start=START):
        p = of.data_points.add()
        p.start_time_unix_nano, p.time_unix_nano = start, now
        return p

    gauge = metric("process.threads", "{thread}").gauge
    p = point(gauge)
    p.as_int = -3 + i
    attribute(p.attributes, "cold", bool_value=True)
    attribute(p.attributes, "ratio", double_value=0.5)
    p = point(gauge)
    p.as_double = 0.25 * i
    attribute(p.attributes, "list", string_value="")
    p.attributes[-1].value.array_value.values.add().string_value = "a"
    p.attributes[-1].value.array_value.values.add().int_value = 7
    p = point(gauge)
    p.flags = DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK
    attribute(p.attributes, "gone", string_value="yes")

    state["total"] += 5 + i
    total = metric("http.server.requests", "{request}").sum
    total.aggregation_temporality, total.is_monotonic = CUMULATIVE, True
    p = point(total)
    p.as_int = state["total"]
    attribute(p.attributes, "http.route", string_value="/cart")
    delta = metric("http.server.bytes", "By").sum
    delta.aggregation_temporality, delta.is_monotonic = DELTA, True
    p = point(delta, now - STEP)
    p.as_double = 1000.5 + i
    level = metric("queue.length", "1").sum
    level.aggregation_temporality = CUMULATIVE
    point(level).as_int = 40 - i

    counts = [1, 2 + i, 0, 1]
    state["counts"] = [a + b for a, b in zip(state["counts"], counts)]
    explicit = metric("http.server.request.duration", "s").histogram
    explicit.aggregation_temporality = CUMULATIVE
    p = point(explicit)
    p.explicit_bounds.extend(BOUNDS)
    p.bucket_counts.extend(state["counts"])
    p.count = sum(state["counts"])
    state["sum"] += 0.005 + (2 + i) * 0.05 + 3.5
    p.sum, p.min, p.max = state["sum"], 0.005, 3.5

    exponential = metric("payload.size", "By").exponential_histogram
    exponential.aggregation_temporality = DELTA
    p = point(exponential, now - STEP)
    p.scale, p.zero_count = 1, i
    p.positive.offset = 4
    p.positive.bucket_counts.extend([1, 0, 3 + i])
    p.count = 4 + 2 * i

    summary = metric("rpc.latency", "ms").summary
    p = point(summary)
    p.count, p.sum = 10 * (i + 1), 123.5 * (i + 1)
    for q, v in [(0.5, 11.0 + i), (0.99, 42.5)]:
        pair = p.quantile_values.add()
        pair.quantile, pair.value = q, v
    return message, {"time": now, "counts": counts, "exponential": [1, 0, 3 + i], "zero": i, "total": state["total"]}


def main(folder):
    state = {"total": 0, "counts": [0, 0, 0, 0], "sum": 0.0}
    messages, truth = zip(*(request(i, state) for i in range(4)))
    written = [m.SerializeToString() for m in messages]
    whole = ExportMetricsServiceRequest()
    for m in messages:
        whole.MergeFrom(m)
    (folder / "request.pb").write_bytes(whole.SerializeToString())
    (folder / "delimited.pb").write_bytes(b"".join(_VarintBytes(len(b)) + b for b in written))
    (folder / "collector.pb").write_bytes(b"".join(struct.pack(">I", len(b)) + b for b in written))
    lines = [json.dumps(MessageToDict(m, use_integers_for_enums=True)) for m in messages]
    (folder / "protobuf.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "truth-protobuf.json").write_text(json.dumps({"bounds": BOUNDS, "rounds": truth}) + "\n")


main(Path(sys.argv[1]))
