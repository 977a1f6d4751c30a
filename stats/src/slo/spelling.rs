//! Which word was meant.

/// The word of a list that a mistyped one most likely is: at most a third of its letters, and one at least, are wrong.
pub(super) fn nearest<'w>(typed: &str, words: &[&'w str]) -> Option<&'w str> {
    let typed = typed.to_lowercase();
    words
        .iter()
        .map(|w| (edits(&typed, w), *w))
        .filter(|(d, w)| *d <= (w.chars().count() / 3).max(1) && *d < w.chars().count())
        .min_by_key(|(d, _)| *d)
        .map(|(_, w)| w)
}

/// Edits between two words: letters inserted, dropped, changed or swapped with their neighbour (optimal string alignment).
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(32).collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1);
            best = best.min(rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_found_and_other_words_are_not() {
        for (typed, word) in [("fo", "of"), ("reqeusts", "requests"), ("Requets", "requests"), ("mnth", "month")] {
            assert_eq!(nearest(typed, &["requests", "month", "of"]), Some(word), "{typed}");
        }
        assert_eq!(nearest("users", &["requests", "events", "time"]), None);
        assert_eq!((edits("", "abc"), edits("abcd", "abdc"), edits("kitten", "sitting")), (3, 1, 3));
    }
}
