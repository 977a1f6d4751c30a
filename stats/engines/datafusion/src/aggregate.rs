//! The aggregate function: its arguments and its two ways to count.

use std::mem::size_of_val;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, GroupsAccumulator, Signature, TypeSignature, Volatility,
};
use datafusion::physical_expr::expressions::Literal;
use sre_stats::histogram::{AnySketch, LayoutChoice, Sketch};

use crate::groups::Groups;
use crate::told;

/// `sre_histogram(value [, layout])`: a histogram of the finite values of a group, as bytes; NULL, NaN and ±∞ are in no bin, and no value
/// makes no bytes. `layout` is a literal: log-linear, which is the default, or exp:-4 to exp:8.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct SreHistogram {
    signature: Signature,
}

impl Default for SreHistogram {
    fn default() -> Self {
        let alone = TypeSignature::Exact(vec![DataType::Float64]);
        let with_layout = TypeSignature::Exact(vec![DataType::Float64, DataType::Utf8]);
        Self { signature: Signature::one_of(vec![alone, with_layout], Volatility::Immutable) }
    }
}

/// The layout that a call names.
fn layout_of(arguments: &AccumulatorArgs<'_>) -> Result<LayoutChoice> {
    let Some(named) = arguments.exprs.get(1) else { return Ok(LayoutChoice::LogLinear) };
    let literal = named.downcast_ref::<Literal>().and_then(|literal| literal.value().try_as_str().flatten());
    let Some(name) = literal else { return plan_err!("the layout of sre_histogram is a literal such as 'log-linear'") };
    numbered(name)
}

/// A layout whose bins have numbers.
pub(crate) fn numbered(name: &str) -> Result<LayoutChoice> {
    let layout: LayoutChoice = name.parse().map_err(told)?;
    AnySketch::from_coded_bins(&layout.to_string(), &[]).map_err(told)?;
    Ok(layout)
}

impl AggregateUDFImpl for SreHistogram {
    fn name(&self) -> &'static str {
        "sre_histogram"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn default_value(&self, _type: &DataType) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(Some(Vec::new())))
    }

    fn state_fields(&self, arguments: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[packed]", arguments.name), DataType::Binary, true))])
    }

    fn accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if arguments.is_distinct {
            return plan_err!(
                "sre_histogram counts every value: for distinct ones select them first, in a query of their own"
            );
        }
        Ok(Box::new(One::new(layout_of(&arguments)?)?))
    }

    fn groups_accumulator_supported(&self, arguments: AccumulatorArgs<'_>) -> bool {
        !arguments.is_distinct
    }

    fn create_groups_accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups::new(layout_of(&arguments)?)))
    }
}

/// One histogram, where there are no groups.
#[derive(Debug)]
struct One {
    name: String,
    histogram: AnySketch,
}

impl One {
    fn new(layout: LayoutChoice) -> Result<Self> {
        Ok(Self { name: layout.to_string(), histogram: layout.build(&[]).map_err(told)? })
    }
}

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(values) = values.first() else { return Ok(()) };
        let finite: Vec<f64> =
            values.as_primitive::<Float64Type>().iter().flatten().filter(|v| v.is_finite()).collect();
        self.histogram.insert_slice(&finite);
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let Some(states) = states.first() else { return Ok(()) };
        for packed in states.as_binary::<i32>().iter().flatten() {
            let other = AnySketch::from_packed(&self.name, packed).map_err(told)?;
            self.histogram.merge(&other).map_err(told)?;
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(Some(self.histogram.to_packed().unwrap_or_default())))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.histogram.memory_bytes()
    }
}
