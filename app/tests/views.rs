//! The views of the window, driven by role and label: what they show, what is taken away, how they stand together.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod window;

use std::path::{Path, PathBuf};

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use sre_stats::load::{Data, Dataset, Format, Item, Kind};
use sre_stats::report::Block;
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::time::{Span, Timestamp};
use sre_stats::unit::Unit;
use sre_stats_app::gui::choices::{Against, Spread};
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::state::{Overlay, Severity};
use sre_stats_app::gui::take::{self, RulesForm, Target};
use sre_stats_app::gui::{App, View};

use window::{NS, Window, csv, folder, run, send, settle, shows, window};

/// Two hours of requests, 40 a minute: slow and failing from minute 60 to 70.
fn requests() -> PathBuf {
    let mut text = String::from("time,latency_ms,ok\n");
    for i in 0..4800_u32 {
        let (minute, millis) = (i / 40, 1_767_225_600_000_u64 + u64::from(i) * 1500);
        let bad = (60..70).contains(&minute);
        let latency = 40 + (i * 37) % 101 + if bad { 900 } else { 0 };
        let ok = !(bad && i % 2 == 0);
        text.push_str(&format!("{}.{:03},{latency},{ok}\n", millis / 1000, millis % 1000));
    }
    csv("requests.csv", &text)
}

fn on_requests() -> Window {
    let mut window = window(Vec::new());
    send(&mut window, Message::Open(vec![requests()]));
    assert!(window.state().state().notices.is_empty(), "{:?}", window.state().state().notices);
    window
}

fn up_and_down() -> Dataset {
    let times: Vec<i64> = (0..7200).map(|i| i * NS).collect();
    let values =
        (0..7200).map(|i| if (3000..3060).contains(&i) || (5000..5010).contains(&i) { 0.0 } else { 1.0 }).collect();
    let up = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Drop).unwrap();
    Dataset { items: vec![Item::new(Kind::Gauge, Data::Gauge(up), Format::Csv)], ..Dataset::default() }
}

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

#[test]
fn a_part_of_the_values_filters_the_other_views() {
    let mut window = on_requests();
    run(&mut window, Command::ViewDistribution);
    assert!(shows(&window, "Histogram of"));
    // drag over the right half of the plot: the slow requests, all above 900 ms
    let rect = window.get_by_role_and_label(Role::Image, &label_of(&window, "Histogram of")).rect();
    let (from, to) = (rect.center(), egui::pos2(rect.right() - 4.0, rect.center().y));
    window.drag_at(from);
    window.step();
    for i in 1..=4 {
        window.hover_at(from + (to - from) * (i as f32 / 4.0));
        window.step();
    }
    window.drop_at(to);
    window.step();
    settle(&mut window);
    let (low, high) = window.state().state().choices.values.expect("a part is chosen");
    assert!(low > 300.0 && high > low, "{low} {high}");
    assert!(shows(&window, "only values from"));
    run(&mut window, Command::ViewSeries);
    assert!(shows(&window, "400 of 400 events shown"));
    run(&mut window, Command::ViewQuantiles);
    assert_eq!(window.state().state().made.quantiles.latest().unwrap().curves[0].points[0].1.n, 400);
    window.get_by_role_and_label(Role::Button, "All values").click();
    window.step();
    settle(&mut window);
    assert_eq!(window.state().state().made.quantiles.latest().unwrap().curves[0].points[0].1.n, 4800);
}

/// The whole label of the picture whose label begins so.
fn label_of(window: &Window, begin: &str) -> String {
    use egui_kittest::kittest::NodeT;
    let nodes = window.query_all_by_role(Role::Image);
    let labels: Vec<String> = nodes.filter_map(|n| n.accesskit_node().label()).collect();
    labels.iter().find(|l| l.starts_with(begin)).unwrap_or_else(|| panic!("{labels:?}")).clone()
}

#[test]
fn every_way_to_show_a_distribution_draws_all_samples() {
    let mut window = on_requests();
    run(&mut window, Command::ViewDistribution);
    for spread in Spread::ALL {
        for log in [false, true] {
            send(&mut window, Message::Log(log));
            send(&mut window, Message::Spread(spread));
            assert!(!shows(&window, "This cannot be shown"), "{spread:?} {log}");
        }
    }
    send(&mut window, Message::Spread(Spread::Histogram));
    let state = window.state().state();
    let figure = &state.made.distribution.of(&state.distribution_key().unwrap()).unwrap().figure;
    assert!(figure.caption.starts_with("4800 values in "), "{}", figure.caption);
    assert!(!figure.caption.contains("cannot show"), "{}", figure.caption);
}

#[test]
fn the_heat_map_follows_the_time_in_sight() {
    let mut window = on_requests();
    run(&mut window, Command::ViewHeat);
    let width = |w: &Window| w.state().state().made.heat.latest().unwrap().width;
    assert_eq!(width(&window), Span::from_secs(30));
    assert!(shows(&window, "values in windows of 30s"));
    let start = 1_767_225_600 * NS;
    let range = (Timestamp(start + 3600 * NS), Timestamp(start + 4200 * NS));
    send(&mut window, Message::Range(Some(range)));
    assert_eq!(width(&window), Span::from_secs(2));
    let total: u64 = window
        .state()
        .state()
        .made
        .heat
        .latest()
        .unwrap()
        .figure
        .marks
        .iter()
        .map(|m| match &m.shape {
            sre_stats::figure::Shape::Heat { columns, .. } => columns.iter().flat_map(|c| &c.counts).sum(),
            _ => 0,
        })
        .sum();
    assert_eq!(total, 400);
    // the series view has the same time
    run(&mut window, Command::ViewSeries);
    assert!(shows(&window, "of 4800 events shown"));
    assert_eq!(window.state().state().range, Some(range));
}

#[test]
fn trend_and_comparison_give_a_verdict() {
    let mut window = on_requests();
    run(&mut window, Command::ViewTrend);
    assert!(shows(&window, "Trend of") && shows(&window, "Changes of"));
    run(&mut window, Command::ViewCompare);
    assert!(shows(&window, "A is ") && !shows(&window, "This cannot be shown"));
    // a file against itself does not differ
    let path = requests();
    send(&mut window, Message::OpenAs(sre_stats_app::gui::state::Opening::Baseline, path));
    assert_eq!(window.state().state().choices.against, Against::Baseline(0));
    assert!(!shows(&window, "They differ"));
    let line = sre_stats_app::gui::take::command_line(window.state().state()).unwrap();
    assert!(line.starts_with("sre-stats compare "), "{line}");
}

#[test]
fn views_stand_side_by_side_with_one_time_and_one_cursor() {
    let mut window = on_requests();
    run(&mut window, Command::SplitRight);
    run(&mut window, Command::SplitDown);
    let shown = window.state().state().layout.visible();
    assert_eq!(shown, [View::Series, View::Distribution, View::Heat]);
    assert_eq!(window.state().state().view, View::Heat);
    // a press into the series makes it the one that commands are about
    let rect = window.get_by_role_and_label(Role::Image, &label_of(&window, "latency_ms")).rect();
    window.hover_at(rect.center());
    window.step();
    window.step();
    let cursor = window.state().state().cursor.expect("the pointer is over a time axis");
    let middle = 1_767_225_600 * NS + 3600 * NS;
    assert!((cursor.0 - middle).abs() < 900 * NS, "{cursor}");
    window.drag_at(rect.center());
    window.step();
    window.drop_at(rect.center());
    settle(&mut window);
    assert_eq!(window.state().state().view, View::Series);
    run(&mut window, Command::ClosePane);
    assert_eq!(window.state().state().layout.visible().len(), 2);
}

#[test]
fn a_table_is_sorted_by_a_click_on_its_head() {
    let mut window = on_requests();
    run(&mut window, Command::ViewUnderstood);
    run(&mut window, Command::ToggleTable);
    window.get_by_role_and_label(Role::ColumnHeader, "samples").click();
    window.step();
    settle(&mut window);
    assert_eq!(window.state().state().sort, Some(("Series of the data set".to_owned(), 3, false)));
    for expected in [Some(true), None] {
        window.get_by_role_and_label(Role::ColumnHeader, "samples").click();
        window.step();
        settle(&mut window);
        assert_eq!(window.state().state().sort.as_ref().map(|s| s.2), expected);
    }
}

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

    let mut again = self::window(Vec::new());
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
fn ten_thousand_series_and_hostile_labels_are_shown() {
    let times: Vec<i64> = (0..30).map(|i| i * NS).collect();
    let odd = ["שלום", "🔥", "a\nb", "<script>alert(1)</script>", "\u{202e}evil", "=cmd()", ""];
    let items = (0..10_000_usize)
        .map(|i| {
            let mut identity = Identity::new("m", Unit::Second);
            identity.labels.set("n", i.to_string());
            identity.labels.set("odd", odd[i % odd.len()].repeat(if i % 100 == 0 { 500 } else { 1 }));
            let values = times.iter().map(|t| 1.0 + ((t / NS) as usize * 7 + i) as f64 % 10.0).collect();
            let series = Series::new(identity, times.clone(), values, NanPolicy::Drop).unwrap();
            Item::new(Kind::Gauge, Data::Gauge(series), Format::Csv)
        })
        .collect();
    let mut window = egui_kittest::Harness::builder()
        .with_size((1280.0, 860.0))
        .with_max_steps(30)
        .allow_missing_glyphs()
        .build_eframe(|cc| App::new(&cc.egui_ctx, Vec::new()));
    window.state_mut().show_dataset(Dataset { items, ..Dataset::default() });
    for item in [0, 1, 2, 3, 4, 5, 9_999] {
        send(&mut window, Message::Select(item));
        for view in [View::Compare, View::Distribution, View::Heat, View::Trend, View::Slo] {
            run(&mut window, view.command());
        }
        let path = folder().join("hostile.svg");
        run(&mut window, Command::ViewDistribution);
        send(&mut window, Message::Save(Target::Svg, path.clone()));
        let svg = std::fs::read_to_string(&path).unwrap();
        assert!(!svg.contains("<script"), "{item}");
        let path = folder().join("hostile.html");
        send(&mut window, Message::Save(Target::Report, path.clone()));
        assert!(!std::fs::read_to_string(&path).unwrap().contains("<script>alert"), "{item}");
    }
}

#[test]
fn a_thing_of_the_legend_is_hidden_and_shown_alone() {
    let mut window = on_requests();
    run(&mut window, Command::ViewHeat);
    let shown = |w: &Window, name: &str| {
        use egui_kittest::kittest::NodeT;
        let node = w.get_by_role_and_label(Role::CheckBox, name);
        node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    };
    let lines = ["p50", "p90", "p99"];
    assert!(lines.iter().all(|l| shown(&window, l)));
    window.get_by_role_and_label(Role::CheckBox, "p90").click();
    window.run_ok();
    assert_eq!(lines.map(|l| shown(&window, l)), [true, false, true]);
    window.get_by_role_and_label(Role::CheckBox, "p99").click_modifiers(egui::Modifiers::COMMAND);
    window.run_ok();
    assert_eq!(lines.map(|l| shown(&window, l)), [false, false, true]);
}

#[test]
fn a_frame_draws_as_much_for_a_million_samples_as_for_ten_thousand() {
    use sre_stats_app::gui::bench;
    let frames = |points: usize, view: View| {
        let ctx = egui::Context::default();
        let mut app = App::new(&ctx, Vec::new());
        app.send(&ctx, Message::Run(view.command()));
        let data = if view == View::Heat { bench::events(points) } else { bench::series(points) };
        app.show_dataset(data.unwrap());
        bench::frames(app, 14)
    };
    for view in [View::Series, View::Heat] {
        let (few, many) = (frames(10_000, view), frames(1_000_000, view));
        assert_eq!((few.points, many.points), (10_000, 1_000_000));
        assert!(few.idle && many.idle, "{view:?}: a window at rest asks for frames");
        let most = few.vertices * 3 / 2;
        assert!(many.vertices <= most, "{view:?}: {} vertices, and {} for a hundredth", many.vertices, few.vertices);
    }
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

#[test]
fn the_trend_view_forecasts_to_a_limit_and_shows_its_parts() {
    // two weeks of hours: a disk that fills by 1 % a day, with a day's wave
    let times: Vec<i64> = (0..336).map(|h| h * 3600 * NS).collect();
    let values = (0..336_u32)
        .map(|h| {
            let wave = (f64::from(h) / 24.0 * std::f64::consts::TAU).sin();
            40.0 + f64::from(h) / 24.0 + 2.0 * wave + f64::from(h * 7919 % 101) / 200.0
        })
        .collect();
    let disk = Series::new(Identity::new("disk_used", Unit::Percent), times, values, NanPolicy::Drop).unwrap();
    let mut window = window(Vec::new());
    let items = vec![Item::new(Kind::Gauge, Data::Gauge(disk), Format::Csv)];
    window.state_mut().show_dataset(Dataset { items, ..Dataset::default() });
    settle(&mut window);
    run(&mut window, Command::ViewTrend);
    for said in ["Trend of disk_used", "Changes of disk_used", "Forecast of disk_used", "Parts of disk_used"] {
        assert!(shows(&window, said), "{said}");
    }
    // it stands at 54 % after 14 days: 60 % is reached about 6 days later, and 3 days are a quarter of the data
    send(&mut window, Message::Limit("60%".into()));
    send(&mut window, Message::Ahead(Some(Span::from_secs(14 * 86_400))));
    let told = |w: &Window| {
        let key = w.state().state().forecast_key().unwrap();
        let made = w.state().state().made.told(sre_stats_app::gui::derive::Topic::Forecast).of(&key).unwrap().clone();
        made.sections[0].clone()
    };
    let section = told(&window);
    let words = section.blocks.iter().find_map(|b| match b {
        Block::Verdict { text, .. } => Some(text.clone()),
        _ => None,
    });
    let words = words.unwrap();
    assert!(words.starts_with("It rises to 60 % about 1970-01-"), "{words}");
    let day: u32 = words["It rises to 60 % about 1970-01-".len()..][..2].parse().unwrap();
    assert!((18..=22).contains(&day), "{words}");
    let figures: Vec<_> = section.blocks.iter().filter(|b| matches!(b, Block::Figure(_))).collect();
    let [Block::Figure(fan)] = figures.as_slice() else { panic!("one fan") };
    for mark in ["interval of a value", "forecast", "limit"] {
        assert!(fan.marks.iter().any(|m| m.name == mark), "{mark}");
    }
    let tables = section.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(&t.title[..]) } else { None });
    assert!(tables.collect::<Vec<_>>().contains(&"Backtest"));
    // a limit in the wrong unit is told in the place of the forecast, one that is no number under the field
    send(&mut window, Message::Limit("60ms".into()));
    assert!(!shows(&window, "This cannot be shown"));
    let key = window.state().state().forecast_key().unwrap();
    assert!(window.state().state().made.told(sre_stats_app::gui::derive::Topic::Forecast).failure_of(&key).is_some());
    send(&mut window, Message::Limit("soon".into()));
    assert!(shows(&window, "Limit: “soon” is not a limit"));
    assert!(window.state().state().forecast_key().is_none());
}

/// Three series a minute apart: noise, the same three minutes later with noise of its own, and noise that has nothing to do with
/// either, with one value far off.
fn a_leader_and_a_follower() -> PathBuf {
    let mut state = 7_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    let load: Vec<f64> = (0..403).map(|_| noise()).collect();
    let mut text = String::from("time,load,queue,other\n");
    for i in 0..400 {
        let odd = if i == 250 { 25.0 } else { noise() };
        let time = 1_767_225_600 + 60 * i;
        text.push_str(&format!("{time},{},{},{odd}\n", load[i + 3], load[i] + 0.2 * noise()));
    }
    csv("led.csv", &text)
}

#[test]
fn what_moves_together_is_listed_with_its_lag_and_a_click_chooses_the_pair() {
    let mut window = window(Vec::new());
    send(&mut window, Message::Open(vec![a_leader_and_a_follower()]));
    run(&mut window, Command::ViewCorrelate);
    assert!(shows(&window, "queue follows load by 3m"));
    let related = std::sync::Arc::clone(window.state().state().made.related.latest().unwrap());
    assert_eq!(related.pairs.len(), 3);
    // the first of the list is drawn until another one is chosen
    let drawn = |window: &Window| {
        let blocks = sre_stats_app::gui::views::section_of(window.state().state()).unwrap().blocks;
        blocks
            .into_iter()
            .filter_map(|b| if let Block::Figure(f) = b { Some(f.title) } else { None })
            .collect::<Vec<_>>()
    };
    assert_eq!(drawn(&window)[0], "load and queue");
    window.get_by_label("load and other").click();
    window.step();
    settle(&mut window);
    assert_eq!(window.state().state().choices.pair, Some((0, 2)));
    assert_eq!(drawn(&window), ["load and other", "load", "other"]);
    // only what is about the series selected
    send(&mut window, Message::Select(1));
    window.get_by_role_and_label(Role::CheckBox, "Only pairs with this series").click();
    window.step();
    settle(&mut window);
    let related = std::sync::Arc::clone(window.state().state().made.related.latest().unwrap());
    assert!(related.pairs.len() == 2 && related.pairs.iter().all(|p| p.0 == 1 || p.1 == 1), "{:?}", related.pairs);
    let line = take::command_line(window.state().state()).unwrap();
    assert!(line.starts_with("sre-stats correlate ") && line.ends_with("--against queue"), "{line}");
    assert!(take::cells(window.state().state()).unwrap().contains("correlate(&told"));
    // the table twin, sorted by its columns
    run(&mut window, Command::ToggleTable);
    window.get_by_role_and_label(Role::ColumnHeader, "b follows a by");
    run(&mut window, Command::ToggleTable);

    // a session keeps the pair
    let session = folder().join("pair.sre-stats.json");
    send(&mut window, Message::Pair((1, 2)));
    send(&mut window, Message::Save(Target::Session, session.clone()));
    let mut again = self::window(Vec::new());
    send(&mut again, Message::Open(vec![session]));
    let state = again.state().state();
    assert_eq!((state.choices.pair, state.choices.only, state.view), (Some((1, 2)), true, View::Correlate));
}

#[test]
fn one_series_alone_and_too_many_are_told_and_no_job_runs_for_ever() {
    let mut window = on_requests();
    run(&mut window, Command::ViewCorrelate);
    assert!(shows(&window, "two usable series"));
    let times: Vec<i64> = (0..100).map(|i| i * NS).collect();
    let mut state = 11_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64
    };
    let items = (0..3000_usize).map(|i| {
        let values = (0..100).map(|_| noise()).collect();
        let series = Series::new(Identity::new(format!("s{i}"), Unit::None), times.clone(), values, NanPolicy::Drop);
        Item::new(Kind::Gauge, Data::Gauge(series.unwrap()), Format::Csv)
    });
    let items = items.collect();
    window.state_mut().show_dataset(Dataset { items, ..Dataset::default() });
    settle(&mut window);
    assert!(shows(&window, "would take too long"));
    run(&mut window, Command::OnlySelected);
    assert!(shows(&window, "2999 pairs") || shows(&window, "over 2999"));
}

#[test]
fn anomalies_are_marked_where_they_are() {
    let mut window = window(Vec::new());
    send(&mut window, Message::Open(vec![a_leader_and_a_follower()]));
    send(&mut window, Message::Select(2));
    window.get_by_role_and_label(Role::CheckBox, "anomalies").click();
    window.step();
    settle(&mut window);
    let found = std::sync::Arc::clone(window.state().state().made.anomalies.latest().unwrap());
    let far: Vec<i64> = found.found.marks.iter().map(|m| m.time.0 / NS).collect();
    assert_eq!(far, [1_767_225_600 + 60 * 250]);
    let section = sre_stats_app::gui::views::section_of(window.state().state()).unwrap();
    let figure = section.blocks.iter().find_map(|b| if let Block::Figure(f) = b { Some(f) } else { None }).unwrap();
    assert!(figure.marks.iter().any(|m| m.name == "anomaly"));
    assert!(shows(&window, "1 of 400 values"));
    // zoomed to where there is none, no mark stretches the picture
    let at = |minute: i64| Timestamp((1_767_225_600 + 60 * minute) * NS);
    send(&mut window, Message::Range(Some((at(10), at(90)))));
    let section = sre_stats_app::gui::views::section_of(window.state().state()).unwrap();
    let figure = section.blocks.iter().find_map(|b| if let Block::Figure(f) = b { Some(f) } else { None }).unwrap();
    assert!(figure.y_range().1 < 2.0, "{:?}", figure.y_range());
    // and it is taken away so
    assert!(take::command_line(window.state().state()).unwrap().starts_with("sre-stats anomalies "));
    assert!(take::cells(window.state().state()).unwrap().contains("anomalies(&series"));
}

#[test]
fn keys_reach_every_view() {
    let mut window = on_requests();
    let keys =
        [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9, Key::Num0];
    for (key, view) in keys.into_iter().zip(View::ALL) {
        window.key_press_modifiers(egui::Modifiers::COMMAND, key);
        settle(&mut window);
        assert_eq!(window.state().state().view, view);
    }
}

#[test]
fn a_view_at_rest_asks_for_no_frame() {
    let mut window = on_requests();
    send(&mut window, Message::Objective("99% of requests ok over 30d".into()));
    for view in View::ALL {
        run(&mut window, view.command());
        let begin = std::time::Instant::now();
        let frames = window.state().frames();
        window.run_ok();
        let drawn = window.state().frames() - frames;
        eprintln!("{view:?}: {drawn} frames, {:?}", begin.elapsed());
        assert!(drawn <= 2, "{view:?} drew {drawn} frames");
    }
}
