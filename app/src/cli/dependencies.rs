//! `dependencies`: what services can promise on top of each other.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;
use sre_stats::Error;
use sre_stats::report::tell;
use sre_stats::slo::dependencies::{Graph, analyse, read_dot, read_table, read_yaml, to_dot};

use super::args::DependenciesArgs;
use super::failure::{Failure, say};
use super::output::{self, Answer};
use crate::files;

/// One result a service; the last has the cycles, the layers and the order of starting.
pub(crate) fn run(args: &DependenciesArgs) -> Result<ExitCode, Failure> {
    let name = args.graph.display().to_string();
    let text = std::fs::read_to_string(&args.graph).map_err(|e| Error::io(e, &name))?;
    let graph = read(&text, &args.graph).map_err(|e| e.in_file(&name))?;
    let found = analyse(&graph).map_err(|e| e.in_file(&name))?;
    if let Some(from) = args.from.as_deref().filter(|from| graph.find(from).is_none()) {
        return Err(Failure::usage(format!("--from: there is no service “{from}” in {name}")));
    }
    let mut answer = Answer::default();
    answer.results.extend(found.services.iter().map(|row| json!(row)));
    answer.results.push(json!({
        "graph": {"cycles": found.cycles, "layer_violations": found.layer_violations, "boot": found.boot},
    }));
    answer.sections.push(tell::dependencies::section(&name, &found));
    if let Some(out) = &args.dot {
        let written = to_dot(&graph, &found, args.from.as_deref());
        files::write(out, written.as_bytes(), false)?;
        say(&format!("written: {}\n", out.display()));
    }
    output::give_alone("dependencies", &format!("Dependencies of {name}"), &answer, &args.output)
}

/// The graph by the file's ending, else by how it begins.
fn read(text: &str, path: &Path) -> Result<Graph, Error> {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "yml" | "yaml" | "json" => read_yaml(text),
        "dot" | "gv" => read_dot(text),
        "csv" => read_table(text),
        _ if text.contains("digraph") => read_dot(text),
        _ if text.lines().next().is_some_and(|l| l.split(',').any(|c| c.trim() == "service")) => read_table(text),
        _ => read_yaml(text),
    }
}
