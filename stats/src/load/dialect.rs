//! Which of the two text formats an exposition is in: Prometheus' own, whose times are milliseconds, or `OpenMetrics`, whose are seconds.
//!
//! Source: the `OpenMetrics` 1.0 specification. It ends in `# EOF`, and nothing follows; a copy may have been cut off, or several joined.

use crate::error::Position;
use crate::load::exposition::{Line, sample};
use crate::load::report::{LoadReport, WarningKind};

/// Lines looked at to find what only `OpenMetrics` has.
const LINES: usize = 2000;

/// The format of a text, and whether it ended as it should.
pub(super) struct Dialect {
    /// Why it is `OpenMetrics`.
    proof: Option<&'static str>,
    ended: bool,
    /// The first line after the end.
    goes_on: Option<u64>,
}

impl Dialect {
    /// That of a whole text.
    pub(super) fn of(text: &[u8]) -> Self {
        Self { proof: open_metrics(text), ended: false, goes_on: None }
    }

    /// How many microseconds a unit of its times has.
    pub(super) fn scale(&self) -> f64 {
        if self.proof.is_some() { 1e6 } else { 1e3 }
    }

    /// Whether a line that is not empty is the end.
    pub(super) fn ends(&mut self, line: &[u8], number: u64) -> bool {
        if line == b"# EOF" {
            self.ended = true;
            return true;
        }
        if self.ended {
            self.goes_on.get_or_insert(number);
        }
        false
    }

    /// Tells which it is, and what is wrong with its end; `last` is the number of the last line.
    pub(super) fn tell(&self, file: &str, last: u64, report: &mut LoadReport) {
        let Some(why) = self.proof else {
            report.understand("text", "Prometheus text, times in milliseconds", "it does not end in # EOF");
            return;
        };
        report.understand("text", "OpenMetrics, times in seconds", why);
        if !self.ended {
            let message = format!("OpenMetrics ends in # EOF, and this does not, though {why}: it was cut off");
            report.warn(WarningKind::Truncated, message, Position::in_file(file).at_line(last), 1);
        }
        if let Some(line) = self.goes_on {
            let message = "there are lines after # EOF, as where files were joined; they were read too";
            report.warn(WarningKind::RepeatedHeader, message, Position::in_file(file).at_line(line), 1);
        }
    }
}

/// Why a text is `OpenMetrics`, whose times are seconds: what only it has, in the first lines where it does not end as it should.
fn open_metrics(text: &[u8]) -> Option<&'static str> {
    if text.trim_ascii_end().ends_with(b"# EOF") {
        return Some("it ends in # EOF");
    }
    if memchr::memmem::find(text, b"\n# EOF\n").is_some() || memchr::memmem::find(text, b"\n# EOF\r").is_some() {
        return Some("it has # EOF");
    }
    text.split(|b| *b == b'\n').take(LINES).map(<[u8]>::trim_ascii).find_map(|line| {
        if line.starts_with(b"# UNIT ") {
            return Some("it has # UNIT");
        }
        if line.starts_with(b"# TYPE ") {
            let kind = line.rsplit(|b| *b == b' ').next()?;
            let only = [&b"info"[..], b"stateset", b"gaugehistogram", b"unknown"].contains(&kind);
            return only.then_some("it has types of OpenMetrics");
        }
        match sample(line).ok()? {
            Line { exemplar: true, .. } => Some("it has exemplars"),
            Line { decimals: true, .. } => Some("its times have decimals"),
            _ => None,
        }
    })
}
