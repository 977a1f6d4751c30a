//! The desktop program.

use std::process::ExitCode;

use sre_stats_app::gui::{Launch, run};

fn main() -> ExitCode {
    let launch = Launch::new(std::env::args_os().skip(1).map(Into::into).collect()).with_environment();
    match run(launch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
