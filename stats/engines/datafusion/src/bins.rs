//! Bytes back into bins.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, ListArray, StructArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use datafusion::scalar::ScalarValue;
use sre_stats::histogram::AnySketch;

use crate::told;

/// `sre_histogram_bins(bytes, layout)`: the bins of what `sre_histogram` made, a list of `{bin, count}` with ascending numbers.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct SreHistogramBins {
    signature: Signature,
}

impl Default for SreHistogramBins {
    fn default() -> Self {
        Self { signature: Signature::exact(vec![DataType::Binary, DataType::Utf8], Volatility::Immutable) }
    }
}

fn fields() -> Fields {
    Fields::from(vec![Field::new("bin", DataType::Int64, false), Field::new("count", DataType::Int64, false)])
}

fn item() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Struct(fields()), false))
}

impl ScalarUDFImpl for SreHistogramBins {
    fn name(&self) -> &'static str {
        "sre_histogram_bins"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(item()))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [packed, layout] = arguments.args.as_slice() else {
            return exec_err!("sre_histogram_bins takes bytes and a layout");
        };
        let ColumnarValue::Scalar(ScalarValue::Utf8(Some(layout))) = layout else {
            return exec_err!("the layout of sre_histogram_bins is a literal such as 'log-linear'");
        };
        let packed = packed.to_array(arguments.number_rows)?;
        let mut lengths = Vec::with_capacity(arguments.number_rows);
        let (mut bins, mut counts) = (Vec::new(), Vec::new());
        for packed in packed.as_binary::<i32>() {
            let histogram = AnySketch::from_packed(layout, packed.unwrap_or_default()).map_err(told)?;
            let own = histogram.coded_bins().unwrap_or_default();
            lengths.push(own.len());
            for (bin, count) in own {
                let Ok(count) = i64::try_from(count) else { return exec_err!("a count beyond 2⁶³ − 1") };
                bins.push(bin);
                counts.push(count);
            }
        }
        let columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(bins)), Arc::new(Int64Array::from(counts))];
        let rows = StructArray::try_new(fields(), columns, None)?;
        let lists = ListArray::try_new(item(), OffsetBuffer::from_lengths(lengths), Arc::new(rows), None)?;
        Ok(ColumnarValue::Array(Arc::new(lists)))
    }
}
