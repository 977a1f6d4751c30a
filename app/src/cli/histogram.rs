//! `histogram`: the bins over all or per window; or, of data larger than memory, the table of them and quantiles of each series.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::json;
use sre_stats::Error;
use sre_stats::histogram::{AnySketch, LayoutChoice, LogLinear, Sketch};
use sre_stats::load::{Data, Dataset, Format, HistogramTable, Histograms, Item, Kind, WarningKind};
use sre_stats::quantile::Quantile;
use sre_stats::report::{Block, tell};
use sre_stats::time::{Grid, Span, Window};

use super::args::HistogramArgs;
use super::failure::{Failure, say};
use super::output::{self, Answer};
use super::quantile::give_rows;
use super::report::peak_memory;
use crate::files;

/// What is told of each series where nothing else is asked.
const TOLD: [Quantile; 3] = [Quantile::MEDIAN, Quantile::P99, Quantile::P999];

pub(crate) fn run(args: &HistogramArgs) -> Result<ExitCode, Failure> {
    if args.table_out.is_some() || !args.quantiles.is_empty() {
        return counted(args);
    }
    if args.timings {
        return Err(Failure::usage("--timings is of --table-out or --quantile"));
    }
    if args.layout != LayoutChoice::LogLinear {
        return Err(Failure::usage(format!(
            "the bins shown are log-linear; {} is a layout for --table-out or --quantile",
            args.layout
        )));
    }
    let every = args.every.map(|w| Grid::new(w, Span::ZERO)).transpose().map_err(Failure::usage)?;
    let data = args.input.load()?;
    let answer = Answer::of_each(&data.items, |item, answer| one(item, every, answer));
    let answer = answer.or_nothing("a histogram", &data.report)?;
    output::give("histogram", &data, &answer, args.input.strict, &args.output)
}

/// The bins of histograms that were read, as they are or in wider windows.
fn stored(item: &Item, histograms: &Histograms, every: Option<Grid>, answer: &mut Answer) -> Result<(), Error> {
    let all = histograms.merged()?;
    let (windows, note) = match every {
        Some(grid) => {
            let coarsened = histograms.coarsened(histograms.grid(grid.width())?)?;
            let note = coarsened.note();
            (coarsened.windows, note)
        }
        None => (vec![(histograms.extent(), all.clone())], None),
    };
    let bins_of = |sketch: &AnySketch| {
        sketch.bins().ok_or_else(|| {
            Error::unsupported(format!("{} has no bins to show", sketch.schema())).hint("ask `quantile` of it")
        })
    };
    let mut shown = Vec::with_capacity(windows.len());
    for (window, sketch) in &windows {
        let bins = bins_of(sketch)?;
        answer.results.push(output::of_series(
            item,
            &json!({
                "window": window, "layout": sketch.schema(), "unit": item.identity.unit, "count": sketch.count(), "bins": bins,
            }),
        ));
        shown.push((*window, bins));
    }
    let mut section = tell::histogram::section_of_bins(&item.identity, &shown, &bins_of(&all)?);
    section.blocks.extend(note.map(Block::Text));
    answer.sections.push(section);
    Ok(())
}

fn one(item: &Item, every: Option<Grid>, answer: &mut Answer) -> Result<(), Error> {
    if let Some(histograms) = item.as_histograms() {
        return stored(item, histograms, every, answer);
    }
    let subject = tell::subject::subject(item)?;
    let histograms: Vec<(Window, LogLinear)> = match (every, subject.scope.window) {
        (Some(grid), _) => {
            subject.windows(grid).into_iter().map(|(w, values)| (w, LogLinear::from_values(values))).collect()
        }
        (None, Some(window)) => vec![(window, LogLinear::from_values(&subject.values))],
        (None, None) => return Err(Error::empty("the samples have no window")),
    };
    for (window, histogram) in &histograms {
        answer.results.push(output::of_series(
            item,
            &json!({
                "window": window, "layout": "log-linear", "unit": subject.identity.unit, "count": histogram.count(),
                "bins": histogram.bins(),
                "caveats": tell::histogram::beyond(histogram, &subject.identity).into_iter().collect::<Vec<_>>(),
            }),
        ));
    }
    let mut section = tell::histogram::section(&subject.identity, &histograms);
    section.blocks.extend(subject.note.map(Block::Text));
    answer.sections.push(section);
    Ok(())
}

/// Rows are counted as they are read and not kept: memory grows with series and windows alone.
fn counted(args: &HistogramArgs) -> Result<ExitCode, Failure> {
    let mut since = Instant::now();
    let mut lap = |what: &str| {
        if args.timings {
            say(&format!("{what:<12}{:>8.3} s\n", since.elapsed().as_secs_f64()));
        }
        since = Instant::now();
    };
    let table = args.input.load_histograms(args.layout, args.every.unwrap_or(Span::MINUTE))?;
    lap("count");
    let told = if args.quantiles.is_empty() { &TOLD[..] } else { &args.quantiles };
    let mut answer = Answer::default();
    for whole in table.whole()? {
        let rows = tell::quantile::of_histograms(&whole, told, None)?;
        let item = Item::new(Kind::Histogram, Data::Histograms(whole), Format::HistogramTable);
        give_rows(&item, &rows, &mut answer);
        answer.sections.push(tell::quantile::section(&item.title(), &rows));
    }
    lap("quantiles");
    if let Some(path) = &args.table_out {
        write(&table, path)?;
        lap("write");
        let (file, rows, windows) = (path.display().to_string(), table.rows(), table.windows());
        say(&format!("{rows} rows written to {file}: {windows} windows of {} series\n", table.series()));
        answer.results.push(json!({
            "file": file, "format": "histogram-table", "rows": rows, "windows": windows, "count": table.count(),
        }));
    }
    if args.timings
        && let Some(peak) = peak_memory()
    {
        say(&format!("peak memory: {peak}\n"));
    }
    let mut report = table.report().clone();
    if args.table_out.is_none() {
        // the flag is missed where a table is left to be judged, and not in quantiles of all rows
        report.warnings.retain(|warning| warning.kind != WarningKind::FlagNotKept);
    }
    let data = Dataset { items: Vec::new(), report };
    output::give("histogram", &data, &answer, args.input.strict, &args.output)
}

/// Writes the table as the file's ending says.
pub(crate) fn write(table: &HistogramTable, path: &Path) -> Result<(), Failure> {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    let written = files::through(path, false, |part| match ending.as_str() {
        "parquet" | "arrow" => columnar(table, &ending, part),
        _ => {
            let io = |e| Error::io(e, &path.display().to_string());
            let mut out = BufWriter::new(std::fs::File::create(part).map_err(io)?);
            table.write_csv(&mut out)?;
            out.flush().map_err(io)
        }
    });
    Ok(written?)
}

#[cfg(feature = "frame")]
fn columnar(table: &HistogramTable, ending: &str, path: &Path) -> Result<(), Error> {
    if ending == "arrow" { table.write_arrow(path) } else { table.write_parquet(path) }
}

#[cfg(not(feature = "frame"))]
fn columnar(_table: &HistogramTable, ending: &str, _path: &Path) -> Result<(), Error> {
    Err(Error::unsupported(format!("this build does not write {ending}"))
        .hint("use .csv, or build with the feature “frame”"))
}
