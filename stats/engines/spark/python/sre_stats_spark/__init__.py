"""Mergeable histograms of latencies, one a series and a window, on Apache Spark or on any Arrow data.

    import sre_stats_spark
    table = sre_stats_spark.histograms(df, "time", "latency", by=["service"], every="1m")
    table.write.parquet("histograms")

The result is sre-stats' histogram table (series, window_start, width, schema, bin, count, and the columns of `by`), which the program,
the notebooks and the command line of sre-stats read. Only histograms are shuffled, never rows.
"""

from sre_stats_spark._frames import histograms
from sre_stats_spark._tables import histogram_table

__all__ = ["histogram_table", "histograms"]
