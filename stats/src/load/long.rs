//! A data set as one long table, and that as text.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::load::clashes::refuse_clashes;
use crate::load::classic::{EDGE, edge, is_bucket};
use crate::load::dataset::{Data, Dataset, Item};
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

impl Dataset {
    /// Writes gauges and counters as `OpenMetrics` 1.0 text, with times in seconds and `# EOF` at the end; a counter's name gets its
    /// `_total`, but those of a classic histogram keep theirs, in one family: of each time
    /// its buckets by their edges, its count and its sum. Events have no place in it: several may lie at one instant.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where `out` cannot be written, [`Mismatch`](crate::ErrorKind::Mismatch) where an item is neither
    /// gauge, delta nor counter, or two would be read back as one, such as `x` and `x_total`, [`Empty`](crate::ErrorKind::Empty) without items.
    pub fn write_openmetrics(&self, out: &mut dyn Write) -> Result<()> {
        let mut families: BTreeMap<(&str, Family), Vec<&Item>> = BTreeMap::new();
        let histograms: BTreeSet<&str> = self
            .items
            .iter()
            .filter(|i| is_bucket(i))
            .filter_map(|i| i.identity.name.strip_suffix("_bucket"))
            .collect();
        for item in &self.items {
            let name = item.identity.name.as_str();
            let part = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end));
            let of_histogram =
                part.filter(|base| histograms.contains(base) && (is_bucket(item) || !name.ends_with("_bucket")));
            let (family, kind) = match (&item.data, of_histogram) {
                (Data::Counter(_), Some(base)) => (base, Family::Histogram),
                (Data::Counter(_), None) => (name.strip_suffix("_total").unwrap_or(name), Family::Counter),
                (Data::Gauge(_), _) => (name, Family::Gauge),
                _ => {
                    return Err(Error::mismatch(format!(
                        "OpenMetrics has no samples for “{}” (kind: {})",
                        item.title(),
                        item.kind
                    ))
                    .hint("choose gauges and counters with --value, or write another format"));
                }
            };
            families.entry((family, kind)).or_default().push(item);
        }
        if families.is_empty() {
            return Err(Error::empty("there is no series to write"));
        }
        let each = families.iter().flat_map(|((family, kind), items)| {
            items.iter().map(move |i| (*family, kind.name(), i.identity.name.as_str()))
        });
        refuse_clashes(each)?;
        let mut text = String::new();
        let mut give = |text: &mut String| -> Result<()> {
            out.write_all(text.as_bytes()).map_err(|e| Error::io(e, "the output"))?;
            text.clear();
            Ok(())
        };
        for ((family, kind), items) in families {
            let plain = is_metric_name(family);
            let shown = if plain { family.to_owned() } else { quoted(family) };
            text.push_str(&format!("# TYPE {shown} {}\n", kind.name()));
            if kind == Family::Histogram {
                for parts in histograms_of(items) {
                    push_histogram(&mut text, plain, &parts);
                    give(&mut text)?;
                }
                continue;
            }
            for item in items {
                let name = if kind == Family::Counter { format!("{family}_total") } else { item.identity.name.clone() };
                let head = head(&name, plain, &item.identity.labels);
                for (time, value) in item.times().iter().zip(item.values()) {
                    push_sample(&mut text, &head, *value, *time);
                }
                give(&mut text)?;
            }
        }
        out.write_all(b"# EOF\n").and_then(|()| out.flush()).map_err(|e| Error::io(e, "the output"))
    }
}

/// The series of each histogram of a family: its buckets by their edges, then the count and the sum.
fn histograms_of(items: Vec<&Item>) -> Vec<Vec<&Item>> {
    let mut all: BTreeMap<Labels, Vec<&Item>> = BTreeMap::new();
    for item in items {
        let mut labels = item.identity.labels.clone();
        if is_bucket(item) {
            labels.remove(EDGE);
        }
        all.entry(labels).or_default().push(item);
    }
    let place = |item: &&Item| (edge(item).is_none(), item.identity.name.ends_with("_sum"));
    for parts in all.values_mut() {
        let edge = |item: &Item| edge(item).unwrap_or_default();
        parts.sort_by(|a, b| place(a).cmp(&place(b)).then(edge(a).total_cmp(&edge(b))));
    }
    all.into_values().collect()
}

/// Writes a histogram as `OpenMetrics` asks for it: all of one time together, in the order of its parts.
fn push_histogram(text: &mut String, plain: bool, parts: &[&Item]) {
    let mut samples: Vec<(i64, usize, f64)> = Vec::new();
    for (part, item) in parts.iter().enumerate() {
        samples.extend(item.times().iter().zip(item.values()).map(|(time, value)| (*time, part, *value)));
    }
    samples.sort_by_key(|(time, part, _)| (*time, *part));
    let heads: Vec<String> = parts.iter().map(|item| head(&item.identity.name, plain, &item.identity.labels)).collect();
    for (time, part, value) in samples {
        push_sample(text, heads.get(part).map_or("", String::as_str), value, time);
    }
}

/// What a sample's line begins with; a name that is no plain one stands among the labels.
fn head(name: &str, plain: bool, labels: &Labels) -> String {
    let label = |(k, v): &(String, String)| {
        format!("{}={}", if is_metric_name(k) && !k.contains(':') { k.clone() } else { quoted(k) }, quoted(v))
    };
    let mut labels: Vec<String> = labels.iter().map(label).collect();
    if plain {
        return if labels.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", labels.join(",")) };
    }
    labels.insert(0, quoted(name));
    format!("{{{}}}", labels.join(","))
}

fn push_sample(text: &mut String, head: &str, value: f64, time: i64) {
    let (seconds, nanos) = (time.div_euclid(1_000_000_000), time.rem_euclid(1_000_000_000));
    // a negative second with a fraction is not the sum of its written parts
    let stamp =
        if seconds < 0 && nanos > 0 { format!("{}", time as f64 / 1e9) } else { format!("{seconds}.{nanos:09}") };
    text.push_str(&format!("{head} {value} {stamp}\n"));
}

/// What a family of `OpenMetrics` is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Counter,
    Gauge,
    Histogram,
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

fn is_metric_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':'))
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':'))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
