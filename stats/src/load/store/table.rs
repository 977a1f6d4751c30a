//! The windows of every series.

use std::collections::BTreeMap;

use super::packed::Packed;
use crate::error::{Error, Result};
use crate::histogram::{AnySketch, Sketch};
use crate::labels::Labels;
use crate::load::dataset::{Data, Dataset, Item, LeftOut};
use crate::load::histograms::{Histograms, windowed};
use crate::load::options::{Format, Kind};
use crate::load::report::LoadReport;
use crate::load::traffic::{self, Traffic};
use crate::series::Identity;
use crate::time::{Span, Timestamp, Window};

/// Histograms of many series and windows, with their bins packed: some hundred bytes a window where a
/// [`LogLinear`](crate::histogram::LogLinear) ready to be filled takes two thousand.
///
/// It is the histogram table (`series, window_start, width, schema, bin, count`) in memory: what [`load_histograms`](super::load_histograms)
/// makes of rows that it does not keep, and what the writers write. Ask one series as [`Histograms`], or all of them as a
/// [`Dataset`].
///
/// ```
/// use sre_stats::load::{HistogramTable, LoadOptions, load_bytes};
/// use sre_stats::histogram::LayoutChoice;
/// use sre_stats::progress::Progress;
/// use sre_stats::time::Span;
/// let text = b"time,status,latency_ms\n0,200,12\n1,200,15\n70,503,80\n";
/// let mut data = load_bytes("access.csv", text, &LoadOptions::default(), &Progress::new())?;
/// data.make_histograms(LayoutChoice::LogLinear, Span::MINUTE)?;
/// let table = HistogramTable::from_dataset(&data)?;
/// assert_eq!((table.series(), table.windows(), table.rows()), (1, 2, 3));
/// assert_eq!(table.whole()?[0].counts(), [3.0]);
/// assert_eq!(table.to_dataset()?.items, data.items);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Not for: a layout whose bins have no numbers (sketches), and statistics that need the samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistogramTable {
    pub(crate) report: LoadReport,
    pub(crate) stored: BTreeMap<Key, Stored>,
    schemas: Vec<String>,
}

/// Name, labels and the unit's symbol: the order of the series.
pub(crate) type Key = (String, Labels, String);

/// A window with its layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    pub(crate) start: i64,
    pub(crate) width: i64,
    /// The place of the schema among those of the table.
    pub(crate) schema: u32,
}

impl Slot {
    pub(crate) fn window(self) -> Window {
        windowed(Timestamp(self.start), Span(self.width))
    }
}

/// One series.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) identity: Identity,
    pub(crate) format: Format,
    pub(crate) left_out: LeftOut,
    pub(crate) windows: BTreeMap<Slot, Packed>,
}

impl Stored {
    /// An item of the series with these histograms.
    fn item_of(&self, histograms: Histograms) -> Item {
        let item = Item::new(Kind::Histogram, Data::Histograms(histograms), self.format);
        Item { left_out: self.left_out, ..item }
    }
}

/// The error for counts of a series that do not fit, in the window from a start or in all its windows.
pub(crate) fn too_many(of: &Identity, start: Option<i64>) -> Error {
    let place = start.map_or_else(|| "all its windows".to_owned(), |t| format!("the window from {}", Timestamp(t)));
    Error::parse(format!("the counts of “{}” in {place} add up to more than 2⁶⁴ − 1", of.title()))
        .hint("were they multiplied, or read twice?")
}

impl HistogramTable {
    /// The histograms of a data set.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where an item holds no histograms, [`Unsupported`](crate::ErrorKind::Unsupported) for a
    /// layout whose bins have no numbers.
    pub fn from_dataset(data: &Dataset) -> Result<Self> {
        let mut table = Self { report: data.report.clone(), ..Self::default() };
        for item in &data.items {
            table.add_item(item)?;
        }
        Ok(table)
    }

    /// Adds the histograms of an item.
    pub(crate) fn add_item(&mut self, item: &Item) -> Result<()> {
        let Some(histograms) = item.as_histograms() else {
            return Err(Error::mismatch(format!("“{}” is a {} and no histogram", item.title(), item.kind))
                .hint("choose the histograms with --value, or events to make histograms of"));
        };
        let mut windows = Vec::with_capacity(histograms.windows().len());
        for (window, sketch) in histograms.windows() {
            let packed = Packed::of(sketch).ok_or_else(|| {
                Error::unsupported(format!("the bins of {} have no numbers", sketch.coded_schema()))
                    .hint("the table holds log-linear, exp:s and explicit edges")
            })?;
            let schema = self.schema(&sketch.coded_schema());
            windows.push((Slot { start: window.start.0, width: window.width.0, schema }, packed));
        }
        self.add(&item.identity, item.format, item.left_out, windows)
    }

    /// Adds windows of a series; those that it has already add up.
    pub(crate) fn add(
        &mut self,
        identity: &Identity,
        format: Format,
        left_out: LeftOut,
        windows: impl IntoIterator<Item = (Slot, Packed)>,
    ) -> Result<()> {
        let key = (identity.name.clone(), identity.labels.clone(), identity.unit.symbol());
        let stored = self.stored.entry(key).or_insert_with(|| Stored {
            identity: identity.clone(),
            format,
            left_out: LeftOut::default(),
            windows: BTreeMap::new(),
        });
        stored.left_out = stored.left_out.plus(left_out);
        for (slot, packed) in windows {
            match stored.windows.get_mut(&slot) {
                Some(own) => own.add(&packed).ok_or_else(|| too_many(identity, Some(slot.start)))?,
                None => drop(stored.windows.insert(slot, packed)),
            }
        }
        Ok(())
    }

    /// Says of every series whose traffic it is, where it does not say it itself; those that are then one add up.
    pub(crate) fn tag(&mut self, traffic: Traffic) -> Result<()> {
        for mut stored in std::mem::take(&mut self.stored).into_values() {
            if Traffic::of(&stored.identity).is_none() && !traffic::has_other_word(&stored.identity) {
                stored.identity.labels.set(traffic::LABEL, traffic.to_string());
            }
            self.add(&stored.identity, stored.format, stored.left_out, stored.windows)?;
        }
        Ok(())
    }

    /// Adds all series of another table; its report is left to the caller.
    pub(crate) fn absorb(&mut self, other: Self) -> Result<()> {
        let schemas: Vec<u32> = other.schemas.iter().map(|name| self.schema(name)).collect();
        for stored in other.stored.into_values() {
            let renamed = |(slot, packed): (Slot, Packed)| {
                (Slot { schema: schemas.get(slot.schema as usize).copied().unwrap_or(slot.schema), ..slot }, packed)
            };
            let windows: Vec<(Slot, Packed)> = stored.windows.into_iter().map(renamed).collect();
            self.add(&stored.identity, stored.format, stored.left_out, windows)?;
        }
        Ok(())
    }

    /// The place of a schema, which is added where it is new.
    pub(crate) fn schema(&mut self, name: &str) -> u32 {
        let found = self.schemas.iter().position(|s| s == name);
        found.unwrap_or_else(|| {
            self.schemas.push(name.to_owned());
            self.schemas.len() - 1
        }) as u32
    }

    /// The name of a schema.
    pub(crate) fn schema_name(&self, schema: u32) -> &str {
        self.schemas.get(schema as usize).map_or("", String::as_str)
    }

    /// What was read, understood and lost on the way.
    pub fn report(&self) -> &LoadReport {
        &self.report
    }

    /// The number of series.
    pub fn series(&self) -> usize {
        self.stored.len()
    }

    /// The series, by name and labels.
    pub fn identities(&self) -> Vec<Identity> {
        self.stored.values().map(|s| s.identity.clone()).collect()
    }

    /// The number of windows of all series together.
    pub fn windows(&self) -> u64 {
        self.stored.values().map(|s| s.windows.len() as u64).sum()
    }

    /// The number of bins that hold something, of all windows together: the rows of the table.
    pub fn rows(&self) -> u64 {
        self.stored.values().flat_map(|s| s.windows.values()).map(|w| w.bins().count() as u64).sum()
    }

    /// The number of values that the bins hold.
    pub fn count(&self) -> u64 {
        self.stored.values().flat_map(|s| s.windows.values()).fold(0, |sum, w| sum.saturating_add(w.count()))
    }

    /// About how many bytes of memory the windows take.
    pub fn memory_bytes(&self) -> usize {
        let windows = self.stored.values().flat_map(|s| s.windows.values());
        windows.map(|w| size_of::<Slot>() + w.memory_bytes()).sum()
    }

    /// One histogram a series, over all its windows.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the windows of a series are of several layouts.
    pub fn whole(&self) -> Result<Vec<Histograms>> {
        self.stored.values().map(|stored| self.whole_of(stored)).collect()
    }

    fn whole_of(&self, stored: &Stored) -> Result<Histograms> {
        let full = || too_many(&stored.identity, None);
        let mut by_schema: BTreeMap<u32, Packed> = BTreeMap::new();
        // pairs, then pairs of pairs: each bin is written anew a few times, and not once a window
        let mut levels: Vec<(u32, u32, Packed)> = Vec::new();
        for (slot, packed) in &stored.windows {
            let (mut level, mut sum) = (0, packed.clone());
            while let Some((_, _, below)) = levels.pop_if(|(schema, l, _)| *schema == slot.schema && *l == level) {
                sum.add(&below).ok_or_else(full)?;
                level += 1;
            }
            levels.push((slot.schema, level, sum));
        }
        for (schema, _, sum) in levels {
            match by_schema.get_mut(&schema) {
                Some(own) => own.add(&sum).ok_or_else(full)?,
                None => drop(by_schema.insert(schema, sum)),
            }
        }
        let mut all: Option<AnySketch> = None;
        for (schema, sum) in by_schema {
            let sketch = sum.sketch(self.schema_name(schema))?;
            match &mut all {
                Some(all) => all.merge(&sketch)?,
                None => all = Some(sketch),
            }
        }
        let start = stored.windows.keys().map(|s| s.start).min().unwrap_or(0);
        let end = stored.windows.keys().map(|s| s.window().end().0).max().unwrap_or(start);
        let window = windowed(Timestamp(start), Span(end.saturating_sub(start).max(1)));
        Histograms::new(stored.identity.clone(), all.map(|sketch| (window, sketch)).into_iter().collect())
    }

    /// The windows of a series by their starts and widths, each once, unpacked one after the other.
    pub(crate) fn each_window<'a>(
        &'a self,
        stored: &'a Stored,
    ) -> impl Iterator<Item = Result<(Window, AnySketch)>> + 'a {
        let mut slots = stored.windows.iter().peekable();
        let sketch = |slot: &Slot, packed: &Packed| packed.sketch(self.schema_name(slot.schema));
        std::iter::from_fn(move || {
            let (slot, packed) = slots.next()?;
            let mut sum = sketch(slot, packed);
            // the same window in another layout
            while let Some((other, packed)) =
                slots.next_if(|(other, _)| (other.start, other.width) == (slot.start, slot.width))
            {
                sum = sum.and_then(|mut sum| sum.merge(&sketch(other, packed)?).map(|()| sum));
            }
            Some(sum.map(|sum| (slot.window(), sum)))
        })
    }

    /// A series as an item that stands for it: one histogram over all windows, or these where their layouts do not go together.
    pub(crate) fn item_over_all(&self, stored: &Stored) -> Result<Item> {
        let Ok(whole) = self.whole_of(stored) else { return self.item(stored) };
        Ok(stored.item_of(whole))
    }

    fn item(&self, stored: &Stored) -> Result<Item> {
        let windows = self.each_window(stored).collect::<Result<_>>()?;
        Ok(stored.item_of(Histograms::new(stored.identity.clone(), windows)?))
    }

    /// Takes some series out, as a table without a report.
    pub(crate) fn take_those(&mut self, are_wanted: impl Fn(&Identity) -> bool) -> Self {
        let all = std::mem::take(&mut self.stored);
        let (taken, left) = all.into_iter().partition(|(_, stored)| are_wanted(&stored.identity));
        self.stored = left;
        Self { report: LoadReport::default(), stored: taken, schemas: self.schemas.clone() }
    }

    /// All series with all their windows, ready to be asked: some two thousand bytes a window.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without a series.
    pub fn to_dataset(&self) -> Result<Dataset> {
        let items = self.stored.values().map(|stored| self.item(stored)).collect::<Result<_>>()?;
        let data = Dataset { items, report: self.report.clone() };
        if data.items.is_empty() {
            return Err(Error::empty("there is no histogram"));
        }
        Ok(data)
    }
}
