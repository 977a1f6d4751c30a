//! Values over the nines, with their bounds.

use egui::Ui;
use sre_stats::report::{Column, Table};

use crate::gui::plot::{self, Options};
use crate::gui::state::State;
use crate::gui::theme::tokens;

/// Shows the profile of the series selected.
pub(super) fn show(ui: &mut Ui, state: &State) {
    let Some(key) = state.track_key() else { return };
    if let Some(text) = state.quantiles.failure_of(&key) {
        super::failed(ui, text);
        return;
    }
    let Some(profile) = state.quantiles.of(&key) else {
        super::waiting(ui, "Computing quantiles…");
        return;
    };
    let options = Options { height: ui.available_height(), ..Options::default() };
    plot::show(ui, tokens(ui.theme()), "quantiles", &profile.figure, options);
}

/// A row for every quantile, with its provenance.
pub(super) fn table(state: &State) -> Option<Table> {
    let profile = state.quantiles.of(&state.track_key()?)?;
    let mut columns = vec![Column::text("quantile")];
    columns.extend(profile.curves.iter().map(|c| Column::estimate(c.name.clone())));
    let mut table = Table::new("Quantiles", columns);
    let first = profile.curves.first()?;
    for (i, (q, _)) in first.points.iter().enumerate() {
        let mut row = vec![q.to_string().into()];
        for curve in &profile.curves {
            row.push(curve.points.get(i).map_or(sre_stats::report::Cell::Empty, |p| p.1.clone().into()));
        }
        table.rows.push(row);
    }
    Some(table)
}
