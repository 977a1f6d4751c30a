//! Gauges and counters as `OpenMetrics` text.
//!
//! Source: the `OpenMetrics` 1.0 specification, “Histogram”: which samples each point of one must have, and in which order. What lacks some of them is
//! written as what is not known to be one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::load::clashes::refuse_clashes;
use crate::load::classic::{EDGE, edge, is_bucket, is_part};
use crate::load::dataset::{Data, Dataset, Item};
use crate::load::report::Understood;

impl Dataset {
    /// Writes gauges and counters as `OpenMetrics` 1.0 text, with times in seconds and `# EOF` at the end; a counter's name gets its
    /// `_total`, but those of a classic histogram keep theirs, in one family: of each time
    /// its buckets by their edges, its count and its sum. One that lacks some of that at some time is no histogram of `OpenMetrics`, such as
    /// a choice of its buckets: its series are then of the type `unknown`, and [`openmetrics_notes`](Self::openmetrics_notes) tells it. Events
    /// have no place in it: several may lie at one instant.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where `out` cannot be written, [`Mismatch`](crate::ErrorKind::Mismatch) where an item is neither
    /// gauge, delta nor counter, or two would be read back as one, such as `x` and `x_total`, [`Empty`](crate::ErrorKind::Empty) without items.
    pub fn write_openmetrics(&self, out: &mut dyn Write) -> Result<()> {
        let mut families: BTreeMap<(&str, Family), Vec<&Item>> = BTreeMap::new();
        let histograms = self.bucket_families();
        let flawed: BTreeSet<&str> =
            histograms.iter().filter(|(_, items)| flaw(items).is_some()).map(|(n, _)| *n).collect();
        for item in &self.items {
            let name = item.identity.name.as_str();
            let (family, kind) = match (&item.data, histogram_of(item).filter(|base| histograms.contains_key(base))) {
                (Data::Counter(_), Some(base)) if flawed.contains(base) => (name, Family::Unknown),
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
                for parts in histograms_of(&items) {
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

impl Dataset {
    /// What [`write_openmetrics`](Self::write_openmetrics) writes in another way than its name lets expect: classic histograms that are none by
    /// `OpenMetrics`, with the reason. Its counters keep their names and values, and their type is `unknown`.
    ///
    /// ```
    /// use sre_stats::load::{LoadOptions, load_bytes};
    /// use sre_stats::progress::Progress;
    /// let text = b"# TYPE t_seconds histogram\nt_seconds_bucket{le=\"0.5\"} 3 1767225600000\n";
    /// let data = load_bytes("page.prom", text, &LoadOptions::default(), &Progress::new())?;
    /// assert_eq!(data.openmetrics_notes()[0].choice, "t_seconds: unknown, and no histogram");
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn openmetrics_notes(&self) -> Vec<Understood> {
        let families = self.bucket_families();
        let note = |(name, items): (&str, Vec<&Item>)| {
            let choice = format!("{name}: unknown, and no histogram");
            Some(Understood { what: "type".into(), choice, why: flaw(&items)?.into() })
        };
        families.into_iter().filter_map(note).collect()
    }

    /// The buckets of classic histograms, with the counts and sums beside them, by the histogram's name.
    fn bucket_families(&self) -> BTreeMap<&str, Vec<&Item>> {
        let mut all: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
        for item in &self.items {
            if let Some(name) = histogram_of(item) {
                all.entry(name).or_default().push(item);
            }
        }
        all.retain(|_, items| items.iter().any(|item| is_bucket(item)));
        all
    }
}

/// The histogram that a counter is a part of by its name.
fn histogram_of(item: &Item) -> Option<&str> {
    let name = item.identity.name.as_str();
    ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).filter(|_| is_part(item))
}

/// Why the series of a family are not those of histograms, where they are not.
fn flaw(items: &[&Item]) -> Option<&'static str> {
    histograms_of(items)
        .iter()
        .find_map(|parts| samples_of(parts).chunk_by(|a, b| a.0 == b.0).find_map(|point| flaw_of_point(point, parts)))
}

/// The same of a histogram at one time, whose samples are in the order of their parts.
fn flaw_of_point(point: &[(i64, usize, f64)], parts: &[&Item]) -> Option<&'static str> {
    let (mut last, mut all, mut count, mut sum) = (None::<(f64, f64)>, None, None, None);
    let mut negative = false;
    for (_, part, value) in point {
        let item = parts.get(*part)?;
        if let Some(edge) = edge(item) {
            if last.is_some_and(|(before, _)| before == edge) {
                return Some("two buckets have the same edge");
            }
            if last.is_some_and(|(_, counted)| *value < counted) {
                return Some("a wider bucket counts less");
            }
            negative = negative || edge < 0.0;
            last = Some((edge, *value));
            all = (edge == f64::INFINITY).then_some(*value);
        } else if item.identity.name.ends_with("_sum") {
            sum = Some(*value);
        } else {
            count = Some(*value);
        }
    }
    match all {
        None => Some("there is no bucket le=\"+Inf\" at each of its times"),
        Some(_) if count.is_some() != sum.is_some() => {
            Some("of its count and its sum one is not there at each of its times")
        }
        Some(all) if count.is_some_and(|count| count != all) => Some("its count is not that of the bucket le=\"+Inf\""),
        Some(_) if negative && sum.is_some() => Some("it has a sum, and buckets below zero"),
        Some(_) => None,
    }
}

/// The series of each histogram of a family: its buckets by their edges, then the count and the sum.
fn histograms_of<'a>(items: &[&'a Item]) -> Vec<Vec<&'a Item>> {
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

/// The samples of a histogram by their times, each with its place among the parts.
fn samples_of(parts: &[&Item]) -> Vec<(i64, usize, f64)> {
    let mut samples: Vec<(i64, usize, f64)> = Vec::new();
    for (part, item) in parts.iter().enumerate() {
        samples.extend(item.times().iter().zip(item.values()).map(|(time, value)| (*time, part, *value)));
    }
    samples.sort_by_key(|(time, part, _)| (*time, *part));
    samples
}

/// Writes a histogram as `OpenMetrics` asks for it: all of one time together, in the order of its parts.
fn push_histogram(text: &mut String, plain: bool, parts: &[&Item]) {
    let samples = samples_of(parts);
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
    Unknown,
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Unknown => "unknown",
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
