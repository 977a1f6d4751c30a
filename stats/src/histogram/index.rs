//! From an f64 to its two-digit decimal bin, exactly, by one table look-up and one addition.
//!
//! A binary octave cut into 2⁷ cells has cells of 0.78 % of its lower end, and a two-digit bin is at least 1 % as wide as the
//! values in it are large: no cell holds two edges. A cell's entry is `base · 2⁴⁵ + (2⁴⁵ − edge)`, where `base` is the bin at
//! the cell's start and `edge` the low 45 bits of the edge inside it, less the cell's own bits. Adding the value's bits carries
//! into the bin's number exactly where the value reaches the edge, so the addition is the comparison.

use std::sync::LazyLock;

/// Bins of one decade: two-digit numbers from 10 to 99.
pub(super) const DECADE: usize = 90;
/// The smallest decimal exponent.
pub(super) const MIN_EXPONENT: i32 = -128;
/// Bins of one sign: exponents −128 to 127.
pub(super) const BINS: usize = DECADE * 256;
/// The first magnitude beyond the last bin.
pub(super) const LIMIT: f64 = 1e128;
/// The smallest magnitude that is not in the zero bin.
pub(super) const TINY: f64 = 1e-128;

/// The bits below a cell's number.
pub(super) const SHIFT: u32 = 45;
const LOW: u64 = (1 << SHIFT) - 1;
/// Octaves from 2⁻⁴²⁶ to 2⁴²⁶ hold all of 10⁻¹²⁸ to 10¹²⁸.
const FIRST_CELL: u64 = (1023 - 426) << 7;
const CELLS: u64 = (2 * 426) << 7;

/// Where a magnitude belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Below 10⁻¹²⁸: the zero bin.
    Zero,
    /// A bin, numbered from 0 at 10⁻¹²⁸.
    Bin(usize),
    /// At or above 10¹²⁸.
    Beyond,
}

static EDGES: LazyLock<Vec<f64>> = LazyLock::new(|| {
    (0..=BINS)
        .map(|bin| {
            let (digits, exponent) = parts(bin);
            // the parser rounds correctly, which a product of powers does not
            format!("{digits}e{}", exponent - 1).parse().unwrap_or(LIMIT)
        })
        .collect()
});

static CELL_TABLE: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut passed = 0_usize;
    (FIRST_CELL..FIRST_CELL + CELLS)
        .map(|cell| {
            let start = f64::from_bits(cell << SHIFT);
            while EDGES.get(passed).is_some_and(|edge| *edge <= start) {
                passed += 1;
            }
            let inside = EDGES.get(passed).map(|edge| edge.to_bits()).filter(|bits| bits >> SHIFT == cell);
            let entry = ((passed as u64) << SHIFT) + inside.map_or(0, |bits| (1 << SHIFT) - (bits & LOW));
            entry.wrapping_sub(cell << SHIFT)
        })
        .collect()
});

/// The look-up table, to be taken once a slice.
pub(super) fn table() -> &'static [u64] {
    &CELL_TABLE
}

/// One more than the bin of a magnitude given by its bits; 0 below the first bin, `BINS + 1` beyond the last, `None` where
/// the magnitude is outside the table on either side.
#[inline]
pub(super) fn number(table: &[u64], magnitude: u64) -> Option<usize> {
    let cell = (magnitude >> SHIFT).wrapping_sub(FIRST_CELL);
    table.get(cell as usize).map(|entry| (entry.wrapping_add(magnitude) >> SHIFT) as usize)
}

/// Cells of a [`window`]: 32 octaves, more than nine decades.
pub(super) const WINDOW: usize = 4096;

/// A part of the table that holds the cells of two positive normal magnitudes and of all between, with as much room on both sides
/// as there is; and its first cell in the sense of bits above [`SHIFT`].
pub(super) fn window(low: f64, high: f64) -> Option<(&'static [u64; WINDOW], usize)> {
    let cell = |value: f64| (value.to_bits() >> SHIFT).checked_sub(FIRST_CELL).map(|cell| cell as usize);
    let (low, high) = (cell(low)?, cell(high)?);
    let room = WINDOW.checked_sub(high.checked_sub(low)? + 1)?;
    let first = low.saturating_sub(room / 2).min(CELLS as usize - WINDOW);
    let part = CELL_TABLE.get(first..)?.first_chunk()?;
    Some((part, first + FIRST_CELL as usize))
}

/// The place of a finite magnitude.
pub(super) fn place(magnitude: f64) -> Place {
    match number(table(), magnitude.to_bits()) {
        Some(0) => Place::Zero,
        Some(number) if number <= BINS => Place::Bin(number - 1),
        None if magnitude < 1.0 => Place::Zero,
        _ => Place::Beyond,
    }
}

/// The two digits and the exponent of a bin, in the sense of d × 10^(e−1).
pub(super) fn parts(bin: usize) -> (i32, i32) {
    ((bin % DECADE) as i32 + 10, (bin / DECADE) as i32 + MIN_EXPONENT)
}

/// The bin of two digits from 10 to 99 and an exponent from −128 to 127.
pub(super) fn bin_of(digits: i32, exponent: i32) -> Option<usize> {
    let valid = (10..100).contains(&digits) && (MIN_EXPONENT..=127).contains(&exponent);
    valid.then(|| (exponent - MIN_EXPONENT) as usize * DECADE + (digits - 10) as usize)
}

/// The edge where a bin begins; the one beyond the last bin is 10¹²⁸.
pub(super) fn edge(bin: usize) -> f64 {
    EDGES.get(bin).copied().unwrap_or(LIMIT)
}
