//! `convert`: what was loaded, in another format.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use serde_json::json;
use sre_stats::load::{Dataset, Item};

use super::args::ConvertArgs;
use super::failure::{Failure, say};
use super::output::{self, Answer};

pub(crate) fn run(args: &ConvertArgs) -> Result<ExitCode, Failure> {
    if args.target != "csv" {
        return Err(Failure::usage(format!("this build does not write {}; use --to csv", args.target)));
    }
    if args.output.json && args.output.out.is_none() {
        return Err(Failure::usage("--json tells about the file that was written: name it with --out"));
    }
    let data = args.input.load()?;
    let rows: u64 = data.items.iter().map(Item::count).sum();
    let Some(path) = &args.output.out else {
        let mut out = BufWriter::new(std::io::stdout().lock());
        write_csv(&data, &mut out)?;
        out.flush()?;
        drop(out);
        let silent = Answer::default();
        let nowhere = super::args::OutputArgs { json: false, out: None };
        return output::give("convert", &data, &silent, args.input.strict, &nowhere);
    };
    let name = path.display().to_string();
    let io = |e| sre_stats::Error::io(e, &name);
    let mut out = BufWriter::new(std::fs::File::create(path).map_err(io)?);
    write_csv(&data, &mut out).and_then(|()| out.flush()).map_err(io)?;
    say(&format!("{rows} rows written to {name}\n"));
    let answer = Answer { results: vec![json!({"file": name, "format": "csv", "rows": rows})], ..Answer::default() };
    let written = super::args::OutputArgs { json: args.output.json, out: None };
    output::give("convert", &data, &answer, args.input.strict, &written)
}

/// One row a sample: time, labels, value, and the good flag where there is one. Series of one name share a column of that
/// name; of several, a column `name` tells them apart.
fn write_csv(data: &Dataset, out: &mut impl Write) -> std::io::Result<()> {
    let mut labels: Vec<&str> =
        data.items.iter().flat_map(|i| i.identity.labels.iter().map(|(name, _)| name.as_str())).collect();
    labels.sort_unstable();
    labels.dedup();
    let first = data.items.first().map_or("value", |i| i.identity.name.as_str());
    let one_name = data.items.iter().all(|i| i.identity.name == first);
    let flagged = data.items.iter().any(|i| i.as_events().is_some_and(|e| e.ok().is_some()));
    let mut header = vec!["time".to_owned()];
    if !one_name {
        header.push("name".to_owned());
    }
    header.extend(labels.iter().map(|l| field(l)));
    header.push(field(if one_name { first } else { "value" }));
    if flagged {
        header.push("ok".to_owned());
    }
    writeln!(out, "{}", header.join(","))?;
    for item in &data.items {
        let mut middle = String::new();
        if !one_name {
            middle.push_str(&field(&item.identity.name));
            middle.push(',');
        }
        for label in &labels {
            middle.push_str(&field(item.identity.labels.get(label).unwrap_or_default()));
            middle.push(',');
        }
        let ok = item.as_events().and_then(|e| e.ok());
        for (i, (t, v)) in item.times().iter().zip(item.values()).enumerate() {
            write!(out, "{},{middle}{v}", sre_stats::time::Timestamp(*t))?;
            match ok.and_then(|ok| ok.get(i)) {
                Some(ok) => writeln!(out, ",{ok}")?,
                None if flagged => writeln!(out, ",")?,
                None => writeln!(out)?,
            }
        }
    }
    Ok(())
}

fn field(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
