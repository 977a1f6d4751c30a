//! Many series, many samples, hostile labels, and rest.

use sre_stats::load::{Data, Dataset, Format, Item, Kind};
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::unit::Unit;
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::take::Target;
use sre_stats_app::gui::{App, View};

use super::on_requests;
use crate::window::{NS, folder, run, send};

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
