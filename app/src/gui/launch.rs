//! Starting the window, and measuring how fast it is.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::ThemePreference;
use sre_stats::load::{Data, Dataset, Format, Item, Kind};
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::unit::Unit;
use sre_stats::{Error, ErrorKind, Result};

use super::app::App;
use super::command::Command;
use super::dispatch::Message;
use super::state::Sample;
use super::view::View;

/// What the window begins with.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// Files to open.
    pub files: Vec<PathBuf>,
    /// Files that the welcome page offers.
    pub samples: Vec<Sample>,
    /// The view to begin with.
    pub view: Option<View>,
    /// The objective to begin with; `None` takes one that fits the series.
    pub objective: Option<String>,
    /// The theme; `None` follows the system.
    pub theme: Option<ThemePreference>,
    /// The size of the window in points.
    pub size: Option<(f32, f32)>,
    /// Measure instead of waiting for a user: how many frames. Prints one JSON object and closes.
    pub bench_frames: Option<u32>,
    /// With `bench_frames`: draw a made series of so many points instead of a file.
    pub bench_points: Option<usize>,
    /// Where sessions and recent files are kept; `None` keeps nothing.
    pub home: Option<PathBuf>,
    /// When the program began, for the time to the first frame.
    pub started: Option<Instant>,
}

impl Launch {
    /// The window on some files; the welcome page where there are none.
    pub fn new(files: Vec<PathBuf>) -> Self {
        Self { files, started: Some(Instant::now()), ..Self::default() }
    }

    /// Keeps sessions and recent files where the system keeps the state of programs: `$XDG_STATE_HOME/sre-stats`, else
    /// `~/.local/state/sre-stats`.
    #[must_use]
    pub fn with_home(mut self) -> Self {
        let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
        let state = folder("XDG_STATE_HOME").or_else(|| folder("HOME").map(|h| h.join(".local/state")));
        self.home = state.map(|s| s.join("sre-stats"));
        self
    }

    /// Reads the settings of scripts from the environment: `SRE_STATS_VIEW` (a word of [`View::word`]),
    /// `SRE_STATS_OBJECTIVE` (its text), `SRE_STATS_THEME` (`light`, `dark`, `system`), `SRE_STATS_BENCH_FRAMES` and
    /// `SRE_STATS_BENCH_POINTS` (numbers). Unknown values are passed over.
    pub fn with_environment(mut self) -> Self {
        let var = |name: &str| std::env::var(name).ok();
        self.view = var("SRE_STATS_VIEW").as_deref().and_then(View::of_word).or(self.view);
        self.objective = var("SRE_STATS_OBJECTIVE").or(self.objective);
        self.theme = var("SRE_STATS_THEME").as_deref().and_then(theme_of).or(self.theme);
        let number = |name: &str| var(name).and_then(|v| v.parse::<usize>().ok());
        self.bench_frames = number("SRE_STATS_BENCH_FRAMES").and_then(|n| u32::try_from(n).ok()).or(self.bench_frames);
        self.bench_points = number("SRE_STATS_BENCH_POINTS").or(self.bench_points);
        self
    }

    /// Takes what the command line says of the window.
    ///
    /// # Errors
    /// Where it names a view or theme that there is not.
    pub fn with_words(mut self, view: Option<&str>, theme: Option<&str>, bench_frames: Option<u32>) -> Result<Self> {
        if let Some(name) = view {
            self.view = Some(View::of_word(name).ok_or_else(|| {
                Error::argument(format!("“{name}” is not a view")).hint(format!("choose {}", View::words()))
            })?);
        }
        if let Some(name) = theme {
            self.theme = Some(theme_of(name).ok_or_else(|| {
                Error::argument(format!("“{name}” is not a theme")).hint("choose dark, light or system")
            })?);
        }
        self.bench_frames = bench_frames.or(self.bench_frames);
        Ok(self)
    }

    /// Offers the project's sample files where the program is started beside them.
    #[must_use]
    pub fn with_samples(mut self) -> Self {
        let samples = [
            (
                "Checkout, recorded",
                "24 minutes of requests through a real proxy, with five faults",
                "datasets/recorded/checkout.parquet",
            ),
            (
                "A shop's month",
                "200 000 requests of four services, with outages, deploys and a regression",
                "datasets/generated/shop-month-200k.parquet",
            ),
            (
                "Up or down, by the minute",
                "30 days with 34 outages: what do 5-minute buckets make of them?",
                "datasets/generated/workshop-minutes.csv",
            ),
        ];
        let offered = samples.into_iter().filter(|(.., path)| std::path::Path::new(path).exists());
        self.samples.extend(offered.map(|(name, about, path)| Sample {
            name: name.to_owned(),
            about: about.to_owned(),
            path: PathBuf::from(path),
        }));
        self
    }
}

/// The theme of a name.
fn theme_of(name: &str) -> Option<ThemePreference> {
    Some(match name {
        "light" => ThemePreference::Light,
        "dark" => ThemePreference::Dark,
        "system" => ThemePreference::System,
        _ => return None,
    })
}

/// The window that measures itself: the wall time to its first frame on the screen, then frames without a window.
struct Measured {
    app: App,
    launch: Launch,
    slot: Arc<Mutex<Option<(f64, App)>>>,
    first_frame_ms: Option<f64>,
}

impl eframe::App for Measured {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        // the second frame begins when the first one is on the screen
        if self.app.frames() == 1 && self.first_frame_ms.is_none() {
            self.first_frame_ms = self.launch.started.map(|s| s.elapsed().as_secs_f64() * 1e3);
            ui.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        self.app.frame(ui);
        ui.ctx().request_repaint();
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        let rest = App::new(&egui::Context::default(), Vec::new());
        let app = std::mem::replace(&mut self.app, rest);
        if let Ok(mut slot) = self.slot.lock() {
            *slot = Some((self.first_frame_ms.unwrap_or(f64::NAN), app));
        }
    }
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// Where there is no display or no OpenGL.
pub fn run(launch: Launch) -> Result<()> {
    let (width, height) = launch.size.unwrap_or((1280.0, 860.0));
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("sre-stats")
            .with_app_id("sre-stats")
            .with_inner_size([width, height])
            .with_min_inner_size([640.0, 420.0])
            .with_drag_and_drop(true),
        ..eframe::NativeOptions::default()
    };
    let slot = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&slot);
    let bench = launch.bench_frames;
    let creator = move |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, Box<dyn std::error::Error + Send + Sync>> {
        let app = begin(&cc.egui_ctx, &launch);
        Ok(if launch.bench_frames.is_some() {
            Box::new(Measured { app, launch, slot: kept, first_frame_ms: None })
        } else {
            Box::new(app)
        })
    };
    eframe::run_native("sre-stats", options, Box::new(creator)).map_err(|e| {
        Error::new(ErrorKind::Unsupported, format!("the window cannot be opened: {e}"))
            .hint("use the sub-commands, which need no display")
    })?;
    if let Some(frames) = bench {
        let measured = slot.lock().ok().and_then(|mut s| s.take());
        let (first_frame_ms, app) = measured.ok_or_else(|| Error::empty("the window closed before its first frame"))?;
        println!("{}", bench_frames(app, frames, first_frame_ms));
    }
    Ok(())
}

/// The program as the launch wants it.
pub fn begin(ctx: &egui::Context, launch: &Launch) -> App {
    let mut app = App::new(ctx, launch.samples.clone());
    // a measurement leaves nothing behind
    if let Some(home) = launch.home.clone().filter(|_| launch.bench_frames.is_none()) {
        app = app.with_home(home);
    }
    let theme = match launch.theme {
        Some(ThemePreference::Light) => Some(Command::ThemeLight),
        Some(ThemePreference::Dark) => Some(Command::ThemeDark),
        _ => None,
    };
    for command in theme.into_iter().chain(launch.view.map(View::command)) {
        app.send(ctx, Message::Run(command));
    }
    if let Some(points) = launch.bench_points.and_then(made_series) {
        app.show_dataset(points);
    } else {
        app.send(ctx, Message::Open(launch.files.clone()));
    }
    if let Some(objective) = &launch.objective {
        app.begin_with(objective.clone());
    }
    app
}

/// A day-long wave with noise that repeats from run to run.
fn made_series(points: usize) -> Option<Dataset> {
    let mut noise = 1_u64;
    let values = (0..points)
        .map(|i| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (i as f64 / 13_750.0).sin() + (noise >> 40) as f64 / f64::from(1 << 24)
        })
        .collect();
    let times = (0..points as i64).map(|i| 1_767_225_600_000_000_000 + i * 1_000_000_000).collect();
    let series = Series::new(Identity::new("made", Unit::None), times, values, NanPolicy::Drop).ok()?;
    let item = Item::new(Kind::Gauge, Data::Gauge(series), Format::Csv);
    Some(Dataset { items: vec![item], ..Dataset::default() })
}

/// CPU time of this thread where the system tells it (to a tick of its clock, so only sums over many frames mean
/// something), else wall time.
fn thread_time(begin: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ns = told.and_then(|t| t.split_whitespace().next()?.parse().ok());
    ns.map_or_else(|| begin.elapsed(), Duration::from_nanos)
}

/// Draws frames without a window while panning and zooming, and tells what they cost as one JSON object:
///
/// | key | what it is |
/// |---|---|
/// | `first_frame_ms` | wall time from the start of the program to its first frame on the screen |
/// | `frames`, `points` | how many frames were drawn, of how many samples |
/// | `ui_ms`, `tessellation_ms`, `frame_ms` | mean CPU time a frame on the window's thread: the interface, its triangles, both |
/// | `median_wall_ms`, `worst_wall_ms` | wall time a frame, which a busy machine lengthens |
///
/// Rasterising is not in it.
fn bench_frames(mut app: App, frames: u32, first_frame_ms: f64) -> String {
    let ctx = egui::Context::default();
    super::theme::install(&ctx);
    let begin = Instant::now();
    let mut time = 0.0;
    let mut one = |app: &mut App| -> (f64, f64) {
        time += 1.0 / 60.0;
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1280.0, 860.0))),
            time: Some(time),
            ..egui::RawInput::default()
        };
        let t0 = thread_time(begin);
        let output = ctx.run_ui(input, |ui| app.frame(ui));
        let t1 = thread_time(begin);
        std::hint::black_box(ctx.tessellate(output.shapes.clone(), output.pixels_per_point));
        let t2 = thread_time(begin);
        output.drop_without_applying_deltas();
        ((t1.saturating_sub(t0)).as_secs_f64() * 1e3, (t2.saturating_sub(t1)).as_secs_f64() * 1e3)
    };
    // jobs first, so that the picture is there
    let waited = Instant::now();
    loop {
        one(&mut app);
        let ready = app.busy() == 0
            && (app.state().document.is_none()
                || app.state().made.track.latest().is_some()
                || app.state().view != View::Series);
        if ready || waited.elapsed() > Duration::from_mins(2) {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    for _ in 0..10 {
        one(&mut app);
    }
    let (mut ui, mut tessellation) = (0.0, 0.0);
    let mut wall: Vec<f64> = Vec::new();
    let moves = [
        Command::ZoomIn,
        Command::PanRight,
        Command::ZoomIn,
        Command::PanLeft,
        Command::ZoomOut,
        Command::ZoomOut,
        Command::ResetZoom,
    ];
    for i in 0..frames.max(1) {
        if let Some(command) = moves.get(i as usize % moves.len()) {
            app.send(&ctx, Message::Run(*command));
        }
        let frame = Instant::now();
        let (a, b) = one(&mut app);
        wall.push(frame.elapsed().as_secs_f64() * 1e3);
        ui += a;
        tessellation += b;
    }
    wall.sort_by(f64::total_cmp);
    let n = f64::from(frames.max(1));
    let points = app.state().item().map_or(0, Item::count);
    serde_json::json!({
        "first_frame_ms": first_frame_ms,
        "frames": frames,
        "points": points,
        "ui_ms": ui / n,
        "tessellation_ms": tessellation / n,
        "frame_ms": (ui + tessellation) / n,
        "median_wall_ms": wall.get(wall.len() / 2),
        "worst_wall_ms": wall.last(),
    })
    .to_string()
}
