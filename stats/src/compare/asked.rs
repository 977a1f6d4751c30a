//! The tests that know of autocorrelation: the default one, the bootstrap of a quantile, equivalence.

use super::automatic::{Evidence, deviate, location, tail};
use super::bootstrap::{Blocks, BootstrapOptions, quantile_difference};
use super::comparison::Comparison;
use super::dependence::Dependence;
use super::equivalence::tost;
use super::question::{CompareOptions, Order};
use super::ranks::Ranks;
use super::rival::Rivals;
use super::sample::{Reason, Samples, Verdict};
use super::shift::{Pairs, with_reach};
use crate::error::Result;
use crate::estimate::{Bound, Estimate, Scope};
use crate::quantile::Quantile;
use crate::quantile::tails::{ln_above_student, ln_two_sided_student, two_sided_critical};

/// Location and tail together.
struct Told {
    /// Of both, by Holm's correction.
    ln_p: f64,
    /// The percentile of the tail, where there are values enough for it.
    tail: Option<Quantile>,
    /// Whether the tail is the surer of the two.
    by_tail: bool,
    /// The deviate of the surer one, as of independent values.
    deviate: f64,
    evidence: Vec<Evidence>,
}

/// All that the tests look at.
pub(super) struct Asked<'a> {
    pub(super) samples: &'a Samples,
    pub(super) ranks: &'a Ranks,
    pub(super) dependence: &'a Dependence,
    pub(super) scope: &'a Scope,
    pub(super) options: &'a CompareOptions,
}

impl Asked<'_> {
    fn alpha(&self) -> f64 {
        1.0 - self.options.level
    }

    /// Whether the samples are too close to random walks for a verdict.
    pub(super) fn walks(&self, found: &mut Comparison) -> bool {
        if self.dependence.walk {
            let Dependence { decay, worth, .. } = *self.dependence;
            found.verdict = Verdict::NoVerdict(Reason::Persistent { phi: decay, worth });
            // numbers that assume what was not shown are not told
            (found.statistic, found.p_value, found.ln_p, found.effect) = (None, None, None, None);
            found.evidence.clear();
        }
        self.dependence.walk
    }

    /// What was seen, as a reason.
    pub(super) fn seen(&self) -> String {
        match (self.options.order, self.dependence.inflation > 1.0) {
            (Order::Independent, _) => "the values are taken as independent".into(),
            (_, false) => "no positive autocorrelation within the samples: they are taken as independent".into(),
            _ => format!(
                "autocorrelation {:.2} within the samples{}: {} values are worth {:.0}",
                self.dependence.r1,
                if self.dependence.decay > self.dependence.r1 {
                    format!(", falling by the factor {:.3} from lag to lag", self.dependence.decay)
                } else {
                    String::new()
                },
                self.samples.a.len() + self.samples.b.len(),
                self.dependence.worth
            ),
        }
    }

    pub(super) fn decide(&self, found: &mut Comparison, ln_p: f64) {
        found.ln_p = Some(ln_p);
        found.p_value = Some(ln_p.exp());
        found.verdict = if ln_p <= self.alpha().ln() { Verdict::Differ } else { Verdict::NotShown };
    }

    pub(super) fn automatic(&self, found: &mut Comparison) -> Result<()> {
        found.reason = self.seen();
        let told = self.both()?;
        found.reason += "; location by ranks";
        found.reason += &match told.tail {
            None => ", the tail not tested: too few independent values".to_owned(),
            Some(q) => format!(", tail above the common {q}, Holm's correction for two tests"),
        };
        let decides = if told.by_tail { told.evidence.last() } else { told.evidence.first() };
        if let Some(part) = decides {
            found.test = part.test.clone();
            found.statistic = Some(part.statistic);
        }
        found.effect = Some(match told.tail.filter(|_| told.by_tail) {
            Some(q) => self.quantile(q)?,
            None => self.shift(self.dependence.inflation, self.dependence.degrees),
        });
        found.evidence = told.evidence;
        self.decide(found, told.ln_p);
        if self.walks(found) {
            return Ok(());
        }
        // Holm's factor where two tests were made
        let tests = if told.tail.is_some() { std::f64::consts::LN_2 } else { 0.0 };
        let (ln_p, fell) = self.against_wandering(found, told.ln_p, |factor, degrees| {
            (ln_two_sided_student(told.deviate / factor.sqrt(), degrees) + tests).min(0.0)
        });
        if let Some(rivals) = fell.filter(|_| !told.by_tail) {
            found.effect = Some(self.shift(rivals.inflation(), rivals.degrees));
        }
        (found.ln_p, found.p_value) = (Some(ln_p), Some(ln_p.exp()));
        Ok(())
    }

    /// Location and tail under the noise that was measured.
    fn both(&self) -> Result<Told> {
        let (a, b) = (&self.samples.a, &self.samples.b);
        let middle = location(a, b, self.ranks, self.dependence)?;
        let deviate = deviate(self.ranks);
        let Some((q, high)) = tail(a, b, self.dependence)? else {
            return Ok(Told { ln_p: middle.ln_p, tail: None, by_tail: false, deviate, evidence: vec![middle] });
        };
        let by_tail = high.ln_p < middle.ln_p;
        let deviate = if by_tail { high.statistic } else { deviate };
        // Holm: the smaller p twice, the larger as it is but not below that
        let ln_p = (high.ln_p.min(middle.ln_p) + std::f64::consts::LN_2).min(0.0);
        Ok(Told { ln_p, tail: Some(q), by_tail, deviate, evidence: vec![middle, high] })
    }

    /// A verdict stands where it holds on average over all noises that explain the samples, a slow process beneath white noise among
    /// them. `ln_p` takes a factor on the variance and the degrees of freedom; gives the greater of its mean and of the verdict's `own`,
    /// and the noises where the verdict fell.
    pub(super) fn against_wandering(
        &self,
        found: &mut Comparison,
        own: f64,
        ln_p: impl Fn(f64, f64) -> f64,
    ) -> (f64, Option<Rivals>) {
        let asked = self.options.order == Order::Time && matches!(found.verdict, Verdict::Differ | Verdict::Equivalent);
        let Some(rivals) = asked.then(|| Rivals::of(self.ranks)).flatten() else { return (own, None) };
        let doubt = rivals.ln_p(ln_p);
        if own >= doubt {
            return (own, None);
        }
        found.reason.push_str(
            "; the verdict's p is an average over all noises that explain the samples, slow ones too, where those of its parts and the \
             interval take what was measured",
        );
        if doubt > self.alpha().ln() {
            let worth = (self.samples.a.len() + self.samples.b.len()) as f64 / rivals.inflation();
            found.verdict = Verdict::NoVerdict(Reason::Wandering { worth });
            if let Some(effect) = &mut found.effect {
                effect.bound = Bound::Unknown { why: "a slow process beneath the noise is not excluded".into() };
            }
            return (doubt, Some(rivals));
        }
        (doubt, None)
    }

    /// The Hodges–Lehmann shift with the interval that the autocorrelation leaves.
    fn shift(&self, inflation: f64, degrees: f64) -> Estimate {
        let pairs = Pairs::new(&self.samples.a, &self.samples.b);
        let sd = (self.ranks.variance() * inflation).sqrt();
        let reach = two_sided_critical(self.alpha(), degrees) * sd;
        let method = if inflation > 1.0 {
            "Hodges–Lehmann, interval for the autocorrelation measured"
        } else {
            "Hodges–Lehmann, normal interval"
        };
        with_reach(&pairs, reach, self.options.level, method, self.scope)
    }

    fn quantile(&self, q: Quantile) -> Result<Estimate> {
        let blocks = if self.dependence.inflation > 1.0 { Blocks::Automatic } else { Blocks::Single };
        let level = self.options.level;
        // blocks cost time for every value: fewer resamples of very long samples
        let size = self.samples.a.len() + self.samples.b.len();
        let resamples = if blocks == Blocks::Single { 1999 } else { (200_000_000 / size).clamp(199, 1999) };
        let options = BootstrapOptions { level, seed: self.options.seed, blocks, resamples };
        quantile_difference(&self.samples.a, &self.samples.b, q, &options, self.scope)
    }

    pub(super) fn bootstrap(&self, found: &mut Comparison, q: Quantile) -> Result<()> {
        let effect = self.quantile(q)?;
        found.reason = self.seen();
        found.statistic = Some(effect.value);
        found.verdict = match effect.bound {
            Bound::Confidence { lower, upper, .. } if lower > 0.0 || upper < 0.0 => Verdict::Differ,
            _ => Verdict::NotShown,
        };
        found.effect = Some(effect);
        self.walks(found);
        Ok(())
    }

    pub(super) fn equivalence(&self, found: &mut Comparison, pairs: &Pairs, margin: f64) -> Result<()> {
        let tested = tost(self.ranks, pairs, self.dependence, margin, self.alpha(), self.scope);
        let different = location(&self.samples.a, &self.samples.b, self.ranks, self.dependence)?;
        found.reason = format!("{}; margin {}", self.seen(), self.scope.unit.show(margin));
        found.statistic = Some(tested.deviate);
        found.ln_p = Some(tested.ln_p);
        found.p_value = Some(tested.ln_p.exp());
        found.effect = Some(tested.shift);
        let alpha = self.alpha().ln();
        found.verdict = if tested.ln_p <= alpha {
            Verdict::Equivalent
        } else if different.ln_p <= alpha {
            Verdict::Differ
        } else {
            Verdict::NotShown
        };
        let differ = found.verdict == Verdict::Differ;
        let own = if differ { different.ln_p } else { tested.ln_p };
        found.evidence.push(different);
        if self.walks(found) {
            return Ok(());
        }
        let beyond = tested.deviate * self.dependence.inflation.sqrt();
        let (ln_p, _) = self.against_wandering(found, own, |factor, degrees| {
            if differ {
                ln_two_sided_student(deviate(self.ranks) / factor.sqrt(), degrees)
            } else {
                ln_above_student(beyond / factor.sqrt(), degrees)
            }
        });
        if !differ {
            (found.ln_p, found.p_value) = (Some(ln_p), Some(ln_p.exp()));
        }
        Ok(())
    }
}
