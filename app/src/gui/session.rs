//! A session as a file: which data, which choices, which views; no data. JSON, so that people and version control can read it.

use std::path::{Path, PathBuf};

use egui::ThemePreference;
use serde::{Deserialize, Serialize};
use sre_stats::load::{Dataset, Item, is_server};
use sre_stats::time::{Span, Timestamp};
use sre_stats::{Error, Result};

use super::choices::{Against, Choices, Range, Spread};
use super::layout::{Layout, Plan};
use super::reading::Reading;
use super::state::State;
use super::view::View;
use crate::files;

/// The version that is written; older ones are read, newer ones refused.
const VERSION: u32 = 1;

/// What a session keeps.
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own, and a word of the file")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Session {
    /// The version of the file, under the name of what it is.
    #[serde(rename = "sre-stats-session")]
    version: u32,
    /// The files of data, seen from the session's folder.
    pub files: Vec<PathBuf>,
    /// The files that they are compared with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub baseline: Vec<PathBuf>,
    #[serde(skip_serializing_if = "Reading::is_guessed")]
    pub(super) reading: Reading,
    #[serde(skip_serializing_if = "Reading::is_guessed")]
    pub(super) baseline_reading: Reading,
    watch: bool,
    series: String,
    /// The text of the objective; `None` for one that fits the series.
    pub objective: Option<String>,
    rule: Option<String>,
    no_data: String,
    width: String,
    phase: String,
    rate: bool,
    marks: bool,
    anomalies: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    beside: Vec<String>,
    only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pair: Option<(String, String)>,
    values: Option<(f64, f64)>,
    spread: String,
    log: bool,
    nines: bool,
    tune: bool,
    against: String,
    against_series: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    limit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead: Option<String>,
    view: String,
    layout: Option<Plan>,
    table: bool,
    range: Option<(String, String)>,
    theme: String,
}

/// Words for what a list offers.
const THEMES: [(&str, ThemePreference); 3] =
    [("dark", ThemePreference::Dark), ("light", ThemePreference::Light), ("system", ThemePreference::System)];
const AGAINST: [&str; 4] = ["halves", "sight", "series", "baseline"];

impl Session {
    /// What is open; `None` where that came from no file.
    pub fn of(state: &State) -> Option<Self> {
        let document = state.document.as_ref().filter(|d| !d.paths.is_empty())?;
        let c = &state.choices;
        let (against, against_series) = match c.against {
            Against::Halves => (0, None),
            Against::Sight => (1, None),
            Against::Series(i) => (2, document.dataset.items.get(i).map(Item::title)),
            Against::Baseline(i) => (3, state.baseline.as_ref().and_then(|b| b.dataset.items.get(i)).map(Item::title)),
        };
        let title = |index: usize| document.dataset.items.get(index).map(Item::title);
        Some(Self {
            version: VERSION,
            files: document.paths.clone(),
            baseline: state.baseline.as_ref().map(|b| b.paths.clone()).unwrap_or_default(),
            reading: document.origin.reading.clone(),
            baseline_reading: state.baseline.as_ref().map(|b| b.origin.reading.clone()).unwrap_or_default(),
            watch: state.watch,
            series: state.item().map(Item::title).unwrap_or_default(),
            objective: c.objective.clone(),
            rule: c.rule.map(|r| r.to_string()),
            no_data: c.no_data.to_string(),
            width: c.width.compact(),
            phase: c.phase.compact(),
            rate: c.rate,
            marks: c.marks,
            anomalies: c.anomalies,
            only: c.only,
            pair: c.pair.and_then(|(a, b)| Some((title(a)?, title(b)?))),
            beside: c.beside.iter().filter_map(|i| document.dataset.items.get(*i)).map(Item::title).collect(),
            values: c.values,
            spread: c.spread.name().to_owned(),
            log: c.log,
            nines: c.nines,
            tune: c.tune,
            against: AGAINST.get(against).copied().unwrap_or_default().to_owned(),
            against_series,
            limit: c.limit.clone(),
            ahead: c.ahead.map(Span::compact),
            view: state.view.word().to_owned(),
            layout: state.layout.plan(),
            table: state.table,
            range: state.range.map(|(a, b)| (a.to_string(), b.to_string())),
            theme: THEMES.iter().find(|(_, t)| *t == state.theme).map_or("system", |(w, _)| w).to_owned(),
        })
    }

    /// The same with paths as seen from the folder of `file`; what lies elsewhere keeps its whole path.
    #[must_use]
    pub fn at(mut self, file: &Path) -> Self {
        let whole = |p: &Path| std::path::absolute(p).unwrap_or_else(|_| p.to_path_buf());
        let home = whole(file).parent().map(Path::to_path_buf).unwrap_or_default();
        for path in self.files.iter_mut().chain(&mut self.baseline).filter(|p| !asks_a_server(p)) {
            let absolute = whole(path);
            *path = absolute.strip_prefix(&home).map_or(absolute.clone(), Path::to_path_buf);
        }
        self
    }

    /// As the text of a file.
    ///
    /// # Errors
    /// Where a path is no text.
    pub fn to_text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self);
        text.map(|t| t + "\n").map_err(|e| Error::unsupported(format!("the session cannot be written: {e}")))
    }

    /// Reads a text.
    ///
    /// # Errors
    /// Where it is no session, or one of a newer version.
    pub fn from_text(text: &str) -> Result<Self> {
        let session: Self = serde_json::from_str(text).map_err(|e| Error::parse(format!("this is no session: {e}")))?;
        match session.version {
            0 => Err(Error::parse("this is no session of sre-stats: it has no version")),
            1..=VERSION => Ok(session),
            newer => Err(Error::unsupported(format!(
                "the session is of version {newer}, and this program reads up to version {VERSION}"
            ))
            .hint("open it with a newer sre-stats")),
        }
    }

    /// Reads a file, and in its place the one kept before where it is broken; then with a sentence that says so.
    ///
    /// # Errors
    /// Where neither can be read.
    pub fn read(path: &Path) -> Result<(Self, Option<String>)> {
        let said = path.display().to_string();
        let one = |path: &Path| -> Result<Self> {
            let text = std::fs::read_to_string(path).map_err(|e| Error::io(e, &path.display().to_string()))?;
            Ok(Self::from_text(&text)?.seen_from(path))
        };
        match one(path) {
            Ok(session) => Ok((session, None)),
            // a newer version is no damage
            Err(why) if why.kind() == sre_stats::ErrorKind::Unsupported => Err(why.in_file(&said)),
            Err(why) => match one(&files::previous(path)) {
                Ok(session) => Ok((
                    session,
                    Some(format!("“{said}” could not be read ({why}): the session kept before it was opened.")),
                )),
                Err(_) => Err(why.in_file(&said)),
            },
        }
    }

    /// Paths as seen from here.
    fn seen_from(mut self, file: &Path) -> Self {
        let folder = file.parent().map(Path::to_path_buf).unwrap_or_default();
        for path in self.files.iter_mut().chain(&mut self.baseline).filter(|p| !asks_a_server(p)) {
            *path = folder.join(&*path);
        }
        self
    }

    /// The choices, as far as the data have what they name.
    pub fn choices(&self, data: &Dataset, baseline: Option<&Dataset>) -> Choices {
        let find = |data: &Dataset, title: &str| data.items.iter().position(|i| i.title() == title);
        let default = Choices::default();
        let span = |text: &str, other: Span| text.parse().unwrap_or(other);
        let other = self.against_series.as_deref().unwrap_or_default();
        let against = match self.against.as_str() {
            "sight" => Against::Sight,
            "series" => find(data, other).map_or(Against::Halves, Against::Series),
            "baseline" => baseline.and_then(|b| find(b, other)).map_or(Against::Halves, Against::Baseline),
            _ => Against::Halves,
        };
        Choices {
            item: find(data, &self.series).unwrap_or(0),
            objective: self.objective.clone(),
            rule: self.rule.as_deref().and_then(|r| r.parse().ok()),
            no_data: self.no_data.parse().unwrap_or_default(),
            width: span(&self.width, default.width),
            phase: span(&self.phase, default.phase),
            rate: self.rate,
            marks: self.marks,
            anomalies: self.anomalies,
            only: self.only,
            pair: self.pair.as_ref().and_then(|(a, b)| Some((find(data, a)?, find(data, b)?))),
            beside: self.beside.iter().filter_map(|title| find(data, title)).collect(),
            values: self.values.filter(|(a, b)| a <= b),
            spread: Spread::ALL.into_iter().find(|s| s.name() == self.spread).unwrap_or_default(),
            log: self.log,
            nines: self.nines,
            tune: self.tune,
            against,
            limit: self.limit.clone(),
            ahead: self.ahead.as_deref().and_then(|s| s.parse().ok()).filter(|s: &Span| s.0 > 0),
        }
    }

    /// Whether the files are watched.
    pub fn watch(&self) -> bool {
        self.watch
    }

    /// The views, the view that commands are about, and whether they are tables.
    pub fn views(&self) -> (Layout, View, bool) {
        let view = View::of_word(&self.view).unwrap_or_default();
        let layout = self.layout.as_ref().and_then(Layout::from_plan).unwrap_or_else(|| Layout::one(view));
        let view =
            if layout.all().contains(&view) { view } else { layout.visible().first().copied().unwrap_or_default() };
        (layout, view, self.table)
    }

    /// The time shown.
    pub fn range(&self) -> Option<Range> {
        let (from, to) = self.range.as_ref()?;
        let range: (Timestamp, Timestamp) = (from.parse().ok()?, to.parse().ok()?);
        (range.0 < range.1).then_some(range)
    }

    /// The theme.
    pub fn theme(&self) -> ThemePreference {
        THEMES.iter().find(|(w, _)| *w == self.theme).map_or(ThemePreference::System, |(_, t)| *t)
    }
}

/// The file of what was open when the program did not come to its end.
pub fn autosave(home: &Path) -> PathBuf {
    home.join("open.sre-stats.json")
}

/// The file of what was open before.
pub fn recent(home: &Path) -> PathBuf {
    home.join("recent.json")
}

/// Whether a name is a question to a server, which lies in no folder.
pub(super) fn asks_a_server(path: &Path) -> bool {
    is_server(&path.to_string_lossy())
}

/// The files that were open before, the last one first; none where nothing is known.
pub fn read_recent(home: &Path) -> Vec<PathBuf> {
    std::fs::read_to_string(recent(home)).ok().and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_question_to_a_server_lies_in_no_folder() {
        let name = PathBuf::from("prometheus+http://localhost:9090/?query=a / b");
        let session = Session { files: vec![name.clone()], ..Session::default() };
        let there = session.at(Path::new("/tmp/s.sre-stats.json"));
        assert_eq!(there.files, std::slice::from_ref(&name));
        assert_eq!(there.seen_from(Path::new("/home/s.sre-stats.json")).files, [name]);
    }

    #[test]
    fn a_broken_file_gives_the_one_before_and_says_so() {
        let folder = std::env::temp_dir().join(format!("sre-stats-session-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("s.sre-stats.json");
        let session = |series: &str| {
            let files = vec![folder.join("data/a.csv"), PathBuf::from("/elsewhere/b.csv")];
            Session { version: 1, series: series.into(), files, ..Session::default() }.at(&path)
        };
        assert_eq!(session("x").files, [PathBuf::from("data/a.csv"), PathBuf::from("/elsewhere/b.csv")]);
        files::write(&path, session("old").to_text().unwrap().as_bytes(), true).unwrap();
        files::write(&path, session("new").to_text().unwrap().as_bytes(), true).unwrap();
        let whole = std::fs::read(&path).unwrap();
        assert_eq!(Session::read(&path).unwrap().0.series, "new");
        assert_eq!(Session::read(&path).unwrap().0.files[0], folder.join("data/a.csv"));
        // cut off at any byte, the file before is opened, and that is said
        for end in (0..whole.len() - 2).step_by(7) {
            std::fs::write(&path, &whole[..end]).unwrap();
            let (found, note) = Session::read(&path).unwrap();
            assert_eq!(found.series, "old", "{end}");
            assert!(note.unwrap().contains("kept before"));
        }
        std::fs::write(&path, "{\"sre-stats-session\": 99}").unwrap();
        assert!(Session::read(&path).unwrap_err().to_string().contains("version 99"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
