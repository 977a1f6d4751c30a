//! What a frame costs as the data grow, beside the raw points drawn by `egui_plot`.
//!
//! `cargo bench -p sre-stats-app --bench frames`; `FRAMES_MOST=1000000` stops at fewer points. CPU time of the interface and
//! its triangles on the window's thread, in milliseconds; rasterising is apart. 10⁸ points take about 5 GB of memory.

#![allow(missing_docs, clippy::unwrap_used)]

use std::time::Instant;

use egui_plot::{Line, Plot, PlotPoint, PlotPoints};
use sre_stats::load::Dataset;
use sre_stats_app::gui::bench::{self, Frames, Screen};
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::{App, View};

/// Frames of each measurement.
const FRAMES: u32 = 140;
/// More raw points than these take tens of gigabytes to draw.
const RAW_MOST: usize = 10_000_000;

fn main() {
    let most: usize = std::env::var("FRAMES_MOST").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000_000);
    println!("Series view: {FRAMES} frames while panning and zooming");
    println!(
        "{:>11} {:>9} {:>8} {:>8} {:>9} {:>9} {:>8} {:>5} {:>11} {:>7}",
        "points", "ready", "frame", "ui", "triangles", "worst", "vertices", "idle", "raw frame", "ratio"
    );
    for points in sizes(most) {
        let found = ours(bench::series(points).unwrap(), View::Series);
        let raw = (points <= RAW_MOST).then(|| raw(&bench::series(points).unwrap()));
        print(points, &found, raw);
    }
    println!("\nHeat map: the same");
    for points in sizes(most.min(10_000_000)) {
        print(points, &ours(bench::events(points).unwrap(), View::Heat), None);
    }
}

fn sizes(most: usize) -> impl Iterator<Item = usize> {
    (4..=8).map(|e| 10_usize.pow(e)).filter(move |n| *n <= most)
}

fn print(points: usize, found: &Frames, raw: Option<f64>) {
    let beside = raw.map_or_else(
        || format!("{:>11} {:>7}", "–", "–"),
        |raw| format!("{raw:>8.2} ms {:>6.0}×", raw / found.frame_ms()),
    );
    println!(
        "{points:>11} {:>6.0} ms {:>5.2} ms {:>5.2} ms {:>6.2} ms {:>6.2} ms {:>8} {:>5} {beside}",
        found.ready_ms,
        found.frame_ms(),
        found.ui_ms,
        found.tessellation_ms,
        found.worst_wall_ms,
        found.vertices,
        if found.idle { "yes" } else { "NO" }
    );
}

fn ours(dataset: Dataset, view: View) -> Frames {
    let ctx = egui::Context::default();
    let mut app = App::new(&ctx, Vec::new());
    app.send(&ctx, Message::Run(view.command()));
    app.send(&ctx, Message::Run(Command::ThemeDark));
    app.show_dataset(dataset);
    bench::frames(app, FRAMES)
}

/// The mean CPU time of a frame that draws every point.
fn raw(dataset: &Dataset) -> f64 {
    let item = &dataset.items[0];
    let first = item.times()[0];
    let points: Vec<PlotPoint> =
        (item.times().iter().zip(item.values())).map(|(t, v)| PlotPoint::new((t - first) as f64 / 1e9, *v)).collect();
    let frames = (3_000_000 / points.len()).clamp(2, FRAMES as usize);
    let mut screen = Screen::default();
    let draw = |screen: &mut Screen| {
        screen.frame(|ui| {
            Plot::new("raw").show(ui, |p| p.line(Line::new("raw", PlotPoints::Borrowed(&points))));
        })
    };
    draw(&mut screen);
    let begin = Instant::now();
    let mut ms = 0.0;
    let mut drawn = 0.0;
    for _ in 0..frames {
        let cost = draw(&mut screen);
        ms += cost.ui_ms + cost.tessellation_ms;
        drawn += 1.0;
        if begin.elapsed().as_secs() > 60 {
            break;
        }
    }
    ms / drawn
}
