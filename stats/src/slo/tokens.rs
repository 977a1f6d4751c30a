//! The words, numbers and signs of an objective's text.

/// What the text falls into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Word,
    Sign,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Bytes from the start.
    pub(super) at: usize,
}

fn kind_of(c: char) -> Kind {
    if c.is_ascii_digit() || c == '.' {
        Kind::Number
    } else if "<>=!≤≥≠%+-".contains(c) {
        Kind::Sign
    } else {
        Kind::Word
    }
}

/// Splits a text at spaces and where numbers, words and signs meet.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        let kind = kind_of(c);
        let end = if c.is_whitespace() {
            c.len_utf8()
        } else if kind == Kind::Word {
            // p99.9 is a word, and so is a unit with a slash
            rest.find(|c: char| c.is_whitespace() || kind_of(c) == Kind::Sign).unwrap_or(rest.len())
        } else if c == '%' {
            1
        } else {
            rest.find(|c: char| c.is_whitespace() || kind_of(c) != kind || c == '%').unwrap_or(rest.len())
        };
        if !c.is_whitespace() {
            out.push(Token { kind, text: &rest[..end], at });
        }
        rest = &rest[end..];
    }
    split_units(out)
}

/// `1h30m` begins with a number, and its word `h30m` hides another one.
fn split_units(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let touches = out.last().is_some_and(|t| t.kind == Kind::Number && t.at + t.text.len() == token.at);
        if token.kind != Kind::Word || !touches {
            out.push(token);
            continue;
        }
        let mut rest = token.text;
        while let Some(c) = rest.chars().next() {
            let kind = kind_of(c);
            let end = rest.find(|c: char| kind_of(c) != kind).unwrap_or(rest.len());
            out.push(Token { kind, text: &rest[..end], at: token.at + token.text.len() - rest.len() });
            rest = &rest[end..];
        }
    }
    out
}
