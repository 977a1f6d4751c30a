//! Making text of unknown origin harmless where it is written.

/// Text for HTML and XML, in elements and in quoted attributes. Characters that XML forbids become U+FFFD.
pub(crate) fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Text for one line of Markdown, also inside a table: nothing in it is markup, links or HTML, also where addresses become
/// links by themselves.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        let before = text.get(..at).unwrap_or_default();
        match c {
            '@' => out.push_str("\\@"),
            ':' if rest.starts_with("://") => out.push_str("\\:"),
            '.' if before.len() >= 3 && before.get(at - 3..).is_some_and(|w| w.eq_ignore_ascii_case("www")) => {
                out.push_str("\\.");
            }
            '\n' | '\r' | '\t' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A paragraph of Markdown of which nothing is markup: it begins neither a list nor a line under a heading.
pub(crate) fn markdown_paragraph(text: &str) -> String {
    let text = markdown(text.trim_start());
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let after = text.get(digits..).unwrap_or_default();
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(' ');
    let marker = |c: char| after.strip_prefix(c).is_some_and(ends);
    if digits == 0 && (marker('-') || marker('+') || text.starts_with("--") || text.starts_with('=')) {
        return format!("\\{text}");
    }
    if digits > 0 && (marker('.') || marker(')')) {
        return format!("{}\\{after}", text.get(..digits).unwrap_or_default());
    }
    text
}

/// Text for one line of a terminal: no control character reaches it, so no escape sequence does.
pub(crate) fn terminal(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            // controls, and the marks that turn the direction of what follows
            c if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_through() {
        assert_eq!(markup("<script>'\"&\u{0}"), "&lt;script&gt;&#39;&quot;&amp;\u{fffd}");
        assert_eq!(markdown("a|b [x](y) <b>\n#"), "a\\|b \\[x\\](y) &lt;b&gt; \\#");
        assert_eq!(markdown("http://a.b www.c.d e@f.g 1:2"), "http\\://a.b www\\.c.d e\\@f.g 1:2");
        for (text, want) in
            [("- a", "\\- a"), ("-3 s", "-3 s"), ("12. x", "12\\. x"), ("1.5 s", "1.5 s"), ("===", "\\==="), ("ä", "ä")]
        {
            assert_eq!(markdown_paragraph(text), want);
        }
        assert_eq!(terminal("\u{1b}[31mred\u{202e}"), "\u{fffd}[31mred\u{fffd}");
    }
}
