//! `convert`: what was loaded, in another format.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use sre_stats::load::{Dataset, Item, LoadOptions};
use sre_stats::{Error, Result};

use super::args::{ConvertArgs, OutputArgs};
use super::failure::{Failure, say};
use super::output::{self, Answer};
use crate::files;

pub(crate) fn run(args: &ConvertArgs) -> Result<ExitCode, Failure> {
    let to = args.target.as_str();
    match (&args.output.out, to) {
        (None, _) if args.output.json => {
            return Err(Failure::usage("--json tells about the file that was written: name it with --out"));
        }
        (None, "parquet" | "arrow") => {
            return Err(Failure::usage(format!("{to} is written to a file: name it with --out")));
        }
        _ => {}
    }
    if matches!(to, "histogram-table" | "histograms") {
        return histogram_table(args);
    }
    // what is written is what was read, so that nothing between two scrapes is lost
    let options = LoadOptions { keep_buckets: args.input.kind.is_none(), ..args.input.options() };
    let mut data = args.input.load_files(&args.input.sources(), &options)?;
    if to == "openmetrics" {
        let notes = data.openmetrics_notes();
        data.report.understood.extend(notes);
    }
    let Some(path) = &args.output.out else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        text(&data, to, &mut out)?;
        out.flush()?;
        drop(out);
        return tell(&data, &Answer::default(), args, false);
    };
    let name = path.display().to_string();
    files::through(path, false, |part| match to {
        "parquet" | "arrow" => write_columnar(&data, to, part),
        _ => {
            let mut out = BufWriter::new(std::fs::File::create(part).map_err(|e| Error::io(e, &name))?);
            text(&data, to, &mut out)?;
            out.flush().map_err(|e| Error::io(e, &name))
        }
    })?;
    let rows: u64 = data.items.iter().map(Item::count).sum();
    say(&format!("{rows} rows written to {name}\n"));
    let answer = Answer { results: vec![json!({"file": name, "format": to, "rows": rows})], ..Answer::default() };
    tell(&data, &answer, args, args.output.json)
}

/// Histograms of rows that are counted as they are read and not kept.
fn histogram_table(args: &ConvertArgs) -> Result<ExitCode, Failure> {
    let table = args.input.load_histograms(args.layout, args.every)?;
    let data = Dataset { items: Vec::new(), report: table.report().clone() };
    let Some(path) = &args.output.out else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        table.write_csv(&mut out)?;
        out.flush()?;
        drop(out);
        return tell(&data, &Answer::default(), args, false);
    };
    super::histogram::write(&table, path)?;
    let (name, rows) = (path.display().to_string(), table.rows());
    say(&format!("{rows} rows written to {name}\n"));
    let result = json!({"file": name, "format": args.target, "rows": rows});
    tell(&data, &Answer { results: vec![result], ..Answer::default() }, args, args.output.json)
}

fn tell(data: &Dataset, answer: &Answer, args: &ConvertArgs, json: bool) -> Result<ExitCode, Failure> {
    output::give("convert", data, answer, args.input.strict, &OutputArgs { json, out: None })
}

/// Writes a format of text.
fn text(data: &Dataset, to: &str, out: &mut dyn Write) -> Result<()> {
    match to {
        "openmetrics" => data.write_openmetrics(out),
        _ => data.write_csv(out),
    }
}

#[cfg(feature = "frame")]
fn write_columnar(data: &Dataset, format: &str, path: &Path) -> Result<()> {
    if format == "arrow" { data.write_arrow(path) } else { data.write_parquet(path) }
}

#[cfg(not(feature = "frame"))]
fn write_columnar(_data: &Dataset, format: &str, _path: &Path) -> Result<()> {
    Err(Error::unsupported(format!("this build does not write {format}"))
        .hint("use --to csv, or build with the feature “frame”"))
}
