//! Colours and type: the figure's tokens as egui visuals, so that the window and its pictures agree.

use std::sync::Arc;

use egui::{Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke, TextStyle, Theme, Visuals};
use sre_stats::figure::theme::{DARK, LIGHT, Rgb, Tokens};

/// The tokens of a theme of egui.
pub fn tokens(theme: Theme) -> &'static Tokens {
    match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    }
}

/// A token as a colour of egui.
pub fn colour(rgb: Rgb) -> Color32 {
    Color32::from_rgb(rgb.0, rgb.1, rgb.2)
}

/// A colour between two tokens: `share` of the second.
pub fn mix(a: Rgb, b: Rgb, share: f32) -> Color32 {
    let one = |x: u8, y: u8| (f32::from(x) + (f32::from(y) - f32::from(x)) * share).round() as u8;
    Color32::from_rgb(one(a.0, b.0), one(a.1, b.1), one(a.2, b.2))
}

/// Sets fonts, sizes and both themes.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Dark, Theme::Light] {
        ctx.set_visuals_of(theme, visuals(theme));
    }
    ctx.all_styles_mut(|style| {
        style.text_styles = [
            (TextStyle::Small, FontId::new(12.0, FontFamily::Proportional)),
            (TextStyle::Body, FontId::new(14.0, FontFamily::Proportional)),
            (TextStyle::Button, FontId::new(14.0, FontFamily::Proportional)),
            (TextStyle::Heading, FontId::new(21.0, FontFamily::Proportional)),
            (TextStyle::Monospace, FontId::new(13.5, FontFamily::Monospace)),
        ]
        .into();
        style.spacing.item_spacing = egui::vec2(8.0, 6.0);
        style.spacing.button_padding = egui::vec2(9.0, 4.0);
        style.spacing.slider_width = 280.0;
        style.spacing.interact_size.y = 26.0;
        style.animation_time = 0.0;
    });
}

/// The project's font, whose figures all have one width, before egui's own for symbols that it lacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [
        ("regular", include_bytes!("../../../assets/fonts/Roboto-Regular.ttf").as_slice()),
        ("bold", include_bytes!("../../../assets/fonts/Roboto-Bold.ttf").as_slice()),
    ] {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let mut fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    // formulas and signs that the project's font lacks
    fallback.extend(["Hack", "emoji-icon-font", "NotoEmoji-Regular"].map(str::to_owned));
    fallback.retain(|name| fonts.font_data.contains_key(name));
    let with = |first: &str| std::iter::once(first.to_owned()).chain(fallback.clone()).collect::<Vec<_>>();
    fonts.families.insert(bold(), with("bold"));
    fonts.families.insert(FontFamily::Proportional, with("regular"));
    fonts
}

/// The family of bold text.
pub fn bold() -> FontFamily {
    FontFamily::Name("bold".into())
}

fn visuals(theme: Theme) -> Visuals {
    let t = tokens(theme);
    let mut v = if theme == Theme::Dark { Visuals::dark() } else { Visuals::light() };
    let ink = colour(t.ink);
    let (sunk, raised) = match theme {
        Theme::Dark => (mix(t.background, Rgb(0, 0, 0), 0.35), mix(t.background, t.ink, 0.07)),
        Theme::Light => (mix(t.background, t.ink, 0.04), mix(t.background, t.ink, 0.05)),
    };
    v.panel_fill = colour(t.background);
    v.window_fill = colour(t.background);
    v.extreme_bg_color = sunk;
    v.text_edit_bg_color = Some(sunk);
    v.faint_bg_color = mix(t.background, t.ink, 0.03);
    v.code_bg_color = raised;
    v.window_stroke = Stroke::new(1.0, colour(t.grid));
    v.weak_text_color = Some(colour(t.muted));
    v.warn_fg_color = colour(t.warn);
    v.error_fg_color = colour(t.bad);
    v.hyperlink_color = colour(t.charged);
    v.selection.bg_fill = mix(t.background, t.charged, 0.32);
    v.selection.stroke = Stroke::new(1.5, ink);
    v.window_corner_radius = CornerRadius::same(8);
    v.menu_corner_radius = CornerRadius::same(6);
    v.slider_trailing_fill = true;
    let w = &mut v.widgets;
    w.noninteractive.bg_fill = colour(t.background);
    w.noninteractive.bg_stroke = Stroke::new(1.0, colour(t.grid));
    w.noninteractive.fg_stroke = Stroke::new(1.0, ink);
    for (visuals, lift) in [(&mut w.inactive, 0.08), (&mut w.hovered, 0.14), (&mut w.active, 0.2), (&mut w.open, 0.12)]
    {
        visuals.bg_fill = mix(t.background, t.ink, lift + 0.06);
        visuals.weak_bg_fill = mix(t.background, t.ink, lift);
        visuals.fg_stroke = Stroke::new(1.2, ink);
        visuals.bg_stroke = Stroke::new(1.0, mix(t.background, t.ink, lift + 0.12));
        visuals.corner_radius = CornerRadius::same(5);
        visuals.expansion = 0.0;
    }
    w.hovered.bg_stroke = Stroke::new(1.0, colour(t.axis));
    // the focus of the keyboard must be seen
    w.active.bg_stroke = Stroke::new(2.0, colour(t.charged));
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_be_read_on_every_theme() {
        for t in [&LIGHT, &DARK] {
            assert!(t.ink.contrast(t.background) >= 7.0);
            assert!(t.muted.contrast(t.background) >= 4.5);
        }
        assert_eq!(mix(Rgb(0, 0, 0), Rgb(255, 255, 255), 0.5), Color32::from_rgb(128, 128, 128));
    }
}
