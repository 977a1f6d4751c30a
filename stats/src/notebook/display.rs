//! `evcxr_display` for what a cell may end in.

use crate::describe::Statistic;
use crate::error::Result;
use crate::estimate::Estimate;
use crate::figure::{Figure, Theme, draw};
use crate::forecast::{Anomalies, Decomposition, Forecast};
use crate::load::Dataset;
use crate::notebook::exercise::Marked;
use crate::report::{Block, Report, Section, Standing, Table, tell, to_fragment};
use crate::slo::SloReport;
use crate::trend::{Changes, Trend};
use crate::window::{Accounting, Advice, Inverse};

/// Hands one form of a value to the kernel.
fn give(mime: &str, content: &str) {
    println!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT");
}

/// What the rules of a notebook's own page would do to our tables: stripes in the colours of its theme, text to the right.
const OVERRIDES: &str = "\
.sre-stats{font:15px/1.5 Roboto,'Segoe UI','Helvetica Neue',Arial,'Liberation Sans',sans-serif;max-width:1040px;box-sizing:border-box}
.sre-stats .table table{display:table;margin:0;border:0;font-size:.9rem;table-layout:auto;width:max-content}
.sre-stats .table table tr:nth-child(n){background:var(--background);color:var(--ink)}
.sre-stats .table table tr :is(th,td){max-width:44ch;padding:.35rem .8rem;color:var(--ink);text-align:left;vertical-align:top;\
white-space:normal;border-width:0 0 1px}
.sre-stats .table table tr :is(th,td).number{max-width:none;text-align:right}
.sre-stats .table table tr :is(th,td):first-child{padding-left:0}
.sre-stats .table table thead th{color:var(--muted);vertical-align:bottom}
.sre-stats .table table :not(.number)>.value{white-space:normal}
.sre-stats .table table :is(.bound,.source){white-space:nowrap}
.sre-stats .table table .caveat{max-width:44ch;margin-left:auto}
.sre-stats .table table caption{caption-side:top;white-space:nowrap;color:var(--ink)}
.sre-stats .verdict p{font-size:1rem;max-width:84ch}
";

/// Blocks as HTML on a light, opaque ground. Pictures are drawn here, as those of a report follow the reader's system into
/// the dark, which a fragment with light tables cannot.
fn html(title: &str, blocks: &[Block]) -> Result<String> {
    let fragment = |title: &str, blocks: &[Block]| {
        to_fragment(&Report::new("").with(Section { title: title.to_owned(), blocks: blocks.to_vec() }))
    };
    let mut out = String::new();
    let mut title = title;
    let mut rest = blocks;
    while let Some(at) = rest.iter().position(|block| matches!(block, Block::Figure(_))) {
        let (before, from) = rest.split_at(at);
        if !before.is_empty() || !title.is_empty() {
            out.push_str(&fragment(std::mem::take(&mut title), before)?);
        }
        if let [Block::Figure(figure), after @ ..] = from {
            out.push_str(&draw::svg(figure, draw::Size::default(), Theme::Light)?);
            rest = after;
        }
    }
    if !rest.is_empty() {
        out.push_str(&fragment(title, rest)?);
    }
    // last, as of equal rules the later one holds
    out.push_str(&format!("<style>\n{OVERRIDES}</style>\n"));
    Ok(out)
}

/// Hands over HTML, with plain text for what shows none, or the sentence of the error where it could not be made.
fn give_html(html: Result<String>, text: &str) {
    match html {
        Ok(html) => {
            give("text/html", &html);
            if !text.is_empty() {
                give("text/plain", text);
            }
        }
        Err(error) => give("text/plain", &error.to_string()),
    }
}

fn give_section(section: &Section) {
    give_html(html(&section.title, &section.blocks), "");
}

fn give_table(table: &Table) {
    give_html(html("", &[Block::Table(table.clone())]), &table.to_text(WIDTH));
}

/// A sentence, and the table that it rests on.
fn give_finding((standing, text): (Standing, String), table: Table) {
    let plain = format!("{} {text}\n{}", standing.sign(), table.to_text(WIDTH));
    give_html(html("", &[Block::Verdict { standing, text, evidence: Vec::new() }, Block::Table(table)]), &plain);
}

/// Plain tables are so many characters wide.
const WIDTH: usize = 110;

impl Figure {
    /// Shows the figure as SVG.
    pub fn evcxr_display(&self) {
        match draw::svg(self, draw::Size::default(), Theme::Light) {
            Ok(svg) => give("image/svg+xml", &svg),
            Err(error) => give("text/plain", &error.to_string()),
        }
    }
}

impl Table {
    /// Shows the table as HTML.
    pub fn evcxr_display(&self) {
        give_table(self);
    }
}

impl Report {
    /// Shows the report in the notebook, pictures and all.
    pub fn evcxr_display(&self) {
        let sections = self.sections.iter().map(|section| html(&section.title, &section.blocks));
        give_html(sections.collect::<Result<Vec<_>>>().map(|all| all.concat()), "");
    }
}

impl Section {
    /// Shows the section in the notebook.
    pub fn evcxr_display(&self) {
        give_section(self);
    }
}

impl Marked {
    /// Shows whether the answer is right, and why.
    pub fn evcxr_display(&self) {
        give_html(html("", &self.section().blocks), &self.to_string());
    }
}

impl Estimate<f64> {
    /// Shows the number with its bound and provenance.
    pub fn evcxr_display(&self) {
        give("text/plain", &self.to_string());
    }
}

impl Statistic {
    /// Shows the statistic in a line.
    pub fn evcxr_display(&self) {
        give("text/plain", &format!("{}: {}", self.name, self.estimate));
    }
}

impl Dataset {
    /// Shows what was understood of the input.
    pub fn evcxr_display(&self) {
        give_table(&tell::inspect::series_table(self));
    }
}

impl Accounting {
    /// Shows what every width charged.
    pub fn evcxr_display(&self) {
        give_table(&tell::windows::table(self));
    }
}

impl Advice {
    /// Shows the band of widths and its reasons.
    pub fn evcxr_display(&self) {
        give_section(&Section { title: String::new(), ..tell::advice::section("", self) });
    }
}

impl Inverse {
    /// Shows the interval of true bad time.
    pub fn evcxr_display(&self) {
        give_finding(tell::invert::finding(self, None), tell::invert::table(self));
    }
}

impl SloReport {
    /// Shows the service level by each way of counting.
    pub fn evcxr_display(&self) {
        give_finding(tell::slo::finding(self), tell::slo::methods_table(self));
    }
}

impl Trend {
    /// Shows the verdict with its evidence.
    pub fn evcxr_display(&self) {
        give_table(&tell::trend::table(self));
    }
}

impl Forecast {
    /// Shows what comes, with its interval, at a few times.
    pub fn evcxr_display(&self) {
        give_finding(tell::forecast::finding(self), tell::forecast::table(self));
    }
}

impl Decomposition {
    /// Shows how much each part explains.
    pub fn evcxr_display(&self) {
        give_finding(tell::forecast_parts::decomposition_finding(self), tell::forecast_parts::strength_table(self));
    }
}

impl Anomalies {
    /// Shows the values that do not fit.
    pub fn evcxr_display(&self) {
        give_finding(tell::forecast_parts::anomalies_finding(self), tell::forecast_parts::anomalies_table(self));
    }
}

impl Changes {
    /// Shows the changes of level.
    pub fn evcxr_display(&self) {
        give_table(&tell::changes::table(self));
    }
}
