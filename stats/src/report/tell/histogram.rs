//! Histograms.

use crate::error::Result;
use crate::figure::{Figure, HistogramBin, Scale, histogram_figure};
use crate::histogram::{Bin, LogLinear};
use crate::report::{Block, Column, Section, Table};
use crate::series::Identity;
use crate::time::Window;
use crate::unit::Unit;

/// The bins of each window, or of all.
pub fn table(histograms: &[(Window, LogLinear)], unit: &Unit) -> Table {
    let bins: Vec<(Window, Vec<Bin>)> = histograms.iter().map(|(window, h)| (*window, h.bins())).collect();
    table_of_bins(&bins, unit)
}

/// The same of bins of any layout.
fn table_of_bins(histograms: &[(Window, Vec<Bin>)], unit: &Unit) -> Table {
    let windowed = histograms.len() > 1;
    let mut columns = vec![
        Column::number("lower", unit.clone()),
        Column::number("upper", unit.clone()),
        Column::number("count", Unit::Count),
    ];
    if windowed {
        columns.insert(0, Column::text("window"));
    }
    let mut table = Table::new("Bins that hold something", columns);
    for (window, histogram) in histograms {
        for bin in histogram {
            let mut cells = vec![bin.lower.into(), bin.upper.into(), (bin.count as f64).into()];
            if windowed {
                cells.insert(0, window.start.to_string().into());
            }
            table.rows.push(cells);
        }
    }
    table
}

/// The bins as areas, on a log scale where values are positive.
///
/// # Errors
/// As [`histogram_figure`].
pub fn figure(histogram: &LogLinear, identity: &Identity) -> Result<Figure> {
    figure_of_bins(&histogram.bins(), identity)
}

/// The same of bins of any layout; those without an end are not drawn.
fn figure_of_bins(bins: &[Bin], identity: &Identity) -> Result<Figure> {
    let bins = bins.iter().filter(|b| b.lower.is_finite() && b.upper.is_finite());
    let bins: Vec<HistogramBin> =
        bins.map(|b| HistogramBin { lower: b.lower, upper: b.upper, count: b.count }).collect();
    let positive = bins.iter().filter(|b| b.lower > 0.0).map(|b| b.count).sum::<u64>();
    let count = bins.iter().map(|b| b.count).sum::<u64>();
    let scale = if positive * 2 > count { Scale::Log } else { Scale::Linear };
    histogram_figure(&identity.title(), &identity.unit, &bins, scale)
}

/// That values lie outside the bins that count them: magnitudes of 10¹²⁸ and more are counted by the outermost bin. `None` where none do.
pub fn beyond(histogram: &LogLinear, identity: &Identity) -> Option<String> {
    let bins = histogram.bins();
    let (least, most) = (histogram.min()?, histogram.max()?);
    let (lower, upper) = (bins.first()?.lower, bins.last()?.upper);
    let far = if most > upper { most } else { least };
    (most > upper || least < lower).then(|| {
        let unit = &identity.unit;
        format!("values reach {}: the outermost bin counts all that lie beyond the edges of the layout", unit.show(far))
    })
}

/// Figure of all windows together and the bins of each, under the name of the series.
pub fn section(identity: &Identity, histograms: &[(Window, LogLinear)]) -> Section {
    let mut section = Section::new(format!("Histogram of {}", identity.title()));
    let mut all = LogLinear::new();
    for (_, histogram) in histograms {
        all.merge(histogram);
    }
    if let Ok(figure) = figure(&all, identity) {
        section.blocks.push(Block::Figure(figure));
    }
    section.blocks.push(Block::Table(table(histograms, &identity.unit)));
    section.blocks.extend(beyond(&all, identity).map(|told| Block::Warnings(vec![told])));
    section
}

/// The same of bins of any layout: those of each window, and those of all windows together.
pub fn section_of_bins(identity: &Identity, windows: &[(Window, Vec<Bin>)], all: &[Bin]) -> Section {
    let mut section = Section::new(format!("Histogram of {}", identity.title()));
    if let Ok(figure) = figure_of_bins(all, identity) {
        section.blocks.push(Block::Figure(figure));
    }
    section.blocks.push(Block::Table(table_of_bins(windows, &identity.unit)));
    section
}
