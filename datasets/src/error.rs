//! Why a scenario could not be generated.

use std::fmt;

/// Why a scenario could not be generated, with the way out in its message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GenerateError {
    /// No scenario has this name.
    UnknownScenario(String),
    /// The scenario cannot have this number of rows.
    Rows {
        /// The scenario's name.
        scenario: &'static str,
        /// The number asked for.
        asked: usize,
        /// The smallest number that works.
        least: usize,
        /// The largest number that works.
        most: usize,
    },
    /// A parameter of a distribution was refused, or no layout met its conditions: a defect of the generator.
    Layout(&'static str),
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownScenario(name) => {
                let known: Vec<&str> = crate::scenarios().iter().map(|s| s.name).collect();
                write!(f, "there is no scenario \"{name}\"; known are {}", known.join(", "))
            }
            Self::Rows { scenario, asked, least, most } if least == most => {
                write!(f, "{scenario} always has {least} rows, {asked} were asked for; ask for {least}")
            }
            Self::Rows { scenario, asked, least, most } => {
                write!(f, "{scenario} can have {least} to {most} rows, {asked} were asked for")
            }
            Self::Layout(what) => write!(f, "{what}; try another seed"),
        }
    }
}

impl std::error::Error for GenerateError {}

impl From<rand_distr::NormalError> for GenerateError {
    fn from(_: rand_distr::NormalError) -> Self {
        Self::Layout("a spread of a lognormal distribution was refused")
    }
}

impl From<rand_distr::PoissonError> for GenerateError {
    fn from(_: rand_distr::PoissonError) -> Self {
        Self::Layout("a mean of a Poisson distribution was refused")
    }
}
