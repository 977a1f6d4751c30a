//! Histograms of sre-stats as an aggregate function of Apache `DataFusion`: `sre_histogram(value)` is one mergeable histogram a group, as
//! bytes ([`AnySketch::to_packed`](sre_stats::histogram::AnySketch::to_packed)), and `sre_histogram_bins(bytes, layout)` gives its bins back.
//!
//! ```
//! use datafusion::prelude::SessionContext;
//! # let runtime = tokio::runtime::Builder::new_multi_thread().build()?;
//! # runtime.block_on(async {
//! let context = SessionContext::new();
//! sre_stats_datafusion::register(&context);
//! let query = "SELECT sre_histogram(v, 'log-linear') AS h FROM (VALUES (0.125), (0.129), (0.131)) AS t(v)";
//! let bins = format!("SELECT unnest(sre_histogram_bins(h, 'log-linear')) FROM ({query})");
//! assert_eq!(context.sql(&bins).await?.count().await?, 2);
//! # Ok::<(), datafusion::error::DataFusionError>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`histogram_table`] makes of a registered table the histogram table that sre-stats reads. Counts are whole numbers: the rows of the result
//! do not depend on partitions, though their order does.
//!
//! | file | what it does |
//! |---|---|
//! | `aggregate` | the aggregate function: its arguments and its two ways to count |
//! | `groups` | one histogram a group, of many groups at once |
//! | `bins` | bytes back into bins |
//! | `table` | the query around both |

mod aggregate;
mod bins;
mod groups;
mod table;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF};
use datafusion::prelude::SessionContext;

pub use aggregate::SreHistogram;
pub use bins::SreHistogramBins;
pub use table::{Asked, histogram_table};

/// Makes both functions known to a session. Where plans are decoded elsewhere, as Ballista's executors do, that session needs them too.
pub fn register(context: &SessionContext) {
    context.register_udaf(AggregateUDF::from(SreHistogram::default()));
    context.register_udf(ScalarUDF::from(SreHistogramBins::default()));
}

/// An error of sre-stats as one of `DataFusion`.
fn told(e: sre_stats::Error) -> datafusion::error::DataFusionError {
    datafusion::error::DataFusionError::External(Box::new(e))
}
