//! SVG.

use plotters::prelude::{IntoDrawingArea, SVGBackend};

use super::marks::HEAT_STEPS;
use super::pen::{Pen, TextModel};
use super::{Size, font, frame};
use crate::error::{Error, ErrorKind, Result};
use crate::figure::theme::{DARK, LIGHT, Theme};
use crate::figure::{Figure, Shape};

/// Units of the view box in a CSS pixel: lines are placed to a quarter of a pixel.
const SCALE: f64 = 4.0;

/// The figure as an SVG document with real text. Titles and labels are escaped; nothing in them becomes markup. With
/// [`Theme::Auto`] the picture follows the reader's preference for light or dark.
///
/// ```
/// use sre_stats::figure::{Axis, Figure, Mark, Role, Shape, Theme, draw};
/// use sre_stats::unit::Unit;
/// let figure = Figure::new("Latency", Axis::new("request", Unit::Count), Axis::new("latency", Unit::Second))
///     .with(Mark::new("measured", Role::Series(0), Shape::Line { points: vec![(0.0, 0.1), (1.0, 0.3)] }));
/// let svg = draw::svg(&figure, draw::Size::new(640, 360), Theme::Light)?;
/// assert!(svg.starts_with("<svg") && svg.contains("role=\"img\""));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the size has no room for a plot.
pub fn svg(figure: &Figure, size: Size, theme: Theme) -> Result<String> {
    let size = size.check()?;
    font::register()?;
    let mut drawn = String::new();
    {
        let units = ((f64::from(size.width) * SCALE) as u32, (f64::from(size.height) * SCALE) as u32);
        let area = SVGBackend::with_string(&mut drawn, units).into_drawing_area();
        // the backend writes a font's size divided by 1.24, and puts the baseline 0.76 em below the top
        let text = TextModel { size_of_em: 1.24, baseline: 0.76 };
        frame::draw(&Pen { area: &area, scale: SCALE, text }, figure, size, theme)?;
        let failed = |e| Error::new(ErrorKind::Unsupported, format!("the picture could not be finished: {e}"));
        area.present().map_err(failed)?;
    }
    Ok(finish(&drawn, figure, size, theme))
}

/// Replaces the document's first tag by one with a size in CSS pixels, a role and a title, and tidies what the backend repeats.
fn finish(drawn: &str, figure: &Figure, size: Size, theme: Theme) -> String {
    let body = drawn.split_once('>').map_or("", |(_, body)| body);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"sre-figure\" role=\"img\" width=\"{w}\" height=\"{h}\" \
         viewBox=\"0 0 {vw} {vh}\" font-family=\"{family}\">\n<title>{title}</title>\n",
        w = size.width,
        h = size.height,
        vw = f64::from(size.width) * SCALE,
        vh = f64::from(size.height) * SCALE,
        family = escape(font::FAMILY),
        title = escape(&figure.title),
    );
    if !figure.caption.is_empty() {
        out.push_str(&format!("<desc>{}</desc>\n", escape(&figure.caption)));
    }
    if theme == Theme::Auto {
        out.push_str(&dark_style(figure));
    }
    // quotes are escaped in every text, so none of these can stand in a label
    let family = format!(" font-family=\"{}\"", escape(font::FAMILY));
    let body = body
        .replace(&family, "")
        .replace(" opacity=\"1\"", "")
        .replace(" \"/>", "\"/>")
        .replace("\n</text>", "</text>");
    // the backend begins a text's content on a new line
    for line in body.trim_start().lines() {
        out.push_str(line);
        if !line.starts_with("<text ") {
            out.push('\n');
        }
    }
    out
}

/// Rules that turn each light colour into its dark counterpart where the reader prefers dark.
fn dark_style(figure: &Figure) -> String {
    let mut style = String::from("<style>@media screen and (prefers-color-scheme: dark){");
    for (light, dark) in LIGHT.all().into_iter().zip(DARK.all()) {
        let (light, dark) = (light.hex(), dark.hex());
        style.push_str(&format!(
            "svg.sre-figure [fill=\"{light}\"]{{fill:{dark}}}svg.sre-figure [stroke=\"{light}\"]{{stroke:{dark}}}"
        ));
    }
    if figure.marks.iter().any(|m| matches!(m.shape, Shape::Heat { .. })) {
        for step in 0..=HEAT_STEPS {
            let share = f64::from(step) / f64::from(HEAT_STEPS);
            let (light, dark) = (LIGHT.heat(share).hex(), DARK.heat(share).hex());
            style.push_str(&format!("svg.sre-figure rect[fill=\"{light}\"]{{fill:{dark}}}"));
        }
    }
    style.push_str("}</style>\n");
    style
}

/// As the backend escapes.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in font::clean(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::figure::{Axis, HeatColumn, Mark, Role};
    use crate::unit::Unit;

    fn figure(title: &str) -> Figure {
        let points = (0..50).map(|i| (f64::from(i), f64::from(i * i % 17))).collect();
        Figure::new(title, Axis::new(title, Unit::Other(title.into())), Axis::new(title, Unit::Other(title.into())))
            .with(Mark::new(title, Role::Series(0), Shape::Line { points }))
            .with(Mark::new("other", Role::Bad, Shape::Points { points: vec![(3.0, 4.0)] }))
            .with_caption(title)
    }

    #[test]
    fn cells_of_a_heat_map_have_their_colour_on_either_ground() {
        let columns = vec![
            HeatColumn { from: 0.0, to: 1.0, counts: (1..=40).collect() },
            HeatColumn { from: 1.0, to: 2.0, counts: vec![7; 40] },
        ];
        let shape = Shape::Heat { rows: (1..=41).map(f64::from).collect(), columns, most: 40 };
        let figure = Figure::new("t", Axis::new("x", Unit::None), Axis::new("y", Unit::Second))
            .with(Mark::unnamed(Role::Neutral, shape));
        let svg = svg(&figure, Size::default(), Theme::Auto).unwrap();
        let (style, body) = svg.split_once("</style>").unwrap();
        let fills: Vec<&str> = body
            .lines()
            .filter(|l| l.starts_with("<rect"))
            .filter_map(|l| l.split("fill=\"").nth(1)?.get(..7))
            .collect();
        assert!(fills.len() >= 80, "{}", fills.len());
        for fill in fills {
            assert!(style.contains(&format!("[fill=\"{fill}\"]{{fill:")), "{fill} stays light on a dark ground");
        }
    }

    #[test]
    fn hostile_words_stay_words() {
        for hostile in
            ["<script>alert(1)</script>", "\"onload=\"x", "a & b <b>", "\u{0}\u{1b}\u{202e}x", "]]>", "x\n<y>"]
        {
            let svg = svg(&figure(hostile), Size::default(), Theme::Auto).unwrap();
            assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains("<y>"), "{hostile}");
            assert!(!svg.contains('\u{0}') && !svg.contains('\u{1b}') && !svg.contains('\u{202e}'));
            assert!(!svg.contains("onload=\""));
            assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
            assert!(svg.trim_end().ends_with("</svg>"));
        }
    }

    #[test]
    fn the_same_figure_gives_the_same_bytes() {
        let figure = figure("t");
        let first = svg(&figure, Size::default(), Theme::Dark).unwrap();
        assert_eq!(first, svg(&figure, Size::default(), Theme::Dark).unwrap());
        assert_ne!(first, svg(&figure, Size::default(), Theme::Light).unwrap());
    }

    #[test]
    fn text_is_text_and_the_dark_theme_uses_dark_tokens_only() {
        let dark = svg(&figure("words"), Size::default(), Theme::Dark).unwrap();
        assert!(dark.contains(">words</text>") && dark.contains("<title>words</title>"));
        for light in LIGHT.all() {
            assert!(!dark.contains(&light.hex()), "{}", light.hex());
        }
    }

    #[test]
    fn sizes_without_room_are_refused_and_small_ones_are_drawn() {
        assert!(svg(&figure("t"), Size::new(10, 10), Theme::Light).is_err());
        assert!(svg(&figure("t"), Size::new(200, 150), Theme::Light).is_ok());
    }

    #[test]
    fn no_coordinate_is_out_of_proportion() {
        let points = vec![(0.0, 0.0), (1.0, 1e300), (2.0, -1e300), (f64::INFINITY, 1.0)];
        let mut figure = figure("t").with(Mark::unnamed(Role::Truth, Shape::Line { points }));
        figure.y.range = Some((0.0, 10.0));
        let svg = svg(&figure, Size::default(), Theme::Light).unwrap();
        assert!(!svg.contains("2147483647") && !svg.contains("NaN"));
    }
}
