//! A window without a screen, for tests.

#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::{App, Sample};

/// A second.
pub const NS: i64 = 1_000_000_000;

/// The window in a harness.
pub type Window = Harness<'static, App>;

/// A window with the samples of the welcome page.
pub fn window(samples: Vec<Sample>) -> Window {
    Harness::builder().with_size((1280.0, 860.0)).with_max_steps(30).build_eframe(|cc| App::new(&cc.egui_ctx, samples))
}

/// Frames until no job runs and nothing is missing.
pub fn settle(window: &mut Window) {
    let begin = Instant::now();
    loop {
        window.step();
        window.step();
        if window.state().busy() == 0 {
            window.run_ok();
            if window.state().busy() == 0 {
                return;
            }
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "jobs do not end");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Sends a message and waits for what comes of it.
pub fn send(window: &mut Window, message: Message) {
    let ctx = window.ctx.clone();
    window.state_mut().send(&ctx, message);
    settle(window);
}

/// Runs a command and waits for what comes of it.
pub fn run(window: &mut Window, command: Command) {
    send(window, Message::Run(command));
}

/// A file in the folder of this test.
pub fn csv(name: &str, text: &str) -> PathBuf {
    let path = folder().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// A folder that no other test writes into.
pub fn folder() -> PathBuf {
    let test = std::thread::current().name().unwrap_or("test").to_owned();
    let folder = std::env::temp_dir().join(format!("sre-stats-gui-{}-{test}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Whether a text can be read anywhere.
pub fn shows(window: &Window, text: &str) -> bool {
    window.query_all_by_label_contains(text).next().is_some()
}
