//! How the values of a series are spread.

use sre_stats::describe::{BinRule, Ecdf, bins, fences, fits, qq};
use sre_stats::estimate::{Estimate, Scope};
use sre_stats::figure::{self, BoxPlot, Figure, HistogramBin, Scale};
use sre_stats::histogram::{Explicit, Layout, Sketch};
use sre_stats::method::Definition;
use sre_stats::progress::Progress;
use sre_stats::quantile::{Quantile, quantiles};
use sre_stats::report::tell::subject::subject;
use sre_stats::report::{Block, Section};
use sre_stats::series::Identity;
use sre_stats::{Error, Result};

use super::document::Document;
use super::selection::selected;
use crate::cli::describe;
use crate::gui::choices::Spread;

/// What a distribution is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct DistributionKey {
    /// The document.
    pub document: u64,
    /// The item.
    pub item: usize,
    /// The values that are looked at; `None` for all.
    pub values: Option<(f64, f64)>,
    /// How it is shown.
    pub spread: Spread,
    /// Whether values stand on a log scale.
    pub log: bool,
    /// Whether shares stand on a scale of nines.
    pub nines: bool,
}

/// The picture and the statistics of a sample.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// The picture.
    pub figure: Figure,
    /// The statistics, and what the samples are.
    pub statistics: Section,
}

impl Distribution {
    /// Draws and describes the item's values.
    ///
    /// # Errors
    /// Where there is no value that the scale can show, or on request.
    pub fn new(document: &Document, key: &DistributionKey, progress: &Progress) -> Result<Self> {
        progress.stage("describing", 0);
        let item = selected(document.item(key.item)?, key.values)?;
        let statistics = describe::of_item(&item)?;
        progress.check()?;
        progress.stage("drawing", 0);
        let subject = subject(&item)?;
        let scale = if key.log { Scale::Log } else { Scale::Linear };
        let figure = match key.spread {
            Spread::Histogram => histogram(&subject.values, &subject.identity, scale, &subject.scope)?,
            Spread::Ecdf => {
                let y = if key.nines { Scale::LogNines } else { Scale::Linear };
                let curve = (subject.identity.title(), Ecdf::new(&subject.values, &subject.scope)?);
                figure::ecdf_figure(&[curve], &subject.identity.unit, scale, y)?
            }
            Spread::Box => boxed(&subject.values, &subject.identity, scale, &subject.scope)?,
            Spread::Qq => against_law(&subject.values, &subject.identity, &subject.scope)?,
        };
        progress.check()?;
        Ok(Self { figure, statistics })
    }

    /// Picture and statistics under one heading.
    pub fn section(&self) -> Section {
        let mut section = Section::new(self.statistics.title.clone()).with(Block::Figure(self.figure.clone()));
        section.blocks.extend(self.statistics.blocks.iter().cloned());
        section
    }
}

/// So many bins can be told apart on a screen.
const BINS: (u64, u64) = (12, 240);

/// Bins of equal width on the scale, as many as Freedman and Diaconis's rule asks for.
fn histogram(values: &[f64], identity: &Identity, scale: Scale, scope: &Scope) -> Result<Figure> {
    let shown = values.iter().filter(|v| scale.shows(**v));
    let (least, most) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    let placed: Vec<f64> = values.iter().map(|v| scale.transform(*v)).filter(|v| v.is_finite()).collect();
    let (low, high) = (scale.transform(least), scale.transform(most));
    if placed.is_empty() {
        return Err(Error::empty("no value can be shown on a log scale").hint("choose a linear one"));
    }
    // where all values, or the middle half of them, are equal the rule gives no width
    let alike = least == most;
    let asked = bins(&placed, BinRule::FreedmanDiaconis, scope).map_or(BINS.0, |b| b.count).clamp(BINS.0, BINS.1);
    if alike {
        // one bin around the one value
        let near = if scale == Scale::Log { (least / 2.0, least * 2.0) } else { (least - 0.5, least + 0.5) };
        let bar = HistogramBin { lower: near.0, upper: near.1, count: placed.len() as u64 };
        return figure::histogram_figure(&identity.title(), &identity.unit, &[bar], scale);
    }
    let edges: Vec<f64> = (0..=asked)
        .map(|i| match i {
            // a bucket holds its upper edge and not its lower one
            0 => least.next_down(),
            i if i == asked => most.next_up(),
            i => scale.inverse(low + (high - low) * i as f64 / asked as f64),
        })
        .collect();
    let mut counted = Explicit::new(&edges)?;
    for value in values {
        counted.insert_weighted(*value, 1);
    }
    let of_layout = counted.bins();
    let mut bars: Vec<HistogramBin> = edges
        .windows(2)
        .map(|e| HistogramBin {
            lower: e.first().copied().unwrap_or_default(),
            upper: e.last().copied().unwrap_or_default(),
            count: 0,
        })
        .collect();
    let mut outside = Vec::new();
    for bin in of_layout {
        match bars.iter_mut().find(|b| b.lower == bin.lower && b.upper == bin.upper) {
            Some(bar) => bar.count = bin.count,
            None => outside.push(HistogramBin { lower: bin.lower, upper: bin.upper, count: bin.count }),
        }
    }
    bars.extend(outside);
    figure::histogram_figure(&identity.title(), &identity.unit, &bars, scale)
}

fn boxed(values: &[f64], identity: &Identity, scale: Scale, scope: &Scope) -> Result<Figure> {
    let qs = [0.25, 0.5, 0.75].map(Quantile::new).into_iter().collect::<Result<Vec<_>>>()?;
    let found: [Estimate; 3] =
        quantiles(values, &qs, Definition::default(), scope)?.try_into().map_err(|_| Error::empty("no quartiles"))?;
    let ends = values
        .iter()
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    let plot = BoxPlot { quartiles: found, fences: fences(values, 1.5, scope)?, ends };
    figure::box_figure(&identity.title(), &identity.unit, &plot, values, scale)
}

/// So many quantiles are drawn.
const POINTS: usize = 800;

fn against_law(values: &[f64], identity: &Identity, scope: &Scope) -> Result<Figure> {
    let all = fits(values, scope)?;
    let best = all.fits.first().ok_or_else(|| Error::empty("no law fits these samples"))?;
    figure::qq_figure(&qq(values, &best.law, POINTS)?, &identity.title(), &best.law.to_string(), &identity.unit)
}
