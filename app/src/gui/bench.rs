//! What frames cost: the time of the window's thread, and how much it draws. Frames are run without a window, so that
//! rasterising is not in it.

use std::time::{Duration, Instant};

use sre_stats::events::Events;
use sre_stats::load::{Data, Dataset, Format, Item, Kind};
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::unit::Unit;

use super::app::App;
use super::command::Command;
use super::dispatch::Message;

/// What frames cost while the user pans and zooms.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frames {
    /// Frames drawn.
    pub frames: u32,
    /// Samples of the series.
    pub points: u64,
    /// Wall time from the first frame to the whole picture, in milliseconds.
    pub ready_ms: f64,
    /// The longest frame before that, while jobs ran.
    pub busy_worst_ms: f64,
    /// Mean CPU time of the interface, a frame.
    pub ui_ms: f64,
    /// Mean CPU time of its triangles, a frame.
    pub tessellation_ms: f64,
    /// Median wall time a frame, which a busy machine lengthens.
    pub median_wall_ms: f64,
    /// Longest wall time a frame.
    pub worst_wall_ms: f64,
    /// The most vertices of a frame.
    pub vertices: usize,
    /// Whether the window asks for no frame when nothing changes.
    pub idle: bool,
}

impl Frames {
    /// CPU time a frame: interface and triangles.
    pub fn frame_ms(&self) -> f64 {
        self.ui_ms + self.tessellation_ms
    }

    /// As one JSON object whose keys are the fields, and `frame_ms`.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "frames": self.frames,
            "points": self.points,
            "ready_ms": self.ready_ms,
            "busy_worst_ms": self.busy_worst_ms,
            "ui_ms": self.ui_ms,
            "tessellation_ms": self.tessellation_ms,
            "frame_ms": self.frame_ms(),
            "median_wall_ms": self.median_wall_ms,
            "worst_wall_ms": self.worst_wall_ms,
            "vertices": self.vertices,
            "idle": self.idle,
        })
    }
}

/// When a made series begins.
const START_NS: i64 = 1_767_225_600_000_000_000;

/// A day-long wave with noise that repeats from run to run.
fn wave(points: usize) -> Vec<f64> {
    let mut noise = 1_u64;
    let value = |i| {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (i as f64 / 13_750.0).sin() + 1.01 + (noise >> 40) as f64 / f64::from(1 << 24)
    };
    (0..points).map(value).collect()
}

/// A series of so many samples, a second apart.
pub fn series(points: usize) -> Option<Dataset> {
    let times = (0..points as i64).map(|i| START_NS + i * 1_000_000_000).collect();
    let series = Series::new(Identity::new("made", Unit::None), times, wave(points), NanPolicy::Drop).ok()?;
    Some(one(Item::new(Kind::Gauge, Data::Gauge(series), Format::Csv)))
}

/// So many events, ten milliseconds apart, with latencies in seconds.
pub fn events(count: usize) -> Option<Dataset> {
    let times = (0..count as i64).map(|i| START_NS + i * 10_000_000).collect();
    let events = Events::new(Identity::new("made", Unit::Second), times, wave(count), None, NanPolicy::Drop).ok()?;
    Some(one(Item::new(Kind::Events, Data::Events(events), Format::Csv)))
}

fn one(item: Item) -> Dataset {
    Dataset { items: vec![item], ..Dataset::default() }
}

/// CPU time of this thread where the system tells it (to a tick of its clock, so only sums over many frames mean
/// something), else wall time.
pub fn thread_time(begin: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ns = told.and_then(|t| t.split_whitespace().next()?.parse().ok());
    ns.map_or_else(|| begin.elapsed(), Duration::from_nanos)
}

/// A frame without a window.
#[derive(Debug)]
pub struct Screen {
    ctx: egui::Context,
    begin: Instant,
    time: f64,
}

/// What one frame cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// CPU time of the interface, in milliseconds.
    pub ui_ms: f64,
    /// CPU time of its triangles.
    pub tessellation_ms: f64,
    /// Wall time of both.
    pub wall_ms: f64,
    /// Vertices drawn.
    pub vertices: usize,
    /// Whether the next frame waits for an event.
    pub rests: bool,
}

impl Default for Screen {
    fn default() -> Self {
        let ctx = egui::Context::default();
        super::theme::install(&ctx);
        Self { ctx, begin: Instant::now(), time: 0.0 }
    }
}

impl Screen {
    /// The context of its frames.
    pub fn context(&self) -> &egui::Context {
        &self.ctx
    }

    /// Draws one frame.
    pub fn frame(&mut self, draw: impl FnMut(&mut egui::Ui)) -> Cost {
        self.time += 1.0 / 60.0;
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1280.0, 860.0))),
            time: Some(self.time),
            ..egui::RawInput::default()
        };
        let ms = |d: Duration| d.as_secs_f64() * 1e3;
        let wall = Instant::now();
        let t0 = thread_time(self.begin);
        let output = self.ctx.run_ui(input, draw);
        let t1 = thread_time(self.begin);
        let meshes = self.ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        let t2 = thread_time(self.begin);
        let wall_ms = ms(wall.elapsed());
        let vertices = meshes.iter().map(|m| match &m.primitive {
            egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
            egui::epaint::Primitive::Callback(_) => 0,
        });
        let (vertices, rests) =
            (vertices.sum(), output.viewport_output.values().all(|v| v.repaint_delay > Duration::from_hours(1)));
        output.drop_without_applying_deltas();
        Cost { ui_ms: ms(t1.saturating_sub(t0)), tessellation_ms: ms(t2.saturating_sub(t1)), wall_ms, vertices, rests }
    }
}

/// The window moves through these again and again.
const MOVES: [Command; 7] = [
    Command::ZoomIn,
    Command::PanRight,
    Command::ZoomIn,
    Command::PanLeft,
    Command::ZoomOut,
    Command::ZoomOut,
    Command::ResetZoom,
];

/// Draws frames until the picture is there, then so many while panning and zooming, then until nothing changes.
pub fn frames(mut app: App, frames: u32) -> Frames {
    let mut screen = Screen::default();
    let mut found = Frames { frames, ..Frames::default() };
    let begin = Instant::now();
    let mut drawn = 0;
    loop {
        let cost = screen.frame(|ui| app.frame(ui));
        drawn += 1;
        found.busy_worst_ms = found.busy_worst_ms.max(if drawn > 2 { cost.wall_ms } else { 0.0 });
        // the first frame starts the jobs
        if (app.busy() == 0 && drawn > 1) || begin.elapsed() > Duration::from_mins(5) {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    found.ready_ms = begin.elapsed().as_secs_f64() * 1e3;
    for _ in 0..10 {
        screen.frame(|ui| app.frame(ui));
    }
    let mut wall: Vec<f64> = Vec::new();
    for command in MOVES.iter().cycle().take(frames.max(1) as usize) {
        let ctx = screen.context().clone();
        app.send(&ctx, Message::Run(*command));
        let cost = screen.frame(|ui| app.frame(ui));
        found.ui_ms += cost.ui_ms;
        found.tessellation_ms += cost.tessellation_ms;
        found.vertices = found.vertices.max(cost.vertices);
        wall.push(cost.wall_ms);
    }
    wall.sort_by(f64::total_cmp);
    found.ui_ms /= f64::from(frames.max(1));
    found.tessellation_ms /= f64::from(frames.max(1));
    found.median_wall_ms = wall.get(wall.len() / 2).copied().unwrap_or_default();
    found.worst_wall_ms = wall.last().copied().unwrap_or_default();
    let begin = Instant::now();
    while !found.idle && begin.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(1));
        found.idle = screen.frame(|ui| app.frame(ui)).rests && app.busy() == 0;
    }
    found.points = app.state().item().map_or(0, Item::count);
    found
}
