//! A table of `sre-stats` on the screen: the accessible form of every picture.

use std::borrow::Cow;
use std::cmp::Ordering;

use egui::{RichText, Ui};
use egui_extras::{Column as Width, TableBuilder};
use sre_stats::report::{Align, Cell, Column, Table};
use sre_stats::unit::Unit;

use crate::gui::state::Sort;
use crate::gui::theme::bold;

/// A cell as text.
pub fn cell_text(cell: &Cell, column: Option<&Column>) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(value) => column.and_then(|c| c.unit.as_ref()).unwrap_or(&Unit::None).show(*value),
        Cell::Span(span) => span.to_string(),
        Cell::Estimate(estimate) => estimate.short(),
        _ => "–".to_owned(),
    }
}

/// The number of a cell that has one.
fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(value) => Some(*value),
        Cell::Span(span) => Some(span.as_secs_f64()),
        Cell::Estimate(estimate) => Some(estimate.value),
        _ => None,
    }
}

/// The table with its rows in the order asked for. Numbers stand before words, and what has no value stands last either way.
pub fn sorted<'a>(table: &'a Table, sort: Option<&Sort>) -> Cow<'a, Table> {
    let Some((_, column, down)) = sort.filter(|s| s.0 == table.title) else { return Cow::Borrowed(table) };
    let mut out = table.clone();
    out.rows.sort_by(|a, b| {
        let (a, b) = (a.get(*column).unwrap_or(&Cell::Empty), b.get(*column).unwrap_or(&Cell::Empty));
        let missing = |c: &Cell| matches!(c, Cell::Empty) || number(c).is_some_and(f64::is_nan);
        match (missing(a), missing(b)) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        let order = match (number(a), number(b)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => cell_text(a, None).cmp(&cell_text(b, None)),
        };
        if *down { order.reverse() } else { order }
    });
    Cow::Owned(out)
}

/// The height of a row.
const ROW: f32 = 24.0;
/// A longer table within a page scrolls by itself.
const INLINE: usize = 14;

/// Shows a table; only the rows in sight are laid out. `whole` gives it all the room that is left, else it is as high as its
/// rows, and scrolls by itself where there are many. The column whose head was clicked, if any.
pub fn table(ui: &mut Ui, table: &Table, sort: Option<&Sort>, whole: bool) -> Option<usize> {
    let shown = sorted(table, sort);
    let mut clicked = None;
    egui::ScrollArea::horizontal().id_salt((&table.title, "across")).auto_shrink([false, !whole]).show(ui, |ui| {
        let mut builder = TableBuilder::new(ui).striped(true).id_salt(&table.title).auto_shrink([true, !whole]);
        if !whole {
            let scrolls = table.rows.len() > INLINE;
            builder = builder.vscroll(scrolls).max_scroll_height(ROW * INLINE as f32);
        }
        for (i, column) in table.columns.iter().enumerate() {
            let cells = table.rows.iter().take(200).filter_map(|r| r.get(i));
            let longest = cells.map(|c| cell_text(c, Some(column)).chars().count());
            let letters = longest.max().unwrap_or(0).max(column.name.chars().count() + 2).min(60);
            let width = letters as f32 * 7.0 + 18.0;
            builder = builder.column(Width::initial(width).at_least(50.0).clip(true).resizable(true));
        }
        builder
            .header(26.0, |mut row| {
                for (i, column) in table.columns.iter().enumerate() {
                    row.col(|ui| {
                        ui.with_layout(layout(column.align), |ui| {
                            if head(ui, table, column, i, sort) {
                                clicked = Some(i);
                            }
                        });
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, shown.rows.len(), |mut row| {
                    let cells = shown.rows.get(row.index());
                    for (i, column) in table.columns.iter().enumerate() {
                        let cell = cells.and_then(|r| r.get(i)).unwrap_or(&Cell::Empty);
                        row.col(|ui| {
                            ui.with_layout(layout(column.align), |ui| {
                                let text = cell_text(cell, Some(column));
                                let response = ui.add(egui::Label::new(&text).truncate());
                                match cell {
                                    Cell::Estimate(e) => {
                                        response.on_hover_text(e.provenance());
                                    }
                                    Cell::Text(_) if text.chars().count() > 40 => {
                                        response.on_hover_text(text);
                                    }
                                    _ => {}
                                }
                            });
                        });
                    }
                });
            });
    });
    clicked
}

fn layout(align: Align) -> egui::Layout {
    match align {
        Align::Left => egui::Layout::left_to_right(egui::Align::Center),
        Align::Right => egui::Layout::right_to_left(egui::Align::Center),
    }
}

/// The head of a column: a click sorts by it.
fn head(ui: &mut Ui, table: &Table, column: &Column, index: usize, sort: Option<&Sort>) -> bool {
    let sign = match sort.filter(|s| s.0 == table.title && s.1 == index) {
        Some((_, _, false)) => " ▲",
        Some((_, _, true)) => " ▼",
        None => "",
    };
    let text = RichText::new(format!("{}{sign}", column.name)).family(bold());
    let response = ui.add(egui::Button::new(text).frame(false));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ColumnHeader, true, &column.name));
    response.on_hover_text("Sort by this column; once more turns the order round").clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_order_and_gaps_last() {
        let columns = vec![Column::text("name"), Column::number("n", Unit::Count)];
        let mut table = Table::new("t", columns);
        let cells =
            [("b", Cell::Number(10.0)), ("a", Cell::Empty), ("c", Cell::Number(9.0)), ("d", Cell::Number(f64::NAN))];
        for (name, cell) in cells {
            table.rows.push(vec![name.into(), cell]);
        }
        let names = |sort: Option<&Sort>| -> String {
            sorted(&table, sort).rows.iter().map(|r| cell_text(&r[0], None)).collect()
        };
        assert_eq!(names(None), "bacd");
        assert_eq!(names(Some(&("t".into(), 1, false))), "cbad");
        assert_eq!(names(Some(&("t".into(), 1, true))), "bcad");
        assert_eq!(names(Some(&("t".into(), 0, true))), "dcba");
        assert_eq!(names(Some(&("other".into(), 0, true))), "bacd");
    }
}
