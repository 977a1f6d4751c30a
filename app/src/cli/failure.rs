//! What went wrong, as a message and an exit code.

use std::io::Write;
use std::process::ExitCode;

use sre_stats::{Error, ErrorKind};

/// Wrong words on the command line.
pub(crate) const USAGE: u8 = 2;
/// Input that cannot be used.
pub(crate) const INPUT: u8 = 3;
/// `--strict`, and something was dropped.
pub(crate) const STRICT: u8 = 4;
/// Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a command did not come to its end.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
    /// What is told before it, in lines.
    before: String,
}

impl Failure {
    /// Words that do not fit.
    pub(crate) fn usage(error: impl std::fmt::Display) -> Self {
        Self { code: USAGE, message: error.to_string(), before: String::new() }
    }

    /// The same after some lines, such as what was made of the input.
    pub(crate) fn after(self, before: String) -> Self {
        Self { before, ..self }
    }

    /// The same, with another flag named as the way out.
    pub(crate) fn naming(self, flag: &str, instead: &str) -> Self {
        Self { message: self.message.replace(flag, instead), ..self }
    }

    /// What went wrong, in words.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    fn closed_pipe() -> Self {
        Self { code: 0, message: String::new(), before: String::new() }
    }

    /// Tells what went wrong on standard error.
    pub(crate) fn report(&self) -> ExitCode {
        if !self.message.is_empty() {
            say(&format!("{}sre-stats: {}\n", self.before, self.message));
        }
        ExitCode::from(self.code)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let beneath = std::error::Error::source(&error).and_then(|e| e.downcast_ref::<std::io::Error>());
        if beneath.is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe) {
            return Self::closed_pipe();
        }
        let code = if error.kind() == ErrorKind::Cancelled { INTERRUPTED } else { INPUT };
        Self { code, message: error.to_string(), before: String::new() }
    }
}

impl From<std::io::Error> for Failure {
    /// A closed pipe is no failure: whoever read has seen enough.
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self::closed_pipe()
        } else {
            Self { code: INPUT, message: error.to_string(), before: String::new() }
        }
    }
}

/// Help and version on standard output, errors of usage on standard error; a pipe that nobody reads is no failure.
pub(crate) fn refused(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { USAGE } else { 0 })
}

/// Writes to standard error, without control characters, and does not mind if nobody listens.
pub(crate) fn say(text: &str) {
    let _ = std::io::stderr().write_all(printable(text).as_bytes());
}

/// No control character and no change of direction in the input reaches a terminal.
pub(crate) fn printable(text: &str) -> String {
    let hidden =
        |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if hidden(c) { '\u{fffd}' } else { c }).collect()
}
