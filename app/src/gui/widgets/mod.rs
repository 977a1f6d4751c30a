//! Controls that egui does not have.

mod budget;
mod dial;
mod table;

pub use budget::{BudgetLine, budget_bar};
pub use dial::{Dial, dial};
pub use table::{cell_text, table};
