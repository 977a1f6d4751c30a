//! Numbers of things in sentences, and the words in names.

/// `1 row` or `5 rows`.
pub(crate) fn counted(n: u64, thing: &str) -> String {
    let plural = match thing.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if thing.ends_with('s') => thing.to_owned(),
        None if thing.ends_with("ch") => format!("{thing}es"),
        None => format!("{thing}s"),
    };
    if n == 1 { format!("1 {thing}") } else { format!("{n} {plural}") }
}

/// `1 row is` or `5 rows are`: a number of things with its verb.
pub(crate) fn agreeing(n: u64, thing: &str, one: &str, many: &str) -> String {
    format!("{} {}", counted(n, thing), if n == 1 { one } else { many })
}

/// The words of a name in lower case: `consumerLag`, `consumer_lag` and `consumer lag` are two.
pub(crate) fn of_name(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let letters: Vec<char> = name.chars().take(200).collect();
    let mut starts = true;
    for (i, c) in letters.iter().copied().enumerate() {
        if !(c.is_alphanumeric() || matches!(c, '%' | '°')) {
            starts = true;
            continue;
        }
        let before = i.checked_sub(1).and_then(|at| letters.get(at)).copied().unwrap_or(' ');
        let after = letters.get(i + 1).copied().unwrap_or(' ');
        // `latencyMs`, and the end of the capitals of `HTTPStatus`
        let ends = before.is_lowercase() || (after.is_lowercase() && (before.is_uppercase() || before.is_numeric()));
        let humps = c.is_uppercase() && ends;
        if starts || humps {
            words.push(String::new());
        }
        starts = false;
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_name() {
        for (name, want) in [
            ("consumerLag", &["consumer", "lag"][..]),
            ("HTTPStatus", &["http", "status"]),
            ("http.response.status_code", &["http", "response", "status", "code"]),
            ("p99Ms", &["p99", "ms"]),
            ("cpu (%)", &["cpu", "%"]),
            ("", &[]),
        ] {
            assert_eq!(of_name(name), want, "{name}");
        }
    }

    #[test]
    fn things_agree_with_their_number() {
        let said: Vec<String> = ["row", "query", "series", "stretch"].map(|thing| counted(2, thing)).to_vec();
        assert_eq!(said, ["2 rows", "2 queries", "2 series", "2 stretches"]);
        assert_eq!(counted(1, "query"), "1 query");
        assert_eq!(
            (agreeing(1, "reset", "loses", "lose"), agreeing(0, "gap", "is", "are")),
            ("1 reset loses".into(), "0 gaps are".into())
        );
    }
}
