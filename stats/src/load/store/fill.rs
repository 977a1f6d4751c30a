//! Rows that are counted as they are read and not kept: memory grows with series and windows, and not with rows.

use std::collections::HashSet;
use std::path::PathBuf;

use super::packed::Packed;
use super::table::HistogramTable;
use crate::error::{Error, Result};
use crate::histogram::LayoutChoice;
use crate::labels::Labels;
use crate::load::classic::is_part;
use crate::load::dataset::{Data, Dataset, Item};
use crate::load::options::{Kind, LoadOptions};
use crate::load::source::load_into;
use crate::load::traffic::Traffic;
use crate::progress::Progress;
use crate::series::Identity;
use crate::time::{Grid, Span};
use crate::unit::Unit;

/// More windows than these, at some two thousand bytes each, are not made ready to be asked at once.
const MOST_WINDOWS: u64 = 2_000_000;

/// How rows are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condense {
    pub(crate) layout: LayoutChoice,
    pub(crate) grid: Grid,
    /// Whether series without histograms are left out at the end, and not refused.
    pub(crate) histograms_alone: bool,
}

/// Takes what several files hold: tables of histograms, and events too where they are counted and not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Condenser {
    pub(crate) how: Option<Condense>,
    /// Whether the tables that are read stay packed, where rows are kept.
    pub(crate) stays_packed: bool,
    pub(crate) table: HistogramTable,
}

impl Condense {
    /// The bins of some values; NaN and ±∞ are not counted.
    pub(crate) fn pack(self, values: &[f64]) -> Result<Packed> {
        // without an early end, so that several are looked at together
        let finite = values.iter().fold(true, |all, v| all & v.is_finite());
        let sketch = if finite {
            self.layout.build(values)?
        } else {
            self.layout.build(&values.iter().copied().filter(|v| v.is_finite()).collect::<Vec<_>>())?
        };
        Packed::of(&sketch).ok_or_else(|| unnumbered(self.layout))
    }
}

/// What makes histograms of two files one series.
fn same(identity: &Identity) -> (&str, &Labels, &Unit) {
    (&identity.name, &identity.labels, &identity.unit)
}

fn unnumbered(layout: LayoutChoice) -> Error {
    Error::unsupported(format!("the bins of {layout} have no numbers")).hint("choose log-linear or exp:5")
}

impl Condenser {
    /// Takes the series of a file where rows are counted: events become histograms, histograms stay as they are. The counters of classic
    /// histograms are left, since these may go on in the next file, and so is what will be left out once all files are read.
    pub(crate) fn absorb(&mut self, data: &mut Dataset) -> Result<()> {
        let Some(alone) = self.how.map(|how| how.histograms_alone) else { return Ok(()) };
        let counts = |item: &Item| matches!(item.data, Data::Events(_) | Data::Histograms(_));
        let stays = |item: &Item| is_part(item) || (alone && !counts(item));
        let (left, others) = std::mem::take(&mut data.items).into_iter().partition(stays);
        data.items = others;
        self.absorb_all(data)?;
        data.items.extend::<Vec<_>>(left);
        Ok(())
    }

    /// Takes all series of a data set where rows are counted.
    pub(crate) fn absorb_all(&mut self, data: &mut Dataset) -> Result<()> {
        let Some(how) = self.how.filter(|_| !data.items.is_empty()) else { return Ok(()) };
        data.leave_parts(self.table.series() > 0);
        data.make_histograms(how.layout, how.grid.width())?;
        for item in std::mem::take(&mut data.items) {
            self.table.add_item(&item)?;
        }
        Ok(())
    }

    /// Says of the traffic of a file what its series do not say themselves, and puts the table of the files before it first.
    pub(crate) fn tag(&mut self, traffic: Option<Traffic>, before: HistogramTable) -> Result<()> {
        let mut read = std::mem::replace(&mut self.table, before);
        if let Some(traffic) = traffic {
            read.tag(traffic)?;
        }
        self.table.absorb(read)
    }

    /// Gives the tables that were read to a data set, where rows are kept; of tables that stay packed, the series that it has too.
    pub(crate) fn release(&mut self, data: &mut Dataset) -> Result<()> {
        if self.how.is_some() {
            return Ok(());
        }
        let read = if self.stays_packed {
            let histograms = data.items.iter().filter(|item| item.kind == Kind::Histogram);
            let own: HashSet<_> = histograms.map(|item| same(&item.identity)).collect();
            self.table.take_those(|identity| own.contains(&same(identity)))
        } else {
            self.table.take_those(|_| true)
        };
        if read.series() == 0 {
            return Ok(());
        }
        let windows = read.windows();
        if windows > MOST_WINDOWS {
            return Err(Error::unsupported(format!(
                "{windows} histograms of {} series are more than are looked at together, {MOST_WINDOWS}",
                read.series()
            ))
            .hint("choose some with --where, --from and --to"));
        }
        data.absorb(read.to_dataset()?)
    }
}

/// Reads files as [`load`](crate::load::load) does, but leaves the histogram tables among them packed: some hundred bytes a window where
/// [`load`](crate::load::load) takes two thousand and more. Other data are in the data set, and so is a series of a table that another file
/// has as histograms too. For analyses that look at one window after the other, such as
/// [`fitting_packed`](crate::report::tell::fit::fitting_packed).
///
/// ```
/// use sre_stats::load::{LoadOptions, load_packed};
/// use sre_stats::progress::Progress;
/// let path = std::env::temp_dir().join(format!("sre-stats-packed-{}.csv", std::process::id()));
/// std::fs::write(&path, "series,window_start,width,schema,bin,count\nlatency_seconds,0,60,log-linear,11532,7\n").unwrap();
/// let (data, table) = load_packed(&[path.clone()], &LoadOptions::default(), &Progress::new())?;
/// std::fs::remove_file(&path).unwrap();
/// assert_eq!((data.items.len(), table.series(), table.windows(), table.count()), (0, 1, 1, 7));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`load`](crate::load::load).
pub fn load_packed(paths: &[PathBuf], options: &LoadOptions, progress: &Progress) -> Result<(Dataset, HistogramTable)> {
    let mut condenser = Condenser { stays_packed: true, ..Condenser::default() };
    let data = load_into(paths, options, progress, &mut condenser)?;
    let mut table = condenser.table;
    table.report = data.report.clone();
    Ok((data, table))
}

/// Reads files as [`load`](crate::load::load) does and counts every series of events in histograms, one a window of a width from the epoch
/// on, without keeping the rows: what [`load`](crate::load::load) and [`make_histograms`](Dataset::make_histograms) give together, from files
/// larger than memory.
///
/// A classic histogram of Prometheus is a histogram too, and its counters `_sum` and `_count` are left out beside it. With
/// [`Kind::Histogram`] all else is left out as well, which the report counts.
///
/// Tables of text (CSV, JSON lines, logs, load testers), Parquet and Arrow are read in pieces, in parallel, and memory grows with series and
/// windows alone; other formats are read one file at a time. Histograms in the input stay as they are. Whether a column holds events is
/// decided by the first rows, unless [`kind`](LoadOptions::kind) says so.
///
/// ```no_run
/// use sre_stats::histogram::LayoutChoice;
/// use sre_stats::load::{LoadOptions, load_histograms};
/// use sre_stats::progress::Progress;
/// use sre_stats::time::Span;
/// let options = LoadOptions::default();
/// let table = load_histograms(&["month.csv.gz".into()], &options, LayoutChoice::LogLinear, Span::MINUTE, &Progress::new())?;
/// println!("{} windows of {} series", table.windows(), table.series());
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`load`](crate::load::load) and [`make_histograms`](Dataset::make_histograms): [`Mismatch`](crate::ErrorKind::Mismatch) where a series
/// is a gauge or counter, [`Unsupported`](crate::ErrorKind::Unsupported) for a layout whose bins have no numbers,
/// [`Argument`](crate::ErrorKind::Argument) for a width that is not more than 0.
pub fn load_histograms(
    paths: &[PathBuf],
    options: &LoadOptions,
    layout: LayoutChoice,
    width: Span,
    progress: &Progress,
) -> Result<HistogramTable> {
    let histograms_alone = options.kind == Some(Kind::Histogram);
    let how = Condense { layout, grid: Grid::new(width, Span::ZERO)?, histograms_alone };
    // a layout without numbers is refused before a long read
    how.pack(&[1.0])?;
    let mut condenser = Condenser { how: Some(how), ..Condenser::default() };
    let read = load_into(paths, options, progress, &mut condenser)?;
    let mut table = condenser.table;
    table.report = read.report;
    Ok(table)
}
