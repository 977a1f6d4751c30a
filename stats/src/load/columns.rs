//! Plain columns, on their way to a file.

/// The values of a column; `None` where there is none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    /// Finite numbers.
    Numbers(Vec<Option<f64>>),
    /// Words.
    Words(Vec<Option<String>>),
}

impl Values {
    /// How many rows there are.
    #[cfg(feature = "frame")]
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Words(words) => words.len(),
        }
    }

    /// The text of a row; the shortest that reads back as the same number.
    pub(crate) fn text(&self, row: usize) -> Option<String> {
        match self {
            Self::Numbers(numbers) => numbers.get(row).copied().flatten().map(|value| value.to_string()),
            Self::Words(words) => words.get(row).cloned().flatten(),
        }
    }
}
