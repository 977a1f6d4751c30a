//! Reports as one HTML file: styles and pictures inside, no script, nothing loaded from elsewhere.

use rayon::prelude::*;

use super::block::{Block, Report, Section, Standing};
use super::escape::markup as escape;
use super::style;
use super::table::{Align, Cell, Column, Table};
use crate::error::Result;
use crate::estimate::Estimate;
use crate::figure::{Figure, Theme, draw};

/// Contents of more sections than this are folded, so that the first finding stands on the first screen.
const LONG: usize = 60;

/// The report as a self-contained HTML document that reads on screen, light or dark, and on paper.
///
/// Every text is escaped, and the document forbids scripts and outside content by a content security policy of its own.
///
/// ```
/// use sre_stats::report::{Block, Report, Section, to_html};
/// let report = Report::new("Checkout <latency>")
///     .with(Section::new("Summary").with(Block::Text("Nothing happened.".into())));
/// let html = to_html(&report)?;
/// assert!(html.starts_with("<!doctype html>") && html.contains("Checkout &lt;latency&gt;"));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where a figure cannot be drawn.
pub fn to_html(report: &Report) -> Result<String> {
    let title = escape(&report.title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>\n{}</style>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n",
        style::sheet()
    );
    if report.sections.len() > 2 {
        let long = report.sections.len() > LONG;
        out.push_str("<nav aria-label=\"Contents\">");
        if long {
            out.push_str(&format!("<details><summary>Contents: {} sections</summary>", report.sections.len()));
        }
        out.push_str("<ol>\n");
        for (i, section) in report.sections.iter().enumerate() {
            out.push_str(&format!("<li><a href=\"#s{}\">{}</a></li>\n", i + 1, escape(&section.title)));
        }
        out.push_str(if long { "</ol></details></nav>\n" } else { "</ol></nav>\n" });
    }
    // drawing takes most of the time: each section, and each block of one, by itself
    let sections: Vec<Result<String>> =
        report.sections.par_iter().enumerate().map(|(i, section)| section_of(section, i + 1)).collect();
    for section in sections {
        out.push_str(&section?);
    }
    out.push_str("</main>\n</body>\n</html>\n");
    Ok(out)
}

/// The sections alone, with their styles, for a page that is already there, such as a notebook's. The ground is opaque and
/// light, whatever the page around it.
///
/// # Errors
/// Where a figure cannot be drawn.
pub fn to_fragment(report: &Report) -> Result<String> {
    let mut out = format!("<div class=\"sre-stats\">\n<style>\n{}</style>\n", style::scoped());
    for section in &report.sections {
        if !section.title.is_empty() {
            out.push_str(&format!("<h3>{}</h3>\n", escape(&section.title)));
        }
        push_blocks(&mut out, section)?;
    }
    out.push_str("</div>\n");
    Ok(out)
}

fn section_of(section: &Section, number: usize) -> Result<String> {
    let title = escape(&section.title);
    let mut out = format!("<section aria-labelledby=\"s{number}\">\n<h2 id=\"s{number}\">{title}</h2>\n");
    push_blocks(&mut out, section)?;
    out.push_str("</section>\n");
    Ok(out)
}

fn push_blocks(out: &mut String, section: &Section) -> Result<()> {
    let blocks: Vec<Result<String>> = section.blocks.par_iter().map(block_of).collect();
    for block in blocks {
        out.push_str(&block?);
    }
    Ok(())
}

fn block_of(block: &Block) -> Result<String> {
    let mut out = String::new();
    match block {
        Block::Text(text) => {
            for paragraph in text.split("\n\n").filter(|p| !p.trim().is_empty()) {
                out.push_str(&format!("<p>{}</p>\n", escape(paragraph)));
            }
        }
        Block::Table(table) => push_table(&mut out, table),
        Block::Figure(figure) => push_figure(&mut out, figure)?,
        Block::Verdict { standing, text, evidence } => push_verdict(&mut out, *standing, text, evidence),
        Block::Warnings(warnings) if warnings.is_empty() => {}
        Block::Warnings(warnings) => {
            out.push_str("<aside class=\"warnings\" aria-label=\"Warnings\"><ul>\n");
            for warning in warnings {
                out.push_str(&format!("<li>{}</li>\n", escape(warning)));
            }
            out.push_str("</ul></aside>\n");
        }
    }
    Ok(out)
}

/// Figures of at most so many numbers bring them along as a table.
const MOST_ROWS: usize = 120;

/// The caption is text of the document; only the picture is drawn.
fn push_figure(out: &mut String, figure: &Figure) -> Result<()> {
    let mut picture = figure.clone();
    picture.caption.clear();
    let svg = draw::svg(&picture, draw::Size::new(960, 440), Theme::Auto)?;
    out.push_str("<figure>\n<div class=\"picture\">\n");
    out.push_str(&svg);
    out.push_str("</div>\n");
    if !figure.caption.is_empty() {
        out.push_str(&format!("<figcaption>{}</figcaption>\n", escape(&figure.caption)));
    }
    let table = super::figure_table(figure);
    if (1..=MOST_ROWS).contains(&table.rows.len()) {
        out.push_str("<details>\n<summary>The numbers</summary>\n");
        push_table(out, &table);
        out.push_str("</details>\n");
    }
    out.push_str("</figure>\n");
    Ok(())
}

fn push_verdict(out: &mut String, standing: Standing, text: &str, evidence: &[(String, Estimate)]) {
    let class = match standing {
        Standing::Good => "good",
        Standing::Bad => "bad",
        Standing::Depends => "warn",
        Standing::Unknown => "neutral",
    };
    out.push_str(&format!(
        "<div class=\"verdict {class}\">\n<p><span class=\"sign\" aria-hidden=\"true\">{}</span>{}</p>\n",
        standing.sign(),
        escape(text)
    ));
    if !evidence.is_empty() {
        out.push_str("<dl>\n");
        for (name, estimate) in evidence {
            let cell = estimate_text(&Cell::Estimate(estimate.clone()), None);
            out.push_str(&format!("<dt>{}</dt><dd>{cell}</dd>\n", escape(name)));
        }
        out.push_str("</dl>\n");
    }
    out.push_str("</div>\n");
}

fn push_table(out: &mut String, table: &Table) {
    let label = escape(if table.title.is_empty() { "Table" } else { &table.title });
    // a region that scrolls must be reached by the keyboard
    out.push_str(&format!("<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"{label}\">\n<table>\n"));
    if !table.title.is_empty() {
        out.push_str(&format!("<caption>{label}</caption>\n"));
    }
    out.push_str("<thead><tr>");
    for column in &table.columns {
        out.push_str(&format!("<th scope=\"col\"{}>{}</th>", class(column), escape(&column.name)));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (i, column) in table.columns.iter().enumerate() {
            let text = estimate_text(Table::cell(row, i), Some(column));
            // the first words of a row name it
            if i == 0 && column.align == Align::Left {
                out.push_str(&format!("<th scope=\"row\">{text}</th>"));
            } else {
                out.push_str(&format!("<td{}>{text}</td>", class(column)));
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn class(column: &Column) -> &'static str {
    if column.align == Align::Right { " class=\"number\"" } else { "" }
}

/// A cell of more characters is broken into lines where its table has no room.
const LONGEST_WHOLE: usize = 36;

/// A cell's value, and for an estimate its bound, its source and its caveats in smaller lines.
fn estimate_text(cell: &Cell, column: Option<&Column>) -> String {
    let value = cell.value(column);
    // numbers, times and short words stay in one piece; a sentence would push the table off the page
    let class = if value.chars().count() > LONGEST_WHOLE { "value text" } else { "value" };
    let mut out = format!("<span class=\"{class}\">{}</span>", escape(&value));
    for (class, text) in [("bound", cell.bound()), ("bound", cell.confidence()), ("source", cell.source())] {
        if let Some(text) = text {
            out.push_str(&format!(" <span class=\"{class}\">{}</span>", escape(&text)));
        }
    }
    if let Cell::Estimate(estimate) = cell {
        for caveat in &estimate.caveats {
            out.push_str(&format!(" <span class=\"caveat\">{}</span>", escape(caveat)));
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estimate::{Bound, Scope};
    use crate::figure::{Axis, Mark, Role, Shape};
    use crate::method::Method;
    use crate::unit::Unit;

    fn report(word: &str) -> Report {
        let e = Estimate::new(0.213, Method::Described(word.into()), 10_000, &Scope::untimed(Unit::Other(word.into())))
            .with_bound(Bound::Unknown { why: word.into() })
            .with_caveat(word);
        let figure = Figure::new(word, Axis::new(word, Unit::None), Axis::new(word, Unit::None))
            .with(Mark::new(word, Role::Series(0), Shape::Line { points: vec![(0.0, 1.0), (1.0, 2.0)] }))
            .with_caption(word);
        let table = Table::new(word, vec![Column::text(word), Column::estimate(word)])
            .with(vec![word.into(), e.clone().into()]);
        let section = Section::new(word)
            .with(Block::Text(word.into()))
            .with(Block::Table(table))
            .with(Block::Figure(figure))
            .with(Block::Verdict { standing: Standing::Bad, text: word.into(), evidence: vec![(word.into(), e)] })
            .with(Block::Warnings(vec![word.into()]));
        Report::new(word).with(section.clone()).with(section.clone()).with(section)
    }

    #[test]
    fn no_text_becomes_markup_wherever_it_stands() {
        for word in
            ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'onmouseover='x", "</style><script>"]
        {
            let html = to_html(&report(word)).unwrap();
            assert!(!html.contains("<script") && !html.contains("<img"), "{word}");
            assert!(!html.contains(word), "{word}");
        }
    }

    /// A path has no space at which a narrow page could break it.
    #[test]
    fn a_long_title_stays_within_a_narrow_page() {
        let html = to_html(&report("datasets/recorded/checkout.parquet")).unwrap();
        let (style, _) = html.split_once("</style>").unwrap();
        let breaks = style.lines().find(|rule| rule.starts_with("h1,")).unwrap();
        for part in ["h1", "h2", "nav a"] {
            assert!(breaks.split('{').next().unwrap().split(',').any(|s| s == part), "{part}: {breaks}");
        }
        assert!(breaks.ends_with("{overflow-wrap:anywhere}"), "{breaks}");
    }

    #[test]
    fn tags_are_balanced() {
        let html = to_html(&report("plain")).unwrap();
        for tag in [
            "main", "section", "table", "thead", "tbody", "tr", "th", "td", "figure", "svg", "text", "div", "dl", "ul",
            "span", "p",
        ] {
            let open = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
            assert_eq!(open, html.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }

    #[test]
    fn long_contents_are_folded() {
        let of = |n: usize| {
            let mut report = Report::new("r");
            report.sections = (0..n).map(|i| Section::new(format!("s{i}"))).collect();
            to_html(&report).unwrap()
        };
        assert!(!of(LONG).contains("<details>"));
        let long = of(LONG + 1);
        assert!(long.contains("<details><summary>Contents: 61 sections</summary><ol>"));
        assert_eq!(long.matches("<details>").count(), long.matches("</details>").count());
    }

    #[test]
    fn an_estimate_brings_its_provenance_and_nothing_is_loaded() {
        let html = to_html(&report("plain")).unwrap();
        assert!(html.contains("n = 10000, plain"));
        assert!(html.contains("no bound: plain"));
        for outside in ["src=", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert_eq!(
            html.matches("http").count() - html.matches("http-equiv").count(),
            html.matches("http://www.w3.org/2000/svg").count()
        );
    }
}
