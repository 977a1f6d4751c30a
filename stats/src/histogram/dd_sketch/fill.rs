//! The fast way in: a long slice by a table of cells, a short one in blocks whose bins are computed together before any is counted.

use super::DdSketch;
use super::mapping::Mapping;
use super::store::Store;
use crate::histogram::cells::Cells;
use crate::histogram::tally::{CHUNK, Extent, Tally};

/// Values whose bins are computed together.
const BLOCK: usize = 64;
/// Slices shorter than this do not earn a table, whose edges cost some ten microseconds.
const LONG: usize = 32 * CHUNK;
/// Counters of a sign: 32 octaves of the narrowest bins that a table can tell apart.
const SLOTS: usize = 4096;
/// How much further than the first values a table reaches on each side, so that it is seldom made twice: four octaves.
const MARGIN: f64 = 16.0;

impl DdSketch {
    /// Adds every value of a slice, as one after the other would.
    pub(super) fn fill(&mut self, values: &[f64]) {
        let mut tables = (values.len() >= LONG).then(|| Tables::new(&self.mapping));
        let mut chunks = values.chunks(CHUNK).peekable();
        while let Some(chunk) = chunks.next() {
            let next = chunks.peek().copied().unwrap_or_default();
            let room = u64::MAX - self.total >= chunk.len() as u64;
            let tables_alone = tables.as_mut().filter(|_| room);
            if let Some(extent) =
                tables_alone.and_then(|t| t.count_unseen(&self.mapping, &mut self.positive, chunk, next))
            {
                self.total += chunk.len() as u64;
                self.widen(extent.low, extent.high);
                continue;
            }
            let Extent { low, high, whole } = Extent::of(chunk);
            let finite = whole && low > f64::NEG_INFINITY && high < f64::INFINITY;
            if !finite || !room {
                for value in chunk {
                    super::Sketch::insert(self, *value);
                }
                continue;
            }
            if low >= self.mapping.smallest {
                let run = Magnitudes { values: chunk, next, low, high };
                count(&self.mapping, &mut self.positive, tables.as_mut().map(|t| t.side(0)), &run);
            } else {
                self.fill_both_signs(chunk, tables.as_mut());
            }
            self.total += chunk.len() as u64;
            self.widen(low, high);
        }
        if let Some(tables) = tables {
            let [positive, negative] = tables.tallies;
            for (tally, store) in [(positive, &mut self.positive), (negative, &mut self.negative)] {
                if let Some(mut tally) = tally {
                    tally.empty(|number, count| store.add(key(tables.base, number), count));
                }
            }
        }
    }

    /// Counts finite values of any sign, without the total and the extremes.
    fn fill_both_signs(&mut self, chunk: &[f64], mut tables: Option<&mut Tables>) {
        let mut magnitudes = [[0.0; CHUNK]; 2];
        let mut lengths = [0; 2];
        for value in chunk {
            let magnitude = value.abs();
            let side = usize::from(*value < 0.0);
            // written always and kept only where it counts, which is one branch less
            magnitudes[side][lengths[side]] = magnitude;
            lengths[side] += usize::from(magnitude >= self.mapping.smallest);
        }
        let [above, below] = lengths;
        self.zero += (chunk.len() - above - below) as u64;
        for (side, length, store) in [(0, above, &mut self.positive), (1, below, &mut self.negative)] {
            let magnitudes = &magnitudes[side][..length];
            if length > 0 {
                let Extent { low, high, .. } = Extent::of(magnitudes);
                let run = Magnitudes { values: magnitudes, next: &[], low, high };
                count(&self.mapping, store, tables.as_mut().map(|t| t.side(side)), &run);
            }
        }
        if let Some(tables) = tables {
            tables.steady = false;
        }
    }
}

/// What a long slice is counted with: one table of cells for both signs, and counters for each.
struct Tables {
    cells: Option<Cells>,
    tallies: [Option<Tally<SLOTS>>; 2],
    /// The key that has number 0.
    base: i32,
    /// The last chunk was of positive values in several bins of the table, and so the next one will be.
    steady: bool,
}

/// A table and the counters of one sign.
struct Short<'a> {
    cells: &'a mut Option<Cells>,
    tally: &'a mut Tally<SLOTS>,
    base: i32,
    steady: &'a mut bool,
}

/// The key of a number.
fn key(base: i32, number: usize) -> i32 {
    base + number as i32
}

impl Tables {
    fn new(mapping: &Mapping) -> Self {
        Self { cells: None, tallies: [None, None], base: mapping.key(mapping.smallest) - 1, steady: false }
    }

    /// Counts a chunk like the last one in one pass, and gives its extremes; `None` where it is another kind of chunk, or was to be expected.
    fn count_unseen(&mut self, mapping: &Mapping, store: &mut Store, values: &[f64], next: &[f64]) -> Option<Extent> {
        if !std::mem::take(&mut self.steady) {
            return None;
        }
        let cells = self.cells.as_ref()?;
        let tally = self.tallies[0].as_mut()?;
        let ((first, last), base) = (cells.numbers(), self.base);
        if !tally.admits(first, last, |number, count| store.add(key(base, number), count)) {
            return None;
        }
        let extent = cells.count_unseen(tally, values, next, mapping.smallest)?;
        self.steady = cells.number(extent.low) < cells.number(extent.high);
        Some(extent)
    }

    fn side(&mut self, side: usize) -> Short<'_> {
        let tally = self.tallies[side].get_or_insert_with(Tally::new);
        Short { cells: &mut self.cells, tally, base: self.base, steady: &mut self.steady }
    }
}

impl Short<'_> {
    /// Counts magnitudes, and says whether it could.
    fn count(&mut self, mapping: &Mapping, store: &mut Store, run: &Magnitudes<'_>) -> bool {
        let &Magnitudes { values, next, low, high } = run;
        if self.cells.as_ref().is_none_or(|cells| !cells.holds(low, high)) {
            let wide = cells(mapping, self.base, (low / MARGIN).max(mapping.smallest), (high * MARGIN).min(f64::MAX));
            *self.cells = wide.or_else(|| cells(mapping, self.base, low, high));
        }
        let Some(cells) = &*self.cells else { return false };
        let (first, last) = (cells.number(low), cells.number(high));
        let base = self.base;
        let room = self.tally.admits(first, last, |number, count| store.add(key(base, number), count));
        if room && first == last {
            self.tally.count_same(first, values.len());
        } else if room {
            cells.count(self.tally, values, next);
        }
        *self.steady = room && first < last;
        room
    }
}

/// The table of a mapping between two magnitudes; `None` where there is none, as for bins narrower than its cells.
fn cells(mapping: &Mapping, base: i32, low: f64, high: f64) -> Option<Cells> {
    let begin = Cells::begin(low).max(f64::MIN_POSITIVE);
    let first = if begin < mapping.smallest { base } else { mapping.key(begin) };
    let starts = (first + 1..).map(|key| mapping.lower(key)).take_while(|start| start.is_finite());
    Cells::new(low, high, (first - base) as usize, starts)
}

/// Magnitudes with their extremes, and the values that come next.
struct Magnitudes<'a> {
    values: &'a [f64],
    next: &'a [f64],
    low: f64,
    high: f64,
}

/// Counts magnitudes.
fn count(mapping: &Mapping, store: &mut Store, short: Option<Short<'_>>, run: &Magnitudes<'_>) {
    if short.is_some_and(|mut short| short.count(mapping, store, run)) {
        return;
    }
    let &Magnitudes { values, low, high, .. } = run;
    store.cover(mapping.key(low), mapping.key(high));
    let start = store.start();
    let counts = store.kept();
    let mut tell = |key: i64| {
        // keys grow with magnitudes, so that none is beyond what is covered; the caller has checked that every bin has room
        if let Some(counter) = counts.get_mut((key.max(start) - start) as usize) {
            *counter = counter.wrapping_add(1);
        }
    };
    let (blocks, rest) = values.as_chunks::<BLOCK>();
    for block in blocks {
        mapping.keys(block).into_iter().for_each(&mut tell);
    }
    for value in rest {
        tell(i64::from(mapping.key(*value)));
    }
}
