//! The budget line: what is allowed, what really was bad, and what slices charge.

use egui::{Align2, FontId, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use sre_stats::figure::theme::Tokens;
use sre_stats::time::Span;

use crate::gui::theme::{colour, mix};

/// What a budget line shows.
#[derive(Clone, Copy, Debug)]
pub struct BudgetLine {
    /// The bad time allowed.
    pub allowed: Span,
    /// The true bad time.
    pub truth: Span,
    /// What the chosen phase charges.
    pub charged: Span,
    /// The least and the most that any phase charges.
    pub range: (Span, Span),
}

/// A line from 0 to a little beyond the largest of all.
pub fn budget_bar(ui: &mut Ui, tokens: &Tokens, line: &BudgetLine) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 58.0), Sense::hover());
    let end = [line.allowed, line.truth, line.range.1].into_iter().map(|s| s.0).max().unwrap_or(1).max(1) as f64 * 1.08;
    let bar = Rect::from_min_max(pos2(rect.left(), rect.top() + 20.0), pos2(rect.right(), rect.bottom() - 20.0));
    let x = |s: Span| bar.left() + bar.width() * (s.0 as f64 / end) as f32;
    let painter = ui.painter_at(rect.expand(2.0));
    painter.rect_filled(bar, 3.0, mix(tokens.background, tokens.ink, 0.08));
    let within = Rect::from_x_y_ranges(bar.left()..=x(line.allowed), bar.y_range());
    painter.rect_filled(within, 3.0, mix(tokens.background, tokens.good, 0.35));
    let least = x(line.range.0);
    let band = Rect::from_x_y_ranges(least..=x(line.range.1).max(least + 1.5), bar.y_range().shrink(4.0));
    painter.rect(band, 2.0, mix(tokens.background, tokens.charged, 0.55), Stroke::NONE, StrokeKind::Inside);
    let tick = |at: Span, token, width| {
        painter.vline(x(at), bar.y_range().expand(3.0), Stroke::new(width, colour(token)));
    };
    tick(line.allowed, tokens.limit, 2.0);
    tick(line.truth, tokens.truth, 2.5);
    painter.circle(
        pos2(x(line.charged), bar.center().y),
        5.0,
        colour(tokens.charged),
        Stroke::new(1.5, colour(tokens.background)),
    );
    // names above, values beneath; each kept inside and apart from the one before
    let font = FontId::proportional(12.0);
    let write = |y: f32, align: Align2, labels: &mut Vec<(f32, String, sre_stats::figure::theme::Rgb)>| {
        labels.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = rect.left();
        for (x, text, token) in labels.iter() {
            let galley = painter.layout_no_wrap(text.clone(), font.clone(), colour(*token));
            let left = (x - galley.size().x / 2.0).max(free).min(rect.right() - galley.size().x);
            free = left + galley.size().x + 10.0;
            let top = if align == Align2::CENTER_BOTTOM { y - galley.size().y } else { y };
            painter.galley(pos2(left, top), galley, colour(*token));
        }
    };
    let mut above = vec![
        (x(line.truth), format!("true {}", line.truth), tokens.truth),
        (x(line.allowed), format!("budget {}", line.allowed), tokens.limit),
    ];
    write(bar.top() - 3.0, Align2::CENTER_BOTTOM, &mut above);
    let range = if line.range.0 == line.range.1 {
        String::new()
    } else {
        format!(" (all phases {} to {})", line.range.0, line.range.1)
    };
    let mut below = vec![(x(line.charged), format!("charged {}{range}", line.charged), tokens.charged)];
    write(bar.bottom() + 3.0, Align2::CENTER_TOP, &mut below);
    response.widget_info(|| {
        let text = format!(
            "Budget line: allowed {}, truly bad {}, charged {}, over all phases {} to {}",
            line.allowed, line.truth, line.charged, line.range.0, line.range.1
        );
        WidgetInfo::labeled(egui::Role::Image, true, text)
    });
}
