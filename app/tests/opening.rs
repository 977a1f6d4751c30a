//! Ways into the window beside the file dialog: paste, watch, what was guessed wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod window;

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use sre_stats::load::Kind;
use sre_stats::unit::Unit;
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::derive::Origin;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::reading::{Part, Reading};
use sre_stats_app::gui::state::{Opening, Overlay, Severity};
use sre_stats_app::gui::take::{self, Target};

use window::{Window, csv, folder, run, send, settle, shows, window};

/// Rows of a table, a second apart.
fn rows(head: &str, from: u32, to: u32) -> String {
    let line = |i: u32| format!("{},{}\n", 1_767_225_600 + i, 10 + i % 7);
    head.to_owned() + &(from..to).map(line).collect::<String>()
}

fn paste(window: &mut Window, text: &str) {
    window.event(egui::Event::Paste(text.to_owned()));
    window.step();
    settle(window);
}

#[test]
fn a_table_and_json_are_pasted() {
    let mut window = window(Vec::new());
    paste(&mut window, &rows("time\tlatency_ms\n", 0, 120).replace(',', "\t"));
    let item = window.state().state().item().expect("a series").clone();
    assert_eq!((item.count(), &item.identity.unit), (120, &Unit::Millisecond));
    assert!(shows(&window, "pasted data"));
    // it has no file: nothing to watch, and no command line says the same
    assert_eq!(take::command_line(window.state().state()), None);
    run(&mut window, Command::Reload);
    assert_eq!(window.state().state().item().unwrap().count(), 120);

    let json = r#"{"status":"success","data":{"resultType":"matrix","result":[
        {"metric":{"__name__":"up","job":"api"},"values":[[1767225600,"1"],[1767225615,"0"],[1767225630,"1"]]}]}}"#;
    paste(&mut window, json);
    assert_eq!(window.state().state().item().unwrap().title(), r#"up{job="api"}"#);

    // blank text is told, and what was there stays
    paste(&mut window, "  \n");
    assert!(shows(&window, "The clipboard holds no text."));
    assert!(window.state().state().document.is_some());
    // words that are no data are an error, and no crash
    paste(&mut window, "the quick brown fox");
    let notices = &window.state().state().notices;
    assert!(notices.iter().any(|n| n.severity == Severity::Error), "{notices:?}");
}

#[test]
fn text_pasted_into_a_field_is_no_data() {
    let mut window = window(Vec::new());
    paste(&mut window, &rows("time,latency_ms\n", 0, 60));
    run(&mut window, Command::EditObjective);
    window.step();
    let before = window.state().state().document.as_ref().unwrap().id;
    paste(&mut window, "time,x\n1,2\n2,3\n");
    assert_eq!(window.state().state().document.as_ref().unwrap().id, before);
    assert!(window.state().state().choices.objective.as_ref().is_some_and(|o| o.contains("time,x")));
}

#[test]
fn a_guess_is_corrected_where_it_is_told() {
    let mut window = window(Vec::new());
    let path = csv("sizes.csv", &rows("time,level\n", 0, 90));
    send(&mut window, Message::Open(vec![path]));
    assert_eq!(window.state().state().item().unwrap().identity.unit, Unit::None);
    run(&mut window, Command::ViewUnderstood);
    let again = window.get_by_role_and_label(Role::Button, "Read again so");
    assert!(egui_kittest::kittest::NodeT::accesskit_node(&again).is_disabled());
    window.get_by_label("What else can be said of the data").click();
    window.run_ok();
    let origin = window.state().state().asked.clone();
    let reading = origin.reading.clone().with(Part::Unit, "req").with(Part::Kind, "delta");
    send(&mut window, Message::Asked(Origin { reading, ..origin }));
    window.get_by_role_and_label(Role::Button, "Read again so").click();
    window.step();
    settle(&mut window);
    let state = window.state().state();
    let item = state.item().unwrap();
    assert_eq!((item.kind, item.identity.unit.to_string().as_str()), (Kind::Delta, "req"));
    // what takes the view away says the same
    assert!(take::command_line(state).unwrap().ends_with("--unit req --kind delta"));
    assert!(take::cells(state).unwrap().contains("kind: Some(\"delta\".parse()?)"));

    // a session keeps it
    let session = folder().join("kept.sre-stats.json");
    send(&mut window, Message::Save(Target::Session, session.clone()));
    let mut again = self::window(Vec::new());
    send(&mut again, Message::Open(vec![session]));
    let item = again.state().state().item().unwrap();
    assert_eq!((item.kind, item.identity.unit.to_string().as_str()), (Kind::Delta, "req"));
}

#[test]
fn a_field_says_what_is_wrong_with_it() {
    let mut window = window(Vec::new());
    let path = csv("local.csv", "time,v\n2026-07-01 12:00:00,1\n2026-07-01 12:00:10,2\n2026-07-01 12:00:20,3\n");
    send(&mut window, Message::Open(vec![path]));
    let noon = window.state().state().item().unwrap().first();
    run(&mut window, Command::ViewUnderstood);
    window.get_by_role_and_label(Role::TextInput, "Time zone").focus();
    window.step();
    window.get_by_role_and_label(Role::TextInput, "Time zone").type_text("Mars/Olympus");
    window.run_ok();
    assert!(shows(&window, "Mars/Olympus"));
    let again = window.get_by_role_and_label(Role::Button, "Read again so");
    assert!(egui_kittest::kittest::NodeT::accesskit_node(&again).is_disabled());
    let origin = window.state().state().asked.clone();
    let reading = Reading::default().with(Part::Tz, "Europe/Berlin");
    send(&mut window, Message::Read(Origin { reading, ..origin }));
    // in July, Berlin is two hours before UTC
    let there = window.state().state().item().unwrap().first();
    assert_eq!(noon.since(there), sre_stats::time::Span::from_secs(7200));
}

#[test]
fn what_was_not_read_can_be_read_otherwise() {
    let mut window = window(Vec::new());
    let path = csv("plain.csv", "a,b\n5,x\n6,x\n9,x\n");
    let origin = Origin { reading: Reading::default().with(Part::Value, "nothing"), ..Origin::files(vec![path]) };
    send(&mut window, Message::Read(origin));
    assert!(window.state().state().document.is_none());
    run(&mut window, Command::DismissNotices);
    window.get_by_role_and_label(Role::Button, "Read otherwise…").click();
    window.run_ok();
    assert_eq!(window.state().state().overlay, Overlay::Reading);
    for part in Part::ALL {
        assert!(window.query_all_by_label(part.label()).next().is_some(), "{part:?} has a name");
    }
    let origin = window.state().state().asked.clone();
    let reading = Reading::default().with(Part::Value, "a").with(Part::Step, "10s");
    send(&mut window, Message::Asked(Origin { reading, ..origin }));
    window.get_by_role_and_label(Role::Button, "Read so").click();
    window.step();
    settle(&mut window);
    assert_eq!(window.state().state().item().unwrap().values(), [5.0, 6.0, 9.0]);
    assert_eq!(window.state().state().overlay, Overlay::None);
}

/// Frames until something is so, or half a minute has gone.
fn until(window: &mut Window, mut so: impl FnMut(&Window) -> bool) {
    let begin = Instant::now();
    while !so(window) {
        assert!(begin.elapsed() < Duration::from_secs(30), "it never came to be");
        std::thread::sleep(Duration::from_millis(20));
        window.step();
    }
    settle(window);
}

#[test]
fn a_watched_file_is_read_again_as_it_grows_goes_and_comes_back() {
    let mut window = window(Vec::new());
    let path = csv("grows.csv", &rows("time,latency_ms\n", 0, 100));
    send(&mut window, Message::Open(vec![path.clone()]));
    send(&mut window, Message::Objective("98% of time < 15ms over 1h".into()));
    run(&mut window, Command::WatchFiles);
    // a watch is no work in progress, and asks for no frame
    assert_eq!(window.state().busy(), 0);
    let frames = window.state().frames();
    window.run_ok();
    assert!(window.state().frames() - frames <= 2);

    let count = |w: &Window| w.state().state().item().map_or(0, sre_stats::load::Item::count);
    // what is being typed meanwhile stays
    let typed = Overlay::Path(Opening::Data, "exports/".to_owned());
    let before = window.state().state().asked.clone();
    let asked = Origin { reading: before.reading.clone().with(Part::Unit, "s"), ..before.clone() };
    send(&mut window, Message::Asked(asked.clone()));
    send(&mut window, Message::Overlay(typed.clone()));
    std::fs::write(&path, rows("time,latency_ms\n", 0, 250)).unwrap();
    until(&mut window, |w| count(w) == 250);
    assert_eq!((&window.state().state().overlay, &window.state().state().asked), (&typed, &asked));
    send(&mut window, Message::Overlay(Overlay::None));
    send(&mut window, Message::Asked(before));
    assert_eq!(window.state().state().choices.objective.as_deref(), Some("98% of time < 15ms over 1h"));

    // gone: what was read stays in sight, and that is said
    std::fs::remove_file(&path).unwrap();
    until(&mut window, |w| shows(w, "is gone"));
    assert_eq!(count(&window), 250);
    // back, and shorter than before
    std::fs::write(&path, rows("time,latency_ms\n", 0, 40)).unwrap();
    until(&mut window, |w| count(w) == 40);
    // a file that stops being one is told once, and the data stay
    std::fs::write(&path, "").unwrap();
    until(&mut window, |w| w.state().state().notices.iter().any(|n| n.severity == Severity::Error));
    assert_eq!(count(&window), 40);

    run(&mut window, Command::WatchFiles);
    std::fs::write(&path, rows("time,latency_ms\n", 0, 70)).unwrap();
    std::thread::sleep(Duration::from_millis(900));
    settle(&mut window);
    assert_eq!(count(&window), 40, "nobody watches any longer");
    run(&mut window, Command::Reload);
    assert_eq!(count(&window), 70);
}

#[test]
fn a_step_back_after_a_reload_selects_no_other_series() {
    let mut window = window(Vec::new());
    let table = |head: &str| {
        head.to_owned() + &(0..60).map(|i| format!("{},1,2\n", 1_767_225_600 + i)).collect::<Vec<_>>().concat()
    };
    let path = csv("replaced.csv", &table("time,first,second\n"));
    send(&mut window, Message::Open(vec![path.clone()]));
    send(&mut window, Message::Select(1));
    settle(&mut window);
    std::fs::write(&path, table("time,other,second\n")).unwrap();
    run(&mut window, Command::Reload);
    run(&mut window, Command::Undo);
    assert_eq!(window.state().state().item().unwrap().title(), "second");
    // where it is gone, the choices that do not name a series stay
    send(&mut window, Message::Objective("98% of time < 15 over 1h".into()));
    std::fs::write(&path, table("time,other,third\n")).unwrap();
    run(&mut window, Command::Reload);
    let state = window.state().state();
    assert_eq!((state.choices.item, state.choices.objective.as_deref()), (0, Some("98% of time < 15 over 1h")));
}

#[test]
fn a_picture_is_put_on_the_clipboard_and_samples_into_parquet() {
    let mut window = window(Vec::new());
    let path = csv("taken.csv", &rows("time,latency_ms\n", 0, 400));
    send(&mut window, Message::Open(vec![path]));
    let ctx = window.ctx.clone();
    window.state_mut().send(&ctx, Message::Run(Command::CopyPicture));
    let begin = Instant::now();
    let image = loop {
        window.step();
        let copied = window.output().platform_output.commands.iter().find_map(|c| match c {
            egui::OutputCommand::CopyImage(image) => Some(image.clone()),
            _ => None,
        });
        if let Some(image) = copied {
            break image;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "no picture was copied");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(image.size[0] >= 640 && image.size[1] >= 360, "{:?}", image.size);
    let colours: std::collections::HashSet<_> = image.pixels.iter().collect();
    assert!(colours.len() > 20, "the picture is blank");
    settle(&mut window);

    let start = sre_stats::time::Timestamp(1_767_225_600_000_000_000);
    let range = (start, start + sre_stats::time::Span::from_secs(50));
    send(&mut window, Message::Range(Some(range)));
    let to = folder().join("samples.parquet");
    send(&mut window, Message::Save(Target::Samples, to.clone()));
    send(&mut window, Message::Open(vec![to]));
    let item = window.state().state().item().unwrap();
    assert_eq!(item.values()[..3], [10.0, 11.0, 12.0]);
    assert_eq!(item.count(), 50);
}

#[test]
fn files_that_were_open_before_are_offered_in_the_menu() {
    let home = folder().join("state");
    let path = csv("before.csv", &rows("time,latency_ms\n", 0, 30));
    let mut window = egui_kittest::Harness::builder()
        .with_size((1280.0, 860.0))
        .with_max_steps(30)
        .build_eframe(move |cc| sre_stats_app::gui::App::new(&cc.egui_ctx, Vec::new()).with_home(home));
    send(&mut window, Message::Open(vec![path]));
    run(&mut window, Command::Close);
    window.get_by_role_and_label(Role::Button, "File").click();
    window.run_ok();
    window.get_by_role_and_label(Role::Button, "Open before").click();
    window.run_ok();
    window.get_by_role_and_label(Role::Button, "before.csv");
}
