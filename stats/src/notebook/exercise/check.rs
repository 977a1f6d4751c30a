//! What every checker is tested for.

use super::Marked;

/// The right answer passes, each planted mistake is found and told by its own words, and no hint has the answer in it.
pub(super) fn check(right: &Marked, mistakes: &[(Marked, &str)], secrets: &[&str]) {
    assert!(right.right, "{right}");
    for (marked, words) in mistakes {
        assert!(!marked.right && marked.why.contains(words), "{marked} lacks “{words}”");
        for secret in secrets {
            assert!(!marked.why.contains(secret), "{marked} gives “{secret}” away");
        }
    }
}
