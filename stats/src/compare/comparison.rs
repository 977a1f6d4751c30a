//! What a comparison says, and how it is written.

use serde::ser::{SerializeMap, Serializer};

use super::automatic::Evidence;
use super::dependence::Dependence;
use super::sample::Verdict;
use crate::estimate::Estimate;

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
