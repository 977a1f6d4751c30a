//! Many metrics, many tests: p-values corrected for looking more than once.

/// Holm's adjusted p-values, in the order given: those at or below α are differences, and the chance of any false one among them is
/// at most α, whatever the dependence of the tests.
///
/// NaN counts as a test that said nothing: it stays NaN and is not counted. Values are kept within [0, 1]. Not where hundreds of metrics
/// are only sifted and a few false ones do no harm: [`benjamini_hochberg`] finds more there.
///
/// Source: S. Holm, Scand. J. Stat. 6 (1979).
///
/// ```
/// use sre_stats::compare::holm;
/// assert_eq!(holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
/// ```
pub fn holm(p: &[f64]) -> Vec<f64> {
    adjusted(p, |sorted| {
        let m = sorted.len();
        let mut largest = 0.0f64;
        for (i, value) in sorted.iter_mut().enumerate() {
            largest = largest.max((m - i) as f64 * *value);
            *value = largest;
        }
    })
}

/// Benjamini and Hochberg's adjusted p-values, in the order given: of those at or below α, a share of at most α is expected to be
/// false, where the tests are independent or positively dependent.
///
/// More is found than by [`holm`], at the price of some false ones: for a first look over hundreds of metrics, not for a gate.
/// NaN as there.
///
/// Source: Y. Benjamini and Y. Hochberg, J. R. Stat. Soc. B 57 (1995).
///
/// ```
/// use sre_stats::compare::benjamini_hochberg;
/// assert_eq!(benjamini_hochberg(&[0.01, 0.04, 0.03]), [0.03, 0.04, 0.04]);
/// ```
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    adjusted(p, |sorted| {
        let m = sorted.len();
        let mut smallest = 1.0f64;
        for (i, value) in sorted.iter_mut().enumerate().rev() {
            smallest = smallest.min(m as f64 * *value / (i + 1) as f64);
            *value = smallest;
        }
    })
}

/// Applies a correction to the values sorted ascending and puts them back.
fn adjusted(p: &[f64], correct: impl Fn(&mut [f64])) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|i| !p[*i].is_nan()).collect();
    order.sort_by(|i, j| p[*i].total_cmp(&p[*j]));
    let mut sorted: Vec<f64> = order.iter().map(|i| p[*i].clamp(0.0, 1.0)).collect();
    correct(&mut sorted);
    let mut out = vec![f64::NAN; p.len()];
    for (i, value) in order.into_iter().zip(sorted) {
        out[i] = value.min(1.0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Benjamini and Hochberg (1995), section 3.2: 15 p-values of a study of myocardial infarction; at 0.05 Bonferroni's and
    /// Holm's way reject 3 and theirs 4.
    #[test]
    fn the_published_example() {
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.000,
        ];
        assert_eq!(holm(&p).iter().filter(|p| **p <= 0.05).count(), 3);
        assert_eq!(benjamini_hochberg(&p).iter().filter(|p| **p <= 0.05).count(), 4);
    }

    #[test]
    fn silence_is_not_counted() {
        let got = holm(&[f64::NAN, 0.02, 0.9]);
        assert!(got[0].is_nan() && got[1] == 0.04 && got[2] == 0.9, "{got:?}");
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
