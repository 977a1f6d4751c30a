//! A bucket of histograms in the window: moto's server behind a relay that counts, as in the tests of the command line.

#![cfg(all(feature = "live", feature = "frame"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[allow(dead_code, reason = "the tests of the command line use all of it")]
#[path = "../../tests/tests/s3/moto.rs"]
mod moto;
#[allow(dead_code, reason = "the tests of the command line use all of it")]
#[path = "../../tests/tests/s3/relay.rs"]
mod relay;
mod window;

use std::path::PathBuf;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use sre_stats::quantile::Quantile;
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::derive::Origin;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::reading::{Part, Reading};
use sre_stats_app::gui::state::Severity;
use sre_stats_app::gui::take::{self, Target};

use moto::{Process, moto, process, size};
use window::{Window, folder, run, send, settle, shows, window};

const PREFIX: &str = "s3://lake/histograms/";

/// The error that is in sight.
fn error(window: &Window) -> String {
    let errors = window.state().state().notices.iter().filter(|notice| notice.severity == Severity::Error);
    errors.map(|notice| notice.text.clone()).collect::<Vec<_>>().join("\n")
}

/// A day of a service.
fn part(path: PathBuf) -> Origin {
    let reading = Reading::default()
        .with(Part::Where, "service=service-07")
        .with(Part::From, "2026-01-02T00:00:00Z")
        .with(Part::To, "2026-01-03T00:00:00Z");
    Origin { reading, ..Origin::files(vec![path]) }
}

/// The numbers of some views, as they are saved.
fn numbers(window: &mut Window, name: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for objective in ["99% of requests < 50ms over 1d", "99% of requests < 80ms over 1d"] {
        send(window, Message::Objective(objective.into()));
        for view in [Command::ViewQuantiles, Command::ViewSlo, Command::ViewWindows, Command::ViewHeat] {
            run(window, view);
            let path = folder().join(format!("{name}-{}.csv", texts.len()));
            send(window, Message::Save(Target::Csv, path.clone()));
            assert_eq!(error(window), "", "{view:?}");
            let beside = std::fs::read_dir(folder()).unwrap().flatten().map(|file| file.path());
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let mut own: Vec<PathBuf> =
                beside.filter(|p| p.file_stem().is_some_and(|s| s.to_string_lossy().starts_with(&stem))).collect();
            own.sort();
            assert!(!own.is_empty(), "{view:?}");
            texts.push(own.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect());
        }
    }
    texts
}

#[test]
fn a_part_of_a_prefix_is_explored_and_only_that_is_fetched() {
    let local = match process("a_part_of_a_prefix_is_explored_and_only_that_is_fetched") {
        Process::Own(local) => local,
        Process::Other(fetched) => {
            let whole: u64 = (0..3).map(|day| size(&format!("histograms/day={day}/part-0.parquet"))).sum();
            // opened twice: each time one row group of sixty, and three tables of contents
            assert!(fetched > 0 && fetched < whole / 3, "{fetched} of {whole}");
            return;
        }
    };
    let (mut far, mut near) = (window(Vec::new()), window(Vec::new()));
    send(&mut far, Message::Read(part(PREFIX.into())));
    send(&mut near, Message::Read(part(local.join("histograms"))));
    assert_eq!(error(&far), "");
    let windows = |window: &Window| window.state().state().item().unwrap().as_histograms().unwrap().windows().to_vec();
    assert_eq!(windows(&far).len(), 1440);
    assert_eq!(windows(&far), windows(&near));
    assert_eq!(far.state().state().document.as_ref().unwrap().title, "histograms");
    // p99 by hand: the bins are those of 10 to 99 ms, numbered by the power of ten, biased by 128, and two digits
    let mut bins = std::collections::BTreeMap::new();
    for (bin, count) in windows(&near).iter().flat_map(|(_, sketch)| sketch.coded_bins().unwrap()) {
        *bins.entry(bin).or_insert(0) += count;
    }
    let n: u64 = bins.values().sum();
    let rank = (0.99 * n as f64).ceil() as u64;
    let mut below = 0;
    let bin = bins.iter().find(|(_, count)| {
        below += *count;
        below >= rank
    });
    let lower = (bin.unwrap().0 + 9 - (128 - 2) * 90) as f64 / 1000.0;
    run(&mut far, Command::ViewQuantiles);
    let state = far.state().state();
    let profile = state.made.quantiles.of(&state.track_key().unwrap()).unwrap();
    let p99 = &profile.curves[0].points.iter().find(|(q, _)| *q == Quantile::P99).unwrap().1;
    assert!(p99.n == n && p99.value >= lower && p99.value <= lower + 0.001, "{p99:?}, [{lower}, …] of {n}");

    // any question afterwards is answered from what is here
    assert_eq!(numbers(&mut far, "far"), numbers(&mut near, "near"));
    let told = &far.state().state().document.as_ref().unwrap().dataset.report.understood;
    assert!(told.iter().any(|note| note.choice.starts_with("1 of 60 row groups read")), "{told:?}");

    // what is taken away names the address, and how it is asked
    run(&mut far, Command::ViewQuantiles);
    let state = far.state().state();
    let line = take::command_line(state).unwrap();
    assert!(line.contains(PREFIX) && line.contains("--from 2026-01-02T00:00:00Z --to 2026-01-03T00:00:00Z"), "{line}");
    let cells = take::cells(state).unwrap();
    assert!(cells.contains(PREFIX) && cells.contains("server: ServerOptions::from_environment()"), "{cells}");
    // files go beside no address
    assert_eq!(take::suggested(state, Target::Csv), "histograms-quantiles.csv");

    // by its address again
    run(&mut far, Command::Reload);
    assert_eq!((error(&far).as_str(), windows(&far).len()), ("", 1440));

    // a session keeps the address and what is said of it; it may be somebody else's, so that no keys go with it
    let session = folder().join("bucket.sre-stats.json");
    send(&mut far, Message::Save(Target::Session, session.clone()));
    let kept = std::fs::read_to_string(&session).unwrap();
    assert!(kept.contains(&format!("{PREFIX:?}")) && kept.contains("service=service-07"), "{kept}");
    assert!(!kept.contains(&std::env::var("AWS_SECRET_ACCESS_KEY").unwrap()), "{kept}");
    let mut again = window(Vec::new());
    send(&mut again, Message::Open(vec![session]));
    // moto's server has no answer to a request without a signature
    assert!(error(&again).contains(PREFIX) && error(&again).contains("500"), "{}", error(&again));
    assert!(again.state().state().document.is_none());
}

#[test]
fn an_address_is_typed_and_offered_again() {
    let Process::Own(_) = process("an_address_is_typed_and_offered_again") else { return };
    let home = folder().join("state");
    let mut window = egui_kittest::Harness::builder()
        .with_size((1280.0, 860.0))
        .with_max_steps(30)
        .build_eframe(move |cc| sre_stats_app::gui::App::new(&cc.egui_ctx, Vec::new()).with_home(home));
    window.run();
    run(&mut window, Command::OpenPath);
    window.get_by_role_and_label(Role::TextInput, "Path of the file").type_text("s3://lake/text/");
    window.run_ok();
    window.get_by_role_and_label(Role::Button, "Read file").click();
    window.step();
    settle(&mut window);
    assert_eq!(error(&window), "");
    assert_eq!(window.state().state().item().unwrap().values(), [0.5, 0.25, 0.125]);

    run(&mut window, Command::Close);
    window.get_by_role_and_label(Role::Button, "File").click();
    window.run_ok();
    window.get_by_role_and_label(Role::Button, "Open before").click();
    window.run_ok();
    window.get_by_role_and_label(Role::Button, "text").click();
    window.step();
    settle(&mut window);
    assert_eq!(window.state().state().item().unwrap().count(), 3);

    // what S3 refuses is shown, and what was open stays
    send(&mut window, Message::Open(vec!["s3://nowhere/histograms/".into()]));
    assert!(error(&window).contains("there is no bucket “nowhere”"), "{}", error(&window));
    assert!(shows(&window, "there is no bucket"));
    assert_eq!(window.state().state().item().unwrap().count(), 3);
}
