//! The window, driven by role and label.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod window;

use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sre_stats::load::{Data, Dataset, Format, Item, Kind};
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::time::Span;
use sre_stats::unit::Unit;
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::state::{Opening, Overlay, Severity};
use sre_stats_app::gui::take::Target;
use sre_stats_app::gui::{App, Sample, View};

use window::{NS, Window, csv, run, send, settle, shows, window};

/// Seconds, up but for one minute that begins half an hour in.
fn one_bad_minute(seconds: i64) -> Dataset {
    let times: Vec<i64> = (0..seconds).map(|i| i * NS).collect();
    let values = (0..seconds).map(|i| if (1800..1860).contains(&i) { 0.0 } else { 1.0 }).collect();
    let up = Series::new(Identity::new("up", Unit::None), times.clone(), values, NanPolicy::Drop).unwrap();
    let load = times.iter().map(|t| (t / NS % 100) as f64 / 100.0).collect();
    let load = Series::new(Identity::new("latency", Unit::Second), times, load, NanPolicy::Drop).unwrap();
    let items = [up, load].map(|s| Item::new(Kind::Gauge, Data::Gauge(s), Format::Csv)).to_vec();
    Dataset { items, ..Dataset::default() }
}

fn on_one_bad_minute() -> Window {
    let mut window = window(Vec::new());
    window.state_mut().show_dataset(one_bad_minute(86_400));
    settle(&mut window);
    window
}

/// The same in two hours, with an objective of their length.
fn on_two_hours() -> Window {
    let mut window = window(Vec::new());
    window.state_mut().show_dataset(one_bad_minute(7200));
    send(&mut window, Message::Objective("99.9% of time up over 2h".into()));
    window
}

#[test]
fn the_welcome_page_says_what_to_do_and_opens_a_sample() {
    let path = csv("sample.csv", "time,up\n2026-01-01T00:00:00Z,1\n2026-01-01T00:01:00Z,0\n2026-01-01T00:02:00Z,1\n");
    let sample = Sample { name: "Three minutes".into(), about: "One of them is bad.".into(), path };
    let mut window = window(vec![sample]);
    window.run();
    window.get_by_label("Drop files here");
    window.get_by_role_and_label(Role::Button, "Open…");
    window.get_by_label_contains("Three minutes").click();
    window.step();
    settle(&mut window);
    assert_eq!(window.state().state().item().unwrap().count(), 3);
    window.get_by_label_contains("samples every 1m");
}

#[test]
fn a_file_is_opened_and_every_view_shows_it() {
    let rows: Vec<String> =
        (0..600).map(|i| format!("{},{}", 1_767_225_600 + i, 0.1 + f64::from(i % 50) / 100.0)).collect();
    let rows = rows.join("\n");
    let path = csv("latency.csv", &format!("time,latency_s\n{rows}"));
    let mut window = window(Vec::new());
    send(&mut window, Message::Open(vec![path]));
    assert!(window.state().state().notices.is_empty(), "{:?}", window.state().state().notices);
    window.get_by_role_and_label(Role::Button, "What was understood").click();
    settle(&mut window);
    window.get_by_label_contains("600 rows");
    window.get_by_role_and_label(Role::Button, "Quantiles").click();
    settle(&mut window);
    assert!(shows(&window, "guaranteed bounds"));
    window.get_by_role_and_label(Role::Button, "Windows").click();
    settle(&mut window);
    assert!(shows(&window, "true bad time"));
    window.get_by_role_and_label(Role::Button, "Series").click();
    settle(&mut window);
    assert_eq!(window.state().state().view, View::Series);
    assert!(shows(&window, "600 of 600 samples shown"));
}

#[test]
fn a_wrong_file_is_told_once_and_dismissed() {
    let mut window = window(Vec::new());
    send(&mut window, Message::Open(vec![PathBuf::from("not-there.csv")]));
    window.get_by_label_contains("no such file");
    assert_eq!(window.state().state().notices.len(), 1);
    send(&mut window, Message::Open(vec![PathBuf::from("not-there.csv")]));
    assert_eq!(window.state().state().notices.len(), 1);
    window.get_by_label("Dismiss").click();
    window.run_ok();
    assert!(window.query_by_label_contains("no such file").is_none());
    send(&mut window, Message::Open(vec![csv("empty.csv", "")]));
    assert_eq!(window.state().state().notices[0].severity, Severity::Error);
}

#[test]
fn a_panicking_job_is_reported_and_the_window_goes_on() {
    let mut window = window(Vec::new());
    window.state_mut().spawn("Juggling", |_| panic!("dropped a ball"));
    settle(&mut window);
    window.get_by_label_contains("dropped a ball");
    window.get_by_label("Drop files here");
}

#[test]
fn sliding_the_width_and_turning_the_dial_change_what_is_charged() {
    let mut window = on_one_bad_minute();
    run(&mut window, Command::ViewWindows);
    // one minute that begins on a boundary of 5 minutes fills one slice
    assert_eq!(charged(&window), Span::from_secs(300));
    let slider =
        window.get_all_by_role(Role::Slider).find(|n| n.accesskit_node().label().as_deref() == Some("Width")).unwrap();
    slider.focus();
    window.step();
    window.key_press(Key::ArrowRight);
    settle(&mut window);
    assert_eq!(window.state().state().width_row().unwrap().2.width, Span::from_secs(360));
    run(&mut window, Command::Narrower);
    assert_eq!(window.state().state().width_row().unwrap().2.width, Span::from_secs(300));

    let dial = |window: &Window| {
        let node = window.get_by_label_contains("Phase of the 5m slices");
        assert_eq!(node.accesskit_node().role(), Role::Slider);
        node.accesskit_node().numeric_value().unwrap()
    };
    assert_eq!(dial(&window), 0.0);
    window.get_by_label_contains("Phase of the 5m slices").set_value_accesskit(30.0);
    settle(&mut window);
    assert_eq!(dial(&window), 30.0);
    // now a boundary lies inside the minute, and two slices are charged
    assert_eq!(charged(&window), Span::from_secs(600));
    window.get_by_label_contains("Phase of the 5m slices").focus();
    window.step();
    window.step();
    window.key_press(Key::ArrowRight);
    settle(&mut window);
    assert_eq!(dial(&window), 35.0);
    window.key_press(Key::Home);
    settle(&mut window);
    assert_eq!(dial(&window), 0.0);
    run(&mut window, Command::PhaseWorst);
    assert_eq!(charged(&window), Span::from_secs(600));
    run(&mut window, Command::PhaseBest);
    assert_eq!(charged(&window), Span::from_secs(300));
}

fn charged(window: &Window) -> Span {
    let state = window.state().state();
    let (_, _, row) = state.width_row().expect("an analysis");
    row.profile.charged(state.phase_in(row))
}

#[test]
fn the_dial_follows_the_pointer() {
    let mut window = on_one_bad_minute();
    run(&mut window, Command::ViewWindows);
    let rect = window.get_by_label_contains("Phase of the 5m slices").rect();
    // a quarter of the turn is a quarter of the width
    let at = rect.center() + egui::vec2(rect.width() * 0.4, 0.0);
    window.drag_at(at);
    window.step();
    window.step();
    window.drop_at(at);
    settle(&mut window);
    assert_eq!(window.state().state().choices.phase, Span::from_secs(75));
}

#[test]
fn undo_takes_back_whole_interactions() {
    let mut window = on_one_bad_minute();
    run(&mut window, Command::ViewWindows);
    let before = window.state().state().choices.clone();
    run(&mut window, Command::Wider);
    run(&mut window, Command::PhaseLater);
    run(&mut window, Command::NextRule);
    let after = window.state().state().choices.clone();
    assert_ne!(before, after);
    for _ in 0..3 {
        window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        settle(&mut window);
    }
    assert_eq!(window.state().state().choices, before);
    for _ in 0..3 {
        window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        settle(&mut window);
    }
    assert_eq!(window.state().state().choices, after);
}

#[test]
fn a_wrong_objective_is_told_under_the_word() {
    let mut window = on_one_bad_minute();
    run(&mut window, Command::ViewWindows);
    send(&mut window, Message::Objective("99.9% of tim up over 30d".into()));
    window.get_by_label_contains("Objective: column 10");
    // the last analysis stays in sight while the text is being typed
    assert!(shows(&window, "true bad time"));
    send(&mut window, Message::Objective("99% of time up over 1d".into()));
    assert!(window.query_by_label_contains("Objective: column").is_none());
    let state = window.state().state();
    assert_eq!(state.made.windows.latest().unwrap().allowed(), Span::from_secs(864));
}

#[test]
fn typing_into_the_objective_is_not_taken_for_shortcuts() {
    let mut window = on_one_bad_minute();
    run(&mut window, Command::EditObjective);
    window.step();
    let before = window.state().state().choices.clone();
    window.get_by_role(Role::TextInput).type_text("w");
    window.key_press(Key::W);
    window.step();
    window.step();
    let state = window.state().state();
    assert_eq!(state.choices.phase, before.phase);
    assert_ne!(state.choices.objective, before.objective);
}

#[test]
fn the_palette_runs_a_command() {
    let mut window = on_one_bad_minute();
    window.key_press_modifiers(Modifiers::COMMAND, Key::P);
    window.run_ok();
    assert!(matches!(window.state().state().overlay, Overlay::Palette(..)));
    window.get_by_role_and_label(Role::TextInput, "Find a command").type_text("dark theme");
    window.run_ok();
    window.key_press(Key::Enter);
    settle(&mut window);
    assert_eq!(window.state().state().theme, egui::ThemePreference::Dark);
    assert_eq!(window.state().state().overlay, Overlay::None);
}

#[test]
fn the_shortcut_sheet_lists_every_command() {
    let mut window = window(Vec::new());
    window.key_press_modifiers(Modifiers::SHIFT, Key::Questionmark);
    window.run_ok();
    assert_eq!(window.state().state().overlay, Overlay::Shortcuts);
    for command in Command::ALL {
        assert!(window.query_all_by_label(command.name()).next().is_some(), "{command:?}");
    }
    window.key_press(Key::Escape);
    window.run_ok();
    assert_eq!(window.state().state().overlay, Overlay::None);
}

#[test]
fn the_table_twin_has_a_row_for_every_width() {
    let mut window = on_one_bad_minute();
    run(&mut window, Command::ViewWindows);
    run(&mut window, Command::ToggleTable);
    window.get_by_label_contains("Bad time charged, by width of the bucket");
    window.get_by_role_and_label(Role::ColumnHeader, "theory, mean");
    run(&mut window, Command::CopyTable);
    let copied = window.state().state().notices.last().unwrap().text.clone();
    assert!(copied.contains("27 rows"), "{copied}");
}

/// What each command must change, in each state that it can be run in. No command is left out: the match has no wildcard.
#[test]
#[allow(clippy::too_many_lines)]
fn every_command_does_what_it_says() {
    // nothing may panic without a document
    let mut empty = window(Vec::new());
    for command in Command::ALL.iter().filter(|c| **c != Command::Open) {
        run(&mut empty, *command);
    }
    for command in Command::ALL {
        let mut window = on_two_hours();
        run(&mut window, Command::ViewWindows);
        run(&mut window, Command::Wider);
        let width = |w: &Window| w.state().state().width_row().unwrap().2.width.as_secs_f64();
        let (wide, phase) = (width(&window), window.state().state().choices.phase);
        if matches!(
            command,
            Command::ZoomOut | Command::ResetZoom | Command::PanLeft | Command::PanRight | Command::ZoomIn
        ) {
            run(&mut window, Command::ViewSeries);
            run(&mut window, Command::ZoomIn);
        }
        if *command == Command::ClosePane {
            run(&mut window, Command::SplitRight);
        }
        if *command == Command::AllValues {
            send(&mut window, Message::Values(Some((0.5, 2.0))));
        }
        if *command == Command::Redo {
            run(&mut window, Command::Undo);
        }
        if *command == Command::PhaseAligned {
            run(&mut window, Command::PhaseLater);
        }
        if *command == Command::PreviousSeries {
            run(&mut window, Command::NextSeries);
        }
        let range = window.state().state().range;
        if *command == Command::Open {
            // the dialog is the system's: here it is enough that a job waits for it
            let ctx = window.ctx.clone();
            window.state_mut().send(&ctx, Message::Run(*command));
            assert_eq!(window.state().busy(), 1);
            continue;
        }
        run(&mut window, *command);
        let state = window.state().state();
        match command {
            Command::Open | Command::Quit | Command::Reload | Command::CancelJobs => {}
            // the clipboard and the file are the system's: see tests/opening.rs
            Command::Paste | Command::ReadOtherwise => assert_eq!(state.overlay, Overlay::None),
            Command::WatchFiles => assert!(state.watch),
            Command::CopyPicture => assert!(state.notices.iter().any(|n| n.text.contains("as a picture"))),
            Command::SaveParquet => assert!(matches!(state.overlay, Overlay::Save(Target::Parquet, _))),
            Command::SaveSamples => assert!(matches!(state.overlay, Overlay::Save(Target::Samples, _))),
            Command::OpenPath => assert!(matches!(state.overlay, Overlay::Path(..))),
            Command::OpenServer => assert!(matches!(state.overlay, Overlay::Server(_))),
            Command::Close => assert!(state.document.is_none()),
            Command::Undo => assert_eq!(width(&window), 300.0),
            Command::Redo => assert_eq!(width(&window), 360.0),
            Command::OpenBaseline => assert!(matches!(state.overlay, Overlay::Path(Opening::Baseline, _))),
            Command::OpenSession => assert!(matches!(state.overlay, Overlay::Path(Opening::Session, _))),
            Command::SaveSession => assert!(matches!(state.overlay, Overlay::Save(Target::Session, _))),
            Command::SavePicture => assert!(matches!(state.overlay, Overlay::Save(Target::Png, _))),
            Command::SaveVector => assert!(matches!(state.overlay, Overlay::Save(Target::Svg, _))),
            Command::SaveCsv => assert!(matches!(state.overlay, Overlay::Save(Target::Csv, _))),
            Command::SaveReport => assert!(matches!(state.overlay, Overlay::Save(Target::Report, _))),
            Command::ExportOpenSlo => assert!(matches!(state.overlay, Overlay::Save(Target::OpenSlo, _))),
            Command::ExportRules => assert!(matches!(state.overlay, Overlay::Rules(_))),
            // data that were made in memory have no file to name
            Command::CopyCommand | Command::CopyCells => {
                assert!(
                    state
                        .notices
                        .iter()
                        .any(|n| n.text.contains("they take files") || n.text.contains("it takes files"))
                );
            }
            Command::AllValues => assert_eq!(state.choices.values, None),
            Command::TuneAlerts => assert!(state.choices.tune && state.view == View::Slo),
            Command::SplitRight | Command::SplitDown => assert_eq!(state.layout.visible().len(), 2),
            Command::ClosePane => assert!(state.layout.is_single()),
            Command::ViewDistribution => assert_eq!(state.view, View::Distribution),
            Command::ViewHeat => assert_eq!(state.view, View::Heat),
            Command::ViewSlo => assert_eq!(state.view, View::Slo),
            Command::ViewTrend => assert_eq!(state.view, View::Trend),
            Command::ViewCompare => assert_eq!(state.view, View::Compare),
            Command::ViewCorrelate => assert_eq!(state.view, View::Correlate),
            Command::ToggleAnomalies => assert!(state.choices.anomalies && state.view == View::Series),
            Command::OnlySelected => assert!(state.choices.only && state.view == View::Correlate),
            Command::CopyTable => assert!(state.notices.iter().any(|n| n.text.contains("CSV"))),
            Command::EditObjective => assert!(window.get_by_role(Role::TextInput).is_focused()),
            Command::ViewUnderstood => assert_eq!(state.view, View::Understood),
            Command::ViewSeries => assert_eq!(state.view, View::Series),
            Command::ViewQuantiles => assert_eq!(state.view, View::Quantiles),
            Command::ViewWindows => assert_eq!(state.view, View::Windows),
            Command::ToggleTable => assert!(state.table),
            Command::ToggleRate => assert!(!state.choices.rate),
            Command::ToggleChanges => assert!(state.choices.marks && state.view == View::Series),
            Command::NextSeries => assert_eq!(state.choices.item, 1),
            Command::PreviousSeries => assert_eq!(state.choices.item, 0),
            Command::ZoomIn | Command::ZoomOut => assert_ne!(state.range, range),
            Command::PanLeft => assert!(state.range.unwrap().0 < range.unwrap().0),
            Command::PanRight => assert!(state.range.unwrap().0 > range.unwrap().0),
            Command::ResetZoom => assert_eq!(state.range, None),
            Command::ThemeLight => assert_eq!(state.theme, egui::ThemePreference::Light),
            Command::ThemeDark => assert_eq!(state.theme, egui::ThemePreference::Dark),
            Command::ThemeSystem => assert_eq!(state.theme, egui::ThemePreference::System),
            Command::Wider => assert!(width(&window) > wide),
            Command::Narrower => assert!(width(&window) < wide),
            Command::PhaseLater => assert!(state.choices.phase > phase),
            Command::PhaseEarlier => assert!(state.choices.phase > Span::ZERO),
            Command::PhaseAligned => assert_eq!(state.choices.phase, Span::ZERO),
            Command::PhaseWorst => assert_eq!(charged(&window), Span::from_secs(720)),
            Command::PhaseBest => assert_eq!(charged(&window), Span::from_secs(360)),
            Command::NextRule => assert!(state.choices.rule.is_some()),
            Command::Palette => assert!(matches!(state.overlay, Overlay::Palette(..))),
            Command::Shortcuts => assert_eq!(state.overlay, Overlay::Shortcuts),
            Command::DismissNotices => assert!(state.notices.is_empty()),
        }
    }
}

#[test]
fn hostile_names_are_shown_and_nothing_falls() {
    let times: Vec<i64> = (0..200).map(|i| i * NS).collect();
    let values: Vec<f64> = (0..200).map(f64::from).collect();
    let names = ["שלום עולם", "🔥🔥", "a\nb\tc", "<script>alert(1)</script>", ""];
    let mut items: Vec<Item> = Vec::new();
    for name in names.map(str::to_owned).into_iter().chain([String::from("x").repeat(4096)]) {
        let mut identity = Identity::new(name.clone(), Unit::Other(name.chars().take(8).collect()));
        identity.labels.set("label", name);
        let series = Series::new(identity, times.clone(), values.clone(), NanPolicy::Drop).unwrap();
        items.push(Item::new(Kind::Gauge, Data::Gauge(series), Format::Csv));
    }
    let mut window = Harness::builder()
        .with_size((900.0, 600.0))
        .with_max_steps(30)
        .allow_missing_glyphs()
        .build_eframe(|cc| App::new(&cc.egui_ctx, Vec::new()));
    window.state_mut().show_dataset(Dataset { items, ..Dataset::default() });
    for item in 0..6 {
        send(&mut window, Message::Select(item));
        for view in View::ALL {
            run(&mut window, view.command());
        }
        assert_eq!(window.state().state().choices.item, item);
    }
}

#[test]
fn a_counter_is_drawn_as_a_rate_and_as_it_is() {
    let times: Vec<i64> = (0..600).map(|i| i * NS).collect();
    let values = (0..600).map(|i| f64::from(if i < 300 { 5 * i } else { 5 * (i - 300) })).collect();
    let counter =
        sre_stats::counter::Counter::new(Identity::new("requests_total", Unit::Count), times, values, NanPolicy::Drop);
    let item = Item::new(Kind::Counter, Data::Counter(counter.unwrap()), Format::Csv);
    let mut window = window(Vec::new());
    window.state_mut().show_dataset(Dataset { items: vec![item], ..Dataset::default() });
    settle(&mut window);
    let drawn = |window: &Window| {
        let track = window.state().state().made.track.latest().unwrap();
        (track.columns().1.len(), track.y.unit.to_string())
    };
    assert_eq!(drawn(&window), (599, "count/s".to_owned()));
    window.get_by_role_and_label(Role::CheckBox, "as rate").click();
    window.step();
    settle(&mut window);
    assert_eq!(drawn(&window), (600, "count".to_owned()));
    assert!(shows(&window, "reset"));
}

#[test]
fn no_peak_is_hidden_at_any_zoom() {
    let n = 200_000;
    let times: Vec<i64> = (0..n).map(|i| i * NS).collect();
    let values = (0..n).map(|i| if i == 123_456 { 1e6 } else { (i % 7) as f64 }).collect();
    let series = Series::new(Identity::new("spiky", Unit::None), times, values, NanPolicy::Drop).unwrap();
    let mut window = window(Vec::new());
    let items = vec![Item::new(Kind::Gauge, Data::Gauge(series), Format::Csv)];
    window.state_mut().show_dataset(Dataset { items, ..Dataset::default() });
    settle(&mut window);
    let track = std::sync::Arc::clone(window.state().state().made.track.latest().unwrap());
    for (from, to) in [(0.0, 200_000.0), (100_000.0, 130_000.0), (123_000.0, 124_000.0), (123_455.5, 123_456.5)] {
        for width in [50, 333, 1200] {
            let figure = track.figure((from, to), width);
            assert!(figure.y_range().1 >= 1e6, "{from} {to} {width}");
            assert!(!figure.caption.is_empty());
        }
    }
    // and what lies outside the range does not stretch the axis
    assert!(track.figure((0.0, 1000.0), 500).y_range().1 < 10.0);
}
