//! One percentile, many numbers: what every definition, tool and layout makes of the same samples, and how far each can be
//! trusted: `cargo run --release -p sre-stats --example quantile_zoo -- FILE.csv [QUANTILE…]`.

use std::path::PathBuf;

use sre_stats::histogram::LayoutChoice;
use sre_stats::load::{LoadOptions, load};
use sre_stats::method::Definition;
use sre_stats::progress::Progress;
use sre_stats::quantile::{Quantile, Tool, samples_needed};
use sre_stats::report::tell::quantile::{by_tool, definitions_table, exact, intervals_table, of_layout, table};
use sre_stats::report::{Table, tell};

/// No wider than this, so that lines wrap between words on a usual terminal.
const WIDTH: usize = 160;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file =
        arguments.next().ok_or("give a file, and quantiles such as p50 p99 where others than these are wanted")?;
    let mut qs: Vec<Quantile> = arguments.map(|word| word.parse()).collect::<Result<_, _>>()?;
    if qs.is_empty() {
        qs = vec![Quantile::MEDIAN, Quantile::P90, Quantile::P99, Quantile::P999];
    }
    let data = load(&[PathBuf::from(file)], &LoadOptions::default(), &Progress::new())?;
    show("", &definitions_table());
    for item in &data.items {
        let subject = tell::subject::subject(item)?;
        let (values, scope) = (&subject.values, &subject.scope);
        println!("\n== {} ==", subject.identity.title());
        let mut rows = exact(values, &qs, &Definition::ALL, scope)?;
        rows.extend(by_tool(values, &qs, &Tool::ALL, scope)?);
        rows.sort_by(|a, b| a.q.p().total_cmp(&b.q.p()));
        show("The same samples by every definition, and as every tool prints them", &table(&rows));
        let mut layouts = exact(values, &qs, &[Definition::Type1], scope)?;
        for layout in LayoutChoice::USUAL {
            match of_layout(values, &qs, layout, scope) {
                Ok(rows) => layouts.extend(rows),
                Err(error) => println!("{layout}: {error}"),
            }
        }
        layouts.sort_by(|a, b| a.q.p().total_cmp(&b.q.p()));
        show("The same samples from every layout, with the bytes that it is stored in", &table(&layouts));
        show("", &intervals_table(values, &qs, scope)?);
        for q in &qs {
            if let Some(n) = samples_needed(*q, 0.975) {
                println!("{q} has an upper bound at 95 % (two-sided) from {n} samples on; these are {}", values.len());
            }
        }
    }
    Ok(())
}

fn show(title: &str, table: &Table) {
    println!("\n{}\n{}", if title.is_empty() { &table.title } else { title }, table.to_text(WIDTH));
}
