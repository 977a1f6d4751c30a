//! Named samples side by side.

use crate::error::{Error, Result};
use crate::figure::{Axis, Scale};
use crate::unit::Unit;

use super::Tick;

/// A named sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name, written beside it.
    pub name: String,
    /// Its values.
    pub values: Vec<f64>,
}

impl Group {
    /// A named sample.
    pub fn new(name: impl Into<String>, values: &[f64]) -> Self {
        Self { name: name.into(), values: values.to_vec() }
    }

    /// The values that the scale can show, and how many it cannot.
    pub(super) fn shown(&self, scale: Scale) -> (Vec<f64>, usize) {
        let shown: Vec<f64> = self.values.iter().copied().filter(|v| scale.shows(*v)).collect();
        let left_out = self.values.len() - shown.len();
        (shown, left_out)
    }
}

/// An axis with a tick a group, the first group at 1.
pub(super) fn axis(groups: &[Group]) -> Axis {
    let mut axis = Axis::new("", Unit::None).with_range(0.4, groups.len() as f64 + 0.6);
    axis.fixed = groups.iter().enumerate().map(|(i, g)| Tick::major(i as f64 + 1.0, g.name.clone())).collect();
    axis
}

/// Refuses what has nothing to draw, and scales that values do not have.
pub(super) fn check(groups: &[Group], scale: Scale) -> Result<()> {
    if !matches!(scale, Scale::Linear | Scale::Log) {
        return Err(Error::argument("values need a linear or a logarithmic scale"));
    }
    if groups.iter().all(|g| g.shown(scale).0.is_empty()) {
        return Err(Error::empty("there is no value to draw").hint("choose a linear scale for values at or below 0"));
    }
    Ok(())
}

/// What a caption says of values that the scale cannot show.
pub(super) fn left_out(n: usize) -> String {
    if n == 0 { String::new() } else { format!(" {} values cannot be shown on this scale.", super::grouped(n as u64)) }
}
