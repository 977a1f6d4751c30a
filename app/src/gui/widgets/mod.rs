//! Controls that egui does not have.

mod budget;
mod dial;
mod section;
mod table;

pub use budget::{BudgetLine, budget_bar};
pub use dial::{Dial, dial};
pub use section::{Shown, sections};
pub use table::{cell_text, sorted, table};
