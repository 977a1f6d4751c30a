//! Drawing at random, by a seed.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::quantile::random::SplitMix64;

/// `count` different positions below `n`, ascending: a simple random sample without replacement, in which every set of positions
/// has the same chance.
///
/// The same arguments give the same positions on every machine. Not for choosing blocks of a time series, which this tears apart.
///
/// Source: R. W. Floyd in J. Bentley, “Programming Pearls: A Sample of Brilliance”, Communications of the ACM 30 (1987).
///
/// ```
/// use sre_stats::describe::simple_random_sample;
/// let drawn = simple_random_sample(40_000, 400, 1)?;
/// assert_eq!(drawn.len(), 400);
/// assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]) && drawn[399] < 40_000);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where more are asked for than there are.
pub fn simple_random_sample(n: usize, count: usize, seed: u64) -> Result<Vec<usize>> {
    if count > n {
        return Err(Error::argument(format!("{count} of {n} cannot be drawn without replacement"))
            .hint(format!("draw {n} or fewer")));
    }
    let mut random = SplitMix64::new(seed);
    let mut drawn = BTreeSet::new();
    for last in n - count..n {
        let place = random.below(last + 1);
        if !drawn.insert(place) {
            drawn.insert(last);
        }
    }
    Ok(drawn.into_iter().collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_set_is_drawn_equally_often() {
        // 10 sets of 2 out of 5: chi-square with 9 degrees of freedom, 33.7 is its 99.99 % quantile
        let mut counts: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
        let draws = 20_000_u32;
        for seed in 0..u64::from(draws) {
            *counts.entry(simple_random_sample(5, 2, seed).unwrap()).or_default() += 1.0;
        }
        assert_eq!(counts.len(), 10);
        let expected = f64::from(draws) / 10.0;
        let chi_square: f64 = counts.values().map(|count| (count - expected).powi(2) / expected).sum();
        assert!(chi_square < 33.7, "{chi_square}");
    }

    #[test]
    fn the_ends_are_none_and_all() {
        assert!(simple_random_sample(7, 0, 3).unwrap().is_empty());
        assert_eq!(simple_random_sample(7, 7, 3).unwrap(), [0, 1, 2, 3, 4, 5, 6]);
        assert!(simple_random_sample(0, 0, 3).unwrap().is_empty());
        assert!(simple_random_sample(7, 8, 3).unwrap_err().to_string().contains("8 of 7"));
        assert_eq!(simple_random_sample(1000, 10, 5).unwrap(), simple_random_sample(1000, 10, 5).unwrap());
    }
}
