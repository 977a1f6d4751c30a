//! Strings that are safe where they are put.

use std::fmt::Write;

use crate::time::Span;

/// A double-quoted scalar of YAML 1.2: whatever the text holds, it reads back to the same text.
pub(super) fn yaml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if printable(c) => out.push(c),
            c if (c as u32) <= 0xFFFF => _ = write!(out, "\\u{:04X}", c as u32),
            c => _ = write!(out, "\\U{:08X}", c as u32),
        }
    }
    out.push('"');
    out
}

/// Characters that YAML lets stand as they are within a line, without those that are easily mistaken for nothing.
fn printable(c: char) -> bool {
    let breaks = matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}');
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let outside = matches!(c as u32 & 0xFFFF, 0xFFFE | 0xFFFF) || matches!(c, '\u{fdd0}'..='\u{fdef}');
    !(c.is_control() || breaks || turns || outside)
}

/// A double-quoted string of `PromQL`, whose escapes are those of Go.
pub(super) fn promql(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if printable(c) => out.push(c),
            c if (c as u32) <= 0xFFFF => _ = write!(out, "\\u{:04x}", c as u32),
            c => _ = write!(out, "\\U{:08x}", c as u32),
        }
    }
    out.push('"');
    out
}

/// Text for a label or annotation of an alert, which Prometheus expands as a template: it expands to the text itself.
pub(super) fn template(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// A duration of `PromQL`: `1h30m`, `1s500ms`; what is finer than a millisecond is cut off, and at least one is left.
pub(super) fn duration(span: Span) -> String {
    let mut ms = (span.0 / 1_000_000).max(1);
    let mut out = String::new();
    for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        if ms >= size {
            _ = write!(out, "{}{unit}", ms / size);
            ms %= size;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_prometheus_own() {
        for (seconds, text) in [(300, "5m"), (5400, "1h30m"), (259_200, "3d"), (90_061, "1d1h1m1s")] {
            assert_eq!(duration(Span::from_secs(seconds)), text);
        }
        assert_eq!(duration(Span(1_500_000_000)), "1s500ms");
        assert_eq!(duration(Span(1)), "1ms");
    }

    #[test]
    fn templates_expand_to_the_text() {
        // what Go's text/template makes of it: each action is replaced by its string, from left to right
        let expand = |text: &str| text.split("{{ \"{{\" }}").collect::<Vec<_>>().join("{{");
        for text in ["{{ $value }}", "a {{{b}}} c", "{{{{", "}}", "{", "{{end}} {{"] {
            let escaped = template(text);
            assert_eq!(expand(&escaped), text);
            assert!(!escaped.replace("{{ \"{{\" }}", "").contains("{{"), "{escaped}");
        }
    }

    proptest! {
        /// JSON's escapes are a part of YAML's and of Go's: where only they occur, a JSON reader gives the text back.
        #[test]
        fn quoted_text_stays_on_one_line_and_reads_back(text in "\\PC{0,40}|[\\x00-\\x7f\u{80}-\u{ff}\u{2028}\"\\\\]{0,20}") {
            for quoted in [yaml(&text), promql(&text)] {
                let broken = quoted.chars().any(|c| c.is_control() || c == '\u{2028}');
                prop_assert!(!broken, "{quoted:?}");
                if !quoted.contains("\\U") {
                    prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap_or_default(), text.clone());
                }
            }
        }
    }
}
