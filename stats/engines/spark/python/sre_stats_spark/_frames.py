"""Histograms of a data frame of Spark."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from sre_stats_spark import _tables
from sre_stats_spark._native import Counter, Merger


def histograms(
    df,
    time: str,
    value: str,
    by: Sequence[str] = (),
    every: str = "1m",
    layout: str = "log-linear",
    series: str | None = None,
    partitions: int | None = None,
):
    """One histogram of the column `value` a window of width `every` and combination of the columns `by`: the histogram table.

    - `time` is a TIMESTAMP or TIMESTAMP_NTZ, which counts as UTC; windows are aligned to the epoch, whole seconds wide.
    - `value` becomes a double. NULL, NaN, infinities and rows without a time are in no bin.
    - `by` becomes text; NULL is a group of its own.
    - `layout` is log-linear or exp:-4 to exp:8.
    - `series` names the series; without it the column of values does.
    - `partitions` is into how many parts the histograms are shuffled; without it Spark decides.

    Each task counts its rows and gives packed histograms to the shuffle; they are sorted there by Spark, which can spill, and
    merged group by group. All counts are whole numbers: the rows of the result do not depend on partitions or failures, though their order does.
    """
    by, name = list(by), series or value
    # what is wrong is told here, not in a task
    Counter(layout, every, len(by), _tables.MEMORY)
    Merger(layout, every, by, name)

    labels = [f"label_{i}" for i in range(len(by))]
    columns = [df[time].alias("time"), df[value].cast("double").alias("value")]
    rows = df.select(*columns, *(df[column].cast("string").alias(label) for column, label in zip(by, labels, strict=True)))
    count = len(by)

    def counted(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _tables.partials(batches, layout, every, count)

    def together(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _tables.merged(batches, layout, every, by, name)

    texts = "".join(f", {label} string" for label in labels)
    partial = rows.mapInArrow(counted, f"window_start bigint, histogram binary{texts}")
    keys = [*labels, "window_start"]
    shuffled = partial.repartition(*([] if partitions is None else [partitions]), *keys)
    named = "".join(f", `{column.replace('`', '``')}` string" for column in by)
    table = f"series string, window_start bigint, width bigint, schema string, bin bigint, count bigint{named}"
    return shuffled.sortWithinPartitions(*keys).mapInArrow(together, table)
