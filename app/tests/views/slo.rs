//! The view of objectives: what it shows, and the files that it writes.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use sre_stats::load::{Data, Dataset, Format, Item, Kind};
use sre_stats::report::Block;
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::unit::Unit;
use sre_stats_app::gui::View;
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::state::Overlay;
use sre_stats_app::gui::take::{RulesForm, Target};

use super::{on_requests, up_and_down};
use crate::window::{NS, folder, run, send, settle, shows, window};

#[test]
fn the_slo_view_shows_budget_incidents_and_alerts() {
    let mut window = on_requests();
    run(&mut window, Command::ViewSlo);
    send(&mut window, Message::Objective("99% of requests ok over 30d".into()));
    for said in ["is met", "is violated"] {
        if shows(&window, said) {
            break;
        }
        assert_eq!(said, "is met", "no verdict is shown");
    }
    for table in ["Service level, by how it is counted", "Error budget"] {
        assert!(shows(&window, table), "{table}");
    }
    assert!(shows(&window, "occurrences") && shows(&window, "time slices") && shows(&window, "ratio slices"));
    // 200 of 4800 requests failed, counted by hand
    let state = window.state().state();
    let told = state.made.told(sre_stats_app::gui::derive::Topic::Slo).latest().unwrap();
    let verdict = told.sections.iter().flat_map(|s| &s.blocks).find_map(|b| match b {
        Block::Verdict { evidence, .. } => evidence.first().cloned(),
        _ => None,
    });
    assert_eq!(verdict.unwrap().1.value, 1.0 - 200.0 / 4800.0);
    assert!(told.sections.iter().any(|s| s.title.contains("lert")), "alerts are told");
}

#[test]
fn rules_are_written_only_with_their_four_documents() {
    let mut window = window(Vec::new());
    window.state_mut().show_dataset(up_and_down());
    settle(&mut window);
    run(&mut window, Command::ViewSlo);
    run(&mut window, Command::ExportRules);
    assert!(shows(&window, "“Explanation” is blank, “Business impact” is blank"));
    let path = folder().join("rules.yml");
    let mut form = RulesForm {
        explanation: "The shop is down.".into(),
        impact: "No orders.".into(),
        remediation: "TODO".into(),
        escalation: "Call the lead.".into(),
        path: path.display().to_string(),
        ..RulesForm::default()
    };
    send(&mut window, Message::Overlay(Overlay::Rules(Box::new(form.clone()))));
    assert!(shows(&window, "“Remediation” is blank"));
    send(&mut window, Message::WriteRules);
    assert!(!path.exists());
    form.remediation = "Start it again.".into();
    send(&mut window, Message::Overlay(Overlay::Rules(Box::new(form))));
    window.get_by_role_and_label(Role::Button, "Write rules and their test").click();
    window.step();
    settle(&mut window);
    let notices = &window.state().state().notices;
    assert!(notices.iter().any(|n| n.text.starts_with("Written: ")), "{notices:?}");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("alert:") && text.contains("Start it again."), "{text}");
    assert!(path.with_extension("test.yml").exists());
}

#[test]
fn openslo_is_written_and_reads_back() {
    let mut window = on_requests();
    send(&mut window, Message::Objective("99.5% of requests ok over 28d rolling".into()));
    let path = folder().join("slo.yaml");
    send(&mut window, Message::Save(Target::OpenSlo, path.clone()));
    let found = sre_stats::slo::read_specification(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(found.slos[0].objective, "99.5% of requests ok over 28d rolling".parse().unwrap());
}

#[test]
fn counts_of_all_and_bad_events_are_held_against_an_objective_together() {
    let minute = 60 * NS;
    let column = |name: &str, value: f64, role| {
        let times = (0..120).map(|m| m * minute).collect();
        let series = Series::new(Identity::new(name, Unit::Count), times, vec![value; 120], NanPolicy::Drop).unwrap();
        let mut item = Item::new(Kind::Delta, Data::Gauge(series), Format::Csv);
        item.role = role;
        item
    };
    let items =
        vec![column("errors", 3.0, sre_stats::load::Role::Bad), column("n", 100.0, sre_stats::load::Role::Total)];
    let mut window = window(Vec::new());
    window.state_mut().show_dataset(Dataset { items, ..Dataset::default() });
    settle(&mut window);
    send(&mut window, Message::Objective("99% of requests ok over 1h".into()));
    for item in [0, 1] {
        send(&mut window, Message::Select(item));
        for view in [View::Slo, View::Windows] {
            run(&mut window, view.command());
            assert!(!shows(&window, "This cannot be shown"), "{item} {view:?}");
        }
        let analysis = window.state().state().made.windows.latest().unwrap();
        assert_eq!(analysis.slo.methods.occurrences.as_ref().unwrap().value, 0.97);
    }
}
