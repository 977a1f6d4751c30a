//! One error type for the whole crate: what went wrong, where in the input, and what to do about it.

use std::fmt;

/// The result of every fallible function of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure an [`Error`] tells of. More kinds may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is nothing to compute on: an empty file, series or selection.
    Empty,
    /// An argument is outside what the function is defined for.
    Argument,
    /// The input's text or bytes do not follow their format.
    Parse,
    /// The operating system refused to read or write.
    Io,
    /// The input is well formed, but of a kind that this build or version does not handle.
    Unsupported,
    /// Two things that must agree do not: units, layouts, lengths.
    Mismatch,
    /// The work was cancelled on request.
    Cancelled,
}

/// Where in the input an error or a warning belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Position {
    /// The file's name, as the caller gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column's or field's name, or the character's number in a line of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The offset in bytes from the start of the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
}

impl Position {
    /// A position that names a file only.
    pub fn in_file(file: impl Into<String>) -> Self {
        Self { file: Some(file.into()), ..Self::default() }
    }

    /// The same position with a line, counted from 1.
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same position with a column's name or number.
    pub fn at_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// The same position with a byte offset.
    pub fn at_byte(mut self, byte: u64) -> Self {
        self.byte = Some(byte);
        self
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sep = "";
        if let Some(file) = &self.file {
            write!(f, "{file}")?;
            sep = ", ";
        }
        if let Some(line) = self.line {
            write!(f, "{sep}line {line}")?;
            sep = ", ";
        }
        if let Some(column) = &self.column {
            write!(f, "{sep}column {column}")?;
            sep = ", ";
        }
        if let Some(byte) = self.byte {
            write!(f, "{sep}byte {byte}")?;
        }
        Ok(())
    }
}

/// A failure: its kind, a sentence, the place in the input, and the way out.
///
/// ```
/// use sre_stats::{Error, ErrorKind};
/// let error = Error::argument("a width of 0 s holds no samples").hint("give a width such as 1m");
/// assert_eq!(error.kind(), ErrorKind::Argument);
/// assert_eq!(error.to_string(), "a width of 0 s holds no samples; give a width such as 1m");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    position: Option<Position>,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A failure of `kind` with a sentence that says what is wrong.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), position: None, hint: None, source: None }))
    }

    /// Nothing to compute on.
    pub fn empty(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Empty, message)
    }

    /// An argument outside the function's domain.
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Argument, message)
    }

    /// Input that does not follow its format.
    pub fn parse(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Parse, message)
    }

    /// Well-formed input of a kind that is not handled.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// Two things that must agree and do not.
    pub fn mismatch(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Mismatch, message)
    }

    /// The work was cancelled.
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "cancelled")
    }

    /// A refusal of the operating system, with the file it is about.
    pub fn io(source: std::io::Error, file: &str) -> Self {
        let message = match source.kind() {
            std::io::ErrorKind::NotFound => "no such file".to_owned(),
            std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => source.to_string(),
        };
        Self::new(ErrorKind::Io, message).at(Position::in_file(file)).caused_by(source)
    }

    /// The same error with its place in the input; a file name that is already known is kept.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        let file = self.0.position.take().and_then(|p| p.file);
        let mut position = position;
        if position.file.is_none() {
            position.file = file;
        }
        self.0.position = Some(position);
        self
    }

    /// The same error with the file's name filled in where it was not known.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.0.position.get_or_insert_with(Position::default).file.get_or_insert_with(|| file.to_owned());
        self
    }

    /// The same error with a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same error with the error beneath it.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The sentence alone, without place and hint.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The place in the input, where there is one.
    pub fn position(&self) -> Option<&Position> {
        self.0.position.as_ref()
    }

    /// The way out, where one is known.
    pub fn way_out(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.position {
            Some(position) if *position != Position::default() => write!(f, "{position}: {}", self.0.message)?,
            _ => write!(f, "{}", self.0.message)?,
        }
        if let Some(hint) = &self.0.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

/// The sentence too, with its kind: it is what a program shows whose `main` returns an error.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|e| e as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_place_and_way_out() {
        let e = Error::parse("“abc” is not a number").at(Position::default().at_line(7).at_column("latency"));
        let e = e.in_file("a.csv").hint("choose another column with --value");
        assert_eq!(
            e.to_string(),
            "a.csv, line 7, column latency: “abc” is not a number; choose another column with --value"
        );
        assert_eq!(format!("{e:?}"), format!("Parse: {e}"));
    }

    #[test]
    fn a_known_file_survives_a_later_position() {
        let e = Error::parse("x").in_file("a.csv").at(Position::default().at_byte(3));
        assert_eq!(e.to_string(), "a.csv, byte 3: x");
    }
}
