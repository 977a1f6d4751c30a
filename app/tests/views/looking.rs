//! Looking at samples: distribution, heat map, table, legend; how views stand together.

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use sre_stats::time::{Span, Timestamp};
use sre_stats_app::gui::View;
use sre_stats_app::gui::choices::Spread;
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::dispatch::Message;

use super::on_requests;
use crate::window::{NS, Window, run, send, settle, shows};

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
