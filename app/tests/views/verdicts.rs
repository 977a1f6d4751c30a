//! The views that judge: trend, comparison, correlation, anomalies.

use std::path::PathBuf;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use sre_stats::load::{Data, Dataset, Format, Item, Kind};
use sre_stats::report::Block;
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::time::{Span, Timestamp};
use sre_stats::unit::Unit;
use sre_stats_app::gui::View;
use sre_stats_app::gui::choices::Against;
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::take::{self, Target};

use super::{on_requests, requests};
use crate::window::{NS, Window, csv, folder, run, send, settle, shows, window};

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
    assert_eq!(window.state().state().choices.pair, Some((0, 1)));
    assert_eq!(drawn(&window), ["load and other", "load", "other"]);
    // only what is about the series selected; a file's series stand in the order of their names
    send(&mut window, Message::Select(2));
    window.get_by_role_and_label(Role::CheckBox, "Only pairs with this series").click();
    window.step();
    settle(&mut window);
    let related = std::sync::Arc::clone(window.state().state().made.related.latest().unwrap());
    assert!(related.pairs.len() == 2 && related.pairs.iter().all(|p| p.0 == 2 || p.1 == 2), "{:?}", related.pairs);
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
    let items = (0..7000_usize).map(|i| {
        let values = (0..100).map(|_| noise()).collect();
        let series = Series::new(Identity::new(format!("s{i}"), Unit::None), times.clone(), values, NanPolicy::Drop);
        Item::new(Kind::Gauge, Data::Gauge(series.unwrap()), Format::Csv)
    });
    let items = items.collect();
    window.state_mut().show_dataset(Dataset { items, ..Dataset::default() });
    settle(&mut window);
    assert!(shows(&window, "would take too long"));
    run(&mut window, Command::OnlySelected);
    assert!(shows(&window, "6999 pairs") || shows(&window, "over 6999"));
}

#[test]
fn anomalies_are_marked_where_they_are() {
    let mut window = window(Vec::new());
    send(&mut window, Message::Open(vec![a_leader_and_a_follower()]));
    send(&mut window, Message::Select(1));
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
