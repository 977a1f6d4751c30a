//! Starting the window, and measuring how fast it is.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use egui::ThemePreference;
use sre_stats::{Error, ErrorKind, Result};

use super::app::App;
use super::bench;
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

    /// Offers the project's sample files where the program is started or installed beside them.
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
        // an installed program has them under its own prefix
        let shared = std::env::current_exe().ok();
        let shared = shared.as_deref().and_then(Path::parent).map(|bin| bin.join("../share/sre-stats"));
        let roots: Vec<PathBuf> = std::iter::once(PathBuf::new()).chain(shared).collect();
        let offered = samples.into_iter().filter_map(|(name, about, path)| {
            let path = roots.iter().map(|root| root.join(path)).find(|path| path.exists())?;
            Some(Sample { name: name.to_owned(), about: about.to_owned(), path })
        });
        self.samples.extend(offered);
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
            .with_icon(icon())
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
        let why = without_places(&e.to_string());
        Error::new(ErrorKind::Unsupported, format!("the window cannot be opened: {why}"))
            .hint("use the sub-commands, which need no display")
    })?;
    if let Some(frames) = bench {
        let measured = slot.lock().ok().and_then(|mut s| s.take());
        let (first_frame_ms, app) = measured.ok_or_else(|| Error::empty("the window closed before its first frame"))?;
        let mut told = bench::frames(app, frames).json();
        told["first_frame_ms"] = first_frame_ms.into();
        println!("{told}");
    }
    Ok(())
}

/// A message without the lines of source that libraries put into theirs: `os error at /…/mod.rs:757: …`.
fn without_places(message: &str) -> String {
    let mut kept = String::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once(".rs:") {
        let place = before.rfind(" at ").or_else(|| before.rfind(' ')).unwrap_or(0);
        kept += before.get(..place).unwrap_or_default();
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    kept + rest
}

/// The icon for systems that do not take it from the desktop file.
fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../../assets/icon-256.png")).unwrap_or_default()
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
    if let Some(points) = launch.bench_points.and_then(bench::series) {
        app.show_dataset(points);
    } else {
        app.send(ctx, Message::Open(launch.files.clone()));
    }
    if let Some(objective) = &launch.objective {
        app.begin_with(objective.clone());
    }
    app
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn messages_lose_the_lines_of_source() {
        let told = "winit EventLoopError: os error at /x/winit/src/platform_impl/linux/mod.rs:757: neither WAYLAND_DISPLAY nor DISPLAY is set.";
        assert_eq!(without_places(told), "winit EventLoopError: os error: neither WAYLAND_DISPLAY nor DISPLAY is set.");
        assert_eq!(without_places("no OpenGL at hand"), "no OpenGL at hand");
    }

    /// The package names files that are there, and the desktop file names the program, its window and its icon.
    #[test]
    fn the_package_is_whole() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = include_str!("../../Cargo.toml");
        let assets: Vec<(&str, &str)> = manifest
            .lines()
            .filter_map(|l| {
                let mut words = l.strip_prefix("    [\"")?.split("\", \"");
                Some((words.next()?, words.next()?))
            })
            .collect();
        assert!(assets.len() >= 8, "{assets:?}");
        for (from, _) in assets.iter().filter(|a| !a.0.starts_with("target/")) {
            assert!(root.join(from).exists(), "{from}");
        }
        let desktop = include_str!("../../../assets/linux/sre-stats.desktop");
        for line in ["Exec=sre-stats %F", "Icon=sre-stats", "StartupWMClass=sre-stats", "Type=Application"] {
            assert!(desktop.lines().any(|l| l == line), "{line}");
        }
        for to in ["usr/share/icons/hicolor/scalable/apps/sre-stats.svg", "usr/share/applications/", "usr/bin/"] {
            assert!(assets.iter().any(|a| a.1 == to), "{to}");
        }
        let told = include_str!("../../../assets/linux/io.github.sre_stats.sre_stats.metainfo.xml");
        assert!(told.contains("<launchable type=\"desktop-id\">sre-stats.desktop</launchable>"));
        assert_eq!((icon().width, icon().height), (256, 256));
        // the samples of an installed program are those of the welcome page
        let launch = include_str!("launch.rs");
        for (from, _) in assets.iter().filter(|a| a.0.starts_with("../datasets/")) {
            assert!(launch.contains(&format!("\"{}\"", from.trim_start_matches("../"))), "{from}");
        }
    }
}
