//! Ticks of a figure's axes for `egui_plot`, which knows linear axes only.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use egui::FontId;
use egui_plot::{Axis as PlotAxis, AxisHints, GridInput, GridMark};
use sre_stats::figure::theme::Tokens;
use sre_stats::figure::{Axis, Scale};

use crate::gui::theme::colour;

/// The labels of the ticks in sight, by the bits of their place.
pub(super) type Labels = Rc<RefCell<HashMap<u64, String>>>;

/// Marks of the grid from the ticks of an axis; labels that would run into each other are left out.
pub(super) fn spacer<'a>(
    axis: &'a Axis,
    labels: &Labels,
    pixels: f32,
    per_label: f32,
    sideways: bool,
) -> impl Fn(GridInput) -> Vec<GridMark> + 'a {
    let labels = Rc::clone(labels);
    move |input: GridInput| {
        let (low, high) = input.bounds;
        let length = (high - low).max(f64::MIN_POSITIVE);
        let ticks = axis.ticks((axis.scale.inverse(low), axis.scale.inverse(high)), (pixels / per_label) as usize);
        let mut labels = labels.borrow_mut();
        labels.clear();
        let mut free = f32::NEG_INFINITY;
        let mut marks = Vec::with_capacity(ticks.len());
        for tick in &ticks {
            let value = axis.scale.transform(tick.value);
            let place = ((value - low) / length) as f32 * pixels;
            let letters = tick.label.lines().map(|l| l.chars().count()).max().unwrap_or(0) as f32;
            let half = if sideways { letters * 3.6 + 5.0 } else { 9.0 };
            let fits = !tick.label.is_empty() && place - half >= free;
            if fits {
                free = place + half;
                labels.insert(value.to_bits(), tick.label.clone());
            }
            marks.push(GridMark { value, step_size: if fits || tick.major { length } else { length / 40.0 } });
        }
        marks
    }
}

pub(super) fn hints<'a>(axis: &Axis, which: PlotAxis, labels: &Labels, tokens: &Tokens) -> AxisHints<'a> {
    let labels = Rc::clone(labels);
    let label = match axis.scale {
        // ticks carry the unit of values themselves
        Scale::Time | Scale::LogNines => axis.label.clone(),
        _ if axis.label.is_empty() => axis.unit.symbol(),
        _ => axis.label.clone(),
    };
    // the plot takes the room of an axis from the frame before, and a view at rest has but one: what labels commonly need is
    // there from the start. Labels of time have two lines.
    let room = match (which, axis.scale) {
        (PlotAxis::Y, _) => 64.0,
        (PlotAxis::X, Scale::Time) => 50.0,
        (PlotAxis::X, _) => 34.0,
    };
    AxisHints::new(which)
        .min_thickness(room)
        .label(egui::RichText::new(label).size(12.0).color(colour(tokens.muted)))
        .tick_label_color(colour(tokens.muted))
        .tick_label_font(FontId::proportional(12.0))
        .label_spacing(1.0..=2.0)
        .formatter(move |mark, _| labels.borrow().get(&mark.value.to_bits()).cloned().unwrap_or_default())
}
