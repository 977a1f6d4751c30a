//! How the story is laid out for reading.

use super::{Chapter, Story};
use crate::error::Result;
use crate::load::Dataset;
use crate::report::{Report, Section};

pub(super) fn report(_story: &Story, _dataset: &Dataset, title: &str) -> Result<Report> {
    Ok(Report::new(title).with(Section::new("")))
}
#[allow(dead_code)]
fn chapter(_c: &Chapter) {}
