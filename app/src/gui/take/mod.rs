//! What is taken away from a view: pictures, tables, a report, rules, and the words that make the same again.

mod cells;
mod command_line;
mod content;

use std::path::{Path, PathBuf};

use sre_stats::report::tell::fit::fit_of;
use sre_stats::slo::rules::{Documents, Selector};
use sre_stats::slo::{Options, evaluate};
use sre_stats::{Error, Result};

use super::derive::Document;
use super::session::asks_a_server;
use super::state::State;
use crate::cli::alerts::AlertArgs;
use crate::files;

pub use cells::cells;
pub use command_line::command_line;
pub(in crate::gui) use command_line::quoted;
pub use content::{Content, content};

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Pictures with pixels.
    Png,
    /// Pictures without.
    Svg,
    /// Tables.
    Csv,
    /// Tables for programs.
    Parquet,
    /// The samples in sight.
    Samples,
    /// Every view of the series as a page.
    Report,
    /// The objective.
    OpenSlo,
    /// Files, choices and views.
    Session,
}

impl Target {
    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Csv => "csv",
            Self::Parquet | Self::Samples => "parquet",
            Self::Report => "html",
            Self::OpenSlo => "yaml",
            Self::Session => "sre-stats.json",
        }
    }

    /// What the box says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Png => "Save the pictures of this view as PNG",
            Self::Svg => "Save the pictures of this view as SVG",
            Self::Csv => "Save the numbers of this view as CSV",
            Self::Parquet => "Save the numbers of this view as Parquet",
            Self::Samples => "Save the samples in sight as Parquet",
            Self::Report => "Save every view of this series as a report",
            Self::OpenSlo => "Export the objective as OpenSLO",
            Self::Session => "Save the session",
        }
    }
}

/// The folder of the first file that is open; none where that is on a server, since an address is no folder to write into.
pub fn folder(paths: &[PathBuf]) -> PathBuf {
    let first = paths.first().filter(|p| !asks_a_server(p));
    first.and_then(|p| p.parent()).map(Path::to_path_buf).unwrap_or_default()
}

/// A name for the file, beside the first file that is open.
pub fn suggested(state: &State, target: Target) -> String {
    let first = state.document.as_ref().and_then(|d| d.paths.first());
    // of an object the name says something, of a question it does not
    let on_server = first.is_some_and(|p| asks_a_server(p));
    let named = first.filter(|p| !p.to_string_lossy().contains('?') || !on_server).and_then(|p| p.file_stem());
    let stem = named.map_or_else(|| "sre-stats".to_owned(), |s| s.to_string_lossy().into_owned());
    let name = match target {
        Target::Png | Target::Svg | Target::Csv | Target::Parquet => {
            format!("{stem}-{}.{}", state.view.word(), target.ending())
        }
        Target::Samples => format!("{stem}-samples.{}", target.ending()),
        Target::Report => format!("{stem}-report.html"),
        Target::OpenSlo => format!("{stem}-slo.yaml"),
        Target::Session => format!("{stem}.{}", target.ending()),
    };
    let folder = state.document.as_ref().map(|d| folder(&d.paths)).unwrap_or_default();
    folder.join(name).display().to_string()
}

fn unnamed() -> Error {
    Error::argument("it cannot be told which counters of Prometheus the series stands for")
        .hint("name those of all requests, and those of the bad or of the good ones")
}

/// The form of alert rules: the four documents, and the counters in Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesForm {
    /// What the alert means.
    pub explanation: String,
    /// What it costs.
    pub impact: String,
    /// What to do.
    pub remediation: String,
    /// Whom to call then.
    pub escalation: String,
    /// The counters of all requests; blank for a series of up and down.
    pub total: String,
    /// The counters of the bad ones.
    pub bad: String,
    /// The counters of the good ones.
    pub good: String,
    /// Where the rules go.
    pub path: String,
}

impl RulesForm {
    /// The documents.
    ///
    /// # Errors
    /// Names those that are blank.
    pub fn documents(&self) -> Result<Documents> {
        Documents::new(&self.explanation, &self.impact, &self.remediation, &self.escalation)
    }

    /// Writes the rules and, beside them, their unit test.
    ///
    /// # Errors
    /// Where a document is blank, a selector cannot be read, the objective does not fit, or the file cannot be written.
    pub fn write(
        &self,
        document: &Document,
        item: usize,
        objective: &sre_stats::slo::Objective,
    ) -> Result<Vec<PathBuf>> {
        let documents = self.documents()?;
        let selector = |text: &str| -> Result<Option<Selector>> {
            if text.trim().is_empty() { Ok(None) } else { text.trim().parse::<Selector>().map(Some) }
        };
        let (total, bad, good) = (selector(&self.total)?, selector(&self.bad)?, selector(&self.good)?);
        let out = PathBuf::from(self.path.trim());
        if out.as_os_str().is_empty() {
            return Err(Error::argument("the rules need the name of a file").hint("such as rules.yml"));
        }
        let args = AlertArgs::exported(out, total, bad, good);
        let fit = fit_of(&document.dataset, item, objective)?;
        let report = evaluate(objective, fit.input(), &Options::default())?;
        let counted = args.counted();
        let sets = args
            .rule_sets(&[(fit, report)], objective, None, &documents)
            .map_err(|why| if counted { Error::argument(why.message()) } else { unnamed() })?;
        let texts = args.files(&sets).map_err(|why| Error::argument(why.message()))?;
        let one = |(path, text): (PathBuf, String)| files::write(&path, text.as_bytes(), false).map(|()| path);
        texts.into_iter().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_no_folder() {
        for address in ["prometheus+http://h:9090/?query=up", "s3://bucket/month/x.parquet"] {
            assert_eq!(folder(&[address.into()]), PathBuf::new(), "{address}");
        }
        assert_eq!(folder(&["data/x.csv".into()]), Path::new("data"));
        assert_eq!(folder(&[]), PathBuf::new());
    }
}
