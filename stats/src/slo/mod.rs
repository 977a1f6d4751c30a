//! Service level objectives: their text, their budgets, and what data say of them.
//!
//! | question | entry |
//! |---|---|
//! | what does this sentence mean? | [`Objective`], read from text |
//! | how much may fail? | [`budget`] |
//! | was it met, how sure is that, what spent the budget, and when will it end? | [`evaluate`] |
//! | what did that cost? | [`cost`](cost()) |
//! | what do OpenSLO and sloth files say? | [`read_specification`], [`write_openslo`] |
//! | what can be promised on top of other services? | [`dependencies`] |
//! | what would burn-rate alerts have done? | [`alert`] |
//! | how do they get into Prometheus? | [`rules`] |

pub mod alert;
mod blocks;
mod bootstrap;
pub mod budget;
mod cost;
mod counts;
pub mod dependencies;
mod evaluate;
mod incidents;
mod intervals;
mod objective;
mod parse;
mod period;
mod projection;
pub mod rules;
mod slices;
mod specification;
mod spelling;
mod tokens;
mod units;
mod yaml;
mod zone;

pub use cost::{AtLeast, Bucket, Charge, CostModel, CostReport, CostRow, Per, Usage, cost, read_costs};
pub use counts::Counts;
pub(crate) use counts::EachWindow;
pub use evaluate::{BudgetState, Methods, Options, SloInput, SloReport, evaluate};
pub use incidents::SloIncident;
pub use intervals::{BlockBootstrap, SliInterval};
pub use objective::{Criterion, Objective, Population};
pub use parse::point_out;
pub use period::{Anchor, Period};
pub use projection::{Outcome, Projection};
pub use specification::{
    AlertCondition, AlertPolicy, Indicator, IndicatorKind, Note, NotificationTarget, Resource, ResourceKind,
    Specification, SpecifiedSlo, read_specification, write_openslo,
};
pub use zone::Zone;
