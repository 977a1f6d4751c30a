//! What the user says of a file where the guesses of reading it were wrong: one text a question, blank where the guess is taken.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sre_stats::Result;
use sre_stats::load::LoadOptions;

use super::take::quoted;

/// A question about a file. Each is a flag of the command line, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The format.
    Format,
    /// The column of times.
    Time,
    /// The zone of times that name none.
    Tz,
    /// The distance of rows without a time.
    Step,
    /// The columns of values.
    Value,
    /// The unit of the values.
    Unit,
    /// What the values are.
    Kind,
    /// The columns that tell series apart.
    By,
    /// The column of flags.
    Ok,
    /// The column that counts all events of a row.
    Total,
    /// The column that counts the bad ones.
    Bad,
    /// The rows to keep.
    Where,
    /// The first time of all.
    From,
    /// The end of time.
    To,
}

impl Part {
    /// All parts, in the order of the form.
    pub const ALL: [Self; 14] = [
        Self::Format,
        Self::Time,
        Self::Tz,
        Self::Step,
        Self::Value,
        Self::Unit,
        Self::Kind,
        Self::By,
        Self::Ok,
        Self::Total,
        Self::Bad,
        Self::Where,
        Self::From,
        Self::To,
    ];

    /// Its flag on the command line, without the dashes.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Time => "time",
            Self::Tz => "tz",
            Self::Step => "step",
            Self::Value => "value",
            Self::Unit => "unit",
            Self::Kind => "kind",
            Self::By => "by",
            Self::Ok => "ok",
            Self::Total => "total",
            Self::Bad => "bad",
            Self::Where => "where",
            Self::From => "from",
            Self::To => "to",
        }
    }

    /// What the form calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Format => "Format",
            Self::Time => "Time column",
            Self::Tz => "Time zone",
            Self::Step => "Step of rows",
            Self::Value => "Value columns",
            Self::Unit => "Unit",
            Self::Kind => "Kind",
            Self::By => "Split by columns",
            Self::Ok => "Success column",
            Self::Total => "Total column",
            Self::Bad => "Bad column",
            Self::Where => "Rows where",
            Self::From => "From",
            Self::To => "Until",
        }
    }

    /// What to write there.
    pub fn about(self) -> &'static str {
        match self {
            Self::Format => "What the file is, such as csv, prometheus-json or json-lines.",
            Self::Time => "The name of the column that holds the time, or its number from 1.",
            Self::Tz => "The zone of times that name none, such as Europe/Berlin.",
            Self::Step => "How far apart rows without a time are, such as 10s.",
            Self::Value => "The names of the columns of values, with commas between them.",
            Self::Unit => "The unit of the values, such as ms, s, B or %.",
            Self::Kind => {
                "What the values are: a level, a count since some start or since the row before, single events."
            }
            Self::By => "The columns that tell series apart, with commas between them.",
            Self::Ok => "The column that says whether a request was good: a flag, or an HTTP status.",
            Self::Total => "The column that counts all events of a row.",
            Self::Bad => "The column that counts the bad events of a row.",
            Self::Where => "The rows to keep, such as service == \"checkout\" && status < 500.",
            Self::From => "The first time that is read, such as 2026-01-02T00:00:00Z.",
            Self::To => "The time before which is read.",
        }
    }

    /// Under which names the report of a load tells the guess.
    pub fn told_as(self) -> &'static str {
        match self {
            Self::Tz => "zone",
            Self::From => "range",
            other => other.flag(),
        }
    }
}

/// What is said of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reading(BTreeMap<Part, String>);

impl Reading {
    /// Whether every guess is taken.
    pub fn is_guessed(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said of a part; blank where nothing is.
    pub fn get(&self, part: Part) -> &str {
        self.0.get(&part).map_or("", String::as_str)
    }

    /// Says something of a part, or takes it back with a blank.
    pub fn set(&mut self, part: Part, text: impl Into<String>) {
        let text = text.into();
        if text.trim().is_empty() {
            self.0.remove(&part);
        } else {
            self.0.insert(part, text);
        }
    }

    /// The same with one part said.
    #[must_use]
    pub fn with(mut self, part: Part, text: impl Into<String>) -> Self {
        self.set(part, text);
        self
    }

    /// What the loader is told.
    ///
    /// # Errors
    /// Where a text is not of its kind.
    pub fn options(&self) -> Result<LoadOptions> {
        let mut options = LoadOptions::default();
        for (part, text) in &self.0 {
            let text = text.trim();
            let own = || Some(text.to_owned());
            match part {
                Part::Format => options.format = Some(text.parse()?),
                Part::Time => options.time = own(),
                Part::Tz => {
                    let _: sre_stats::slo::Zone = text.parse()?;
                    options.tz = own();
                }
                Part::Step => {
                    let step: sre_stats::time::Span = text.parse()?;
                    if step.0 <= 0 {
                        let why = sre_stats::Error::argument(format!("a step of {step} leads nowhere"));
                        return Err(why.hint("give one such as 1s"));
                    }
                    options.step = Some(step);
                }
                Part::Value => options.value = own(),
                Part::Unit => options.unit = Some(text.parse()?),
                Part::Kind => options.kind = Some(text.parse()?),
                Part::By => options.by = text.split(',').map(|c| c.trim().to_owned()).collect(),
                Part::Ok => options.ok = own(),
                Part::Total => options.total = own(),
                Part::Bad => options.bad = own(),
                Part::Where => options.filter = own(),
                Part::From => options.from = Some(text.parse()?),
                Part::To => options.to = Some(text.parse()?),
            }
        }
        Ok(options)
    }

    /// What is wrong with a part.
    pub fn wrong(&self, part: Part) -> Option<String> {
        let alone = Self::default().with(part, self.get(part));
        alone.options().err().map(|e| e.to_string())
    }

    /// The same as flags of the command line, each with a blank before it.
    pub fn flags(&self) -> String {
        let mut flags = String::new();
        for (part, text) in &self.0 {
            flags.push_str(&format!(" --{} {}", part.flag(), quoted(text.trim())));
        }
        flags
    }

    /// The same as Rust, with how a server is asked.
    pub fn cell(&self, server: Option<&str>) -> String {
        let field = |(part, text): (&Part, &String)| {
            let text = text.trim();
            match part {
                Part::Format | Part::Step | Part::Unit | Part::Kind | Part::From | Part::To => {
                    format!("{}: Some({text:?}.parse()?)", part.flag())
                }
                Part::By => {
                    let columns: Vec<String> = text.split(',').map(|c| format!("{:?}.into()", c.trim())).collect();
                    format!("by: vec![{}]", columns.join(", "))
                }
                Part::Where => format!("filter: Some({text:?}.into())"),
                _ => format!("{}: Some({text:?}.into())", part.flag()),
            }
        };
        let server = server.map(|server| format!("server: {server}"));
        let fields: Vec<String> = self.0.iter().map(field).chain(server).collect();
        if fields.is_empty() {
            return "LoadOptions::default()".to_owned();
        }
        format!("LoadOptions {{ {}, ..LoadOptions::default() }}", fields.join(", "))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sre_stats::load::{Format, Kind};
    use sre_stats::time::Timestamp;
    use sre_stats::unit::Unit;

    #[test]
    fn what_is_said_reaches_loader_session_and_shell() {
        let said = Reading::default()
            .with(Part::Unit, "ms")
            .with(Part::Kind, "gauge")
            .with(Part::By, "a, b")
            .with(Part::Where, "x > 1")
            .with(Part::Tz, "Europe/Berlin")
            .with(Part::To, "1970-01-02T00:00:00Z");
        let expected = LoadOptions {
            unit: Some(Unit::Millisecond),
            kind: Some(Kind::Gauge),
            by: vec!["a".into(), "b".into()],
            filter: Some("x > 1".into()),
            tz: Some("Europe/Berlin".into()),
            to: Some(Timestamp(86_400_000_000_000)),
            ..LoadOptions::default()
        };
        assert_eq!(said.options().unwrap(), expected);
        let text = serde_json::to_string(&said).unwrap();
        assert!(text.contains("\"unit\":\"ms\""), "{text}");
        assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), said);
        assert_eq!(
            said.flags(),
            " --tz Europe/Berlin --unit ms --kind gauge --by 'a, b' --where 'x > 1' --to 1970-01-02T00:00:00Z"
        );
        let cell = said.cell(Some("ServerOptions::from_environment()"));
        assert!(
            cell.contains("unit: Some(\"ms\".parse()?)")
                && cell.contains("to: Some(\"1970-01-02T00:00:00Z\".parse()?)")
        );
        assert!(cell.contains(", server: ServerOptions::from_environment(), "), "{cell}");
        assert_eq!(Reading::default().cell(None), "LoadOptions::default()");
        assert!(said.with(Part::Unit, " ").get(Part::Unit).is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_told_at_its_part() {
        let said = Reading::default().with(Part::Kind, "gouge").with(Part::Tz, "Mars/Olympus").with(Part::Step, "0s");
        let said = said.with(Part::From, "yesterday");
        for part in [Part::Kind, Part::Tz, Part::Step, Part::From] {
            assert!(said.wrong(part).is_some(), "{part:?}");
        }
        assert!(said.wrong(Part::Unit).is_none() && said.options().is_err());
        let format = Reading::default().with(Part::Format, "prometheus");
        assert_eq!(format.options().unwrap().format, Some(Format::PrometheusJson));
    }
}
