//! A description of a sample: centre, spread and shape, each with its provenance, whether it is robust and whether it merges.
//!
//! | item | what it tells |
//! |---|---|
//! | [`describe`] | means, deviations, quartiles, fences, shape, in a few passes without a sort |
//! | [`Statistic`], [`Merging`] | one number with what it is worth |
//! | [`trimmed_mean`], [`winsorised_mean`], [`Trim`] | means that leave out or pull in the ends |
//! | [`fences`] | which samples lie far out |
//! | [`half_sample_mode`] | where samples lie densest |
//! | [`bins`], [`BinRule`] | how many bins a picture should have |
//! | [`density`], [`density_curve`] | a smooth density |
//! | [`Ecdf`] | the distribution and its band |
//! | [`fit()`], [`fits`], [`Law`], [`qq`] | distributions fitted by maximum likelihood, and how well they fit |
//! | [`simple_random_sample`], [`Stratum`], [`stratified_mean`], [`neyman_allocation`] | a part drawn at random, and what it says of the whole |
//!
//! All of it describes the samples at hand. What is said of the process behind them assumes that they are independent and of
//! one regime, which a day with an incident is not.

mod bins;
mod density;
mod draw;
mod ecdf;
mod fences;
mod fit;
mod mode;
mod moments;
mod statistic;
mod stratified;
mod trim;

pub use bins::{BinRule, Bins, bins};
pub use density::{Bandwidth, Density, density, density_curve};
pub use draw::simple_random_sample;
pub use ecdf::Ecdf;
pub use fences::{Fences, fences};
pub use fit::{Family, Fit, Fits, Law, Qq, Refusal, fit, fits, qq, qq_against};
pub use mode::half_sample_mode;
pub use statistic::{Merging, Statistic};
pub use stratified::{Stratum, neyman_allocation, stratified_mean};
pub use trim::{Trim, trimmed_mean, winsorised_mean};

use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::{Definition, Method};
use crate::quantile::select::Ranked;
use crate::quantile::{Quantile, at, position, usable};
use crate::unit::Unit;

use moments::Moments;
use trim::Middle;

/// How many interquartile ranges from the quartiles the fences stand.
const FENCES: f64 = 1.5;

/// Mean, standard deviation, median, median absolute deviation and their kin, in the unit of `scope`.
///
/// Centre and spread come twice, plain and robust: latency is rarely normal, and one outlier moves the mean and the
/// standard deviation as far as it likes. Each statistic says whether it [merges](Statistic::merges) across windows and how
/// [robust](Statistic::breakdown) it is:
///
/// | name | what | merges | robust |
/// |---|---|---|---|
/// | `mean` | arithmetic mean | with counts | no |
/// | `sd` | standard deviation, n − 1 in the divisor | with counts and means | no |
/// | `mean_absolute_deviation` | mean distance to the mean | no | no |
/// | `median`, `q1`, `q3` | quartiles, definition type 7 | no | 50 %, 25 % |
/// | `mad` | median distance to the median, not scaled | no | 50 % |
/// | `trimmed_mean`, `winsorised_mean` | 10 % at each end cut or pulled in | no | 10 % |
/// | `truncated_mean` | the largest 1 % cut, as `TM99` of dashboards | no | 1 %, from above only |
/// | `iqr` | third less first quartile | no | 25 % |
/// | `fence_lower`, `fence_upper` | Tukey's fences, quartiles ∓ 1.5 IQR | no | 25 % |
/// | `outliers_below`, `outliers_above` | samples beyond the fences | no | 25 % |
/// | `min`, `max` | extremes | yes | no |
/// | `skewness`, `kurtosis` | G₁ and G₂ (excess) | with counts and lower moments | no |
///
/// Two passes with compensated addition about a sample give the moments, so that a large offset costs no digits; order
/// statistics are selected and not sorted. The [half-sample mode](half_sample_mode) needs a sort and is a function of its own.
/// Statistics that the sample is too small for are left out: sd needs 2 samples, skewness 3 and kurtosis 4, each with some
/// spread and with powers within the range of an f64. NaN and infinities are left out and counted in a caveat.
///
/// ```
/// use sre_stats::{describe::describe, estimate::Scope, unit::Unit};
/// let all = describe(&[1.0, 2.0, 3.0, 4.0, 100.0], &Scope::untimed(Unit::Millisecond))?;
/// let value = |name| all.iter().find(|s| s.name == name).map(|s| s.estimate.value);
/// assert_eq!((value("mean"), value("median"), value("mad")), (Some(22.0), Some(3.0), Some(1.0)));
/// let robust: Vec<&str> = all.iter().filter(|s| s.is_robust()).map(|s| s.name).collect();
/// assert!(robust.contains(&"median") && !robust.contains(&"mean"));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Skewness and excess kurtosis are G₁ and G₂ of D. N. Joanes and C. A. Gill, The Statistician 47 (1998).
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no finite sample is there.
pub fn describe(values: &[f64], scope: &Scope) -> Result<Vec<Statistic>> {
    let (samples, dropped) = usable(values);
    let n = samples.len();
    if n == 0 {
        return Err(Error::empty("there is no finite value to describe"));
    }
    let moments = Moments::of(&samples);
    let mut ranks = fences::quartile_ranks(n)?;
    ranks.extend(Trim::TENTHS.ranks(n)?);
    ranks.extend(Trim::TOP_HUNDREDTH.ranks(n)?);
    let ranked = Ranked::of(&samples, ranks);
    let [q1, median, q3] = fences::quartiles(&ranked, n)?;
    let (low, high, _) = position(n, Quantile::MEDIAN, Definition::Type7);
    let distances = Ranked::mapped(&samples, |v| (v - median).abs(), vec![low, high]);
    let mad = at(|rank| distances.at(rank), n, Quantile::MEDIAN, Definition::Type7);
    let middle = Middle::new(&samples, Trim::TENTHS, &ranked)?;
    let body = Middle::new(&samples, Trim::TOP_HUNDREDTH, &ranked)?;
    let (fence_lower, fence_upper) = fences::ends(q1, q3, FENCES);
    let (below, above) = fences::count_outside(&samples, fence_lower, fence_upper);

    let mut out = Sheet { scope, n: n as u64, dropped, statistics: Vec::new() };
    let quartile = || Method::Quantile(Definition::Type7);
    let (never, counts) = (Merging::Never, Merging::WithCounts);
    out.add("mean", "merges with its count; one outlier moves it", moments.mean, Method::Mean, counts, 0.0);
    if let Some(sd) = moments.sd() {
        let method = Method::Named("standard deviation, n − 1");
        out.add("sd", "n − 1 in the divisor; not robust", sd, method, counts, 0.0);
    }
    if let Some(deviation) = moments.mean_absolute_deviation() {
        let method = Method::Named("mean absolute deviation");
        out.add("mean_absolute_deviation", "mean distance to the mean; not robust", deviation, method, never, 0.0);
    }
    out.add("median", "robust; does not merge", median, quartile(), never, 0.5);
    let method = Method::Named("median absolute deviation");
    out.add("mad", "median absolute deviation, not scaled; robust", mad, method, never, 0.5);
    let method = Method::Named("mean, 10 % cut at each end");
    out.add("trimmed_mean", "10 % cut at each end; robust up to that", middle.trimmed(), method, never, 0.1);
    let method = Method::Named("mean, 10 % pulled in at each end");
    out.add(
        "winsorised_mean",
        "10 % pulled in at each end; robust up to that",
        middle.winsorised(),
        method,
        never,
        0.1,
    );
    let method = Method::Named("mean, largest 1 % cut");
    out.add(
        "truncated_mean",
        "TM99: without the largest 1 %, so blind to the tail",
        body.trimmed(),
        method,
        never,
        0.0,
    );
    out.add("q1", "first quartile; robust", q1, quartile(), never, 0.25);
    out.add("q3", "third quartile; robust", q3, quartile(), never, 0.25);
    out.add("iqr", "third minus first quartile; robust", q3 - q1, quartile(), never, 0.25);
    let fence = || Method::Named("quartile ∓ 1.5 IQR");
    out.add("fence_lower", "Tukey: samples below are outside; robust", fence_lower, fence(), never, 0.25);
    out.add("fence_upper", "Tukey: samples above are outside; robust", fence_upper, fence(), never, 0.25);
    out.count("outliers_below", "samples below the lower fence", below);
    out.count("outliers_above", "samples above the upper fence: of log-normal latency 8 % are", above);
    out.add("min", "merges", moments.min, Method::Named("minimum"), Merging::Alone, 0.0);
    out.add("max", "merges", moments.max, Method::Named("maximum"), Merging::Alone, 0.0);
    if let Some(skewness) = moments.skewness() {
        out.add("skewness", "0 where symmetric; not robust", skewness, Method::Named("G1"), counts, 0.0);
        out.unitless();
    }
    if let Some(kurtosis) = moments.kurtosis() {
        out.add("kurtosis", "excess over the normal; not robust", kurtosis, Method::Named("G2"), counts, 0.0);
        out.unitless();
    }
    Ok(out.statistics)
}

/// Statistics of one sample as they come.
struct Sheet<'a> {
    scope: &'a Scope,
    n: u64,
    dropped: usize,
    statistics: Vec<Statistic>,
}

impl Sheet<'_> {
    fn add(
        &mut self,
        name: &'static str,
        about: &'static str,
        value: f64,
        method: Method,
        merges: Merging,
        breakdown: f64,
    ) {
        let mut estimate = Estimate::new(value, method, self.n, self.scope);
        if self.dropped > 0 {
            estimate.caveats.push(format!("{} values that were NaN or infinite are left out", self.dropped));
        }
        self.statistics.push(Statistic { name, about, merges, breakdown, estimate });
    }

    fn count(&mut self, name: &'static str, about: &'static str, count: u64) {
        self.add(name, about, count as f64, Method::Count, Merging::Never, 0.25);
        if let Some(last) = self.statistics.last_mut() {
            last.estimate.unit = Unit::Count;
        }
    }

    /// The last one has no unit.
    fn unitless(&mut self) {
        if let Some(last) = self.statistics.last_mut() {
            last.estimate.unit = Unit::None;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn value(values: &[f64], name: &str) -> f64 {
        let all = describe(values, &Scope::untimed(Unit::None)).unwrap();
        all.iter().find(|s| s.name == name).unwrap().estimate.value
    }

    fn reference(name: &str) -> serde_json::Value {
        let path = format!("{}/../tests/reference/describe/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn numbers(value: &serde_json::Value) -> Vec<f64> {
        value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
    }

    /// Certified values of the NIST Statistical Reference Datasets.
    #[test]
    fn nist_certified_means_deviations_and_autocorrelations() {
        let file = reference("nist");
        let datasets = file["datasets"].as_object().unwrap();
        assert_eq!(datasets.len(), 8);
        for (name, set) in datasets {
            let of = |key: &str| set[key].as_f64().unwrap();
            let data = if set["values"].is_array() {
                numbers(&set["values"])
            } else {
                let steps = (1..set["n"].as_u64().unwrap()).map(|i| if i % 2 == 1 { of("below") } else { of("above") });
                std::iter::once(of("first")).chain(steps).collect()
            };
            let (mean, sd) = (value(&data, "mean"), value(&data, "sd"));
            let r = crate::trend::autocorrelation(&data, 1)[1];
            // the data themselves are rounded to f64: at an offset of 10⁷ a step of 0.1 is known to 1e-8
            let slack = 1e-14 + 4.0 * f64::EPSILON * of("mean").abs() / of("sd");
            assert!((mean / of("mean") - 1.0).abs() < 1e-14, "{name}: mean {mean}");
            assert!((sd / of("sd") - 1.0).abs() < slack, "{name}: sd {sd}");
            assert!((r - of("autocorrelation")).abs() < 1e-11 + slack, "{name}: autocorrelation {r}");
        }
    }

    /// numpy, scipy and, where they have none, the definitions written out: tests/reference/describe/describe.py.
    #[test]
    fn statistics_agree_with_numpy_and_scipy() {
        let file = reference("describe");
        let mut checked = 0;
        for case in file["cases"].as_array().unwrap() {
            let values = numbers(&case["values"]);
            let all = describe(&values, &Scope::untimed(Unit::None)).unwrap();
            for (name, want) in case["statistics"].as_object().unwrap() {
                let want = want.as_f64().unwrap();
                let got = all.iter().find(|s| s.name == name).map(|s| s.estimate.value).unwrap();
                assert!((got - want).abs() <= 1e-9 * want.abs().max(1e-6), "{name} n {}: {got} {want}", values.len());
                checked += 1;
            }
            for (rule, want) in case["bins"].as_object().unwrap() {
                let rule = BinRule::ALL.into_iter().find(|r| r.name() == rule).unwrap();
                assert_eq!(bins(&values, rule, &Scope::default()).unwrap().count, want.as_u64().unwrap(), "{rule}");
                checked += 1;
            }
            for (name, rule) in
                [("scott", Bandwidth::Scott), ("silverman", Bandwidth::Silverman), ("robust", Bandwidth::Robust)]
            {
                let found = density(&values, rule, &numbers(&case["places"]), &Scope::default()).unwrap();
                for ((_, got), want) in found.points.iter().zip(numbers(&case["density"][name])) {
                    assert!((got - want).abs() <= 1e-9 * want + 1e-14, "{name}: {got} {want}");
                    checked += 1;
                }
            }
        }
        assert!(checked > 100);
    }

    /// scipy's fits with `floc=0`, polished to the root of the likelihood equation where scipy searches.
    #[test]
    fn fits_agree_with_scipy() {
        let file = reference("fits");
        let mut checked = 0;
        for case in file["cases"].as_array().unwrap() {
            let values = numbers(&case["values"]);
            let all = fits(&values, &Scope::untimed(Unit::Second)).unwrap();
            assert_eq!(all.fits.len() + all.refused.len(), 6);
            for want in case["fits"].as_array().unwrap() {
                let name = want["family"].as_str().unwrap();
                let found = all.fits.iter().find(|f| f.law.family().name() == name).unwrap();
                let close = |got: f64, want: f64, what: &str| {
                    assert!((got - want).abs() <= 1e-8 * want.abs(), "{name} {what}: {got} {want}");
                };
                for (parameter, got) in found.law.parameters() {
                    close(got, want["parameters"][parameter].as_f64().unwrap(), parameter);
                }
                close(found.log_likelihood, want["log_likelihood"].as_f64().unwrap(), "log-likelihood");
                close(found.aic.value, want["aic"].as_f64().unwrap(), "AIC");
                close(found.ks.value, want["ks"].as_f64().unwrap(), "D");
                match (&found.anderson_darling, want["anderson_darling"].as_f64()) {
                    (Some(got), Some(want)) => close(got.value, want, "A²"),
                    (got, want) => assert!(got.is_none() && want.is_none(), "{name}"),
                }
                assert!(found.ks.caveats[0].contains("fitted"));
                checked += 1;
            }
            assert!(all.fits.is_sorted_by(|a, b| a.aic.value <= b.aic.value));
        }
        assert!(checked >= 20);
    }

    #[test]
    fn a_law_that_cannot_fit_says_why() {
        let all = fits(&[-1.0, 2.0, 3.0], &Scope::default()).unwrap();
        assert_eq!((all.fits.len(), all.refused.len()), (1, 5));
        assert!(all.refused[0].why.contains("no value of -1"), "{:?}", all.refused);
        let equal = fits(&[2.0; 5], &Scope::default()).unwrap();
        assert_eq!(equal.fits.iter().map(|f| f.law).collect::<Vec<_>>(), [Law::Exponential { rate: 0.5 }]);
        assert!(fits(&[f64::NAN], &Scope::default()).is_err());
    }

    #[test]
    fn large_samples_agree_with_a_sort() {
        let mut random = crate::quantile::random::SplitMix64::new(6);
        let values: Vec<f64> = (0..40_001).map(|_| (random.unit() * 6.0).exp()).collect();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        assert_eq!(value(&values, "median"), sorted[20_000]);
        let mut distances: Vec<f64> = values.iter().map(|v| (v - sorted[20_000]).abs()).collect();
        distances.sort_by(f64::total_cmp);
        assert_eq!(value(&values, "mad"), distances[20_000]);
        for (name, want) in [
            ("trimmed_mean", mean(&sorted[4000..36_001])),
            ("truncated_mean", mean(&sorted[..39_601])),
            (
                "winsorised_mean",
                mean(&sorted.iter().map(|v| v.clamp(sorted[4000], sorted[36_000])).collect::<Vec<_>>()),
            ),
        ] {
            assert!((value(&values, name) / want - 1.0).abs() < 1e-12, "{name}");
        }
        let outside = fences(&values, 1.5, &Scope::default()).unwrap();
        assert_eq!(outside.above as f64, value(&values, "outliers_above"));
        assert_eq!(outside.upper.value, value(&values, "fence_upper"));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn trimming_equals_cutting_a_sorted_sample(
            whole in proptest::collection::vec(-9_i32..9, 1..60), lower in 0_u32..50, upper in 0_u32..50,
        ) {
            // few distinct values: ties at both ends
            let values: Vec<f64> = whole.iter().map(|v| f64::from(*v)).collect();
            let trim = Trim { lower: f64::from(lower) / 100.0, upper: f64::from(upper) / 100.0 };
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let n = sorted.len();
            let cut = |percent: u32| percent as usize * n / 100;
            let kept = &sorted[cut(lower)..n - cut(upper)];
            let want = kept.iter().sum::<f64>() / kept.len() as f64;
            let got = trimmed_mean(&values, trim, &Scope::default()).unwrap().value;
            proptest::prop_assert!((got - want).abs() < 1e-12, "{} {}", got, want);
            let pulled: f64 = sorted.iter().map(|v| v.clamp(kept[0], kept[kept.len() - 1])).sum();
            let got = winsorised_mean(&values, trim, &Scope::default()).unwrap().value;
            proptest::prop_assert!((got - pulled / n as f64).abs() < 1e-12, "{} {}", got, pulled / n as f64);
        }
    }

    /// scipy: skew(bias=False) and kurtosis(bias=False) of the same numbers.
    #[test]
    fn shape_agrees_with_scipy() {
        let data = [2.0, 8.0, 0.0, 4.0, 1.0, 9.0, 9.0, 0.0];
        assert!((value(&data, "skewness") - 0.330_582_180_408).abs() < 1e-12, "{}", value(&data, "skewness"));
        assert!((value(&data, "kurtosis") + 2.098_602_258_096).abs() < 1e-12, "{}", value(&data, "kurtosis"));
    }

    /// A power of two moves the exponent alone: deviations follow it, and shapes stay, to the last bit.
    #[test]
    fn the_size_of_values_does_not_change_their_shape() {
        let mut random = crate::quantile::random::SplitMix64::new(8);
        let plain: Vec<f64> = (0..200).map(|_| 1.0 + random.unit() * random.unit()).collect();
        for power in [-1000, -560, -500, -330, 330, 500, 1000] {
            let factor = 2.0_f64.powi(power);
            let scaled: Vec<f64> = plain.iter().map(|v| v * factor).collect();
            for (name, scale) in
                [("sd", factor), ("mean_absolute_deviation", factor), ("skewness", 1.0), ("kurtosis", 1.0)]
            {
                let (got, want) = (value(&scaled, name), value(&plain, name) * scale);
                assert!((got / want - 1.0).abs() < 1e-13, "{name} × 2^{power}: {got} {want}");
            }
        }
    }

    #[test]
    fn small_and_constant_samples_have_no_shape() {
        let names = |values: &[f64]| -> Vec<&str> {
            describe(values, &Scope::untimed(Unit::None)).unwrap().iter().map(|s| s.name).collect()
        };
        let one = names(&[1.0]);
        assert!(!one.contains(&"sd") && !one.contains(&"skewness") && one.contains(&"mean") && one.contains(&"max"));
        assert!(!names(&[3.0; 9]).contains(&"skewness"));
        assert!(
            (value(&[0.0, 1e200], "sd") / (1e200 * 0.5_f64.sqrt()) - 1.0).abs() < 1e-15,
            "its square is beyond the range"
        );
        assert_eq!(value(&[1e308, -1e308], "mean"), 0.0);
        assert!(describe(&[f64::NAN], &Scope::untimed(Unit::None)).is_err());
    }
}
