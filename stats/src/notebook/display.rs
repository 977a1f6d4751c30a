//! `evcxr_display` for what a cell may end in.

use crate::describe::Statistic;
use crate::error::Result;
use crate::estimate::Estimate;
use crate::figure::{Figure, Theme, draw};
use crate::load::Dataset;
use crate::report::{Report, Section, Table, tell, to_fragment};
use crate::slo::SloReport;
use crate::trend::{Changes, Trend};
use crate::window::{Accounting, Advice, Inverse};

/// Hands one form of a value to the kernel.
fn give(mime: &str, content: &str) {
    println!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT");
}

/// Hands over HTML, or the sentence of the error where it could not be made.
fn give_html(html: Result<String>) {
    match html {
        Ok(html) => give("text/html", &html),
        Err(error) => give("text/plain", &error.to_string()),
    }
}

fn give_section(section: Section) {
    give_html(to_fragment(&Report::new("").with(section)));
}

fn give_table(table: &Table) {
    give_section(Section::new("").with(crate::report::Block::Table(table.clone())));
}

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
        give_html(to_fragment(self));
    }
}

impl Section {
    /// Shows the section in the notebook.
    pub fn evcxr_display(&self) {
        give_section(self.clone());
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
        give_section(tell::advice::section("", self));
    }
}

impl Inverse {
    /// Shows the interval of true bad time.
    pub fn evcxr_display(&self) {
        give_table(&tell::invert::table(self));
    }
}

impl SloReport {
    /// Shows the service level by each way of counting.
    pub fn evcxr_display(&self) {
        give_table(&tell::slo::methods_table(self));
    }
}

impl Trend {
    /// Shows the verdict with its evidence.
    pub fn evcxr_display(&self) {
        give_table(&tell::trend::table(self));
    }
}

impl Changes {
    /// Shows the changes of level.
    pub fn evcxr_display(&self) {
        give_table(&tell::changes::table(self));
    }
}
