//! A canary gate that may be looked at after every batch: its rate of false stops holds over all looks together.

use super::cliff::check_level;
use super::proportions::Counts;
use crate::error::{Error, Result};

/// What a gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum GateVerdict {
    /// The canary's error ratio was shown to be above the baseline's: stop.
    Stop,
    /// Not shown so far; going on is allowed at any time, and so is ending.
    Continue,
}

/// A sequential test of “the canary has no more errors than the baseline”, looked at as often as one likes.
///
/// For every batch it multiplies an e-variable: the likelihood of the batch under two different ratios, chosen before it from the
/// past, over that under their common mixture (Turner, Ly and Grünwald, 2024). Its expectation is at most 1 whenever both ratios are
/// equal, whatever they are and however the batches are sized, so that by Ville's inequality the chance that the product *ever*
/// reaches 1/α is at most α. Several rate ratios, 1.1 to 30, are bet on at once, and their mean counts; the bets only gain where
/// the canary is worse, and a canary that is better stops nothing.
///
/// Assumes that requests fail independently given the ratio of their batch, and that both arms of a batch are drawn from the same
/// traffic: a baseline that runs elsewhere or earlier breaks it, and so do bursts, in which one cause counts as many failures
/// (count incidents then). The ratio may change from batch to batch as long as it is the same in both arms. For a single look
/// [`two_proportions`](super::two_proportions()) needs fewer requests.
///
/// ```
/// use sre_stats::compare::{CanaryGate, Counts, GateVerdict};
/// let mut gate = CanaryGate::new(0.95)?;
/// let baseline = Counts { hits: 10, total: 1000 };
/// let canary = Counts { hits: 60, total: 1000 };
/// gate.observe(baseline, canary)?;
/// gate.observe(baseline, canary)?;
/// assert_eq!(gate.verdict(), GateVerdict::Stop);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Sources: R. J. Turner, A. Ly and P. D. Grünwald, “Generic E-variables for exact sequential k-sample tests that allow for
/// optional stopping”, J. Stat. Plan. Inference 230 (2024); J. Ville, “Étude critique de la notion de collectif” (1939).
#[derive(Clone, Debug, PartialEq)]
pub struct CanaryGate {
    level: f64,
    /// ln of the product of e-variables, one for each ratio bet on.
    ln_e: [f64; RATIOS.len()],
    baseline: Counts,
    canary: Counts,
    looks: u64,
    highest: f64,
}

/// Canary over baseline: the ratios of errors that are bet on.
const RATIOS: [f64; 8] = [1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0];

impl CanaryGate {
    /// A gate whose chance of ever stopping a canary that is no worse is at most 1 − `level`.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for a level outside (0, 1).
    pub fn new(level: f64) -> Result<Self> {
        check_level(level)?;
        let none = Counts { hits: 0, total: 0 };
        Ok(Self { level, ln_e: [0.0; RATIOS.len()], baseline: none, canary: none, looks: 0, highest: 0.0 })
    }

    /// Takes in one batch of both arms: `hits` are errors. The batch itself may be of any size, chosen without looking at its errors.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where there are more errors than requests.
    pub fn observe(&mut self, baseline: Counts, canary: Counts) -> Result<GateVerdict> {
        for counts in [baseline, canary] {
            if counts.hits > counts.total {
                return Err(Error::argument(format!("{} errors of {} requests", counts.hits, counts.total)));
            }
        }
        self.looks += 1;
        if baseline.total > 0 && canary.total > 0 {
            // from the past alone; before any, a guess of 1 %, which costs power and never the level
            let past = self.baseline.hits as f64 + self.canary.hits as f64 + PRIOR * GUESS;
            let (of_base, of_canary) = (self.baseline.total as f64 + PRIOR, self.canary.total as f64);
            for (ln_e, ratio) in self.ln_e.iter_mut().zip(RATIOS) {
                // under the bet the canary's requests count for as many errors more
                let p = (past / (of_base + ratio * of_canary)).clamp(1e-9, 0.5);
                let odds = ratio * p / (1.0 - p);
                let q = (odds / (1.0 + odds)).clamp(p, 1.0 - 1e-9);
                *ln_e += ln_e_variable(baseline, canary, p, q);
            }
        }
        let add = |to: &mut Counts, more: Counts| {
            to.hits = to.hits.saturating_add(more.hits);
            to.total = to.total.saturating_add(more.total);
        };
        add(&mut self.baseline, baseline);
        add(&mut self.canary, canary);
        self.highest = self.highest.max(self.ln_evidence());
        Ok(self.verdict())
    }

    /// ln of the evidence: the mean of the products over the ratios bet on.
    pub fn ln_evidence(&self) -> f64 {
        let top = self.ln_e.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        top + (self.ln_e.iter().map(|e| (e - top).exp()).sum::<f64>() / RATIOS.len() as f64).ln()
    }

    /// The always-valid p-value: 1 over the highest evidence so far, at most 1. It may be read at any time.
    pub fn p_value(&self) -> f64 {
        (-self.highest).exp().min(1.0)
    }

    /// Whether the gate has stopped. Once it has, it stays so.
    pub fn verdict(&self) -> GateVerdict {
        if self.highest >= -(1.0 - self.level).ln() { GateVerdict::Stop } else { GateVerdict::Continue }
    }

    /// What was counted so far: baseline and canary.
    pub fn counts(&self) -> (Counts, Counts) {
        (self.baseline, self.canary)
    }

    /// How often it was looked at.
    pub fn looks(&self) -> u64 {
        self.looks
    }
}

/// The weight of the first guess, in requests.
const PRIOR: f64 = 20.0;
/// The first guess of the ratio of errors.
const GUESS: f64 = 0.01;

/// ln of the likelihood under (p, q) over that under their mixture in the proportion of this batch.
fn ln_e_variable(baseline: Counts, canary: Counts, p: f64, q: f64) -> f64 {
    let (n, m) = (baseline.total as f64, canary.total as f64);
    let common = (n * p + m * q) / (n + m);
    let part = |counts: Counts, ratio: f64| {
        let hits = counts.hits as f64;
        hits * (ratio / common).ln() + (counts.total as f64 - hits) * ((1.0 - ratio) / (1.0 - common)).ln()
    };
    part(baseline, p) + part(canary, q)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    /// The expectation of one e-variable, summed over all outcomes, is at most 1 for every common ratio.
    #[test]
    fn the_e_variable_is_one() {
        let choose = |n: u64, k: u64| (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product::<f64>();
        for (n, m, p, q) in [(1, 1, 0.01, 0.1), (5, 3, 0.2, 0.5), (2, 9, 0.001, 0.9), (8, 1, 0.3, 0.31)] {
            for truth in [0.001, 0.05, 0.2, 0.5, 0.9] {
                let mut sum = 0.0;
                for x in 0..=n {
                    for y in 0..=m {
                        let chance = choose(n, x)
                            * choose(m, y)
                            * f64::powi(truth, (x + y) as i32)
                            * f64::powi(1.0 - truth, (n + m - x - y) as i32);
                        let e = ln_e_variable(Counts { hits: x, total: n }, Counts { hits: y, total: m }, p, q);
                        sum += chance * e.exp();
                    }
                }
                assert!(sum <= 1.0 + 1e-12, "{n} {m} {p} {q} {truth}: {sum}");
            }
        }
    }

    fn stops(canary_ratio: f64, seed: u64, runs: u32) -> (u32, u64) {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let (mut stopped, mut looks) = (0, 0);
        for _ in 0..runs {
            let mut gate = CanaryGate::new(0.95).unwrap();
            for _ in 0..100 {
                let mut draw = |total: u64, ratio: f64| Counts {
                    hits: (0..total).filter(|_| random.random_range(0.0..1.0) < ratio).count() as u64,
                    total,
                };
                let (baseline, canary) = (draw(180, 0.02), draw(20, canary_ratio));
                if gate.observe(baseline, canary).unwrap() == GateVerdict::Stop {
                    break;
                }
            }
            if gate.verdict() == GateVerdict::Stop {
                stopped += 1;
                looks += gate.looks();
            }
        }
        (stopped, looks / u64::from(stopped.max(1)))
    }

    #[test]
    fn a_hundred_looks_stop_few_that_are_equal_and_most_that_are_worse() {
        let (false_stops, _) = stops(0.02, 1, 400);
        assert!(false_stops <= 20, "{false_stops} of 400 at 5 %");
        assert_eq!(stops(0.01, 2, 200).0, 0, "a better canary");
        let (found, looks) = stops(0.08, 3, 100);
        assert!(found >= 95 && looks < 50, "{found} of 100 after {looks} looks");
    }
}
