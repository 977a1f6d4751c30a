//! `generate`: sample data from a seeded generator, with its truth in a side file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use sre_stats::report::{Block, Column, Section, Table};
use sre_stats::unit::Unit;
use sre_stats_datasets::{Generated, Scenario, generate, scenarios};

use super::args::{GenerateArgs, OutputArgs};
use super::failure::{Failure, say};
use super::output::{self, Answer};
use crate::files;

pub(crate) fn run(args: &GenerateArgs) -> Result<ExitCode, Failure> {
    let Some(name) = &args.scenario else { return list(&args.output) };
    let scenario = scenarios().iter().find(|s| s.name == name);
    let rows = match (args.rows, scenario) {
        (Some(rows), _) => usize::try_from(rows).map_err(Failure::usage)?,
        (None, Some(scenario)) => scenario.default_rows,
        (None, None) => 1,
    };
    if args.output.out.as_ref().is_some_and(|p| p.extension().is_none_or(|e| e != "csv")) {
        return Err(Failure::usage("sample data are written as CSV: name the file .csv"));
    }
    if args.output.json && args.output.out.is_none() {
        return Err(Failure::usage("--json tells about the files that were written: name one with --out"));
    }
    let made = generate(name, args.seed, rows).map_err(Failure::usage)?;
    let Some(path) = &args.output.out else {
        made.write_csv(BufWriter::new(std::io::stdout().lock()))?;
        return Ok(ExitCode::SUCCESS);
    };
    let truth = path.with_extension("truth.json");
    write(&made, path, &truth)?;
    let (file, side) = (path.display().to_string(), truth.display().to_string());
    say(&format!("{} rows written to {file}, their truth to {side}\n", made.rows()));
    let answer = Answer {
        results: vec![json!({"scenario": name, "seed": args.seed, "rows": made.rows(), "file": file, "truth": side})],
        ..Answer::default()
    };
    output::give_alone("generate", "Sample data", &answer, &OutputArgs { json: args.output.json, out: None })
}

fn write(made: &Generated, path: &Path, truth: &Path) -> Result<(), Failure> {
    files::through(path, false, |part| made.write_csv(File::create(part)?))?;
    // the truth last: it is never that of data that are not there
    files::through(truth, false, |part| -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(part)?);
        serde_json::to_writer_pretty(&mut out, &made.truth)?;
        writeln!(out)?;
        out.flush()
    })?;
    Ok(())
}

fn list(to: &OutputArgs) -> Result<ExitCode, Failure> {
    let columns = vec![Column::text("scenario"), Column::number("rows", Unit::Count), Column::text("about")];
    let mut table = Table::new("Scenarios", columns);
    let row = |s: &Scenario| vec![s.name.into(), (s.default_rows as f64).into(), s.about.into()];
    table.rows = scenarios().iter().map(row).collect();
    let about = |s: &Scenario| json!({"scenario": s.name, "rows": s.default_rows, "least_rows": s.least_rows, "most_rows": s.most_rows, "about": s.about});
    let answer = Answer {
        sections: vec![Section::new("Scenarios").with(Block::Table(table))],
        results: scenarios().iter().map(about).collect(),
        ..Answer::default()
    };
    output::give_alone("generate", "Scenarios", &answer, to)
}
