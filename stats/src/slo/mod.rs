//! Service level objectives: their text, their budgets, and what data say of them.
//!
//! | question | entry |
//! |---|---|
//! | what does this sentence mean? | [`Objective`], read from text |
//! | how much may fail? | [`budget`] |
//! | was it met, and what spent the budget? | [`evaluate`] |
//! | what would burn-rate alerts have done? | [`alert`] |
//! | how do they get into Prometheus? | [`rules`] |

pub mod alert;
pub mod budget;
mod evaluate;
mod incidents;
mod objective;
mod parse;
mod period;
pub mod rules;
mod slices;
mod spelling;
mod tokens;

pub use evaluate::{BudgetState, Methods, Options, SloInput, SloReport, evaluate};
pub use incidents::SloIncident;
pub use objective::{Criterion, Objective, Population};
pub use parse::point_out;
pub use period::{Anchor, Period};
