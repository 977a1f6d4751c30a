//! One histogram a group, of many groups at once.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryArray, BooleanArray};
use datafusion::arrow::datatypes::Float64Type;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};
use sre_stats::histogram::{AnySketch, LayoutChoice, Sketch};

use crate::told;

/// Values are handed to a histogram by so many, which is faster than one by one.
const WAITING: usize = 64;

struct Group {
    histogram: AnySketch,
    waiting: Vec<f64>,
}

/// The histograms of all groups.
pub(crate) struct Groups {
    layout: LayoutChoice,
    name: String,
    all: Vec<Group>,
    /// Bytes of the histograms.
    memory: usize,
}

impl Groups {
    pub(crate) fn new(layout: LayoutChoice) -> Self {
        Self { layout, name: layout.to_string(), all: Vec::new(), memory: 0 }
    }

    fn reach(&mut self, groups: usize) -> Result<()> {
        while self.all.len() < groups {
            let histogram = self.layout.build(&[]).map_err(told)?;
            self.memory += histogram.memory_bytes();
            self.all.push(Group { histogram, waiting: Vec::new() });
        }
        Ok(())
    }

    fn change(&mut self, group: usize, change: impl FnOnce(&mut Group) -> Result<()>) -> Result<()> {
        let Some(group) = self.all.get_mut(group) else { return exec_err!("there is no group {group}") };
        let before = group.histogram.memory_bytes();
        change(group)?;
        self.memory = (self.memory + group.histogram.memory_bytes()).saturating_sub(before);
        Ok(())
    }

    fn add(&mut self, place: usize, value: f64) -> Result<()> {
        let Some(group) = self.all.get_mut(place) else { return exec_err!("there is no group {place}") };
        group.waiting.push(value);
        if group.waiting.len() < WAITING {
            return Ok(());
        }
        self.change(place, |group| {
            group.histogram.insert_slice(&group.waiting);
            group.waiting.clear();
            Ok(())
        })
    }
}

/// Whether a row is counted: where the filter holds.
fn kept(filter: Option<&BooleanArray>, row: usize) -> bool {
    filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.reach(total_num_groups)?;
        let Some(values) = values.first() else { return Ok(()) };
        let values = values.as_primitive::<Float64Type>();
        for (row, (value, group)) in values.values().iter().zip(group_indices).enumerate() {
            if value.is_finite() && values.is_valid(row) && kept(opt_filter, row) {
                self.add(*group, *value)?;
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.reach(total_num_groups)?;
        let Some(states) = values.first() else { return Ok(()) };
        let name = self.name.clone();
        for (packed, group) in states.as_binary::<i32>().iter().zip(group_indices) {
            let Some(packed) = packed.filter(|packed| !packed.is_empty()) else { continue };
            let other = AnySketch::from_packed(&name, packed).map_err(told)?;
            self.change(*group, |group| group.histogram.merge(&other).map_err(told))?;
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let mut taken = emit_to.take_needed(&mut self.all);
        let mut packed = Vec::with_capacity(taken.len());
        for group in &mut taken {
            self.memory = self.memory.saturating_sub(group.histogram.memory_bytes());
            group.histogram.insert_slice(&group.waiting);
            packed.push(group.histogram.to_packed().unwrap_or_default());
        }
        Ok(Arc::new(BinaryArray::from_iter_values(packed)))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(emit_to)?])
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let Some(values) = values.first() else { return Ok(Vec::new()) };
        let values = values.as_primitive::<Float64Type>();
        let mut packed = Vec::with_capacity(values.len());
        for (row, value) in values.values().iter().enumerate() {
            let counted = value.is_finite() && values.is_valid(row) && kept(opt_filter, row);
            let own = if counted { std::slice::from_ref(value) } else { &[] };
            packed.push(self.layout.build(own).map_err(told)?.to_packed().unwrap_or_default());
        }
        Ok(vec![Arc::new(BinaryArray::from_iter_values(packed))])
    }

    fn size(&self) -> usize {
        self.memory + self.all.capacity() * size_of::<Group>() + self.all.len() * WAITING * size_of::<f64>()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use datafusion::arrow::array::Float64Array;

    /// The decimal bins of log-linear by hand: 0.01 has two digits 10 at 10⁻², and so on, in powers of 256.
    fn counts(array: &ArrayRef) -> Vec<u64> {
        let of = |packed: &[u8]| AnySketch::from_packed("log-linear", packed).unwrap().count();
        array.as_binary::<i32>().iter().map(|packed| of(packed.unwrap())).collect()
    }

    #[test]
    fn what_is_filtered_or_no_number_is_in_no_group() {
        let mut groups = Groups::new(LayoutChoice::LogLinear);
        let values = vec![Some(1.0), None, Some(f64::NAN), Some(f64::INFINITY), Some(-2.0), Some(0.0), Some(3.0)];
        let values: ArrayRef = Arc::new(Float64Array::from(values));
        let filter =
            BooleanArray::from(vec![Some(true), Some(true), Some(true), Some(true), Some(true), None, Some(false)]);
        groups.update_batch(&[Arc::clone(&values)], &[0, 0, 1, 1, 2, 2, 2], Some(&filter), 4).unwrap();
        let each = groups.convert_to_state(&[values], Some(&filter)).unwrap();
        assert_eq!(counts(&each[0]), [1, 0, 0, 0, 1, 0, 0]);
        assert!(groups.size() > 0);
        assert_eq!(counts(&groups.evaluate(EmitTo::First(2)).unwrap()), [1, 0]);
        assert_eq!(counts(&groups.evaluate(EmitTo::All).unwrap()), [1, 0]);
    }

    #[test]
    fn states_merge_into_what_all_rows_give() {
        let value = |i: u32| f64::from((i * 7919) % 1009) / 64.0;
        let rows = 10_000;
        let group = |i: u32| (i * i % 7) as usize;
        let mut whole = Groups::new(LayoutChoice::LogLinear);
        let all: ArrayRef = Arc::new(Float64Array::from_iter_values((0..rows).map(value)));
        let of: Vec<usize> = (0..rows).map(group).collect();
        whole.update_batch(&[all], &of, None, 7).unwrap();
        let mut merged = Groups::new(LayoutChoice::LogLinear);
        for part in 0..5 {
            let mine: Vec<u32> = (0..rows).filter(|i| i % 5 == part).collect();
            let mut own = Groups::new(LayoutChoice::LogLinear);
            let values: ArrayRef = Arc::new(Float64Array::from_iter_values(mine.iter().map(|i| value(*i))));
            own.update_batch(&[values], &mine.iter().map(|i| group(*i)).collect::<Vec<_>>(), None, 7).unwrap();
            let state = own.state(EmitTo::All).unwrap();
            merged.merge_batch(&state, &[0, 1, 2, 3, 4, 5, 6], 7).unwrap();
        }
        let (whole, merged) = (whole.evaluate(EmitTo::All).unwrap(), merged.evaluate(EmitTo::All).unwrap());
        assert_eq!(&whole, &merged);
        let expected: Vec<u64> = (0..7).map(|g| (0..rows).filter(|i| group(*i) == g).count() as u64).collect();
        assert_eq!(counts(&whole), expected);
    }
}
