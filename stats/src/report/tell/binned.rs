//! Histograms held against an objective: how many values of each window pass a limit, as far as the bins tell.
//!
//! A limit at an edge of the bins cuts none of them, and the counts are those of the values. One between two edges cuts a bin, whose values
//! may lie on either side: then there are two answers, with all of them bad and with all of them good, and the truth lies between.

use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate};
use crate::histogram::{Bin, Closed, Sketch};
use crate::load::Histograms;
use crate::slo::{Counts, Criterion, Objective, Options, SloInput, SloReport, evaluate};
use crate::time::Span;
use crate::window::{Comparison, Condition};

/// The windows of a series as counts of all and of bad values, from one side.
#[derive(Clone, Debug)]
pub(super) struct Binned {
    /// The counts.
    pub(super) counts: Counts,
    /// The objective as it is asked of counts.
    pub(super) objective: Objective,
    /// What is taken of the values that the limit cuts, where there are any.
    pub(super) side: Option<Side>,
}

/// What the values of bins that are cut by the limit are taken for.
#[derive(Clone, Debug)]
pub(super) struct Side {
    /// Whether they are bad.
    pub(super) bad: bool,
    /// How many they are.
    pub(super) cut: u64,
    /// The counts of the other side.
    other: Counts,
}

/// The counts of a series' windows under an objective: one, or two where the limit cuts bins, the worse first.
///
/// # Errors
/// Why it cannot be told, as a sentence's end.
pub(super) fn binned(histograms: &Histograms, objective: &Objective) -> Result<Vec<Binned>, String> {
    let (condition, criterion) = match objective.effective_criterion() {
        Criterion::Value(c) => (c, Criterion::Ok),
        // nearest-rank percentiles under an upper limit and shares of good values are the same rule
        Criterion::Percentile(q, c) if c.comparison.is_upper() => (c, Criterion::Ratio(q)),
        Criterion::Percentile(..) => {
            return Err("a percentile above a lower limit needs the values, and it holds histograms".to_owned());
        }
        Criterion::Mean(_) => {
            return Err("a mean needs the values, and it holds histograms; ask for a percentile".to_owned());
        }
        Criterion::Ok | Criterion::Up | Criterion::Ratio(_) => {
            return Err(
                "it holds histograms of values, which do not say what was good; give a condition such as “< 300ms”"
                    .to_owned(),
            );
        }
    };
    let condition = super::fit::converted(&condition, &histograms.identity().unit)?;
    let width = width_of(histograms).map_err(|e| e.to_string())?;
    let mut rows = Vec::with_capacity(histograms.windows().len());
    let mut cut = 0_u64;
    for (window, sketch) in histograms.windows() {
        let bins = sketch.bins().ok_or_else(|| format!("the layout {} has no bins to count", sketch.schema()))?;
        let (mut total, mut bad, mut unsure) = (0_u64, 0_u64, 0_u64);
        for bin in &bins {
            total += bin.count;
            match passes(bin, &condition) {
                Some(true) => {}
                Some(false) => bad += bin.count,
                None => unsure += bin.count,
            }
        }
        cut += unsure;
        rows.push((window.start.0, total, bad, unsure));
    }
    let counts = |bad_too: bool| {
        let rows: Vec<(i64, u64, u64)> =
            rows.iter().map(|&(t, n, bad, unsure)| (t, n, bad + if bad_too { unsure } else { 0 })).collect();
        Counts::from_rows(histograms.identity().clone(), &rows, width).map_err(|e| e.to_string())
    };
    let objective = Objective { criterion: Some(criterion), ..objective.clone() };
    let (worse, better) = (counts(true)?, counts(false)?);
    if cut == 0 {
        return Ok(vec![Binned { counts: worse, objective, side: None }]);
    }
    let side = |counts: &Counts, other: &Counts, bad| Binned {
        counts: counts.clone(),
        objective: objective.clone(),
        side: Some(Side { bad, cut, other: other.clone() }),
    };
    Ok(vec![side(&worse, &better, true), side(&better, &worse, false)])
}

impl Binned {
    /// What the counts say of the objective that was asked for; the service level is bounded by both sides.
    pub(super) fn evaluate(&self, asked: &Objective, options: &Options) -> Result<SloReport> {
        let mut report = evaluate(&self.objective, SloInput::Counts(&self.counts), options)?;
        if let Some(side) = &self.side {
            let other = evaluate(&self.objective, SloInput::Counts(&side.other), options)?;
            let between = |own: &mut Option<Estimate>, other: Option<Estimate>| {
                if let (Some(told), Some(other)) = (own.take(), other) {
                    let bound =
                        Bound::Guaranteed { lower: told.value.min(other.value), upper: told.value.max(other.value) };
                    *own = Some(told.with_bound(bound));
                }
            };
            let (own, other) = (&mut report.methods, other.methods);
            between(&mut own.occurrences, other.occurrences);
            between(&mut own.time_slices, other.time_slices);
            between(&mut own.ratio_slices, other.ratio_slices);
            between(&mut own.mean_of_ratios, other.mean_of_ratios);
            own.mean_hides = None;
            report.caveats.push(side.says());
        }
        report.objective = asked.clone();
        Ok(report)
    }
}

impl Side {
    /// What was taken, in a sentence.
    pub(super) fn says(&self) -> String {
        let taken = if self.bad { "bad: no answer can be worse" } else { "good: no answer can be better" };
        format!(
            "the limit lies inside a bin: {} in bins that it cuts are all taken as {taken}",
            crate::words::counted(self.cut, "value")
        )
    }
}

/// The width of the windows, which must all have the same.
pub(super) fn width_of(histograms: &Histograms) -> Result<Span> {
    let mut widths = histograms.windows().iter().map(|(w, _)| w.width);
    let first = widths.next().ok_or_else(|| Error::empty("there is no histogram"))?;
    match widths.find(|w| *w != first) {
        None => Ok(first),
        Some(other) => {
            Err(Error::mismatch(format!("“{}” has windows of {first} and of {other}", histograms.identity().title()))
                .hint("choose those of one width with --from and --to"))
        }
    }
}

/// Whether all values of a bin pass a condition, none does, or some may.
fn passes(bin: &Bin, condition: &Condition) -> Option<bool> {
    let limit = condition.limit;
    let (lower_in, upper_in) =
        (matches!(bin.closed, Closed::Lower | Closed::Both), matches!(bin.closed, Closed::Upper | Closed::Both));
    // all values below, at or below the limit; none of them
    let all_less = bin.upper < limit || (bin.upper == limit && !upper_in);
    let none_less = bin.lower >= limit;
    let all_at_most = bin.upper <= limit;
    let none_at_most = bin.lower > limit || (bin.lower == limit && !lower_in);
    let told = |all: bool, none: bool| {
        if all {
            Some(true)
        } else if none {
            Some(false)
        } else {
            None
        }
    };
    match condition.comparison {
        Comparison::Less => told(all_less, none_less),
        Comparison::LessOrEqual => told(all_at_most, none_at_most),
        Comparison::Greater => told(none_at_most, all_at_most),
        Comparison::GreaterOrEqual => told(none_less, all_less),
        Comparison::Equal => told(false, all_less || none_at_most),
        Comparison::NotEqual => told(all_less || none_at_most, false),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::histogram::{AnySketch, Explicit, Exponential, LogLinear};
    use crate::series::Identity;
    use crate::time::{Timestamp, Window};
    use crate::unit::Unit;
    use proptest::prelude::*;

    fn histograms(sketch: fn(&[f64]) -> AnySketch, values: &[Vec<f64>]) -> Histograms {
        let window = |i: usize| Window::new(Timestamp(i as i64 * Span::MINUTE.0), Span::MINUTE).unwrap();
        let windows = values.iter().enumerate().map(|(i, v)| (window(i), sketch(v))).collect();
        Histograms::new(Identity::new("latency", Unit::Second), windows).unwrap()
    }

    const LAYOUTS: [fn(&[f64]) -> AnySketch; 3] = [
        |v| AnySketch::LogLinear(LogLinear::from_values(v)),
        |v| AnySketch::Exponential(Box::new(Exponential::from_values(2, v).unwrap())),
        |v| {
            let mut h = Explicit::new(&[0.1, 0.25, 0.5, 1.0]).unwrap();
            v.iter().for_each(|v| h.insert(*v));
            AnySketch::Explicit(Box::new(h))
        },
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        /// The counts of both sides hold the count of the values; at an edge, and only there, they are one.
        #[test]
        fn the_truth_lies_between_both_sides(
            values in proptest::collection::vec(proptest::collection::vec((1..200_u32).prop_map(|v| f64::from(v) / 100.0), 1..20), 1..6),
            limit in prop_oneof![Just(0.1), Just(0.25), Just(0.5), Just(1.0), Just(0.123), Just(0.777)],
            sign in 0..4_usize,
        ) {
            let sign = ["<", "<=", ">", ">="][sign];
            let objective: Objective = format!("99% of requests {sign} {limit}s over 1h").parse().unwrap();
            let condition = objective.condition().unwrap().converted(&Unit::Second).unwrap();
            for sketch in LAYOUTS {
                let found = binned(&histograms(sketch, &values), &objective).unwrap();
                for (i, window) in values.iter().enumerate() {
                    let bad = window.iter().filter(|v| !condition.holds(**v)).count() as u64;
                    let of = |b: &Binned| b.counts.bad()[i];
                    prop_assert_eq!(found[0].counts.total()[i], window.len() as u64);
                    match found.as_slice() {
                        [exact] => prop_assert_eq!(of(exact), bad),
                        [worse, better] => prop_assert!(of(better) <= bad && bad <= of(worse)),
                        _ => prop_assert!(false),
                    }
                }
            }
        }
    }

    #[test]
    fn a_limit_at_an_edge_is_exact_and_what_needs_values_is_refused() {
        let values = [vec![0.1, 0.3, 0.299], vec![0.31, 0.2]];
        let of = |text: &str| binned(&histograms(LAYOUTS[0], &values), &text.parse().unwrap());
        let exact = of("99% of requests < 300ms over 1h").unwrap();
        assert_eq!((exact.len(), exact[0].counts.bad()), (1, &[1, 1][..]));
        // a value at the edge is in the bin that begins there, with others that are greater
        assert_eq!(of("99% of requests <= 300ms over 1h").unwrap().len(), 2);
        for (text, why) in [
            ("99% of requests ok over 1h", "< 300ms"),
            ("99% of 1m slices have mean < 1s over 1h", "percentile"),
            ("99% of 1m slices have p99 > 1s over 1h", "needs the values"),
            ("99% of requests < 3kB over 1h", "does not compare"),
        ] {
            let refused = of(text).unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
        let slices = of("99% of 1m slices have p90 < 300ms over 1h").unwrap();
        let report =
            slices[0].evaluate(&"99% of 1m slices have p90 < 300ms over 1h".parse().unwrap(), &Options::default());
        // in both minutes more than a tenth is slow
        assert_eq!(report.unwrap().methods.time_slices.unwrap().value, 0.0);
    }
}
