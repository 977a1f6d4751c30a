//! Two samples, one verdict.

use serde::ser::{SerializeMap, Serializer};

use super::anderson_darling::anderson_darling;
use super::automatic::{Evidence, deviate, location, tail};
use super::bootstrap::{Blocks, BootstrapOptions, quantile_difference};
use super::cliff::{check_level, cliffs_delta};
use super::dependence::Dependence;
use super::equivalence::tost;
use super::kolmogorov_smirnov::kolmogorov_smirnov;
use super::mann_whitney::mann_whitney;
use super::proportions::{Counts, two_proportions};
use super::question::{CompareOptions, Order, Test};
use super::ranks::Ranks;
use super::rival::Rivals;
use super::sample::{Reason, Samples, Verdict};
use super::shift::{Pairs, hodges_lehmann, with_reach};
use crate::error::Result;
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::{Definition, Method};
use crate::quantile::tails::{ln_above_student, ln_two_sided_student, two_sided_critical};
use crate::quantile::{Quantile, samples_needed};
use crate::unit::Unit;

/// Two samples compared: the test, its evidence, the size of the difference, and the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The test that was made.
    pub test: String,
    /// Its statistic.
    pub statistic: Option<f64>,
    /// Its p-value, corrected where several tests were made; of `equivalence` the p-value of a difference beyond the margin.
    pub p_value: Option<f64>,
    /// The natural logarithm of the p-value, which does not underflow.
    pub ln_p: Option<f64>,
    /// How large the difference is, b minus a, with its interval.
    pub effect: Option<Estimate>,
    /// What the verdict says.
    pub verdict: Verdict,
    /// Why this test: what was seen in the samples.
    pub reason: String,
    /// The tests behind the verdict, where there are several.
    pub evidence: Vec<Evidence>,
    /// The autocorrelation, where it was measured.
    pub dependence: Option<Dependence>,
    /// Finite values of the first sample.
    pub n_a: u64,
    /// Finite values of the second sample.
    pub n_b: u64,
    /// What a reader must know.
    pub caveats: Vec<String>,
}

/// Compares b with a, the baseline, and says which test it chose and why.
///
/// Values are in the order of time, in the unit of `scope`; NaN and infinities are left out and counted. The default test, `auto`:
/// - **measures the autocorrelation** within each sample ([`Dependence`]) and widens the variance of all that follows by it,
///   with Student's t for the uncertainty of that factor; where the samples cannot be told from random walks it gives no verdict;
/// - tests the **location** by [`mann_whitney`] and the **tail** by the number of values above the highest of p99, p95, p90 of both
///   together that has enough values beyond it, and corrects for two tests by [`holm`](super::holm);
/// - gives as effect the Hodges–Lehmann shift, or the difference of that percentile where the tail decided;
/// - lets a difference stand only where it **holds under every likely noise**: a slow process beneath white noise leaves short samples
///   that look white, so the p-value is averaged over models of such processes, each weighted by how well it explains the samples
///   (Meng, 1994); where that is above the level there is no verdict, and the reason says how few values the samples may be worth.
///
/// On AR(1) series with φ from 0 to 0.95, with φ from 0.8 to 0.9 beneath white noise of their own size, random walks, a season, Student's t of 1.5
/// degrees and log-normal values it sees a difference in at most 1.5 times the nominal share of pairs without one
/// (`benches/compare.rs`; Mann–Whitney alone in 50 % at φ = 0.8), and with φ = 0.95 beneath white noise in 8 % with 20 values each. Independent values pay for that with power while they are few: with 20
/// and 20 a shift of 2 standard deviations is shown, one of half a standard deviation hardly ever. Say that they are independent
/// ([`Order::Independent`]), if they are. It assumes that each sample is stationary: a trend or season within a sample counts as
/// autocorrelation, and makes the verdict careful; a season of which the samples hold different parts is a difference. Compare like with
/// like: the same hours of the day. Not for slower processes than the samples are long, which no samples of that length show.
///
/// Sources: X.-L. Meng, Ann. Stat. 22 (1994), *Posterior predictive p-values*; restricted likelihood: H. D. Patterson and R. Thompson,
/// Biometrika 58 (1971); tail: J. Westenberg (1948); two tests: S. Holm, Scand. J. Stat. 6 (1979).
///
/// The other tests are for independent values and say so in a caveat where the samples are autocorrelated; `bootstrap` draws
/// blocks and `equivalence` is corrected as `auto` is.
///
/// ```
/// use sre_stats::compare::{CompareOptions, Verdict, compare};
/// use sre_stats::estimate::Scope;
/// use sre_stats::unit::Unit;
/// let mut x = 1_u32;
/// let mut random = || {
///     x ^= x << 13;
///     x ^= x >> 17;
///     x ^= x << 5;
///     f64::from(x % 1000)
/// };
/// let before: Vec<f64> = (0..200).map(|_| random()).collect();
/// let after: Vec<f64> = before.iter().map(|v| v + 300.0).collect();
/// let found = compare(&before, &after, &Scope::untimed(Unit::Millisecond), &CompareOptions::default())?;
/// assert_eq!(found.verdict, Verdict::Differ);
/// let nothing = compare(&before, &[f64::NAN], &Scope::default(), &CompareOptions::default())?;
/// assert_eq!(nothing.verdict.word(), "no-verdict");
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) for a level outside (0.5, 1) or a margin that is none; [`Mismatch`](crate::ErrorKind::Mismatch)
/// where the margin's unit is of another kind. Samples that say nothing are a `no-verdict`, not an error.
pub fn compare(a: &[f64], b: &[f64], scope: &Scope, options: &CompareOptions) -> Result<Comparison> {
    check_level(options.level)?;
    if options.level <= 0.5 {
        return Err(crate::Error::argument(format!("{} is not a level of confidence", options.level))
            .hint("give one above 0.5, such as 0.95"));
    }
    let finite = |v: &[f64]| v.iter().filter(|x| x.is_finite()).count() as u64;
    let mut found = Comparison {
        test: options.test.to_string(),
        statistic: None,
        p_value: None,
        ln_p: None,
        effect: None,
        verdict: Verdict::NotShown,
        reason: String::new(),
        evidence: Vec::new(),
        dependence: None,
        n_a: finite(a),
        n_b: finite(b),
        caveats: Vec::new(),
    };
    let samples = match Samples::new(a, b, needed(&options.test, options.level, options.order)) {
        Ok(samples) => samples,
        Err(why) => {
            found.verdict = Verdict::NoVerdict(why);
            return Ok(found);
        }
    };
    if samples.dropped > 0 {
        found.caveats.push(format!("{} values that were NaN or infinite are left out", samples.dropped));
    }
    let ranks = Ranks::new(&samples.a, &samples.b);
    let dependence = match options.order {
        Order::Time => Dependence::of(&ranks),
        Order::Independent => Dependence::none(samples.a.len() + samples.b.len()),
    };
    if options.order == Order::Time {
        found.dependence = Some(dependence);
    }
    let asked = Asked { samples: &samples, ranks: &ranks, dependence: &dependence, scope, options };
    match &options.test {
        Test::Auto => asked.automatic(&mut found)?,
        Test::Equivalence(margin) => {
            let pairs = Pairs::new(&samples.a, &samples.b);
            let median = crate::quantile::quantile_sorted(&pairs.a, Quantile::MEDIAN, Definition::Type7)?;
            asked.equivalence(&mut found, &pairs, margin.resolve(median, &scope.unit)?)?;
        }
        Test::Bootstrap(q) => asked.bootstrap(&mut found, *q)?,
        _ => asked.independent(&mut found)?,
    }
    if let Some(effect) = &mut found.effect {
        effect.caveats.extend(found.caveats.iter().cloned());
    }
    Ok(found)
}

/// The fewest values of each sample with which a test can say anything.
fn needed(test: &Test, level: f64, order: Order) -> u64 {
    match test {
        // the smallest p-value of n and n values is 2 / C(2n, n): 4 and 4 can show 0.05
        Test::MannWhitney | Test::KolmogorovSmirnov | Test::AndersonDarling | Test::Cliff => 4,
        // fewer do not show whether they are autocorrelated
        Test::Auto | Test::Equivalence(_) => {
            if order == Order::Time {
                10
            } else {
                4
            }
        }
        Test::Bootstrap(q) => {
            let tail = f64::midpoint(1.0, level);
            let upper = samples_needed(*q, tail).unwrap_or(u64::MAX);
            let lower = Quantile::from_complement(q.p()).ok().and_then(|m| samples_needed(m, tail)).unwrap_or(u64::MAX);
            upper.max(lower)
        }
        Test::Proportions => 1,
    }
}

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
struct Asked<'a> {
    samples: &'a Samples,
    ranks: &'a Ranks,
    dependence: &'a Dependence,
    scope: &'a Scope,
    options: &'a CompareOptions,
}

impl Asked<'_> {
    fn alpha(&self) -> f64 {
        1.0 - self.options.level
    }

    /// Whether the samples are too close to random walks for a verdict.
    fn walks(&self, found: &mut Comparison) -> bool {
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
    fn seen(&self) -> String {
        match (self.options.order, self.dependence.inflation > 1.0) {
            (Order::Independent, _) => "the values are taken as independent".into(),
            (_, false) => "no positive autocorrelation within the samples: they are taken as independent".into(),
            _ => format!(
                "autocorrelation {:.2} within the samples: {} values are worth {:.0}",
                self.dependence.r1,
                self.samples.a.len() + self.samples.b.len(),
                self.dependence.worth
            ),
        }
    }

    fn decide(&self, found: &mut Comparison, ln_p: f64) {
        found.ln_p = Some(ln_p);
        found.p_value = Some(ln_p.exp());
        found.verdict = if ln_p <= self.alpha().ln() { Verdict::Differ } else { Verdict::NotShown };
    }

    fn automatic(&self, found: &mut Comparison) -> Result<()> {
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
    fn against_wandering(
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
        found.reason.push_str("; p on average over all noises that explain the samples, slow ones too");
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

    fn bootstrap(&self, found: &mut Comparison, q: Quantile) -> Result<()> {
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

    fn equivalence(&self, found: &mut Comparison, pairs: &Pairs, margin: f64) -> Result<()> {
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

    /// The tests for independent values.
    fn independent(&self, found: &mut Comparison) -> Result<()> {
        let (a, b, level) = (&self.samples.a, &self.samples.b, self.options.level);
        found.reason = "asked for; a test for independent values".into();
        if self.options.order == Order::Time && self.dependence.r1 * self.dependence.worth.sqrt() > 2.0 {
            found.caveats.push(format!(
                "the samples are autocorrelated ({:.2}): a test for independent values sees differences where there are none; use auto",
                self.dependence.r1
            ));
        }
        match &self.options.test {
            Test::KolmogorovSmirnov => {
                let test = kolmogorov_smirnov(a, b)?;
                found.statistic = Some(test.d);
                let method = Method::Named("largest distance of the distributions");
                found.effect =
                    Some(Estimate::new(test.d, method, found.n_a + found.n_b, &self.scope.with_unit(Unit::None)));
                self.decide(found, test.ln_p);
            }
            Test::AndersonDarling => {
                let test = anderson_darling(&[a.clone(), b.clone()])?;
                found.statistic = Some(test.statistic);
                if test.clipped {
                    let end = if test.p_value < 0.01 { "at most 0.001" } else { "at least 0.25" };
                    found.caveats.push(format!("the p-value is beyond the published table: {end}"));
                }
                found.effect = Some(hodges_lehmann(a, b, level, self.scope)?);
                // the upper end of the table stands for every larger p-value, which is no evidence at any level
                let unknown = test.clipped && test.p_value > 0.01;
                self.decide(found, if unknown { 0.0 } else { test.p_value.ln() });
            }
            Test::Cliff => {
                let delta = cliffs_delta(a, b, level, self.scope)?;
                found.statistic = Some(delta.value);
                found.verdict = match delta.interval() {
                    Some((lower, upper)) if lower > 0.0 || upper < 0.0 => Verdict::Differ,
                    _ => Verdict::NotShown,
                };
                found.effect = Some(delta);
            }
            Test::Proportions => {
                if let Some(v) = a.iter().chain(b).find(|v| **v != 0.0 && **v != 1.0) {
                    let why = format!("proportions need values that are 0 or 1, not {v}");
                    found.verdict = Verdict::NoVerdict(Reason::NotFor(why));
                    return Ok(());
                }
                let count =
                    |v: &[f64]| Counts { hits: v.iter().filter(|x| **x == 1.0).count() as u64, total: v.len() as u64 };
                let test = two_proportions(count(a), count(b), level, self.scope)?;
                found.statistic = Some(test.z);
                if test.exact {
                    found.test += " (Fisher)";
                }
                found.effect = Some(test.difference);
                self.decide(found, test.ln_p);
            }
            _ => {
                let test = mann_whitney(a, b)?;
                found.statistic = Some(test.u);
                if test.exact {
                    found.test += " (exact)";
                }
                found.effect = Some(hodges_lehmann(a, b, level, self.scope)?);
                self.decide(found, test.ln_p);
            }
        }
        Ok(())
    }
}

impl serde::Serialize for Comparison {
    /// The command line's form: `test, statistic, p_value, ln_p, effect, verdict`, `why` where there is no verdict, and what
    /// the verdict rests on. No NaN or infinity.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let finite = |v: Option<f64>| v.filter(|v| v.is_finite());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("test", &self.test)?;
        map.serialize_entry("statistic", &finite(self.statistic))?;
        map.serialize_entry("p_value", &finite(self.p_value))?;
        map.serialize_entry("ln_p", &finite(self.ln_p))?;
        map.serialize_entry("effect", &self.effect)?;
        map.serialize_entry("verdict", &self.verdict)?;
        if let Verdict::NoVerdict(why) = &self.verdict {
            map.serialize_entry("why", &why.to_string())?;
        }
        map.serialize_entry("reason", &self.reason)?;
        map.serialize_entry("n_a", &self.n_a)?;
        map.serialize_entry("n_b", &self.n_b)?;
        if !self.evidence.is_empty() {
            map.serialize_entry("evidence", &self.evidence)?;
        }
        if let Some(dependence) = &self.dependence {
            map.serialize_entry("dependence", dependence)?;
        }
        if !self.caveats.is_empty() {
            map.serialize_entry("caveats", &self.caveats)?;
        }
        map.end()
    }
}
