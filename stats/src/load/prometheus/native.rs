//! Native histograms, which are counts since a start, as windows.

use super::result::Native;
use crate::error::{Error, ErrorKind, Position, Result};
use crate::histogram::AnySketch;
use crate::labels::Labels;
use crate::load::choice::Choice;
use crate::load::dataset::{Data, Item};
use crate::load::histograms::{Histograms, Point, windows};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::series::Identity;
use crate::unit::Unit;

/// The native histograms as one window between two samples.
pub(super) fn native(
    all: Vec<(String, Labels, Vec<Native>)>,
    choice: &Choice,
    options: &LoadOptions,
    file: &str,
    report: &mut LoadReport,
) -> Result<Vec<Item>> {
    let position = || Position::in_file(file);
    let mut items = Vec::new();
    let (mut unreadable, mut why, mut alone) = (0_u64, String::new(), 0_u64);
    for (name, labels, samples) in all {
        if !choice.passes(&name, &labels) {
            continue;
        }
        let unit = options.unit.clone().or_else(|| Unit::from_name(&name)).unwrap_or_default();
        let identity = Identity { name, labels, unit };
        if let Some(kind) = options.kind.filter(|kind| *kind != Kind::Histogram) {
            return Err(Error::mismatch(format!("“{}” holds histograms, and --kind says {kind}", identity.title()))
                .in_file(file)
                .hint("leave --kind out, or choose other series with --value"));
        }
        let broken = samples.iter().filter(|(_, s)| s.as_ref().is_err_and(|e| e.fractions)).count() as u64;
        if broken > 0 {
            // those without fractions are no counts since a start either
            let message = format!(
                "“{}” is left out: counts of {} have fractions, as those that rate() and increase() make; ask for the series itself",
                identity.title(),
                counted(broken, "sample")
            );
            report.warn(WarningKind::Skipped, message, position(), samples.len() as u64);
            continue;
        }
        let only = samples.len() == 1;
        let mut points = Vec::new();
        for (time, sketch) in samples {
            match sketch {
                Ok(sketch) => {
                    let sketch = AnySketch::Exponential(Box::new(sketch));
                    // a single one counts since a start that the answer does not tell
                    let start = only.then_some(time - 1);
                    points.push(Point { start, time, sketch });
                }
                Err(e) => {
                    unreadable += 1;
                    why = e.why;
                }
            }
        }
        alone += u64::from(only && !points.is_empty());
        let title = identity.title();
        let mut windows = windows(points, true, &title, file, report);
        windows.retain(|(w, _)| options.from.is_none_or(|t| w.start >= t) && options.to.is_none_or(|t| w.start < t));
        match Histograms::new(identity, windows) {
            Ok(histograms) => {
                items.push(Item::new(Kind::Histogram, Data::Histograms(histograms), Format::PrometheusJson));
            }
            Err(e) if e.kind() == ErrorKind::Empty => {
                report.warn(
                    WarningKind::EmptySeries,
                    format!("“{title}” holds no value between its samples"),
                    position(),
                    1,
                );
            }
            Err(e) => return Err(e.in_file(file)),
        }
    }
    if unreadable > 0 {
        let message = format!("{} of native histograms left out: {why}", counted(unreadable, "sample"));
        report.warn(WarningKind::Skipped, message, position(), unreadable);
    }
    if alone > 0 {
        let message = format!(
            "{} of native histograms with one sample, which counts since a start that is not known",
            counted(alone, "series")
        );
        report.warn(WarningKind::NoTime, message, position(), alone);
    }
    Ok(items)
}
