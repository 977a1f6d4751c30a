//! A data set as one long table, and that as text.

use std::collections::BTreeSet;
use std::io::Write;

use crate::error::{Error, Result};
use crate::load::dataset::{Dataset, Item};
use crate::time::Timestamp;

/// Series whose labels have more names than this are no table: each would be a column, blank in nearly every row.
const MOST_LABELS: usize = 1000;

/// The columns of the long table.
pub(crate) struct LongTable<'a> {
    pub(crate) times: Vec<i64>,
    /// The name and the labels.
    pub(crate) texts: Vec<(String, Vec<Option<&'a str>>)>,
    /// NaN where a row has a flag alone.
    pub(crate) values: Vec<f64>,
    pub(crate) ok: Option<Vec<Option<bool>>>,
}

impl<'a> LongTable<'a> {
    pub(crate) fn of(data: &'a Dataset) -> Result<Self> {
        if data.items.is_empty() {
            return Err(Error::empty("there is no series to write"));
        }
        if let Some(item) = data.items.iter().find(|i| i.as_histograms().is_some()) {
            return Err(Error::mismatch(format!(
                "“{}” holds histograms, which a table of values has no place for",
                item.title()
            ))
            .hint("write them with --to histogram-table"));
        }
        // events that have a flag alone are rows too, without a value
        let bare =
            |i: &'a Item| i.as_events().map_or((&[][..], &[][..]), |e| (e.times_without_value(), e.ok_without_value()));
        let count = |i: &'a Item| i.times().len() + bare(i).0.len();
        let rows = data.items.iter().map(count).sum();
        let keys: BTreeSet<&str> =
            data.items.iter().flat_map(|i| i.identity.labels.iter().map(|(k, _)| k.as_str())).collect();
        if keys.len() > MOST_LABELS {
            return Err(Error::unsupported(format!(
                "the labels have {} names, and a table a column for each",
                keys.len()
            ))
            .hint("choose fewer series with --value and --where"));
        }
        let flagged = data.items.iter().any(|i| i.as_events().is_some_and(|e| e.ok().is_some()));
        let mut long = Self {
            times: Vec::with_capacity(rows),
            texts: Vec::new(),
            values: Vec::with_capacity(rows),
            ok: flagged.then(|| Vec::with_capacity(rows)),
        };
        for item in &data.items {
            long.times.extend_from_slice(item.times());
            long.values.extend_from_slice(item.values());
            let (bare_times, bare_ok) = bare(item);
            long.times.extend_from_slice(bare_times);
            long.values.extend(bare_times.iter().map(|_| f64::NAN));
            if let Some(all) = &mut long.ok {
                match item.as_events().and_then(|e| e.ok()) {
                    Some(ok) => all.extend(ok.iter().map(|b| Some(*b))),
                    None => all.extend(std::iter::repeat_n(None, item.times().len())),
                }
                all.extend(bare_ok.iter().map(|b| Some(*b)));
            }
        }
        let repeated = |word: &dyn Fn(&'a Item) -> Option<&'a str>| {
            data.items.iter().flat_map(|i| std::iter::repeat_n(word(i), count(i))).collect()
        };
        long.texts.push(("name".into(), repeated(&|i| Some(&i.identity.name))));
        for key in keys {
            // a label with the name of one of our columns would collide with it
            let column =
                if matches!(key, "time" | "name" | "value" | "ok") { format!("{key}_label") } else { key.into() };
            long.texts.push((column, repeated(&|i| i.identity.labels.get(key))));
        }
        Ok(long)
    }
}

impl Dataset {
    /// Writes all series as one long table of comma-separated text: `time` (RFC 3339, UTC), `name`, a column a label,
    /// `value`, and `ok` where an item has flags. Numbers are written in the fewest digits that give the same value back.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where `out` cannot be written, [`Empty`](crate::ErrorKind::Empty) without items,
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for more than 1000 names of labels.
    pub fn write_csv(&self, out: &mut dyn Write) -> Result<()> {
        let failed = |e: csv::Error| match e.into_kind() {
            // as it came, so that a closed pipe is seen for what it is
            csv::ErrorKind::Io(e) => Error::io(e, "the output"),
            other => Error::io(std::io::Error::other(format!("{other:?}")), "the output"),
        };
        let long = LongTable::of(self)?;
        let mut writer = csv::Writer::from_writer(out);
        let mut header = vec!["time"];
        header.extend(long.texts.iter().map(|(name, _)| name.as_str()));
        header.push("value");
        header.extend(long.ok.as_ref().map(|_| "ok"));
        writer.write_record(&header).map_err(failed)?;
        for (row, (time, value)) in long.times.iter().zip(&long.values).enumerate() {
            writer.write_field(Timestamp(*time).to_string()).map_err(failed)?;
            for (_, words) in &long.texts {
                writer.write_field(words.get(row).copied().flatten().unwrap_or_default()).map_err(failed)?;
            }
            let value = if value.is_nan() { String::new() } else { value.to_string() };
            writer.write_field(value).map_err(failed)?;
            if let Some(ok) = &long.ok {
                let flag = ok.get(row).copied().flatten();
                writer.write_field(flag.map_or("", |ok| if ok { "true" } else { "false" })).map_err(failed)?;
            }
            writer.write_record(None::<&[u8]>).map_err(failed)?;
        }
        writer.flush().map_err(|e| Error::io(e, "the output"))
    }
}
