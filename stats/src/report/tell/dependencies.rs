//! What services can promise on top of each other.

use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::slo::dependencies::{Cycle, Dependencies, ServiceRow};
use crate::time::Span;
use crate::unit::Unit;

/// The bounds of each service.
pub fn table(found: &Dependencies) -> Table {
    let columns = vec![
        Column::text("service"),
        Column::number("alone", Unit::Ratio),
        Column::estimate("at most (worst need)"),
        Column::estimate("if independent"),
        Column::span("gap per 30d"),
        Column::text("weakest path"),
    ];
    let mut table = Table::new("What each service can promise", columns);
    let month = 30.0 * Span::DAY.as_secs_f64();
    let row = |r: &ServiceRow| {
        vec![
            r.service.clone().into(),
            r.own.map_or(Cell::Empty, Cell::Number),
            r.bound_worst.clone().into(),
            match (&r.product, &r.why) {
                (Some(product), _) => product.clone().into(),
                (None, Some(why)) => why.clone().into(),
                (None, None) => Cell::Empty,
            },
            r.gap.map_or(Cell::Empty, |gap| super::words::span_cell(gap * month)),
            r.weakest_path.join(" → ").into(),
        ]
    };
    table.rows = found.services.iter().map(row).collect();
    table
}

/// The order in which services can be started.
pub fn boot_table(found: &Dependencies) -> Table {
    let columns = vec![Column::number("step", Unit::Count), Column::text("start"), Column::text("in a cycle")];
    let mut table = Table::new("Order of starting", columns);
    table.rows = found
        .boot
        .iter()
        .map(|s| vec![(s.step as f64).into(), s.services.join(", ").into(), s.in_a_cycle.join(", ").into()])
        .collect();
    table
}

/// Cycles, layers and the service that can promise least, in one sentence.
pub fn finding(found: &Dependencies) -> (Standing, String) {
    let level = |r: &ServiceRow| r.product.as_ref().map_or(r.bound_worst.value, |p| p.value);
    let worst = found.services.iter().min_by(|a, b| level(a).total_cmp(&level(b)));
    let mut text = match worst {
        Some(r) if r.product.is_some() => format!(
            "“{}” can promise least: {} if services fail independently, and never more than {}.",
            r.service,
            Unit::Ratio.show(level(r)),
            Unit::Ratio.show(r.bound_worst.value)
        ),
        Some(r) => format!("“{}” can promise least: never more than {}.", r.service, Unit::Ratio.show(level(r))),
        None => String::new(),
    };
    // what is not known counts as always there, which is a bound and no promise
    let unknown: Vec<String> =
        found.services.iter().filter(|r| r.own.is_none()).map(|r| format!("“{}”", r.service)).collect();
    if !unknown.is_empty() && unknown.len() == found.services.len() {
        text =
            "Nothing can be said of what the services can promise: the availability of none of them is known.".into();
    } else if !unknown.is_empty() {
        let named: Vec<String> = unknown.iter().take(3).cloned().collect();
        let more = match unknown.len() - named.len() {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        text.push_str(&format!(" The availability of {}{more} is not known.", named.join(", ")));
    }
    let (cycles, layers) = (found.cycles.len(), found.layer_violations.len());
    let many = |n: usize, one: &str, more: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {more}") };
    if cycles > 0 || layers > 0 {
        text.push_str(&format!(
            " The graph holds {} and {} of layers.",
            many(cycles, "cycle", "cycles"),
            many(layers, "violation", "violations")
        ));
        return (Standing::Bad, text);
    }
    (if unknown.is_empty() { Standing::Good } else { Standing::Unknown }, text)
}

/// Sentence, cycles, violations and tables.
pub fn section(title: &str, found: &Dependencies) -> Section {
    let (standing, text) = finding(found);
    let mut section =
        Section::new(format!("Dependencies of {title}")).with(Block::Verdict { standing, text, evidence: Vec::new() });
    let around = |c: &Cycle| format!("cycle: {}", c.path.join(" → "));
    let mut warnings: Vec<String> = found.cycles.iter().map(around).collect();
    warnings.extend(found.layer_violations.iter().map(|v| {
        format!("layer: “{}” of layer {} needs “{}” of layer {}", v.service, v.layer, v.needs, v.needs_layer)
    }));
    if !warnings.is_empty() {
        section.blocks.push(Block::Warnings(warnings));
    }
    section.with(Block::Table(table(found))).with(Block::Table(boot_table(found)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::slo::dependencies::{analyse, read_dot};

    #[test]
    fn what_is_not_known_is_no_promise() {
        let of = |text: &str| finding(&analyse(&read_dot(text).unwrap()).unwrap());
        let (standing, text) = of("digraph { a -> b }");
        assert!(standing == Standing::Unknown && !text.contains("100 %"), "{text}");
        let (standing, text) = of("digraph { a [availability=0.99]; a -> b }");
        assert!(standing == Standing::Unknown && text.ends_with("The availability of “b” is not known."), "{text}");
        let (standing, text) = of("digraph { a [availability=0.99]; b [availability=0.999]; a -> b }");
        assert!(standing == Standing::Good && !text.contains("not known"), "{text}");
    }

    #[test]
    fn the_worst_service_cycles_and_layers_are_named() {
        let graph = read_dot(
            "digraph { web [availability=0.999, layer=1]; db [availability=0.99, layer=2]; web -> db; db -> disk; disk -> db }",
        )
        .unwrap();
        let section = section("shop", &analyse(&graph).unwrap());
        let text = crate::report::to_markdown(&crate::report::Report::new("r").with(section)).unwrap();
        assert!(text.contains("1 cycle and 1 violation of layers"), "{text}");
        assert!(text.contains("cycle: db → disk → db") && text.contains("web → db"), "{text}");
        assert!(text.contains("the availability of disk is not known"), "{text}");
    }
}
