//! Changes of inputs that know the numbers, the words and the lines of text and binary forms.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Bytes that forms take for lengths, counts and signs.
const BYTES: [u8; 8] = [0, 1, 0x7f, 0x80, 0xfe, 0xff, 0x40, 0x20];
/// Numbers and words that stand at the edge of what forms allow.
const WORDS: [&str; 14] = [
    "NaN",
    "-1",
    "1e999",
    "Infinity",
    "99999999999999999999",
    "-9223372036854775808",
    "1e-400",
    "null",
    "[]",
    "{",
    "\"",
    "0",
    "@@",
    "18446744073709551615",
];
/// What text falls into.
const MARKS: [&str; 24] = [
    "\n", "\r\n", "\r", "\t", ",", ";", "|", ":", "=", "\"", "\\", "\\u", "'", "{", "}", "[", "]", "(", ")", "#", " ",
    "\0", "\u{feff}", "é",
];
/// Numbers beyond those: times, years, places.
const NUMBERS: [&str; 16] = [
    "9223372036854775807",
    "9223372036854775808",
    "4294967295",
    "2147483648",
    "65535",
    "253402300800",
    "-62135596801",
    "1e18",
    "9007199254740993",
    "0.1e-320",
    "-0",
    "1_000",
    "1.000.000,5",
    "1,5",
    "9999-12-31T23:59:60Z",
    "0000-00-00",
];

fn any<T: Copy>(of: &[T], rng: &mut ChaCha8Rng) -> T {
    of[rng.random_range(0..of.len())]
}

/// One input changed in a few places.
pub(crate) fn mutated(seeds: &[Vec<u8>], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut input = seeds[rng.random_range(0..seeds.len())].clone();
    for _ in 0..rng.random_range(1..4) {
        let length = input.len();
        let at = rng.random_range(0..=length);
        let end = (at + rng.random_range(1..10)).min(length);
        match rng.random_range(0..10) {
            0 => input.truncate(at),
            1 if at < length => input[at] ^= 1 << rng.random_range(0..8),
            2 if at < length => input[at] = any(&BYTES, rng),
            3 => input[at..end].fill(0xff),
            4 => drop(input.drain(at..end)),
            5 => input.insert(at, rng.random()),
            6 => drop(input.splice(at..end, any(&WORDS, rng).bytes())),
            7 => {
                // a length in base 128 that lies
                let lie: [u8; 5] = [0xff, 0xff, 0xff, 0xff, rng.random_range(0..128)];
                input.splice(at..end, lie);
            }
            8 => {
                let other = &seeds[rng.random_range(0..seeds.len())];
                let from = rng.random_range(0..=other.len());
                input.splice(at.., other[from..].iter().copied());
            }
            _ => {
                let part = input[at..end].to_vec();
                input.splice(at..at, part.iter().copied().cycle().take(part.len() * rng.random_range(1..30)));
            }
        }
    }
    input
}

/// A file changed in a few places: as [`mutated`], and by the words of its format, its lines, its numbers and lengths of four and eight
/// bytes; rarely a part of it over and over.
pub(crate) fn mutated_file(seeds: &[Vec<u8>], tokens: &[&str], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut input =
        if rng.random_ratio(2, 5) { mutated(seeds, rng) } else { seeds[rng.random_range(0..seeds.len())].clone() };
    for _ in 0..rng.random_range(1..4) {
        let length = input.len();
        // half of the places are near the start, where headers are, or near the end, where tables of contents are
        let at = match rng.random_range(0..4) {
            0 => rng.random_range(0..=length.min(200)),
            1 => length - rng.random_range(0..=length.min(200)),
            _ => rng.random_range(0..=length),
        };
        let end = (at + rng.random_range(0..10)).min(length);
        match rng.random_range(0..12) {
            0..=2 if !tokens.is_empty() => drop(input.splice(at..end, any(tokens, rng).bytes())),
            3 if !tokens.is_empty() => {
                let times = rng.random_range(1..400);
                input.splice(at..at, any(tokens, rng).repeat(times).into_bytes());
            }
            4 => drop(input.splice(at..end, any(&MARKS, rng).bytes())),
            5 | 6 => {
                // the next number
                let is_digit = |b: &u8| b.is_ascii_digit();
                if let Some(first) = input[at..].iter().position(is_digit).map(|i| at + i) {
                    let digits = input[first..].iter().take_while(|b| is_digit(b) || **b == b'.').count();
                    let word = if rng.random_bool(0.5) { any(&NUMBERS, rng) } else { any(&WORDS, rng) };
                    input.splice(first..first + digits, word.bytes());
                }
            }
            7 => {
                let lie = any(&[u64::MAX, 1 << 62, 1 << 40, 1 << 31, u64::from(u32::MAX), 0, 1 << 20, 1 << 15], rng);
                let bytes = if rng.random_bool(0.5) { lie.to_le_bytes() } else { lie.to_be_bytes() };
                let wide = if rng.random_bool(0.5) { 4 } else { 8 };
                let stop = (at + wide).min(length);
                input.splice(at..stop, bytes.into_iter().take(wide));
            }
            8 | 9 => lines(&mut input, at, rng),
            10 => {
                let other = &seeds[rng.random_range(0..seeds.len())];
                let from = rng.random_range(0..=other.len());
                let part = other[from..].iter().copied().take(rng.random_range(0..200));
                input.splice(at..end, part);
            }
            _ if rng.random_ratio(1, 10) && length > 0 => {
                // much of the same, where work that grows with its square shows
                let from = at.min(length - 1);
                let part = input[from..(from + rng.random_range(1..60)).min(length)].to_vec();
                let size = rng.random_range(1_000..200_000);
                input.splice(at..at, part.iter().copied().cycle().take(size));
            }
            _ => input.truncate(at),
        }
    }
    input
}

/// One line taken out, doubled, or changed with another.
fn lines(input: &mut Vec<u8>, at: usize, rng: &mut ChaCha8Rng) {
    let line = |input: &[u8], at: usize| {
        let start = input[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let end = input[at..].iter().position(|b| *b == b'\n').map_or(input.len(), |i| at + i + 1);
        start..end
    };
    let own = line(input, at);
    match rng.random_range(0..3) {
        0 => drop(input.drain(own)),
        1 => {
            let copy = input[own.clone()].repeat(rng.random_range(1..20));
            input.splice(own.start..own.start, copy);
        }
        _ => {
            let other = line(input, rng.random_range(0..=input.len()));
            let copy = input[other].to_vec();
            input.splice(own, copy);
        }
    }
}
