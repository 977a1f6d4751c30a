//! Numbers of things in sentences.

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

#[cfg(test)]
mod tests {
    use super::*;

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
