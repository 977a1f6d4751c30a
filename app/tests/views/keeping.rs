//! What is taken away and what is kept: pictures, tables, reports, sessions.

use std::path::Path;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use sre_stats::time::Span;
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::state::{Overlay, Severity};
use sre_stats_app::gui::take::Target;
use sre_stats_app::gui::{App, View};

use super::{on_requests, requests};
use crate::window::{folder, run, send, settle, shows};

#[test]
fn every_view_is_saved_as_picture_table_and_report() {
    let mut window = on_requests();
    // one series alone moves with nothing: the test of that view has two
    let views = View::ALL.into_iter().filter(|v| *v != View::Correlate);
    send(&mut window, Message::Objective("99% of requests ok over 30d".into()));
    for view in views {
        run(&mut window, view.command());
        let targets = [(Target::Png, "png"), (Target::Svg, "svg"), (Target::Csv, "csv"), (Target::Parquet, "parquet")];
        for (target, ending) in targets {
            let path = folder().join(format!("{}.{ending}", view.word()));
            send(&mut window, Message::Save(target, path.clone()));
            if view == View::Understood && matches!(target, Target::Png | Target::Svg) {
                assert!(window.state().state().notices.iter().any(|n| n.text.contains("no picture")));
                run(&mut window, Command::DismissNotices);
                continue;
            }
            let bytes = std::fs::read(&path)
                .unwrap_or_else(|e| panic!("{view:?} {ending}: {e}: {:?}", window.state().state().notices));
            let begins: &[u8] = match target {
                Target::Png => b"\x89PNG",
                Target::Svg => b"<svg",
                Target::Parquet => b"PAR1",
                _ => b"",
            };
            assert!(bytes.len() > 30 && bytes.starts_with(begins), "{view:?} {ending}");
        }
    }
    let path = folder().join("report.html");
    send(&mut window, Message::Save(Target::Report, path.clone()));
    let html = std::fs::read_to_string(&path).unwrap();
    for part in ["Objective for", "Bucket widths", "Heat map", "Trend of", "Quantiles of"] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("http://") || html.contains("www.w3.org"), "the page needs nothing else");
}

#[test]
fn a_save_that_fails_leaves_the_old_file_and_is_told() {
    let mut window = on_requests();
    let path = folder().join("no such folder").join("x.csv");
    send(&mut window, Message::Save(Target::Csv, path));
    let notices = &window.state().state().notices;
    assert!(notices.iter().any(|n| n.severity == Severity::Error && n.text.contains("x.csv")), "{notices:?}");
}

#[test]
fn a_session_is_saved_and_taken_up_again() {
    let mut window = on_requests();
    send(&mut window, Message::Objective("99% of requests ok over 7d".into()));
    run(&mut window, Command::ViewSlo);
    run(&mut window, Command::SplitRight);
    send(&mut window, Message::Width(Span::from_secs(900)));
    send(&mut window, Message::Values(Some((50.0, 60.0))));
    run(&mut window, Command::ThemeDark);
    run(&mut window, Command::SaveSession);
    let Overlay::Save(Target::Session, suggested) = window.state().state().overlay.clone() else { panic!() };
    assert!(suggested.ends_with("requests.sre-stats.json"), "{suggested}");
    let path = folder().join("kept.sre-stats.json");
    send(&mut window, Message::Save(Target::Session, path.clone()));
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"requests.csv\""), "paths are seen from the session's folder: {text}");
    let (choices, layout) = (window.state().state().choices.clone(), window.state().state().layout.plan());

    let mut again = crate::window::window(Vec::new());
    send(&mut again, Message::Open(vec![path.clone()]));
    let state = again.state().state();
    assert_eq!((&state.choices, state.layout.plan(), state.view), (&choices, layout, View::Trend));
    assert_eq!(state.theme, egui::ThemePreference::Dark);
    // one of a newer version is refused with a reason
    std::fs::write(&path, text.replace("\"sre-stats-session\": 1", "\"sre-stats-session\": 7")).unwrap();
    send(&mut again, Message::Open(vec![path]));
    assert!(again.state().state().notices.iter().any(|n| n.text.contains("version 7")));
}

#[test]
fn what_was_open_survives_a_run_that_breaks_off() {
    let home = folder().join("state");
    let start = |home: &Path| {
        let home = home.to_path_buf();
        egui_kittest::Harness::builder()
            .with_size((1280.0, 860.0))
            .with_max_steps(30)
            .build_eframe(move |cc| App::new(&cc.egui_ctx, Vec::new()).with_home(home))
    };
    let mut first = start(&home);
    send(&mut first, Message::Open(vec![requests()]));
    send(&mut first, Message::Objective("98% of requests ok over 7d".into()));
    run(&mut first, Command::ViewSlo);
    send(&mut first, Message::NoData(sre_stats::window::NoData::Bad));
    // dropped without a word, as a crash would
    drop(first);

    let mut second = start(&home);
    second.run_ok();
    assert!(shows(&second, "requests.csv"), "recent files are offered");
    second.get_by_role_and_label(Role::Button, "Go on where it broke off").click();
    second.step();
    settle(&mut second);
    let state = second.state().state();
    assert_eq!(state.choices.objective.as_deref(), Some("98% of requests ok over 7d"));
    assert_eq!(state.view, View::Slo);
    second.state().leave();

    let mut third = start(&home);
    third.run_ok();
    assert!(!shows(&third, "Go on where it broke off"));
}

#[test]
fn a_panic_in_a_job_leaves_the_session_saved() {
    let home = folder().join("state");
    let place = home.clone();
    let mut window = egui_kittest::Harness::builder()
        .with_size((1280.0, 860.0))
        .with_max_steps(30)
        .build_eframe(move |cc| App::new(&cc.egui_ctx, Vec::new()).with_home(place));
    send(&mut window, Message::Open(vec![requests()]));
    send(&mut window, Message::Objective("97% of requests ok over 7d".into()));
    window.state_mut().spawn("Juggling", |_| panic!("dropped a ball"));
    settle(&mut window);
    assert!(shows(&window, "dropped a ball"));
    assert!(window.state().state().document.is_some());
    let kept = sre_stats_app::gui::session::Session::read(&sre_stats_app::gui::session::autosave(&home)).unwrap();
    assert_eq!(kept.0.objective.as_deref(), Some("97% of requests ok over 7d"));
}
