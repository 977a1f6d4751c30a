//! What has to hold of the whole window: every control has a name and can be reached by keyboard, and a program that is killed at
//! any moment leaves a session that opens.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod window;

use std::path::PathBuf;
use std::process::{Command as Process, Stdio};
use std::time::{Duration, Instant};

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable, by};
use sre_stats_app::gui::asking::Question;
use sre_stats_app::gui::command::{Command, Menu};
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::session::{self, Session};
use sre_stats_app::gui::state::{Opening, Overlay};
use sre_stats_app::gui::take::{RulesForm, Target};
use sre_stats_app::gui::{App, Sample, View};

use window::{Window, csv, folder, run, send, settle, window};

/// What a user acts on.
const CONTROLS: [Role; 12] = [
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::Slider,
    Role::SpinButton,
    Role::TextInput,
    Role::MultilineTextInput,
    Role::ComboBox,
    Role::Link,
    Role::ColumnHeader,
    Role::Image,
    Role::ProgressIndicator,
];

/// An hour of requests of two services, slow and failing for some minutes.
fn requests() -> PathBuf {
    let mut text = String::from("time,latency_ms,wait_ms\n");
    for i in 0..2400_u32 {
        let slow = if (1200..1320).contains(&i) { 900 } else { 0 };
        let time = f64::from(i) * 1.5;
        text.push_str(&format!("{:.1},{},{}\n", 1_767_225_600.0 + time, 40 + i * 37 % 101 + slow, 5 + i * 13 % 29));
    }
    csv("requests.csv", &text)
}

fn opened() -> Window {
    let mut window = window(Vec::new());
    send(&mut window, Message::Open(vec![requests()]));
    window
}

/// The controls in sight without a name, by their places.
fn nameless(window: &Window) -> Vec<String> {
    let control = by().predicate(|n| CONTROLS.contains(&n.role()));
    let named = |text: Option<String>| text.is_some_and(|t| !t.trim().is_empty());
    window
        .query_all(control)
        .filter(|n| {
            let n = n.accesskit_node();
            !named(n.label()) && !named(n.value()) && !n.is_hidden()
        })
        .map(|n| format!("{:?} at {:?}", n.accesskit_node().role(), n.rect()))
        .collect()
}

#[test]
fn every_control_has_a_name() {
    let sample = Sample { name: "One".into(), about: "It is one.".into(), path: "one.csv".into() };
    let mut welcome = window(vec![sample]);
    welcome.run();
    assert_eq!(nameless(&welcome), Vec::<String>::new(), "the welcome page");
    let mut window = opened();
    for view in View::ALL {
        run(&mut window, view.command());
        assert_eq!(nameless(&window), Vec::<String>::new(), "{view:?}");
        run(&mut window, Command::ToggleTable);
        assert_eq!(nameless(&window), Vec::<String>::new(), "{view:?} as a table");
        run(&mut window, Command::ToggleTable);
    }
    let overlays = [
        Overlay::Palette(String::new(), 0),
        Overlay::Shortcuts,
        Overlay::Reading,
        Overlay::Server(Box::<Question>::default()),
        Overlay::Path(Opening::Data, String::new()),
        Overlay::Save(Target::Csv, "x.csv".into()),
        Overlay::Rules(Box::<RulesForm>::default()),
    ];
    for overlay in overlays {
        send(&mut window, Message::Overlay(overlay.clone()));
        assert_eq!(nameless(&window), Vec::<String>::new(), "{overlay:?}");
    }
    send(&mut window, Message::Overlay(Overlay::None));
    for menu in Menu::ALL {
        window.get_by_role_and_label(Role::Button, menu.title()).click();
        window.run_ok();
        assert_eq!(nameless(&window), Vec::<String>::new(), "{menu:?}");
        for command in Command::of(menu) {
            assert!(window.query_all_by_label_contains(command.name()).next().is_some(), "{command:?} is in its menu");
        }
        window.key_press(Key::Escape);
        window.run_ok();
    }
}

#[test]
fn the_tab_key_reaches_every_control_in_sight() {
    let mut window = opened();
    for view in [View::Series, View::Windows, View::Compare, View::Correlate, View::Trend, View::Distribution] {
        run(&mut window, view.command());
        let wanted = |role: Role| matches!(role, Role::Button | Role::CheckBox | Role::Slider | Role::TextInput);
        let all: Vec<_> = window
            .query_all(by().predicate(|n| wanted(n.role()) && !n.is_disabled()))
            .map(|n| n.accesskit_node().id())
            .collect();
        let mut reached = std::collections::HashSet::new();
        for _ in 0..all.len() * 3 + 20 {
            window.key_press(Key::Tab);
            window.step();
            window.step();
            reached.extend(
                window
                    .query_all(by().predicate(egui_kittest::kittest::AccessKitNode::is_focused))
                    .map(|n| n.accesskit_node().id()),
            );
        }
        let missed: Vec<String> = window
            .query_all(by().predicate(|n| wanted(n.role()) && !n.is_disabled()))
            .filter(|n| all.contains(&n.accesskit_node().id()) && !reached.contains(&n.accesskit_node().id()))
            .map(|n| format!("{:?} {:?}", n.accesskit_node().role(), n.accesskit_node().label()))
            .collect();
        assert_eq!(missed, Vec::<String>::new(), "{view:?}");
    }
}

#[test]
fn keys_of_one_frame_are_taken_in_the_order_in_which_they_were_pressed() {
    let mut window = opened();
    let ctrl = |key| egui::Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: egui::Modifiers::COMMAND,
    };
    // split, then show the heat map in the new half: the other way round the series would be gone
    window.input_mut().events.extend([ctrl(Key::Backslash), ctrl(Key::Num4)]);
    window.step();
    settle(&mut window);
    assert_eq!(window.state().state().layout.visible(), [View::Series, View::Heat]);
}

/// Not a test of its own: the program that is killed. It changes a choice again and again, and the session is kept each time.
#[test]
fn the_program_that_is_killed() {
    let Some(home) = std::env::var_os("SRE_STATS_KILLED_HOME").map(PathBuf::from) else { return };
    let data = home.join("data.csv");
    let kept = home.clone();
    let mut window = egui_kittest::Harness::builder()
        .with_size((800.0, 600.0))
        .with_max_steps(30)
        .build_eframe(move |cc| App::new(&cc.egui_ctx, Vec::new()).with_home(kept));
    send(&mut window, Message::Open(vec![data]));
    let first: u64 = std::env::var("SRE_STATS_KILLED_FROM").unwrap().parse().unwrap();
    let begin = Instant::now();
    // should nobody kill it
    for i in (first..).take_while(|_| begin.elapsed() < Duration::from_mins(2)) {
        // texts of many lengths, so that a file half written could not be taken for a whole one
        let words = "of requests ".repeat(1 + i as usize % 40);
        send(&mut window, Message::Objective(format!("{i} {words}")));
    }
}

#[test]
fn a_program_killed_at_any_moment_leaves_a_session_that_opens() {
    let home = folder().join("home");
    std::fs::create_dir_all(&home).unwrap();
    let rows: Vec<String> = (0..60).map(|i| format!("{},{}\n", 1_767_225_600 + i, i % 7)).collect();
    std::fs::write(home.join("data.csv"), format!("time,v\n{}", rows.concat())).unwrap();
    let path = session::autosave(&home);
    // the number at the head of the objective that is kept
    let number = |kept: &Session| kept.objective.as_ref()?.split(' ').next()?.parse::<u64>().ok();
    let mut last = 0_u64;
    for round in 1..=6_u64 {
        let first = round * 1_000_000;
        let mut child = Process::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_program_that_is_killed", "--nocapture"])
            .env("SRE_STATS_KILLED_HOME", &home)
            .env("SRE_STATS_KILLED_FROM", first.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // not before this run of the program has begun to keep sessions; at no moment is there one that does not open
        let begin = Instant::now();
        let this_run = |kept: Option<u64>| kept.is_some_and(|n| n >= first);
        while !this_run(Session::read(&path).ok().and_then(|(kept, _)| number(&kept))) {
            assert!(begin.elapsed() < Duration::from_mins(1), "no session is kept");
            std::thread::sleep(Duration::from_millis(1));
        }
        // a different moment each time
        last = last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round + 1);
        std::thread::sleep(Duration::from_micros(last >> 47));
        child.kill().unwrap();
        child.wait().unwrap();
        let (kept, note) = Session::read(&path).expect("what was kept opens");
        assert_eq!(note, None);
        assert!(this_run(number(&kept)), "{:?}", kept.objective);
        let mut window = egui_kittest::Harness::builder().with_size((800.0, 600.0)).with_max_steps(30).build_eframe({
            let home = home.clone();
            move |cc| App::new(&cc.egui_ctx, Vec::new()).with_home(home)
        });
        window.run();
        window.get_by_label("Go on where it broke off").click();
        window.step();
        settle(&mut window);
        assert_eq!(window.state().state().choices.objective, kept.objective);
        assert_eq!(window.state().state().item().unwrap().count(), 60);
    }
}
