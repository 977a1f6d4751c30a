//! Ranks of two samples in their union, with ties at their mean rank.

/// The ranks of two samples in the union of both.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ranks {
    /// Of the first sample, in its order.
    pub(crate) a: Vec<f64>,
    /// Of the second sample, in its order.
    pub(crate) b: Vec<f64>,
    /// Σ (t³ − t) over the groups of t equal values.
    pub(crate) ties: f64,
}

impl Ranks {
    /// Ranks finite values in n log n.
    pub(crate) fn new(a: &[f64], b: &[f64]) -> Self {
        let mut sorted: Vec<(f64, usize)> = a.iter().chain(b).copied().zip(0..).collect();
        // −0 and 0 are equal values
        sorted.sort_unstable_by(|x, y| (x.0 + 0.0).total_cmp(&(y.0 + 0.0)));
        let mut all = vec![0.0; sorted.len()];
        let (mut ties, mut start) = (0.0, 0);
        while start < sorted.len() {
            let value = sorted[start].0;
            let count = sorted[start..].iter().take_while(|s| s.0 == value).count();
            let rank = start as f64 + f64::midpoint(count as f64, 1.0);
            for (_, i) in &sorted[start..start + count] {
                all[*i] = rank;
            }
            let t = count as f64;
            ties += t * (t * t - 1.0);
            start += count;
        }
        let b = all.split_off(a.len());
        Self { a: all, b, ties }
    }

    /// The number of pairs in which b is above a, a tie counting half.
    pub(crate) fn pairs_above(&self) -> f64 {
        let n = self.b.len() as f64;
        // half ranks add up without rounding below 2⁵² of them
        self.b.iter().sum::<f64>() - n * (n + 1.0) / 2.0
    }

    /// The variance of that number where both samples are independent draws of one distribution.
    pub(crate) fn variance(&self) -> f64 {
        let (m, n) = (self.a.len() as f64, self.b.len() as f64);
        let all = m + n;
        m * n / 12.0 * ((all + 1.0) - self.ties / (all * (all - 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_mean_rank() {
        let ranks = Ranks::new(&[1.0, 2.0, 2.0], &[2.0, 3.0]);
        assert_eq!((ranks.a.as_slice(), ranks.b.as_slice(), ranks.ties), (&[1.0, 3.0, 3.0][..], &[3.0, 5.0][..], 24.0));
        // pairs with b above a: 2 > 1 and half of two ties, and 3 above all
        assert_eq!(ranks.pairs_above(), 1.0 + 1.0 + 3.0);
    }
}
