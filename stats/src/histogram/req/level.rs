//! One level of a REQ sketch: a buffer that gives up half of its values at the end that matters less, in sections whose number grows.

use crate::histogram::ranks::{Coin, merge_sorted};

use super::ReqSide;

/// Sections of a new level.
pub(super) const SECTIONS: u8 = 3;
/// The smallest section.
pub(super) const LEAST_SECTION: u32 = 4;

/// The values of one weight. All but those of the first level are sorted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level {
    pub(super) values: Vec<f64>,
    /// How often it was compacted: its lowest zero bit says how many sections the next compaction takes.
    pub(super) state: u64,
    /// The size of a section before it is rounded, as the byte form has it.
    pub(super) section: f32,
    pub(super) sections: u8,
    /// Which half went up last.
    odd: bool,
}

impl Level {
    pub(super) fn new(k: u16) -> Self {
        Self::with(Vec::new(), 0, f32::from(k), SECTIONS)
    }

    /// A level as the byte form has it.
    pub(super) fn with(values: Vec<f64>, state: u64, section: f32, sections: u8) -> Self {
        Self { values, state, section, sections, odd: false }
    }

    /// Values of a section: the nearest even number.
    pub(super) fn section_size(&self) -> u32 {
        nearest_even(self.section)
    }

    /// How many values it may hold.
    pub(super) fn capacity(&self) -> usize {
        2 * self.section_size() as usize * usize::from(self.sections)
    }

    /// Takes half of some sections out, and gives them; a coin says which half, every other time.
    pub(super) fn compact(&mut self, side: ReqSide, coin: &mut Coin) -> Vec<f64> {
        self.values.sort_unstable_by(f64::total_cmp);
        let taken = (self.state.trailing_ones() + 1).min(u32::from(self.sections)) as usize;
        // the half that matters most is never touched
        let mut kept = self.capacity() / 2 + (usize::from(self.sections) - taken) * self.section_size() as usize;
        let length = self.values.len();
        // an even number goes
        kept += length.saturating_sub(kept) % 2;
        let going = length.saturating_sub(kept);
        if going < 2 {
            return Vec::new();
        }
        self.odd = if self.state % 2 == 1 { !self.odd } else { coin.flip() };
        let start = if side == ReqSide::High { 0 } else { kept };
        let gone: Vec<f64> = self.values.drain(start..start + going).collect();
        // what comes next is merged into a list of its own
        self.values.shrink_to_fit();
        self.state = self.state.wrapping_add(1);
        self.grow();
        gone.into_iter().skip(usize::from(self.odd)).step_by(2).collect()
    }

    /// Adds sorted values.
    pub(super) fn add_sorted(&mut self, values: &[f64]) {
        self.values = merge_sorted(&self.values, values);
    }

    /// Adds another level of the same weight.
    pub(super) fn merge(&mut self, other: &Self) {
        self.state |= other.state;
        let mut more = other.values.clone();
        self.values.sort_unstable_by(f64::total_cmp);
        more.sort_unstable_by(f64::total_cmp);
        self.add_sorted(&more);
        while self.grow() {}
    }

    /// Doubles the number of sections, and makes them smaller by √2, where it was compacted so often that its error asks for it.
    fn grow(&mut self) -> bool {
        let section = self.section / std::f32::consts::SQRT_2;
        let due = threshold(self.sections).is_some_and(|threshold| self.state >= threshold);
        match self.sections.checked_mul(2) {
            Some(sections) if due && nearest_even(section) >= LEAST_SECTION => {
                (self.section, self.sections) = (section, sections);
                true
            }
            _ => false,
        }
    }
}

/// From how many compactions on so many sections are too few.
pub(super) fn threshold(sections: u8) -> Option<u64> {
    1_u64.checked_shl(u32::from(sections.checked_sub(1)?))
}

pub(super) fn nearest_even(size: f32) -> u32 {
    ((size / 2.0).round() as u32).saturating_mul(2)
}
