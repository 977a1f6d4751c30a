//! Objectives in files that other tools read and write: OpenSLO v1 in and out, sloth's specification in.
//!
//! | file | what it does |
//! |---|---|
//! | `openslo` | an OpenSLO document becomes objectives |
//! | `resources` | its other kinds: services, data sources, indicators, alert policies with their conditions and targets |
//! | `time_window` | its periods, rolling or by the calendar of a zone |
//! | `sloth` | sloth's own form and its Kubernetes resource become objectives |
//! | `write` | objectives become OpenSLO documents |
//!
//! What a file says and an objective cannot hold is never dropped in silence: an SLO whose meaning would change is refused
//! with the reason, and whatever else is not read is noted with its line. Queries are kept as text; nothing runs them.

#![allow(clippy::doc_markdown, reason = "OpenSLO is a name")]

mod openslo;
mod resources;
mod sloth;
mod time_window;
mod write;

use std::fmt;

use super::objective::Objective;
use super::yaml::{Node, documents};
use crate::error::{Error, Result};

pub use resources::{AlertCondition, AlertPolicy, NotificationTarget, Resource, ResourceKind};
pub use write::write_openslo;

/// The annotation that keeps the unit of a limit, for which OpenSLO has no field.
const UNIT: &str = "sre-stats/unit";

/// What a specification holds.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Specification {
    /// The objectives.
    pub slos: Vec<SpecifiedSlo>,
    /// OpenSLO's other documents, as they were written; also the alert policies that an SLO defines itself.
    pub resources: Vec<Resource>,
    /// The alert policies, with the conditions and targets that they name.
    pub alert_policies: Vec<AlertPolicy>,
    /// SLOs that no objective says the same as, with the reason.
    pub refused: Vec<Note>,
    /// What else was not read, or was read with an assumption.
    pub notes: Vec<Note>,
}

/// An objective with its name and the queries that it is about.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct SpecifiedSlo {
    /// Its name.
    pub name: String,
    /// The service that it belongs to.
    pub service: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The objective.
    pub objective: Objective,
    /// What it measures.
    pub indicator: Option<Indicator>,
    /// The names of its alert policies.
    pub alert_policies: Vec<String>,
}

/// What an SLO measures: the file's own text.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Indicator {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// What it is.
    pub kind: IndicatorKind,
    /// Its definition, as YAML.
    pub yaml: String,
}

/// What an indicator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorKind {
    /// OpenSLO's `thresholdMetric`: a value that is compared.
    Threshold,
    /// OpenSLO's `ratioMetric`: good or bad over all.
    Ratio,
    /// sloth's `events`: bad over all.
    Events,
    /// sloth's `raw`: an error ratio.
    ErrorRatio,
    /// sloth's `plugin`: made by a program.
    Plugin,
}

/// A remark on a line of a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Note {
    /// The line, from 1.
    pub line: u64,
    /// What is to say.
    pub message: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Reads the objectives of a YAML file: OpenSLO v1 (any number of documents of all its kinds), sloth's `prometheus/v1`, or sloth's Kubernetes
/// resource `sloth.slok.dev/v1`, told apart by their own version lines.
///
/// ```
/// use sre_stats::slo::read_specification;
/// let found = read_specification(
///     "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: checkout}\nspec:\n  service: shop\n  indicatorRef: latency\n  \
///      budgetingMethod: Timeslices\n  timeWindow: [{duration: 28d, isRolling: true}]\n  objectives:\n    - op: lt\n      \
///      value: 0.5\n      targetPercent: 99.95\n      timeSliceTarget: 0.99\n      timeSliceWindow: 1m\n",
/// )?;
/// assert_eq!(found.slos[0].objective.to_string(), "99.95% of 1m slices have p99 < 0.5 over 28d rolling");
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Parse`](crate::ErrorKind::Parse) with line and column for text that is no YAML or lacks what it needs,
/// [`Unsupported`](crate::ErrorKind::Unsupported) where every SLO of the file is refused or its version is not known,
/// [`Empty`](crate::ErrorKind::Empty) without one.
pub fn read_specification(text: &str) -> Result<Specification> {
    let documents = documents(text)?;
    let mut found = Specification::default();
    for document in documents.iter().filter(|d| !d.is_null()) {
        let version = document.word("apiVersion")?.or(document.word("version")?);
        match version {
            Some("openslo/v1") => openslo::read(document, &documents, &mut found)?,
            Some("prometheus/v1") => sloth::read_plain(document, &mut found)?,
            Some("sloth.slok.dev/v1") => sloth::read_resource(document, &mut found)?,
            Some(other) => {
                return Err(Error::unsupported(format!("a specification of version “{other}” is not read"))
                    .at(crate::error::Position::default().at_line(document.line))
                    .hint("openslo/v1, prometheus/v1 and sloth.slok.dev/v1 are"));
            }
            None => return Err(document.error("“apiVersion” or “version” is missing").hint("for example openslo/v1")),
        }
    }
    match (found.slos.is_empty(), found.refused.first()) {
        (false, _) => Ok(found),
        (true, Some(refused)) => {
            Err(Error::unsupported(refused.message.clone()).at(crate::error::Position::default().at_line(refused.line)))
        }
        (true, None) => Err(Error::empty("the file holds no SLO")),
    }
}

impl Specification {
    fn note(&mut self, line: u64, message: impl Into<String>) {
        self.notes.push(Note { line, message: message.into() });
    }

    /// Notes keys that nobody reads.
    fn note_unknown(&mut self, node: &Node, known: &[&str]) {
        for key in node.unknown(known) {
            self.note(key.line, format!("“{}” is not read", key.text));
        }
    }

    /// An SLO as read, or a refusal with its place.
    fn take(&mut self, node: &Node, name: &str, read: Result<SpecifiedSlo>) {
        match read {
            Ok(slo) => self.slos.push(slo),
            Err(e) => {
                let line = e.position().and_then(|p| p.line).unwrap_or(node.line);
                let way_out = e.way_out().map_or_else(String::new, |w| format!("; {w}"));
                self.refused.push(Note { line, message: format!("“{name}”: {}{way_out}", e.message()) });
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
