//! Kendall's score of pairs of values, in n log n.

use super::inversions::sort_counting;

/// What is counted over all pairs of two samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Concordance {
    /// Concordant minus discordant pairs.
    pub(crate) s: f64,
    /// Pairs tied in the first sample, in the second, and all pairs.
    pub(crate) tied_x: f64,
    pub(crate) tied_y: f64,
    pub(crate) pairs: f64,
}

/// Knight's method (1966): sort by x, then count the inversions of y. The samples are finite and of equal length.
pub(crate) fn concordance(x: &[f64], y: &[f64]) -> Concordance {
    let n = x.len().min(y.len());
    let mut both: Vec<(f64, f64)> = x.iter().map(|v| v + 0.0).zip(y.iter().map(|v| v + 0.0)).collect();
    both.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let pairs_of = |count: usize| (count * count.saturating_sub(1) / 2) as f64;
    let tied_x: f64 = both.chunk_by(|a, b| a.0 == b.0).map(|run| pairs_of(run.len())).sum();
    let tied_both: f64 = both.chunk_by(|a, b| a == b).map(|run| pairs_of(run.len())).sum();
    let mut second: Vec<f64> = both.iter().map(|p| p.1).collect();
    // ties in x are sorted by y, so they add no inversion
    let discordant = sort_counting(&mut second) as f64;
    let tied_y: f64 = second.chunk_by(|a, b| a == b).map(|run| pairs_of(run.len())).sum();
    let pairs = pairs_of(n);
    Concordance { s: pairs - tied_x - tied_y + tied_both - 2.0 * discordant, tied_x, tied_y, pairs }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_score_is_that_of_all_pairs(v in prop::collection::vec((0..9i32, 0..9i32), 0..60)) {
            let (x, y): (Vec<f64>, Vec<f64>) = v.iter().map(|&(a, b)| (f64::from(a), f64::from(b))).unzip();
            let mut s = 0;
            for j in 0..v.len() {
                for i in 0..j {
                    s += (v[j].0 - v[i].0).signum() * (v[j].1 - v[i].1).signum();
                }
            }
            prop_assert_eq!(concordance(&x, &y).s, f64::from(s));
        }
    }
}
