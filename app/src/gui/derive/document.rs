//! A file that was read, and its series.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sre_stats::counter::Counter;
use sre_stats::load::{Data, Dataset, Item, LoadOptions, ServerOptions, load, load_bytes};
use sre_stats::progress::Progress;
use sre_stats::series::Series;
use sre_stats::time::Span;
use sre_stats::{Error, Result};

use crate::cli::server::now;
use crate::gui::reading::Reading;

/// Where data come from, and what is said of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The files.
    pub paths: Vec<PathBuf>,
    /// Text from the clipboard, where they come from no file.
    pub pasted: Option<Arc<str>>,
    /// What the user says of them.
    pub reading: Reading,
    /// Whether a session names them, which may be somebody else's: then no token goes to a server among them.
    pub of_session: bool,
    /// The environment variable of a token that the user named for the server among them.
    pub token_env: Option<String>,
    /// The environment variable of `user:password`, in the place of a token.
    pub basic_env: Option<String>,
}

/// The size of a file and when it was written; `None` where there is none.
pub type Stamp = Option<(u64, Option<SystemTime>)>;

/// What was read.
#[derive(Debug, Default)]
pub struct Read {
    /// Where it came from.
    pub origin: Origin,
    /// What was in it.
    pub dataset: Dataset,
    /// The step of every series; finding it takes a walk through all of its times, too long for a frame.
    pub steps: Vec<Option<Span>>,
    /// The files as they were just before.
    pub stamps: Vec<Stamp>,
}

impl Origin {
    /// Files, with all guesses taken.
    pub fn files(paths: Vec<PathBuf>) -> Self {
        Self { paths, ..Self::default() }
    }

    /// Whether it can be read again.
    pub fn is_readable(&self) -> bool {
        !self.paths.is_empty() || self.pasted.is_some()
    }

    /// Whether both are the same data, whatever is said of them.
    pub fn is_same(&self, other: &Self) -> bool {
        self.paths == other.paths && self.pasted == other.pasted
    }

    /// What the title bar calls it.
    pub fn title(&self) -> String {
        let name = |p: &PathBuf| {
            let file = || p.file_name().map_or_else(|| p.display().to_string(), |n| n.to_string_lossy().into_owned());
            question(p).unwrap_or_else(file)
        };
        match self.paths.as_slice() {
            [] if self.pasted.is_some() => "pasted data".to_owned(),
            [] => "data".to_owned(),
            [one] => name(one),
            [first, rest @ ..] => format!("{} and {} more", name(first), rest.len()),
        }
    }

    /// The files as they are now.
    pub fn stamps(&self) -> Vec<Stamp> {
        let one = |p: &PathBuf| std::fs::metadata(p).ok().map(|m| (m.len(), m.modified().ok()));
        self.paths.iter().map(one).collect()
    }

    /// Reads it.
    ///
    /// # Errors
    /// Where what is said of it cannot be read, as the loader, or on request.
    pub fn read(self, progress: &Progress) -> Result<Read> {
        let server = match (&self.token_env, &self.basic_env) {
            _ if self.of_session => ServerOptions::default(),
            (None, None) => ServerOptions::from_environment(),
            (token, basic) => {
                ServerOptions { token_env: token.clone(), basic_env: basic.clone(), ..ServerOptions::default() }
            }
        };
        let server = ServerOptions { asked_at: now(), ..server };
        let options = LoadOptions { server, ..self.reading.options()? };
        let stamps = self.stamps();
        let dataset = match &self.pasted {
            Some(text) => load_bytes("pasted data", text.as_bytes(), &options, progress)?,
            None => load(&self.paths, &options, progress)?,
        };
        progress.stage("looking over the series", 0);
        let steps = steps(&dataset);
        Ok(Read { origin: self, dataset, steps, stamps })
    }
}

/// What a server is asked, where a name is not a file's.
#[cfg(feature = "live")]
fn question(path: &Path) -> Option<String> {
    let asked: sre_stats::load::PrometheusQuery = path.to_str()?.parse().ok()?;
    Some(asked.query)
}

#[cfg(not(feature = "live"))]
fn question(_path: &Path) -> Option<String> {
    None
}

impl Read {
    /// Data that were made in memory.
    pub fn made(dataset: Dataset) -> Self {
        Self { steps: steps(&dataset), dataset, ..Self::default() }
    }
}

/// A file that was read.
#[derive(Debug)]
pub struct Document {
    /// Its number in this run of the program.
    pub id: u64,
    /// What the title bar calls it.
    pub title: String,
    /// Where it came from, for reloading; empty where that was no file.
    pub paths: Vec<PathBuf>,
    /// The same, with what is said of it.
    pub origin: Origin,
    /// What was in it.
    pub dataset: Dataset,
    /// The step of every series.
    pub steps: Vec<Option<Span>>,
}

/// The step of every series of a data set.
fn steps(dataset: &Dataset) -> Vec<Option<Span>> {
    dataset.items.iter().map(Item::step).collect()
}

impl Document {
    /// Gives what was read a number.
    pub fn new(id: u64, read: Read) -> Self {
        let Read { origin, dataset, steps, .. } = read;
        Self { id, title: origin.title(), paths: origin.paths.clone(), origin, dataset, steps }
    }

    /// An item of the data set.
    ///
    /// # Errors
    /// Where there is no such item.
    pub fn item(&self, index: usize) -> Result<&Item> {
        self.dataset.items.get(index).ok_or_else(|| Error::argument(format!("there is no series {index}")))
    }
}

/// The rate of a counter, across no more than a step and a half.
pub(super) fn rate(counter: &Counter) -> Result<Series> {
    let step = counter.samples().step().unwrap_or(Span::MINUTE);
    counter.rate(Span(step.0.saturating_mul(3) / 2))
}

/// An objective that fits an item, as a start.
pub fn first_objective(item: &Item) -> String {
    let time = item.identity.unit.is_time();
    match &item.data {
        Data::Events(events) if events.ok().is_some() => "99.9% of requests ok over 30d",
        Data::Events(_) if time => "99.9% of requests < 300ms over 30d",
        Data::Gauge(_) if time => "99.9% of time < 300ms over 30d",
        _ => "99.9% of time up over 30d",
    }
    .to_owned()
}
