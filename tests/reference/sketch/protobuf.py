"""Histograms as others encode them in protobuf, with what the messages say: pip install opentelemetry-proto envoy-data-plane;
python protobuf.py > protobuf.json

OTLP data points come from the official generated classes; io.prometheus.client.Histogram from those that envoy-data-plane generates of
Prometheus' metrics.proto."""
import base64
import json
import sys
from importlib.metadata import version

from envoy_data_plane.io.prometheus.client import Bucket, BucketSpan, Histogram
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2


def text(message):
    return base64.b64encode(message).decode()


def attribute():
    return common_pb2.KeyValue(key="service", value=common_pb2.AnyValue(string_value="shop"))


def exponential(**fields):
    point = metrics_pb2.ExponentialHistogramDataPoint(
        attributes=[attribute()], start_time_unix_nano=1, time_unix_nano=1_700_000_000_000_000_000, **fields)
    return text(point.SerializeToString())


def explicit(**fields):
    point = metrics_pb2.HistogramDataPoint(
        attributes=[attribute()], start_time_unix_nano=1, time_unix_nano=1_700_000_000_000_000_000, flags=0, **fields)
    return text(point.SerializeToString())


side = metrics_pb2.ExponentialHistogramDataPoint.Buckets
otlp_exponential = {
    "both_sides": exponential(
        count=1012, sum=-3.5, scale=3, zero_count=2, zero_threshold=1e-6, min=-1.9, max=1.5,
        positive=side(offset=-3, bucket_counts=[1, 0, 300, 0, 0, 0, 0, 4]),
        negative=side(offset=6, bucket_counts=[5, 700])),
    "fine": exponential(count=3, sum=3.0, scale=20, positive=side(offset=0, bucket_counts=[1, 1, 1])),
    "empty": exponential(count=0, sum=0.0, scale=5),
}
otlp_explicit = {
    "latency": explicit(count=1003, sum=104.2, bucket_counts=[1000, 0, 2, 1], explicit_bounds=[0.1, 0.5, 2.5], min=0.01, max=9.0),
    "total_alone": explicit(count=7, sum=1.5),
}


def spans(*pairs):
    return [BucketSpan(offset=offset, length=length) for offset, length in pairs]


native = {
    "whole": Histogram(
        sample_count=12, sample_sum=100.25, schema=1, zero_threshold=0.001, zero_count=2,
        positive_span=spans((-4, 2), (1, 2)), positive_delta=[1, 1, -1, 0],
        negative_span=spans((0, 2)), negative_delta=[3, -1]),
    "real": Histogram(
        sample_count_float=12.5, sample_sum=10.0, schema=0, zero_threshold=0.001, zero_count_float=1.5,
        positive_span=spans((0, 2), (3, 1)), positive_count=[2.0, 3.0, 6.0]),
    "classic_beside": Histogram(
        sample_count=5, sample_sum=4.0, bucket=[Bucket(cumulative_count=2, upper_bound=0.5), Bucket(cumulative_count=5, upper_bound=1.0)],
        schema=3, zero_threshold=2.0**-128, positive_span=spans((-8, 1), (7, 1)), positive_delta=[2, 1]),
}
json.dump({
    "opentelemetry-proto": version("opentelemetry-proto"), "envoy-data-plane": version("envoy-data-plane"),
    "otlp_exponential": otlp_exponential, "otlp_explicit": otlp_explicit,
    "prometheus": {name: text(bytes(message)) for name, message in native.items()},
}, sys.stdout, indent=1)
print()
