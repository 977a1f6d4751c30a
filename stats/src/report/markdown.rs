//! Reports as Markdown.

use super::block::{Block, Report, Section};
use super::escape::{markdown as escape, markdown_paragraph};
use super::table::{Align, Cell, Column, Table};
use crate::error::Result;
use crate::figure::{Figure, Mark, Shape};

/// The report as Markdown (`CommonMark` with tables). Figures are told by title, caption and a table of their reference lines;
/// pictures belong to [`to_html`](super::to_html).
///
/// # Errors
/// None at present.
pub fn to_markdown(report: &Report) -> Result<String> {
    let mut out = format!("# {}\n", escape(&report.title));
    for section in &report.sections {
        push_section(&mut out, section);
    }
    Ok(out)
}

fn push_section(out: &mut String, section: &Section) {
    out.push_str(&format!("\n## {}\n", escape(&section.title)));
    for block in &section.blocks {
        out.push('\n');
        match block {
            Block::Text(text) => {
                for paragraph in text.split("\n\n") {
                    out.push_str(&format!("{}\n", markdown_paragraph(paragraph)));
                }
            }
            Block::Table(table) => {
                push_table(out, table);
                push_warnings(out, "\n", &section.caveats_of(table));
            }
            Block::Figure(figure) => push_figure(out, figure),
            Block::Verdict { standing, text, evidence } => {
                out.push_str(&format!("> **{} {}**\n", standing.sign(), escape(text)));
                for (name, estimate) in evidence {
                    out.push_str(&format!(">\n> {}: {}\n", escape(name), escape(&estimate.to_string())));
                    for caveat in &estimate.caveats {
                        out.push_str(&format!(">\n> ⚠ {}\n", escape(caveat)));
                    }
                }
            }
            Block::Warnings(warnings) => push_warnings(out, "", warnings),
        }
    }
}

fn push_figure(out: &mut String, figure: &Figure) {
    out.push_str(&format!("**Figure: {}.** {}\n", escape(&figure.title), escape(&figure.caption)));
    let rules: Vec<(&Mark, f64)> = figure
        .marks
        .iter()
        .filter_map(|m| match m.shape {
            Shape::Rule { at, .. } if !m.name.is_empty() => Some((m, at)),
            _ => None,
        })
        .collect();
    if !rules.is_empty() {
        out.push('\n');
        for (mark, at) in rules {
            let Shape::Rule { direction, .. } = mark.shape else { continue };
            let axis = if direction == crate::figure::Direction::Horizontal { &figure.y } else { &figure.x };
            out.push_str(&format!("- {}: {}\n", escape(&mark.name), escape(&axis.show(at))));
        }
    }
}

/// A list of warnings after what parts it from the block before; nothing where there are none.
fn push_warnings(out: &mut String, before: &str, warnings: &[String]) {
    if !warnings.is_empty() {
        out.push_str(before);
    }
    for warning in warnings {
        out.push_str(&format!("- ⚠ {}\n", escape(warning)));
    }
}

fn push_table(out: &mut String, table: &Table) {
    if !table.title.is_empty() {
        out.push_str(&format!("**{}**\n\n", escape(&table.title)));
    }
    if table.columns.is_empty() {
        return;
    }
    let names: Vec<String> = table.columns.iter().map(|c| escape(&c.name)).collect();
    out.push_str(&format!("| {} |\n", names.join(" | ")));
    let rules: Vec<&str> =
        table.columns.iter().map(|c| if c.align == Align::Right { "---:" } else { ":---" }).collect();
    out.push_str(&format!("| {} |\n", rules.join(" | ")));
    for row in &table.rows {
        let cells: Vec<String> =
            table.columns.iter().enumerate().map(|(i, c)| cell_text(Table::cell(row, i), c)).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}

fn cell_text(cell: &Cell, column: &Column) -> String {
    let mut parts = vec![cell.value(Some(column))];
    parts.extend(cell.bound().filter(|b| b != "exact"));
    parts.extend(cell.confidence());
    if let Some(source) = cell.source() {
        let exact = cell.bound().as_deref() == Some("exact");
        parts.push(if exact { format!("(exact, {source})") } else { format!("({source})") });
    }
    escape(&parts.join(" "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::block::Standing;
    use super::*;
    use crate::estimate::{Bound, Estimate, Scope};
    use crate::method::Method;
    use crate::unit::Unit;

    #[test]
    fn structure_survives_hostile_names() {
        let e = Estimate::new(0.5, Method::Mean, 4, &Scope::untimed(Unit::Second)).with_bound(Bound::Confidence {
            lower: 0.4,
            upper: 0.6,
            level: 0.95,
        });
        let table = Table::new("T", vec![Column::text("a|b"), Column::estimate("mean")])
            .with(vec!["<img src=x>\n| x |".into(), e.clone().into()]);
        let report = Report::new("R").with(
            Section::new("S")
                .with(Block::Table(table))
                .with(Block::Verdict { standing: Standing::Good, text: "met".into(), evidence: vec![("m".into(), e)] })
                .with(Block::Warnings(vec!["3 dropped".into()])),
        );
        let text = to_markdown(&report).unwrap();
        assert!(text.contains("| a\\|b | mean |\n| :--- | ---: |\n"), "{text}");
        let row = "| &lt;img src=x&gt; \\| x \\| | 500 ms \\[400 ms, 600 ms\\] at 95 % (n = 4, mean) |\n";
        assert!(text.contains(row), "{text}");
        assert!(text.contains("> **✓ met**\n>\n> m: 500 ms"), "{text}");
        assert!(text.contains("- ⚠ 3 dropped\n"));
    }

    #[test]
    fn what_must_be_known_of_a_number_stands_below_it_once() {
        let few = |n: u64| {
            let e = Estimate::new(2.0, Method::Mean, n, &Scope::default());
            e.with_caveat(format!("n = {n} is too <few>"))
        };
        let table = Table::new("", vec![Column::text("x"), Column::estimate("mean")])
            .with(vec!["a".into(), few(3).into()])
            .with(vec!["b".into(), few(4).into()]);
        let section = Section::new("s").with(Block::Table(table));
        let shown = |section: Section| to_markdown(&Report::new("R").with(section)).unwrap();
        let text = shown(section.clone());
        assert!(text.ends_with("|\n\n- ⚠ a: n = 3 is too &lt;few&gt; (likewise in 1 more row)\n"), "{text}");
        let verdict =
            Block::Verdict { standing: Standing::Good, text: "met".into(), evidence: vec![("m".into(), few(3))] };
        let text = shown(section.with(verdict));
        assert!(text.ends_with(">\n> ⚠ n = 3 is too &lt;few&gt;\n") && text.matches("too").count() == 1, "{text}");
    }
}
