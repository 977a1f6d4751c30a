//! Heat maps: cells as one mesh under the lines, and what a cell holds under the pointer.

use std::ops::RangeInclusive;

use egui::{Color32, Mesh, Pos2, Rect, Ui};
use egui_plot::{PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotTransform};
use sre_stats::figure::theme::Tokens;
use sre_stats::figure::{Figure, HeatColumn, Shape};
use sre_stats::unit::Unit;

use crate::gui::theme::colour;

/// The cells of a heat map.
pub(super) struct Cells<'a> {
    base: PlotItemBase,
    figure: &'a Figure,
    rows: &'a [f64],
    columns: &'a [HeatColumn],
    most: u64,
    tokens: &'a Tokens,
}

impl<'a> Cells<'a> {
    pub(super) fn new(
        tokens: &'a Tokens,
        figure: &'a Figure,
        rows: &'a [f64],
        columns: &'a [HeatColumn],
        most: u64,
    ) -> Self {
        Self { base: PlotItemBase::new("cells".to_owned()), figure, rows, columns, most, tokens }
    }
}

impl PlotItem for Cells<'_> {
    fn shapes(&self, _: &Ui, transform: &PlotTransform, shapes: &mut Vec<egui::Shape>) {
        let frame = transform.frame();
        let (xs, ys) = (self.figure.x.scale, self.figure.y.scale);
        let y: Vec<f32> = self.rows.iter().map(|v| transform.position_from_point_y(ys.transform(*v))).collect();
        let mut mesh = Mesh::default();
        for column in self.columns {
            let left = transform.position_from_point_x(xs.transform(column.from));
            // a column is never too narrow to be seen
            let right = transform.position_from_point_x(xs.transform(column.to)).max(left + 1.0);
            if right < frame.left() || left > frame.right() {
                continue;
            }
            for (ends, &count) in y.windows(2).zip(&column.counts).filter(|(_, c)| **c > 0) {
                let [bottom, top] = ends else { continue };
                let rect = Rect::from_min_max(Pos2::new(left, *top), Pos2::new(right, *bottom)).intersect(*frame);
                if rect.is_positive() {
                    mesh.add_colored_rect(rect, colour(self.tokens.heat(HeatColumn::strength(count, self.most))));
                }
            }
        }
        shapes.push(egui::Shape::mesh(mesh));
    }

    fn initialize(&mut self, _: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        Color32::TRANSPARENT
    }

    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::None
    }

    fn bounds(&self) -> PlotBounds {
        PlotBounds::NOTHING
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}

/// What the cell at a position holds: its time and range, its count, its share of the column, and the share at or below it.
pub(super) fn cell_at(figure: &Figure, x: f64, y: f64) -> Option<String> {
    let (rows, columns) = figure.marks.iter().find_map(|m| match &m.shape {
        Shape::Heat { rows, columns, .. } => Some((rows, columns)),
        _ => None,
    })?;
    let column = columns.iter().find(|c| c.from <= x && x < c.to)?;
    let row = rows.windows(2).position(|e| e.first().is_some_and(|a| *a <= y) && e.last().is_some_and(|b| y < *b))?;
    let count = column.counts.get(row)?;
    let total: u64 = column.counts.iter().sum();
    let below: u64 = column.counts.iter().take(row + 1).sum();
    let share = |n: u64| if total > 0 { Unit::Ratio.show(n as f64 / total as f64) } else { "–".to_owned() };
    Some(format!(
        "{}\n{} to {}\n{count} of {total} values, {}\n{} at or below",
        figure.x.show(column.from),
        figure.y.show(*rows.get(row)?),
        figure.y.show(*rows.get(row + 1)?),
        share(*count),
        share(below)
    ))
}

/// The scale of colours: from one value in a cell to the count at which the colour is full.
pub(super) fn scale(ui: &mut Ui, tokens: &Tokens, figure: &Figure) {
    let Some(most) = figure.marks.iter().find_map(|m| match &m.shape {
        Shape::Heat { most, .. } => Some(*most),
        _ => None,
    }) else {
        return;
    };
    ui.label(egui::RichText::new("1").size(12.0));
    let (rect, response) = ui.allocate_exact_size(egui::vec2(120.0, 12.0), egui::Sense::hover());
    let steps = 60;
    let mut mesh = Mesh::default();
    let lowest = HeatColumn::strength(1, most);
    for i in 0..steps {
        let share = f64::from(i) / f64::from(steps - 1);
        let x = |i: i32| rect.left() + rect.width() * i as f32 / steps as f32;
        let part = Rect::from_x_y_ranges(x(i)..=x(i + 1), rect.y_range());
        mesh.add_colored_rect(part, colour(tokens.heat(lowest + (1.0 - lowest) * share)));
    }
    ui.painter().add(egui::Shape::mesh(mesh));
    let said = format!("Colours from 1 value a cell to {most} and more, on a log scale");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &said));
    ui.label(egui::RichText::new(format!("{most} and more values a cell")).size(12.0));
}

#[cfg(test)]
mod tests {
    use super::*;
    use sre_stats::figure::{Axis, Mark, Role};

    #[test]
    fn a_cell_tells_count_share_and_what_is_below() {
        let columns = vec![HeatColumn { from: 0.0, to: 60.0, counts: vec![6, 3, 1] }];
        let shape = Shape::Heat { rows: vec![1.0, 2.0, 4.0, 8.0], columns, most: 6 };
        let figure = Figure::new("t", Axis::new("x", Unit::None), Axis::new("y", Unit::Second))
            .with(Mark::unnamed(Role::Neutral, shape));
        let said = cell_at(&figure, 30.0, 3.0).unwrap_or_default();
        assert!(
            said.contains("2 s to 4 s") && said.contains("3 of 10 values, 30 %") && said.contains("90 % at or below"),
            "{said}"
        );
        assert_eq!(cell_at(&figure, 61.0, 3.0), None);
        assert_eq!(cell_at(&figure, 30.0, 8.0), None);
    }
}
