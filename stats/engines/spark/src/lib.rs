//! The native part of `sre_stats_spark`: histograms of record batches, counted and merged.
//!
//! | file | what |
//! |---|---|
//! | `columns` | the columns of a batch, by type |
//! | `key` | the labels and the window of a row, as bytes |
//! | `count` | rows → one packed histogram a group |
//! | `merge` | packed histograms in the order of their groups → the rows of the histogram table |
//!
//! Batches come and go by Arrow's C data interface, which `arrow-pyarrow` speaks with any library that has its capsules: no row is copied
//! on the way, and there is no unsafe code here.

mod columns;
mod count;
mod key;
mod merge;

use arrow_array::RecordBatch;
use arrow_pyarrow::PyArrowType;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use sre_stats::Error;
use sre_stats::histogram::{AnySketch, LayoutChoice};
use sre_stats::time::Span;

/// A result of this crate, whose error a caller of Python reads as a `ValueError`.
type Result<T> = std::result::Result<T, Error>;

fn told(error: &Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Counts rows in one histogram a group and window.
#[pyclass]
struct Counter(count::Counter);

#[pymethods]
impl Counter {
    /// A counter of a layout by its name, windows by their width such as `1m`, with so many columns of labels, which gives its groups away
    /// where they take more than so many bytes.
    #[new]
    fn new(layout: &str, every: &str, labels: usize, memory: usize) -> PyResult<Self> {
        let layout = layout_of(layout).map_err(|e| told(&e))?;
        let width = width_of(every).map_err(|e| told(&e))?;
        Ok(Self(count::Counter::new(layout, width, labels, memory)))
    }

    /// Counts a batch with the columns time, value and labels; gives partial results back where the memory is used up.
    #[allow(clippy::needless_pass_by_value)]
    fn push(&mut self, py: Python<'_>, batch: PyArrowType<RecordBatch>) -> PyResult<Option<PyArrowType<RecordBatch>>> {
        // other threads of Python run meanwhile
        let partial = py.detach(|| self.0.push(&batch.0)).map_err(|e| told(&e))?;
        Ok(partial.map(PyArrowType))
    }

    /// What is counted and not yet given: `window_start` in seconds, histogram, labels.
    fn finish(&mut self, py: Python<'_>) -> PyResult<PyArrowType<RecordBatch>> {
        py.detach(|| self.0.drain()).map(PyArrowType).map_err(|e| told(&e))
    }
}

/// Merges what counters gave, in the order of the groups, into the histogram table.
#[pyclass]
struct Merger(merge::Merger);

#[pymethods]
impl Merger {
    /// A merger of a layout, windows and labels as those of the counters; the table names its series so.
    #[new]
    fn new(layout: &str, every: &str, labels: Vec<String>, series: String) -> PyResult<Self> {
        let layout = layout_of(layout).map_err(|e| told(&e))?;
        let width = width_of(every).map_err(|e| told(&e))?;
        merge::Merger::new(layout, width, labels, series).map(Self).map_err(|e| told(&e))
    }

    /// Merges a batch of partial results, and gives the rows of the groups that are complete.
    #[allow(clippy::needless_pass_by_value)]
    fn push(&mut self, py: Python<'_>, batch: PyArrowType<RecordBatch>) -> PyResult<PyArrowType<RecordBatch>> {
        py.detach(|| self.0.push(&batch.0)).map(PyArrowType).map_err(|e| told(&e))
    }

    /// The rows of the last group.
    fn finish(&mut self, py: Python<'_>) -> PyResult<PyArrowType<RecordBatch>> {
        py.detach(|| self.0.finish()).map(PyArrowType).map_err(|e| told(&e))
    }
}

/// A layout whose bins have numbers.
fn layout_of(name: &str) -> Result<LayoutChoice> {
    let layout: LayoutChoice = name.parse()?;
    AnySketch::from_coded_bins(&layout.to_string(), &[])?;
    Ok(layout)
}

/// A width of whole seconds, as the table has it.
fn width_of(every: &str) -> Result<i64> {
    let Span(nanoseconds) = every.parse()?;
    if nanoseconds <= 0 || nanoseconds % 1_000_000_000 != 0 {
        return Err(
            Error::argument(format!("a width of “{every}” is no whole number of seconds")).hint("give one such as 60s")
        );
    }
    Ok(nanoseconds / 1_000_000_000)
}

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::{Counter, Merger};
}
