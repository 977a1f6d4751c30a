//! The embedded font and the widths of its text.

use std::sync::OnceLock;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

use crate::error::{Error, ErrorKind, Result};

/// The family list: the embedded font first, then what a viewer without it is likely to have.
pub(super) const FAMILY: &str = "Roboto, 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif";

/// Ascent less descent of the embedded font in em: what the rasteriser takes for the size.
pub(super) const LINE: f64 = 1.171_875;

static REGULAR: &[u8] = include_bytes!("../../../../assets/fonts/Roboto-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../../../../assets/fonts/Roboto-Bold.ttf");

/// Makes the font known to the drawing library, once a process.
pub(super) fn register() -> Result<()> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let done = *DONE.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, REGULAR).is_ok()
            && register_font(FAMILY, FontStyle::Bold, BOLD).is_ok()
    });
    if done { Ok(()) } else { Err(Error::new(ErrorKind::Unsupported, "the embedded font could not be read")) }
}

/// The width of a text in CSS pixels at a font size. A little is added: a viewer may show another font.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    // measured large, since the library rounds to whole pixels
    let scale = 16.0;
    let font = FontDesc::new(FontFamily::Name(FAMILY), size * LINE * scale, style);
    let measured = font.layout_box(text).map_or(0.0, |((x0, _), (x1, _))| f64::from(x1 - x0) / scale);
    // scripts that the font does not have come in a wider one
    let foreign = text.chars().filter(|c| u32::from(*c) >= 0x1100 && !('\u{2000}'..='\u{25ff}').contains(c)).count();
    measured * 1.03 + foreign as f64 * size * 0.55
}

/// The text, or its beginning with `…` where it is wider than `room`.
pub(super) fn fit(text: &str, size: f64, bold: bool, room: f64) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().take(4096).collect();
    let (mut low, mut high) = (0, chars.len());
    while low < high {
        let middle = (low + high).div_ceil(2);
        let candidate: String = chars[..middle].iter().chain(['…'].iter()).collect();
        if width(&candidate, size, bold) <= room { low = middle } else { high = middle - 1 }
    }
    let kept: String = chars[..low].iter().collect();
    format!("{}…", kept.trim_end())
}

/// Lines of at most `room`, broken between words; no more than `most`, the last one cut.
pub(super) fn wrap(text: &str, size: f64, bold: bool, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while words.peek().is_some() && lines.len() < most {
        if lines.len() + 1 == most {
            let rest: Vec<&str> = words.by_ref().collect();
            lines.push(fit(&rest.join(" "), size, bold, room));
            break;
        }
        let mut line = String::new();
        while let Some(word) = words.peek() {
            let longer = if line.is_empty() { (*word).to_owned() } else { format!("{line} {word}") };
            if !line.is_empty() && width(&longer, size, bold) > room {
                break;
            }
            line = longer;
            words.next();
        }
        lines.push(fit(&line, size, bold, room));
    }
    lines
}

/// Text without the characters that XML forbids and without the marks that turn its direction.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}') =>
            {
                '\u{fffd}'
            }
            c => c,
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_tabular_and_text_is_cut_to_fit() {
        register().unwrap();
        assert_eq!(width("1111", 12.0, false), width("8888", 12.0, false));
        let long = "a title that is far too long for the room that it has";
        let cut = fit(long, 12.0, false, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0, false) <= 100.0);
        let lines = wrap(long, 12.0, false, 100.0, 10);
        assert_eq!(lines.join(" "), long);
        assert!(lines.iter().all(|l| width(l, 12.0, false) <= 100.0));
        assert_eq!(wrap(long, 12.0, false, 100.0, 2).len(), 2);
    }
}
