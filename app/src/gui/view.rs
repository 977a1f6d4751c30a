//! The views of a document, by name.

use super::command::Command;

/// The views of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum View {
    /// Guesses and warnings.
    Understood,
    /// Values over time.
    #[default]
    Series,
    /// How values are spread.
    Distribution,
    /// How their spread changes over time.
    Heat,
    /// Values over the nines.
    Quantiles,
    /// What slices charge.
    Windows,
    /// Budget, incidents and alerts of an objective.
    Slo,
    /// Trend, changes and what is to come.
    Trend,
    /// Two samples side by side.
    Compare,
    /// Which series move together.
    Correlate,
}

impl View {
    /// All views, in the order of the tabs.
    pub const ALL: [Self; 10] = [
        Self::Understood,
        Self::Series,
        Self::Distribution,
        Self::Heat,
        Self::Quantiles,
        Self::Windows,
        Self::Slo,
        Self::Trend,
        Self::Compare,
        Self::Correlate,
    ];

    /// The command that shows it; its name is the tab's.
    pub fn command(self) -> Command {
        match self {
            Self::Understood => Command::ViewUnderstood,
            Self::Series => Command::ViewSeries,
            Self::Distribution => Command::ViewDistribution,
            Self::Heat => Command::ViewHeat,
            Self::Quantiles => Command::ViewQuantiles,
            Self::Windows => Command::ViewWindows,
            Self::Slo => Command::ViewSlo,
            Self::Trend => Command::ViewTrend,
            Self::Compare => Command::ViewCompare,
            Self::Correlate => Command::ViewCorrelate,
        }
    }

    /// Its word on the command line, in sessions and in names of files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Understood => "understood",
            Self::Series => "series",
            Self::Distribution => "distribution",
            Self::Heat => "heat",
            Self::Quantiles => "quantiles",
            Self::Windows => "windows",
            Self::Slo => "slo",
            Self::Trend => "trend",
            Self::Compare => "compare",
            Self::Correlate => "correlate",
        }
    }

    /// The view of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.word() == word)
    }

    /// All words, for messages.
    pub fn words() -> String {
        let all = Self::ALL.map(Self::word);
        let (last, rest) = all.split_last().unwrap_or((&"", &[]));
        format!("{} or {last}", rest.join(", "))
    }

    /// Whether it answers a question about the objective.
    pub fn has_objective(self) -> bool {
        matches!(self, Self::Windows | Self::Slo)
    }
}
