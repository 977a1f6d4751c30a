"""Writes what PyPI's hdrhistogram encodes: python.hlog, python.base64 and python.json with the counts that went in."""
import json
from importlib.metadata import version

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogWriter

# whole microseconds, three digits; some hundred values from a fixed recurrence, so that nothing has to be stored
def values(n, seed):
    x = seed
    for _ in range(n):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        yield 1 + (x >> 40) ** 2 // (1 << 27)

def filled(n, seed):
    h = HdrHistogram(1, 3600 * 1000 * 1000, 3)
    for v in values(n, seed):
        h.record_value(v)
    return h

def counts(h):
    return [[b.value_iterated_to, b.count_at_value_iterated_to] for b in h.get_recorded_iterator()]

whole = filled(700, 1)
with open("python.base64", "w") as f:
    f.write(whole.encode().decode() + "\n")
with open("python.hlog", "w") as f:
    log = HistogramLogWriter(f)
    log.output_comment("[Logged with hdrh.log]")
    log.output_log_format_version()
    # its output_start_time fails in 0.10: it calls a method that datetime does not have
    log.output_comment("[StartTime: 1764000000.000 (seconds since epoch)]")
    log.output_legend()
    for i in range(3):
        part = filled(200 + i, 10 + i)
        part.set_start_time_stamp(1000 * i)
        part.set_end_time_stamp(1000 * (i + 1))
        log.output_interval_histogram(part)
with open("python.json", "w") as f:
    json.dump({
        "hdrhistogram": version("hdrhistogram"),
        "total": whole.get_total_count(),
        "highest_equivalent_and_count": counts(whole),
        "log_totals": [200, 201, 202],
    }, f)
    f.write("\n")
with open("python.hgrm", "wb") as f:
    whole.output_percentile_distribution(f, 1.0)
