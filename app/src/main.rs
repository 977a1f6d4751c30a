//! The desktop program and the command line.

use std::process::ExitCode;

use sre_stats_app::cli::{self, WindowArgs};

fn main() -> ExitCode {
    cli::run(std::env::args_os(), open_window)
}

/// Opens the window on the files. THE WINDOW COMES IN HERE: `sre_stats_app::gui::run(arguments)`.
fn open_window(_arguments: &WindowArgs) -> ExitCode {
    eprintln!("sre-stats: this build has no window; see `sre-stats --help` for the commands");
    ExitCode::from(2)
}
