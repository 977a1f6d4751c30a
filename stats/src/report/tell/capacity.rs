//! Queues, Little's law, scaling and arrivals.

use super::words::p_value;
use crate::capacity::{Little, Queue, Recurrence, RecurrenceVerdict, Scaling};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate};
use crate::figure::{Axis, Direction, Figure, Mark, Role, Shape};
use crate::report::{Block, Column, Section, Standing, Table};
use crate::unit::Unit;

/// Named numbers, one row each.
fn table(title: &str, rows: &[(&str, &Estimate)]) -> Table {
    let mut table = Table::new(title, vec![Column::text("quantity"), Column::estimate("value")]);
    table.rows = rows.iter().map(|(name, e)| vec![(*name).into(), (*e).clone().into()]).collect();
    table
}

/// All numbers of a queue under the model's name; `note` says where the parameters are from.
pub fn queue_section(queue: &Queue, note: Option<&str>) -> Section {
    let mut rows = vec![
        ("utilisation", &queue.utilisation),
        ("chance to wait", &queue.wait_probability),
        ("mean wait", &queue.wait_s),
        ("mean response", &queue.response_s),
        ("waiting", &queue.waiting),
        ("in the system", &queue.in_system),
    ];
    rows.extend(queue.wait_p99_s.iter().map(|p| ("p99 of the wait", p)));
    let busy = queue.utilisation.value;
    let text = format!(
        "At {} utilisation a request takes {} on average, of which it waits {}.",
        Unit::Ratio.show(busy),
        Unit::Second.show(queue.response_s.value),
        Unit::Second.show(queue.wait_s.value)
    );
    // what was measured is not known well enough to be called good
    let given = matches!(queue.utilisation.bound, Bound::Exact);
    let standing = if busy < 0.8 && given { Standing::Good } else { Standing::Depends };
    let mut section = Section::new(format!("Queue {}", queue.utilisation.method)).with(Block::Verdict {
        standing,
        text,
        evidence: Vec::new(),
    });
    section.blocks.extend(note.map(|n| Block::Text(n.to_owned())));
    if !queue.wait_s.caveats.is_empty() {
        section.blocks.push(Block::Warnings(queue.wait_s.caveats.clone()));
    }
    section.blocks.push(Block::Table(table("Steady state", &rows)));
    section.blocks.push(Block::Text(
        "A steady state of Poisson arrivals: bursts, retries and the time after a restart are not in it.".into(),
    ));
    section
}

/// Little's law, three rows.
pub fn little_section(little: &Little) -> Section {
    let rows = [
        ("arrivals", &little.arrival_per_s),
        ("time in the system", &little.time_s),
        ("number in the system", &little.in_system),
    ];
    let mut section = Section::new("Little's law").with(Block::Table(table("L = λ W", &rows)));
    if !little.in_system.caveats.is_empty() {
        section.blocks.push(Block::Warnings(little.in_system.caveats.clone()));
    }
    section
}

/// Whether arrivals are those of a Poisson process.
pub fn recurrence_section(title: &str, found: &Recurrence) -> Section {
    let p = found.p_value.map_or_else(String::new, |p| format!(" ({})", p_value(p, None)));
    let (standing, text) = match &found.verdict {
        RecurrenceVerdict::Clustered => {
            (Standing::Depends, format!("Arrivals are clustered, or their rate changes{p}."))
        }
        RecurrenceVerdict::Regular => (Standing::Depends, format!("Arrivals are more regular than by chance{p}.")),
        RecurrenceVerdict::PoissonNotRejected => {
            (Standing::Unknown, format!("Nothing speaks against Poisson arrivals{p}, which is no proof of them."))
        }
        RecurrenceVerdict::NoVerdict { why } => (Standing::Unknown, format!("No verdict on the arrivals: {why}.")),
    };
    let mut rows = vec![("rate", &found.rate_per_s)];
    rows.extend(found.dispersion.iter().map(|e| ("dispersion of counts", e)));
    rows.extend(found.interval_cv2.iter().map(|e| ("cv² of intervals", e)));
    Section::new(format!("Arrivals of {title}"))
        .with(Block::Verdict { standing, text, evidence: Vec::new() })
        .with(Block::Table(table("Held against a Poisson process", &rows)))
}

/// Parameters, peak and figure of a fitted law.
pub fn scaling_section(title: &str, points: &[(f64, f64)], fit: &Scaling, unit: &Unit) -> Section {
    let mut rows = vec![("throughput of size 1", &fit.single), ("contention σ", &fit.contention)];
    rows.extend(fit.coherency.iter().map(|e| ("coherency κ", e)));
    rows.extend(fit.peak_size.iter().map(|e| ("size at the peak", e)));
    rows.extend(fit.peak_throughput.iter().map(|e| ("highest throughput", e)));
    rows.push(("residual deviation", &fit.residual_sd));
    let text = match (&fit.peak_size, &fit.peak_throughput) {
        (Some(size), Some(most)) => format!("Throughput peaks at size {} with {}.", size.short(), most.short()),
        (None, Some(most)) => format!("Throughput rises towards {} and never beyond.", most.short()),
        _ => "The fit has no highest throughput.".to_owned(),
    };
    let caveats: Vec<String> =
        rows.iter().flat_map(|(name, e)| e.caveats.iter().map(move |c| format!("{name}: {c}"))).collect();
    let mut section = Section::new(format!("Scaling of {title}"))
        .with(Block::Verdict { standing: Standing::Depends, text, evidence: Vec::new() })
        .with(Block::Table(table(&fit.single.method.to_string(), &rows)));
    if !caveats.is_empty() {
        section.blocks.push(Block::Warnings(caveats));
    }
    if let Ok(figure) = scaling_figure(title, points, fit, unit) {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

/// Throughput over size: what was measured, the law, and its peak where that is in sight.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without points.
pub fn scaling_figure(title: &str, points: &[(f64, f64)], fit: &Scaling, unit: &Unit) -> Result<Figure> {
    let largest = points.iter().map(|p| p.0).fold(0.0, f64::max);
    if points.is_empty() || !largest.is_finite() {
        return Err(Error::empty("no point to draw"));
    }
    let reach = largest * 1.25;
    let curve = (0..=100).map(|i| 1.0 + (reach - 1.0) * f64::from(i) / 100.0).map(|n| (n, fit.throughput(n))).collect();
    let mut figure = Figure::new(
        format!("Throughput of {title} by size"),
        Axis::new("size", Unit::None),
        Axis::new("throughput", unit.clone()),
    );
    figure.marks.push(Mark::new("fitted law", Role::Series(1), Shape::Line { points: curve }));
    figure.marks.push(Mark::new("measured", Role::Truth, Shape::Points { points: points.to_vec() }));
    if let Some(peak) = fit.peak_size.as_ref().filter(|p| p.value <= reach) {
        let shape = Shape::Rule { at: peak.value, direction: Direction::Vertical };
        figure.marks.push(Mark::new("peak", Role::Limit, shape));
    }
    figure.caption = format!("{}.", fit.single.provenance());
    Ok(figure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::capacity::{mmc, recurrence, usl};
    use crate::time::{Span, Timestamp, Window};

    #[test]
    fn a_queue_of_measured_numbers_is_not_called_good() {
        let hour = Window::new(Timestamp(0), Span::HOUR).unwrap();
        let given = mmc(2.0, 0.1, 1).unwrap();
        let standing = |queue: &Queue| match queue_section(queue, None).blocks.remove(0) {
            Block::Verdict { standing, .. } => standing,
            _ => panic!(),
        };
        assert_eq!(standing(&given), Standing::Good);
        let measured = given.measured(7200, hour, Some("the arrivals are clustered"));
        assert_eq!(standing(&measured), Standing::Depends);
        let told = queue_section(&measured, None).blocks;
        assert!(told.iter().any(|b| matches!(b, Block::Warnings(w) if w == &["the arrivals are clustered"])));
    }

    #[test]
    fn numbers_become_sentences() {
        let Block::Verdict { text, .. } = queue_section(&mmc(8.0, 0.1, 1).unwrap(), None).blocks.remove(0) else {
            panic!()
        };
        assert_eq!(text, "At 80 % utilisation a request takes 500 ms on average, of which it waits 400 ms.");
        let law = |n: f64| 50.0 * n / (1.0 + 0.05 * (n - 1.0) + 0.001 * n * (n - 1.0));
        let points: Vec<(f64, f64)> = [1.0, 4.0, 8.0, 16.0, 32.0, 64.0].iter().map(|n| (*n, law(*n))).collect();
        let fit = usl(&points, 0.95, &Unit::None).unwrap();
        assert!((fit.throughput(16.0) - law(16.0)).abs() < 1e-6);
        let section = scaling_section("api", &points, &fit, &Unit::None);
        assert!(
            matches!(&section.blocks[0], Block::Verdict { text, .. } if text.starts_with("Throughput peaks at size 30.8"))
        );
        let Some(Block::Figure(figure)) = section.blocks.last() else { panic!() };
        assert!(figure.marks.iter().any(|m| m.name == "peak"));
        let hour = Window::new(Timestamp(0), Span::HOUR).unwrap();
        let Block::Verdict { text, .. } =
            recurrence_section("x", &recurrence(&[1, 2], hour, 0.95).unwrap()).blocks.remove(0)
        else {
            panic!()
        };
        assert!(text.starts_with("No verdict on the arrivals: 2 arrivals"), "{text}");
    }
}
