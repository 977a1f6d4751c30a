//! Ticks on the nines of a probability: p0, p50, p90, p99, p99.9.

use super::Tick;
use crate::quantile::Quantile;

/// Ticks in `[from, to]`, both counts of nines.
pub(crate) fn nines((from, to): (f64, f64), target: usize) -> Vec<Tick> {
    let (from, to) = (from.max(0.0), to.min(300.0));
    let every = (((to - from) / target as f64).ceil() as i32).max(1);
    let dense = (to - from) * 3.0 <= target as f64 * 2.0;
    let mut ticks = Vec::new();
    for whole in (0..=(to.ceil().max(0.0) as i32)).filter(|whole| whole % every == 0) {
        for (complement, major) in [(1.0, true), (0.5, whole == 0), (0.25, false)] {
            // p50 is the one quantile between the nines that everybody reads; 75, 95 and so on are minor
            let (complement, keep) = match (whole, complement) {
                (0, c) => (c, true),
                (_, c) => (c, c != 0.25),
            };
            let complement: f64 = format!("{complement}e-{whole}").parse().unwrap_or(f64::NAN);
            let value = (-complement.log10()).max(0.0);
            if !keep || value < from || value > to {
                continue;
            }
            let label = if major || (dense && every == 1) { label(complement) } else { String::new() };
            ticks.push(Tick { value, label, major });
        }
    }
    ticks
}

/// The quantile at a count of nines, as `p99.9`.
pub(crate) fn nines_label(nines: f64) -> String {
    let complement = 10.0_f64.powf(-nines);
    // the power is right to 15 digits: 12 of them are those of the quantile it came from
    label(format!("{complement:.11e}").parse().unwrap_or(complement))
}

fn label(complement: f64) -> String {
    Quantile::from_complement(complement).map_or_else(|_| String::new(), |q| q.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nines_are_where_the_quantiles_are() {
        let ticks = nines((0.0, 5.0), 8);
        let majors: Vec<&str> = ticks.iter().filter(|t| t.major).map(|t| t.label.as_str()).collect();
        assert_eq!(majors, ["p0", "p50", "p90", "p99", "p99.9", "p99.99", "p99.999"]);
        for tick in &ticks {
            if !tick.label.is_empty() {
                let quantile: Quantile = tick.label.parse().unwrap();
                assert!((quantile.nines() - tick.value).abs() < 1e-12, "{tick:?}");
            }
        }
    }

    #[test]
    fn labels_of_nines_are_the_quantiles_they_came_from() {
        for told in ["p50", "p75", "p90", "p95", "p97.5", "p99", "p99.5", "p99.9", "p99.95", "p99.99", "p99.999"] {
            let quantile: Quantile = told.parse().unwrap();
            assert_eq!(nines_label(quantile.nines()), told);
        }
    }

    #[test]
    fn p95_is_minor() {
        let ticks = nines((0.0, 3.0), 12);
        assert!(ticks.iter().any(|t| t.label == "p95" && !t.major), "{ticks:?}");
        assert!(ticks.iter().any(|t| t.label == "p75" && !t.major));
    }
}
