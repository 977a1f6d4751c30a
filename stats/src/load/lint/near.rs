//! Names that are a slip away from another one: the same but for case and separators, or one letter of one word.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{NameFinding, NameRule, Named};

/// Words shorter than this are not compared: `in` and `on` are no slips.
const SHORTEST: usize = 4;
/// More letters than this are not compared.
const LONGEST: usize = 100;
/// Data with more names than this are not looked through for slips.
const MOST_NAMES: usize = 10_000;
/// Beginnings of words that stand for two directions of one thing.
const PAIRS: [(&str, &str); 6] =
    [("rx", "tx"), ("r", "w"), ("in", "un"), ("up", "us"), ("pre", "pro"), ("send", "sent")];

/// The words of a name, in lower case; a capital after a small letter begins one.
fn words(name: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            out.push(String::new());
            small = false;
            continue;
        }
        if c.is_uppercase() && small {
            out.push(String::new());
        }
        small = c.is_lowercase();
        if let Some(word) = out.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    out.retain(|w| !w.is_empty());
    out
}

/// Notes every pair of names of which one may be a slip of the other.
pub(super) fn typos<'a>(names: impl Iterator<Item = (&'a str, u64)>, what: Named, findings: &mut Vec<NameFinding>) {
    let names: Vec<(&str, u64, Vec<String>)> =
        names.filter(|(n, _)| n.len() <= LONGEST).map(|(name, series)| (name, series, words(name))).collect();
    if names.len() > MOST_NAMES {
        return;
    }
    let mut pairs = Vec::new();
    // the same letters
    let mut letters: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    names.iter().enumerate().for_each(|(i, (_, _, words))| letters.entry(words.concat()).or_default().push(i));
    for same in letters.values() {
        pairs.extend(same.windows(2).filter_map(|w| Some((*w.first()?, *w.get(1)?))));
    }
    // names alike but for one word, and in that word but for one letter, have the same number
    let mut alike: BTreeMap<(usize, u64), Vec<usize>> = BTreeMap::new();
    for (i, (_, _, words)) in names.iter().enumerate() {
        for (at, word) in words.iter().enumerate().filter(|(_, w)| w.chars().count() >= SHORTEST) {
            let mut frame = DefaultHasher::new();
            words.iter().enumerate().filter(|(j, _)| *j != at).for_each(|(_, w)| w.hash(&mut frame));
            let letters = word.chars().count();
            for missing in 0..=letters {
                let mut number = frame.clone();
                word.chars().enumerate().filter(|(k, _)| *k != missing).for_each(|(_, c)| c.hash(&mut number));
                alike.entry((at, number.finish())).or_default().push(i);
            }
        }
    }
    for ((at, _), same) in &alike {
        let mut same = same.clone();
        same.dedup();
        // a hundred names that differ in one letter are a numbering of letters
        if same.len() > 8 {
            continue;
        }
        for (k, &a) in same.iter().enumerate() {
            for &b in same.iter().skip(k + 1) {
                let words = |i: usize| names.get(i).map_or(&[][..], |(_, _, words)| words.as_slice());
                if differ_by_a_slip(words(a), words(b), *at) {
                    pairs.push((a.min(b), a.max(b)));
                }
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    for (a, b) in pairs {
        let (Some(a), Some(b)) = (names.get(a), names.get(b)) else { continue };
        // the rarer one is the slip
        let (slip, other) = if a.1 < b.1 { (a, b) } else { (b, a) };
        let why = if slip.2.concat() == other.2.concat() {
            format!("“{}” has the same letters, with other case or separators", other.0)
        } else {
            format!("“{}” is one letter away", other.0)
        };
        findings.push(NameFinding {
            name: slip.0.to_owned(),
            what,
            rule: NameRule::Typo,
            why,
            suggestion: (slip.1 < other.1).then(|| other.0.to_owned()),
            source: "the names of the same data",
            series: slip.1,
        });
    }
}

/// Whether two names are the same but for one word, and that may be a slip.
fn differ_by_a_slip(a: &[String], b: &[String], at: usize) -> bool {
    let others = |words: &[String]| {
        words.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, w)| w.clone()).collect::<Vec<_>>()
    };
    a.get(at).zip(b.get(at)).is_some_and(|(x, y)| is_slip(x, y)) && others(a) == others(b)
}

/// Whether one word may be a slip of the other: one letter more, less or another, or two changed places.
fn is_slip(a: &str, b: &str) -> bool {
    if PAIRS.iter().any(|(x, y)| {
        let both = |p: &str, q: &str| a.strip_prefix(p).zip(b.strip_prefix(q)).is_some_and(|(s, t)| s == t);
        both(x, y) || both(y, x)
    }) {
        return false;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(start..).unwrap_or_default(), b.get(start..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(..a.len() - end).unwrap_or_default(), b.get(..b.len() - end).unwrap_or_default());
    // numbers tell things apart
    if a.iter().chain(b).any(char::is_ascii_digit) {
        return false;
    }
    match (a, b) {
        ([_], [] | [_]) | ([], [_]) => true,
        ([x, y], [z, w]) => x == w && y == z,
        _ => false,
    }
}
