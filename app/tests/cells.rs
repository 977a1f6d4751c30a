//! The notebook cells that the window copies are compiled here as they stand, and run.
//!
//! The files in `cells/` are what the window copies, each as a function; a change of the words is taken over with
//! `SRE_STATS_CELLS=write cargo test --workspace --test cells`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_question_mark, clippy::indexing_slicing)]

mod window;

use std::path::Path;

use sre_stats_app::gui::View;
use sre_stats_app::gui::choices::Against;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::take::cells;

use window::{run, send, window};

/// Cells as a function that gives what the last line shows.
fn function(view: View, text: &str) -> String {
    let shows = if matches!(view, View::Series | View::Heat) { "Figure" } else { "Section" };
    let mut lines: Vec<&str> = text.trim_end().lines().collect();
    let last = lines.pop().unwrap();
    let body: String =
        lines.iter().map(|l| if l.is_empty() { "\n".to_owned() } else { format!("    {l}\n") }).collect();
    let name = view.word();
    format!("fn {name}() -> sre_stats::Result<sre_stats::prelude::{shows}> {{\n{body}    Ok({last})\n}}\n")
}

fn copied(view: View) -> String {
    let mut window = window(Vec::new());
    // a correlation needs two series
    let file = if view == View::Correlate { "pair.csv" } else { "requests.csv" };
    send(&mut window, Message::Open(vec![Path::new("tests/cells").join(file)]));
    send(&mut window, Message::Objective("99% of requests ok over 30d".into()));
    if view == View::Compare {
        send(&mut window, Message::Against(Against::Series(0)));
    }
    run(&mut window, view.command());
    function(view, &cells(window.state().state()).unwrap())
}

#[test]
fn the_files_are_what_the_window_copies() {
    for view in View::ALL {
        let path = Path::new("tests/cells").join(format!("{}.rs", view.word()));
        let text = copied(view);
        if std::env::var_os("SRE_STATS_CELLS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{view:?}");
    }
}

/// What the window copies, compiled.
mod compiled {
    include!("cells/compare.rs");
    include!("cells/correlate.rs");
    include!("cells/distribution.rs");
    include!("cells/heat.rs");
    include!("cells/quantiles.rs");
    include!("cells/series.rs");
    include!("cells/slo.rs");
    include!("cells/trend.rs");
    include!("cells/understood.rs");
    include!("cells/windows.rs");

    use sre_stats::report::Block;

    fn tables(section: sre_stats::Result<sre_stats::prelude::Section>) -> usize {
        section.unwrap().blocks.iter().filter(|b| matches!(b, Block::Table(t) if !t.rows.is_empty())).count()
    }

    #[test]
    fn every_cell_runs_and_shows_something() {
        assert_eq!(series().unwrap().marks.len(), 1);
        // a map and three lines
        assert_eq!(heat().unwrap().marks.len(), 4);
        for section in [compare(), correlate(), distribution(), quantiles(), slo(), trend(), understood(), windows()] {
            assert!(tables(section) > 0);
        }
    }
}
