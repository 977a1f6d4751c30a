"""Writes expected.json: what a real Prometheus reads from random counters, gauges and classic histograms.

    apt-get install prometheus     # Debian's package: the server and promtool
    python3 generate.py

The samples are written as OpenMetrics text, made into blocks by `promtool tsdb create-blocks-from openmetrics`, and queried from
a server on the loopback interface that scrapes nothing. Counters have resets, gaps, jitter and starts at 0; some samples lie
exactly on the ends of ranges. Samples and answers are stored together, so that the tests need neither server nor generator.
"""

import json
import pathlib
import random
import re
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

SERIES = 220
BASE_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
RANGES_S = {"rate": (60, 300), "increase": (45, 60, 300), "irate": (60, 120), "delta": (60, 300)}
AT_MS = (300_000, 417_300, 660_000)
QUANTILES = (0.0, 0.1, 0.5, 0.9, 0.95, 0.99, 1.0)

rng = random.Random(20261125)


def series(number):
    """Times after the base in milliseconds, and values."""
    is_gauge = number % 5 == 4
    step = rng.choice((10_000, 15_000, 20_000, 30_000, 60_000))
    jitter = rng.choice((0, 0, 7, step // 20))
    start = rng.choice((0, 0, rng.randrange(step), 200_000 + rng.randrange(step)))
    value = rng.choice((0.0, 0.0, float(rng.randrange(1000)), rng.random() * 1e6))
    times, values = [], []
    gap = 0
    for t in range(start, 720_000, step):
        if is_gauge:
            value += rng.gauss(0.0, 10.0)
        elif rng.random() < 0.05:
            value = float(rng.randrange(0, 5))
        else:
            value += float(rng.randrange(0, 30)) if number % 3 else rng.expovariate(0.1)
        gap = gap - 1 if gap else (rng.randrange(1, 6) if rng.random() < 0.05 else 0)
        if not gap:
            times.append(t + (rng.randrange(jitter) if jitter else 0))
            values.append(value)
    return times, values


def histogram(number):
    """Edges and cumulative counts; every fourth has counts that fall."""
    edges = sorted(rng.sample([-1.0, 0.0, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0], rng.randrange(2, 10)))
    counts, total = [], 0.0
    for _ in range(len(edges) + 1):
        total += rng.choice((0, 0, rng.randrange(50), rng.randrange(1000))) * (1.0 if number % 2 else 0.37)
        counts.append(total)
    if number % 4 == 3 and len(counts) > 3:
        counts[2] = counts[1] * 0.5
    return edges, counts


def openmetrics(all_series, histograms):
    lines = ["# TYPE x gauge"]
    for number, (times, values) in enumerate(all_series):
        for t, v in zip(times, values):
            lines.append(f'x{{i="{number}"}} {v!r} {(BASE_MS + t) / 1000:.3f}')
    lines.append("# TYPE h_bucket gauge")
    for number, (edges, counts) in enumerate(histograms):
        for edge, count in zip([*map(repr, edges), "+Inf"], counts):
            lines.append(f'h_bucket{{i="{number}",le="{edge}"}} {count!r} {(BASE_MS + AT_MS[0]) / 1000:.3f}')
    return "\n".join([*lines, "# EOF", ""])


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A Prometheus on the loopback interface over a folder of blocks."""

    def __init__(self, folder):
        (folder / "prometheus.yml").write_text("global: {}\n")
        self.url = f"http://127.0.0.1:{free_port()}"
        self.process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                "--storage.tsdb.retention.time=100y",
                f"--web.listen-address={self.url.removeprefix('http://')}",
                "--log.level=error",
            ]
        )

    def __enter__(self):
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/-/ready", timeout=5).close()
                return self
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise SystemExit("the server did not become ready")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def ask(self, query, at_ms, size):
        form = urllib.parse.urlencode({"query": query, "time": f"{at_ms / 1000:.3f}"}).encode()
        with urllib.request.urlopen(f"{self.url}/api/v1/query", form, timeout=30) as answer:
            result = json.load(answer)["data"]["result"]
        read = [None] * size
        for entry in result:
            value = float(entry["value"][1])
            read[int(entry["metric"]["i"])] = value if value == value else None
        return read


all_series = [series(number) for number in range(SERIES)]
histograms = [histogram(number) for number in range(40)]
asked, quantiles = [], []
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "samples").write_text(openmetrics(all_series, histograms))
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", folder / "samples", folder / "data"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with Server(folder) as server:
        for function, ranges in RANGES_S.items():
            for range_s in ranges:
                for at in AT_MS:
                    read = server.ask(f"{function}(x[{range_s}s])", BASE_MS + at, SERIES)
                    asked.append({"function": function, "range_s": range_s, "at_ms": at, "read": read})
        for q in QUANTILES:
            read = server.ask(f"histogram_quantile({q}, h_bucket)", BASE_MS + AT_MS[0], len(histograms))
            quantiles.append({"q": q, "read": read})
version = subprocess.run(["prometheus", "--version"], check=True, capture_output=True, text=True)
answer = {
    "prometheus": re.search(r"version ([0-9.]+)", version.stdout + version.stderr).group(1),
    "base_ms": BASE_MS,
    "series": [{"t": t, "v": v} for t, v in all_series],
    "asked": asked,
    "histograms": [{"le": e, "count": c} for e, c in histograms],
    "quantiles": quantiles,
}
text = json.dumps(answer, separators=(",", ":")).replace('{"function"', '\n{"function"').replace('{"t"', '\n{"t"')
pathlib.Path(__file__).with_name("expected.json").write_text(text + "\n")
