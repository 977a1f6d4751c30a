//! The desktop program and its command line.

use std::process::ExitCode;

use sre_stats_app::cli::{self, WindowArgs};
use sre_stats_app::gui::{self, Launch};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run(std::env::args_os(), open_window)
}

/// Opens the window on the files; the command line's words go before the environment's.
fn open_window(arguments: &WindowArgs) -> ExitCode {
    let launch = Launch::new(arguments.files.clone()).with_environment();
    let opened = launch
        .with_words(arguments.view.as_deref(), arguments.theme.as_deref(), arguments.bench_frames)
        .and_then(|launch| gui::run(launch.with_home().with_samples()));
    match opened {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sre-stats: {error}");
            ExitCode::from(2)
        }
    }
}
