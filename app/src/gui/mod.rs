//! The window.
//!
//! | file | what it does |
//! |---|---|
//! | `command` | every action, in one flat list with names, keys and tooltips |
//! | `dispatch` | the only place that changes the state |
//! | `state` | all that the window shows; `choices` those of the user, `made` what jobs made, `layout` where views stand |
//! | `session` | files, choices and views as a file |
//! | `take` | pictures, tables, reports, rules, commands and notebook cells to take away |
//! | `asking` | a question to a Prometheus server, as it is typed |
//! | `reading` | what is said of a file where its guesses are wrong |
//! | `watch` | whether files changed |
//! | `undo` | snapshots of the choices |
//! | `jobs` | the only place that starts threads |
//! | `derive` | the calls into `sre-stats` that jobs make |
//! | `pyramid` | levels of detail of long columns |
//! | `plot` | a figure as a picture on the screen |
//! | `theme` | tokens as colours, fonts |
//! | `views`, `widgets`, `overlay` | what is on the screen |
//! | `app` | the window around them |
//! | `launch` | starting it |
//! | `bench` | timing and counting what frames cost |

pub mod app;
pub mod asking;
pub mod bench;
pub mod choices;
pub mod command;
pub mod derive;
pub mod dispatch;
pub mod jobs;
pub mod launch;
pub mod layout;
pub mod made;
mod overlay;
pub mod plot;
pub mod pyramid;
pub mod reading;
pub mod session;
pub mod state;
pub mod take;
pub mod theme;
pub mod undo;
pub mod view;
pub mod views;
mod watch;
pub mod widgets;

pub use app::App;
pub use launch::{Launch, run};
pub use state::Sample;
pub use view::View;
