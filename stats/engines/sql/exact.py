"""The histogram table by exact arithmetic, without any of the project's code: edges come from whole numbers, bins from a search among them."""

import functools
from math import isqrt

import numpy as np
import pyarrow as pa

SCHEMA_EDGE = 1024
FINEST = 8


@functools.cache
def decimal_edges() -> np.ndarray:
    """d · 10^(e−1), d from 10 to 99, e from −128 to 127, and 10¹²⁸: Python reads a decimal as the nearest f64."""
    made = [float(f"{digits}e{exponent - 1}") for exponent in range(-128, 128) for digits in range(10, 100)]
    return np.array([*made, 1e128])


@functools.cache
def binary_edges() -> np.ndarray:
    """2^(i/256) from 2⁻¹²⁸ to the end of the f64, each as the largest f64 that is not above it."""
    mantissas = []
    for step in range(1 << FINEST):
        # ⌊2⁵² · 2^(step/256)⌋: the whole part of a root of a whole number, eight square roots deep
        root = 1 << (52 * (1 << FINEST) + step)
        for _ in range(FINEST):
            root = isqrt(root)
        mantissas.append(root)
    one = np.array(mantissas, np.float64)
    octaves = [np.ldexp(one, power - 52) for power in range(-128, SCHEMA_EDGE)]
    return np.concatenate([*octaves, [np.finfo(np.float64).max]])


def bins(values: np.ndarray, layout: str) -> np.ndarray:
    """The number of the bin of each finite value."""
    magnitude = np.abs(values)
    if layout == "log-linear":
        # how many edges are not above it
        number = np.minimum(np.searchsorted(decimal_edges(), magnitude, "right"), 90 * 256)
    else:
        schema = int(layout.removeprefix("exp:"))
        # the first edge that is not below it; edge 0 is 2⁻¹²⁸, up to which all is zero
        place = np.searchsorted(binary_edges(), magnitude, "left")
        index = -((128 * 256 - place) >> (FINEST - schema))
        number = np.where(place == 0, 0, index + (1 << 20))
    return np.where(values < 0, -number, number)


def table(rows: pa.Table, layout: str, seconds: int = 60) -> pa.Table:
    """route, window_start, bin and count, in order."""
    finite = np.isfinite(rows["v"].to_numpy(zero_copy_only=False)) & rows["time"].is_valid().to_numpy()
    kept = rows.filter(pa.array(finite))
    micros = kept["time"].cast(pa.int64()).to_numpy()
    counted = pa.table(
        {
            "route": kept["route"],
            "window_start": pa.array(micros // (seconds * 1_000_000) * seconds),
            "bin": pa.array(bins(kept["v"].to_numpy(), layout)),
        }
    )
    return ordered(counted.group_by(["route", "window_start", "bin"]).aggregate([([], "count_all")]).rename_columns(["route", "window_start", "bin", "count"]))


def ordered(table: pa.Table) -> pa.Table:
    """The columns that are compared, of one type each, sorted."""
    types = {"route": pa.string(), "window_start": pa.int64(), "bin": pa.int64(), "count": pa.int64()}
    table = pa.table({name: table[name].cast(type_) for name, type_ in types.items()})
    return table.sort_by([(name, "ascending") for name in types]).combine_chunks()
