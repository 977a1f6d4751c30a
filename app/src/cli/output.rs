//! An answer as text, as JSON or as a file.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use rayon::prelude::*;
use serde_json::{Map, Value, json};
use sre_stats::Error;
use sre_stats::figure::{Figure, Theme, draw};
use sre_stats::load::{Dataset, Item, LoadReport, Understood};
use sre_stats::report::{Block, Cell, Column, Report, Section, Standing, Table, to_html, to_markdown};

use super::args::OutputArgs;
use super::failure::{Failure, STRICT, printable, say};
use crate::files;

/// What a command has to say.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// For readers.
    pub(crate) sections: Vec<Section>,
    /// For programs.
    pub(crate) results: Vec<Value>,
    /// Series that a command could not use, with the reason.
    pub(crate) left_out: Vec<(String, String)>,
    /// What stands beside the results in the document, by its key.
    pub(crate) beside: Map<String, Value>,
}

impl Answer {
    /// What `one` adds for each series, in their order; one that fails is noted with the reason.
    pub(crate) fn of_each(items: &[Item], one: impl Fn(&Item, &mut Self) -> Result<(), Error> + Sync) -> Self {
        let of = |item: &Item| {
            let mut answer = Self::default();
            if let Err(e) = one(item, &mut answer) {
                answer.leave_out(item.title(), e.to_string());
            }
            answer
        };
        let mut all = Self::default();
        for answer in items.par_iter().map(of).collect::<Vec<_>>() {
            all.absorb(answer);
        }
        all
    }

    /// Notes a series that was left out.
    pub(crate) fn leave_out(&mut self, title: impl Into<String>, why: impl Into<String>) {
        self.left_out.push((title.into(), why.into()));
    }

    /// Adds another answer's.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.sections.extend(other.sections);
        self.results.extend(other.results);
        self.left_out.extend(other.left_out);
        self.beside.extend(other.beside);
    }

    /// An error where a command could use none of the series.
    pub(crate) fn or_nothing(self, what: &str, read: &LoadReport) -> Result<Self, Failure> {
        match self.left_out.first() {
            Some((title, why)) if self.results.is_empty() => {
                let nothing = Error::empty(format!("no series has {what}; “{title}”: {why}"));
                Err(Failure::from(nothing).after(guesses(read)))
            }
            _ => Ok(self),
        }
    }
}

/// A result of one series: its name and labels first, then what was found.
pub(crate) fn of_series(item: &Item, found: &impl serde::Serialize) -> Value {
    let mut map = Map::new();
    map.insert("series".into(), json!({"name": item.identity.name, "labels": item.identity.labels}));
    match serde_json::to_value(found) {
        Ok(Value::Object(fields)) => map.extend(fields),
        Ok(other) => {
            map.insert("value".into(), other);
        }
        // a value that JSON cannot hold is told as such
        Err(e) => {
            map.insert("error".into(), e.to_string().into());
        }
    }
    Value::Object(map)
}

/// Gives an answer on a data set: guesses and warnings on standard error, the rest where it was asked for.
pub(crate) fn give(
    command: &str,
    data: &Dataset,
    answer: &Answer,
    strict: bool,
    to: &OutputArgs,
) -> Result<ExitCode, Failure> {
    let left_out = once(&answer.left_out);
    tell_input(&data.report, &left_out);
    let title = match data.report.files.as_slice() {
        [one] => format!("{command} of {}", one.name),
        files => format!("{command} of {} files", files.len()),
    };
    deliver(command, &title, &input(&data.report), &warnings(&data.report, &left_out), answer, to)?;
    if strict && !(data.report.warnings.is_empty() && left_out.is_empty()) {
        say("sre-stats: --strict: the warnings above are errors\n");
        return Ok(ExitCode::from(STRICT));
    }
    Ok(ExitCode::SUCCESS)
}

/// Each series once with each reason, where several parts of an answer left it out.
fn once(left_out: &[(String, String)]) -> Vec<(String, String)> {
    let mut told = std::collections::HashSet::new();
    left_out.iter().filter(|one| told.insert(*one)).cloned().collect()
}

/// Gives an answer that no input led to.
pub(crate) fn give_alone(command: &str, title: &str, answer: &Answer, to: &OutputArgs) -> Result<ExitCode, Failure> {
    deliver(command, title, &json!({}), &json!([]), answer, to)?;
    Ok(ExitCode::SUCCESS)
}

fn deliver(
    command: &str,
    title: &str,
    input: &Value,
    warnings: &Value,
    answer: &Answer,
    to: &OutputArgs,
) -> Result<(), Failure> {
    let write_file = || to.out.as_deref().map_or(Ok(()), |path| written(title, &answer.sections, path));
    if to.json {
        write_file()?;
        let mut document = json!({
            "schema": "sre-stats/1",
            "command": command,
            "input": input,
            "warnings": warnings,
            "results": answer.results,
        });
        for (key, value) in &answer.beside {
            document[key] = value.clone();
        }
        write_out(&format!("{document:#}\n"))?;
    } else {
        let (file, text) = rayon::join(write_file, || as_text(&answer.sections));
        file?;
        write_out(&text)?;
    }
    Ok(())
}

/// Writes sections to a file of the form that its ending names.
fn written(title: &str, sections: &[Section], path: &Path) -> Result<(), Failure> {
    let report = Report { title: title.to_owned(), sections: sections.to_vec() };
    files::write(path, &as_file(&report, path)?, false)?;
    say(&format!("written: {}\n", path.display()));
    Ok(())
}

fn input(report: &LoadReport) -> Value {
    json!({"files": report.files, "understood": report.understood, "rows": report.rows})
}

fn warnings(report: &LoadReport, left_out: &[(String, String)]) -> Value {
    let mut all: Vec<Value> = report.warnings.iter().map(|w| json!(w)).collect();
    all.extend(left_out.iter().map(
        |(title, why)| json!({"kind": "series-left-out", "message": format!("“{title}” is left out: {why}"), "where": {}}),
    ));
    Value::Array(all)
}

/// So many warnings, and series that were left out, are told on standard error.
const NAMED: usize = 10;

/// What was made of the input without being told, a line each.
pub(crate) fn guesses(report: &LoadReport) -> String {
    let line = |note: &Understood| format!("{}: {} ({})\n", note.what, note.choice, note.why);
    report.understood.iter().map(line).collect()
}

/// What a command says of its data, or why it has nothing to say after what was made of them: that helps to see why.
pub(crate) fn after_guesses<T>(data: &Dataset, told: Result<T, Failure>) -> Result<T, Failure> {
    told.map_err(|failure| failure.after(guesses(&data.report)))
}

fn tell_input(report: &LoadReport, left_out: &[(String, String)]) {
    let mut text = guesses(report);
    for warning in report.warnings.iter().take(NAMED) {
        text.push_str(&format!("warning: {warning}\n"));
    }
    if report.warnings.len() > NAMED {
        text.push_str(&format!("warning: {} more; inspect lists them all\n", report.warnings.len() - NAMED));
    }
    for (title, why) in left_out.iter().take(NAMED) {
        text.push_str(&format!("left out: “{title}”: {why}\n"));
    }
    if left_out.len() > NAMED {
        text.push_str(&format!("left out: {} more series\n", left_out.len() - NAMED));
    }
    say(&text);
}

/// Writes to standard output.
pub(crate) fn write_out(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// The report as the file's ending asks for it.
fn as_file(report: &Report, path: &Path) -> Result<Vec<u8>, Failure> {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    Ok(match ending.as_str() {
        "html" | "htm" => to_html(report)?.into_bytes(),
        "md" => to_markdown(report)?.into_bytes(),
        "svg" => draw::svg(first_figure(report)?, draw::Size::default(), Theme::Auto)?.into_bytes(),
        "png" => draw::png(first_figure(report)?, draw::Size::default(), Theme::Light)?,
        "csv" => as_one_table(report)?.to_csv().into_bytes(),
        #[cfg(feature = "frame")]
        "parquet" => as_one_table(report)?.to_parquet()?,
        other => return Err(Failure::usage(format!("“{other}” names no format of a result"))),
    })
}

fn first_figure(report: &Report) -> Result<&Figure, Failure> {
    let blocks = report.sections.iter().flat_map(|s| &s.blocks);
    let mut figures = blocks.filter_map(|b| if let Block::Figure(f) = b { Some(f) } else { None });
    figures.next().ok_or_else(|| Failure::usage("this result has no picture; use .html, .md or .csv"))
}

/// The first table; where other sections have one of the same columns, all of them under one header, with the section each
/// row is from.
fn as_one_table(report: &Report) -> Result<Table, Failure> {
    let tables: Vec<(&str, &Table)> = report
        .sections
        .iter()
        .flat_map(|s| s.blocks.iter().map(|b| (&*s.title, b)))
        .filter_map(|(title, b)| if let Block::Table(t) = b { Some((title, t)) } else { None })
        .collect();
    let Some((_, first)) = tables.first() else {
        return Err(Failure::usage("this result has no table; use .html or .md"));
    };
    let names = |t: &Table| t.columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
    let alike: Vec<&(&str, &Table)> = tables.iter().filter(|(_, t)| names(t) == names(first)).collect();
    if alike.len() == 1 {
        return Ok((*first).clone());
    }
    let mut all = Table::new(first.title.clone(), first.columns.clone());
    all.columns.insert(0, Column::text("section"));
    for (title, table) in alike {
        all.rows.extend(table.rows.iter().map(|row| {
            let mut cells = vec![Cell::from(*title)];
            cells.extend(row.iter().cloned());
            cells
        }));
    }
    Ok(all)
}

/// The sections for a terminal; figures belong to files.
fn as_text(sections: &[Section]) -> String {
    let terminal = std::io::stdout().is_terminal();
    // a pipe has no width, and lines that are not wrapped are easier to search
    let width = if terminal { terminal_size::terminal_size().map_or(100, |(w, _)| usize::from(w.0)) } else { 10_000 };
    let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let mut out = String::new();
    for (i, section) in sections.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        if sections.len() > 1 {
            let title = printable(&section.title);
            out.push_str(&if colour { format!("\u{1b}[1m{title}\u{1b}[0m\n\n") } else { format!("{title}\n\n") });
        }
        let shown: Vec<String> =
            section.blocks.iter().filter_map(|b| Some(block(b, width, colour)? + &caveats(b, section))).collect();
        out.push_str(&shown.join("\n"));
    }
    out
}

/// What must be known of a table's estimates, below it.
fn caveats(block: &Block, section: &Section) -> String {
    let Block::Table(table) = block else { return String::new() };
    section.caveats_of(table).iter().map(|line| printable(&format!("! {line}\n"))).collect()
}

fn block(block: &Block, width: usize, colour: bool) -> Option<String> {
    Some(match block {
        Block::Text(text) => format!("{}\n", printable(text)),
        Block::Table(table) if table.rows.is_empty() => return None,
        Block::Table(table) if table.title.is_empty() => table.to_text_with_intervals(width),
        Block::Table(table) => format!("{}\n{}", printable(&table.title), table.to_text_with_intervals(width)),
        Block::Verdict { standing, text, evidence } => {
            let mut out = format!("{} {}\n", sign(*standing, colour), printable(text));
            for (name, estimate) in evidence {
                out.push_str(&printable(&format!("  {name}: {}\n", estimate.in_full())));
                for caveat in &estimate.caveats {
                    out.push_str(&printable(&format!("    {caveat}\n")));
                }
            }
            out
        }
        Block::Warnings(warnings) => {
            let mut out = String::new();
            for warning in warnings {
                out.push_str(&printable(&format!("! {warning}\n")));
            }
            out
        }
        _ => return None,
    })
}

fn sign(standing: Standing, colour: bool) -> String {
    let sign = standing.sign();
    let code = match standing {
        Standing::Good => "32",
        Standing::Bad => "31",
        Standing::Depends => "33",
        _ => return sign.to_string(),
    };
    if colour { format!("\u{1b}[{code}m{sign}\u{1b}[0m") } else { sign.to_string() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_the_same_columns_become_one() {
        let table = |v: f64| Table::new("t", vec![Column::text("x")]).with(vec![v.into()]);
        let section = |title: &str, v| Section::new(title).with(Block::Table(table(v)));
        let report = Report::new("r").with(section("a", 1.0)).with(section("b", 2.0));
        assert_eq!(as_one_table(&report).unwrap().to_csv(), "section,x\r\na,1\r\nb,2\r\n");
        assert!(first_figure(&report).is_err());
    }

    #[test]
    fn what_must_be_known_of_a_number_stands_below_its_table() {
        let few = |n: u64| {
            let scope = sre_stats::estimate::Scope::default();
            let e = sre_stats::estimate::Estimate::new(2.0, sre_stats::method::Method::Mean, n, &scope);
            e.with_caveat(format!("n = {n} is too few"))
        };
        let columns = vec![Column::text("x"), Column::estimate("mean")];
        let table = Table::new("", columns).with(vec!["a".into(), few(3).into()]).with(vec!["b".into(), few(4).into()]);
        let section = Section::new("s").with(Block::Table(table));
        let text = as_text(std::slice::from_ref(&section));
        assert!(text.ends_with("! a: n = 3 is too few (likewise in 1 more row)\n"), "{text}");
        let told = section.with(Block::Warnings(vec!["mean: n = 3 is too few".into()]));
        assert_eq!(as_text(&[told]).matches("too few").count(), 1);
    }

    #[test]
    fn text_of_the_input_cannot_drive_the_terminal() {
        let section = Section::new("s").with(Block::Text("a\u{1b}[2Jb".into()));
        assert_eq!(as_text(&[section]), "a\u{fffd}[2Jb\n");
    }
}
