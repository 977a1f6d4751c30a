"""Counting and merging of Arrow batches: what each task of Spark does, and one process alone too."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from sre_stats_spark._native import Counter, Merger

# a task gives its histograms away where they take more
MEMORY = 64 << 20


def partials(batches: Iterable[pa.RecordBatch], layout: str, every: str, labels: int, memory: int = MEMORY) -> Iterator[pa.RecordBatch]:
    """Batches of time, value and labels → window_start, packed histogram, labels; a group can come more than once."""
    counter = Counter(layout, every, labels, memory)
    for batch in batches:
        if (partial := counter.push(batch)) is not None:
            yield partial
    yield counter.finish()


def merged(batches: Iterable[pa.RecordBatch], layout: str, every: str, labels: Sequence[str], series: str) -> Iterator[pa.RecordBatch]:
    """Partial histograms, each group's one after the other → rows of the histogram table."""
    merger = Merger(layout, every, list(labels), series)
    for batch in batches:
        yield merger.push(batch)
    yield merger.finish()


def histogram_table(
    batches: Iterable[pa.RecordBatch],
    time: str,
    value: str,
    by: Sequence[str] = (),
    every: str = "1m",
    layout: str = "log-linear",
    series: str | None = None,
    memory: int = MEMORY,
) -> pa.Table:
    """The histogram table of Arrow batches in this process; the arguments are those of `histograms`."""
    Merger(layout, every, list(by), series or value)

    def chosen() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = [batch.column(time), batch.column(value).cast(pa.float64()), *(batch.column(name).cast(pa.string()) for name in by)]
            yield pa.RecordBatch.from_arrays(columns, names=["time", "value", *(f"label_{i}" for i in range(len(by)))])

    found = pa.Table.from_batches(partials(chosen(), layout, every, len(by), memory))
    keys = [name for name in found.column_names if name != "histogram"]
    found = found.sort_by([(name, "ascending") for name in [*keys[1:], keys[0]]])
    table = pa.Table.from_batches(merged(found.to_batches(), layout, every, by, series or value))
    return table.combine_chunks()
