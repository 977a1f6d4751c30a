"""A month of a thousand services, a histogram a minute, and what it takes to look at a part of it.

`python many.py make FOLDER [--services 1000] [--days 30] [--by-window]` writes a seeded histogram table, a file of Parquet a day: 43.2 million histograms
of some 40 values each with the defaults, sorted by service and window, or by window and service. `python many.py ask FOLDER` asks the program of SRE_STATS_PROGRAM for parts of it, and prints wall seconds, peak memory and the
row groups read; the counts and quantiles of one service are held against DuckDB's sums over the same files.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent / "sql"))
import exact

START_S, DAY_S, WINDOWS = 1_767_225_600, 86_400, 1440
ROW_GROUP = 1 << 17
PROGRAM = os.environ.get("SRE_STATS_PROGRAM", "sre-stats")
SCHEMA = pa.schema(
    [
        ("series", pa.dictionary(pa.int32(), pa.string())),
        ("window_start", pa.timestamp("s", "UTC")),
        ("width", pa.int64()),
        ("schema", pa.dictionary(pa.int32(), pa.string())),
        ("bin", pa.int64()),
        ("count", pa.int64()),
        ("service", pa.dictionary(pa.int32(), pa.string())),
        ("unit", pa.dictionary(pa.int32(), pa.string())),
    ]
)


def edges() -> np.ndarray:
    """The bins of log-linear from 5 ms to 2 s, by their lower edges."""
    return np.array([d * 10.0**p for p in (-4, -3, -2, -1) for d in range(10, 100) if 0.005 <= d * 10.0**p < 2])


def bins_of(services: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """The numbers of the bins of each service, and which share of its values lies in each: log-normal, of a median of its own."""
    lower = edges()
    upper = np.append(lower[1:], 2.0)
    numbers = exact.bins((lower + upper) / 2, "log-linear")
    draw = np.random.default_rng(3)
    phi = np.vectorize(lambda x: 0.5 * math.erfc(-x / math.sqrt(2)))
    found = []
    for median in np.exp(draw.normal(-3, 0.5, services)):
        share = phi(np.log(upper / median) / 0.4) - phi(np.log(lower / median) / 0.4)
        near = share > 1e-5
        found.append((numbers[near], share[near] / share[near].sum()))
    return found


def make(folder: Path, services: int, days: int, by_window: bool) -> None:
    folder.mkdir(parents=True)
    draw, of, rows, started = np.random.default_rng(4), bins_of(services), 0, time.monotonic()
    names = pa.array([f"service-{i:04}" for i in range(services)])
    word = lambda text, count: pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([text]))
    minutes = np.arange(WINDOWS)
    for day in range(days):
        parts = []
        for service, (numbers, share) in enumerate(of):
            # some 40 values a minute, more by day than by night
            rate = 40 * (1 + 0.5 * np.sin(2 * np.pi * minutes / WINDOWS))
            counts = draw.poisson(rate[:, None] * share)
            window, place = counts.nonzero()
            parts.append((np.full(len(window), service, np.int32), window, numbers[place], counts[window, place]))
        service, window, number, count = (np.concatenate(column) for column in zip(*parts, strict=True))
        if by_window:
            order = np.argsort(window, kind="stable")
            service, window, number, count = (column[order] for column in (service, window, number, count))
        length = len(service)
        columns = [
            word("latency", length),
            pa.array(START_S + day * DAY_S + window * 60, pa.timestamp("s", "UTC")),
            pa.array(np.full(length, 60)),
            word("log-linear", length),
            pa.array(number.astype(np.int64)),
            pa.array(count.astype(np.int64)),
            pa.DictionaryArray.from_arrays(pa.array(service), names),
            word("s", length),
        ]
        pq.write_table(pa.Table.from_arrays(columns, schema=SCHEMA), folder / f"day-{day:02}.parquet", row_group_size=ROW_GROUP, compression="zstd")
        rows += length
    size = sum(file.stat().st_size for file in folder.iterdir())
    histograms = services * days * WINDOWS
    print(f"{histograms} histograms, {rows} bins, {size / 1e9:.3f} GB, {size / rows:.2f} bytes a bin, made in {time.monotonic() - started:.0f} s")


def told(arguments: list[str]) -> tuple[dict, float, float, float]:
    """The program's answer, its wall and processor seconds, and the most memory that it took in MB."""
    started = time.monotonic()
    process = subprocess.Popen([PROGRAM, *arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.stdout.read(), process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{arguments}: {err}")
    return json.loads(out), time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3


def ask(folder: Path, services: int, days: int) -> None:
    import duckdb

    at = lambda hours: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START_S + hours * 3600))
    span = lambda first, hours: ["--from", at(first), "--to", at(first + hours)]
    middle = 24 * (days // 3)
    hour, day, week = span(middle + 12, 1), span(middle, 24), span(middle, min(168, 24 * days - middle))
    name = f"service-{services // 2:04}"
    one = ["--where", f"service={name}"]
    slo = ["--slo", "99% of requests < 120ms over 30d"]
    questions = {
        "p99 of a service in an hour": ["quantile", *one, *hour, "-q", "0.99"],
        "p99 of a service in a day": ["quantile", *one, *day, "-q", "0.99"],
        "p99 an hour of a service in a week": ["quantile", *one, *week, "-q", "0.99", "--every", "1h"],
        "p99 of a service in the month": ["quantile", *one, "-q", "0.99"],
        "an objective of a service in the month": ["slo", *one, *slo],
        "the same with another threshold": ["slo", *one, "--slo", "99% of requests < 200ms over 30d"],
        "widths of windows of a service in a day": ["windows", *one, *day, "--slo", "99% of 1m slices have p99 < 120ms over 1d"],
        "bins of a service in a day": ["histogram", *one, *day],
        "p99 of all services in an hour": ["quantile", *hour, "-q", "0.99"],
    }
    print(f"{'question':<45}{'wall s':>8}{'processor s':>13}{'peak MB':>9}  row groups")
    for what, question in questions.items():
        answer, wall, used, peak = told([question[0], str(folder), *question[1:]])
        read = [note["choice"] for note in answer["input"]["understood"] if note["what"] == "row groups"]
        print(f"{what:<45}{wall:>8.2f}{used:>13.2f}{peak:>9.0f}  {''.join(read) or 'all'}", flush=True)

    answer, *_ = told(["quantile", str(folder), *one, *week, "-q", "0.5,0.99"])
    since, until = (f"TIMESTAMPTZ '{week[i]}'" for i in (1, 3))
    held = f"service = '{name}' AND window_start >= {since} AND window_start < {until}"
    sums = f"SELECT bin, sum(count)::BIGINT FROM read_parquet('{folder}/*.parquet') WHERE {held} GROUP BY bin ORDER BY bin"
    counts = duckdb.connect().execute(sums).fetchall()
    lower = edges()
    upper = np.append(lower[1:], 2.0)
    place = {int(number): i for i, number in enumerate(exact.bins((lower + upper) / 2, "log-linear"))}
    total = sum(count for _, count in counts)
    for result in answer["results"]:
        estimate, rank, below = result["estimate"], max(1, math.ceil(result["q"] * total - 1e-9)), 0
        for number, count in counts:
            below += count
            if below >= rank:
                break
        i = place[number]
        held = lower[i] - 1e-12 <= estimate["value"] <= upper[i] + 1e-12 and estimate["n"] == total
        print(f"q={result['q']}: {estimate['value']} of {estimate['n']}; DuckDB: [{lower[i]:.4f}, {upper[i]:.4f}] of {total}: {'equal' if held else 'DIFFERENT'}")
        if not held:
            sys.exit(1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["make", "ask"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--services", type=int, default=1000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--by-window", action="store_true")
    asked = parser.parse_args()
    if asked.what == "make":
        make(asked.folder, asked.services, asked.days, asked.by_window)
    else:
        ask(asked.folder, asked.services, asked.days)


if __name__ == "__main__":
    main()
