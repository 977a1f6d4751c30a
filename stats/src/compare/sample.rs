//! What is compared: the finite values of two samples, or the reason why nothing can be said.

use std::fmt;

use serde::ser::Serializer;

/// Why a comparison has no verdict.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// A sample has no finite value.
    NothingFinite {
        /// Finite values of the first sample.
        n_a: u64,
        /// Finite values of the second sample.
        n_b: u64,
    },
    /// A sample is smaller than the test can ever reject with.
    TooFew {
        /// Finite values of the first sample.
        n_a: u64,
        /// Finite values of the second sample.
        n_b: u64,
        /// How many the smaller one needs.
        needed: u64,
    },
    /// All values of both samples are equal.
    Constant,
    /// The samples wander so slowly that they cannot be told from random walks.
    Persistent {
        /// The factor by which the autocorrelation falls from sample to sample.
        phi: f64,
        /// How many independent values both samples together are worth.
        worth: f64,
    },
    /// A process that wanders beneath noise explains the samples nearly as well, and differs as much by chance.
    Wandering {
        /// How many independent values both samples together would then be worth.
        worth: f64,
    },
    /// The values are not of the kind that the test is for.
    NotFor(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingFinite { n_a, n_b } => write!(f, "of the two samples {n_a} and {n_b} values are finite"),
            Self::TooFew { n_a, n_b, needed } => {
                write!(f, "{n_a} and {n_b} values are too few: each sample needs {needed}")
            }
            Self::Constant => f.write_str("all values of both samples are equal"),
            Self::Persistent { phi, worth } => write!(
                f,
                "the samples cannot be told from random walks (their autocorrelation falls by the factor {phi:.3} from lag to lag, both together \
                 are worth {worth:.1} independent values); compare longer windows"
            ),
            Self::Wandering { worth } => write!(
                f,
                "a slow process beneath the noise explains the samples nearly as well, and differs as much by chance (both together \
                 would be worth {worth:.1} independent values); compare longer windows, or say that the values are independent"
            ),
            Self::NotFor(what) => f.write_str(what),
        }
    }
}

/// What a comparison says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// A difference was shown at the level asked.
    Differ,
    /// The difference was shown to be within the margin.
    Equivalent,
    /// Neither was shown, which is no evidence for either.
    NotShown,
    /// Nothing can be said.
    NoVerdict(Reason),
}

impl Verdict {
    /// As the command line prints it: `differ`, `equivalent`, `not-shown`, `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Differ => "differ",
            Self::Equivalent => "equivalent",
            Self::NotShown => "not-shown",
            Self::NoVerdict(_) => "no-verdict",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl serde::Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// Two samples of finite values.
pub(crate) struct Samples {
    pub(crate) a: Vec<f64>,
    pub(crate) b: Vec<f64>,
    /// How many values were NaN or infinite.
    pub(crate) dropped: usize,
}

impl Samples {
    /// The finite values of both, of which each needs `needed`.
    pub(crate) fn new(a: &[f64], b: &[f64], needed: u64) -> Result<Self, Reason> {
        let finite = |v: &[f64]| -> Vec<f64> { v.iter().copied().filter(|x| x.is_finite()).collect() };
        let (total, a, b) = (a.len() + b.len(), finite(a), finite(b));
        let (n_a, n_b) = (a.len() as u64, b.len() as u64);
        if n_a == 0 || n_b == 0 {
            return Err(Reason::NothingFinite { n_a, n_b });
        }
        if n_a.min(n_b) < needed {
            return Err(Reason::TooFew { n_a, n_b, needed });
        }
        let first = a[0];
        if a.iter().chain(&b).all(|v| *v == first) {
            return Err(Reason::Constant);
        }
        let dropped = total - a.len() - b.len();
        Ok(Self { a, b, dropped })
    }
}
