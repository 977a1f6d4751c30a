//! What a service can promise, given what it depends on.
//!
//! | file | what it does |
//! |---|---|
//! | `graph` | services and what they need: hard, soft, or so many of a group |
//! | `yaml`, `dot`, `table` | three ways to write a graph down |
//! | `components` | cycles and the order of the rest (Tarjan) |
//! | `bounds` | what holds whatever the failures have to do with each other |
//! | `diagram` | the product under independence, shared dependencies counted once |
//! | `analysis` | all of it, service by service |
//! | `draw` | the graph as DOT, with the weakest path marked |

mod analysis;
mod bounds;
mod components;
mod diagram;
mod dot;
mod draw;
mod graph;
mod table;
mod yaml;

#[cfg(test)]
mod brute_force;

pub use analysis::{BootStep, Cycle, Dependencies, LayerViolation, ServiceRow, analyse};
pub use dot::read_dot;
pub use draw::to_dot;
pub use graph::{Graph, Need, Service};
pub use table::read_table;
pub use yaml::read_yaml;
