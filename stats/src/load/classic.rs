//! Prometheus' classic histograms: counters that the label `le` tells apart, made one histogram.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::counter::Counter;
use crate::error::{Error, Position, Result};
use crate::histogram::{AnySketch, Explicit};
use crate::labels::Labels;
use crate::load::dataset::{Data, Dataset, Item};
use crate::load::histograms::{Between, Histograms, Point};
use crate::load::options::{Kind, LoadOptions};
use crate::load::report::{WarningKind, counted};
use crate::series::Identity;
use crate::unit::Unit;

/// The label of a bucket's upper edge.
pub(crate) const EDGE: &str = "le";
/// How the counters of the buckets end.
const ENDING: &str = "_bucket";
/// How the counters beside them end.
const TOTALS: [&str; 2] = ["_sum", "_count"];

/// Whether a series counts what is in one bucket of a histogram.
pub(crate) fn is_bucket(item: &Item) -> bool {
    edge(item).is_some()
}

/// The upper edge of the bucket that an item counts, where it does.
pub(crate) fn edge(item: &Item) -> Option<f64> {
    item.as_counter().filter(|_| item.identity.name.ends_with(ENDING))?;
    item.identity.labels.get(EDGE)?.parse().ok().filter(|edge: &f64| !edge.is_nan())
}

/// The histogram whose sum or count a counter is by its name.
fn total_of(item: &Item) -> Option<&str> {
    item.as_counter()?;
    TOTALS.iter().find_map(|ending| item.identity.name.strip_suffix(ending))
}

/// Whether a series is one of those that make a histogram, by its name: a bucket, the sum or the count of all.
pub(crate) fn is_part(item: &Item) -> bool {
    is_bucket(item) || total_of(item).is_some()
}

/// The buckets of one histogram: their upper edges, and where they stand among the items.
type Buckets = Vec<(f64, usize)>;

impl Dataset {
    /// Makes each complete set of counters `NAME_bucket{le=…}` a histogram `NAME`, one a scrape of what came since the scrape before. What is no
    /// whole histogram stays counters, and so does everything where the caller asked for another kind.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where histograms alone were asked for and there is none, here or `elsewhere`.
    pub(crate) fn gather_buckets(&mut self, options: &LoadOptions, elsewhere: bool) -> Result<()> {
        if options.keep_buckets || options.kind.is_some_and(|kind| kind != Kind::Histogram) {
            return Ok(());
        }
        self.gather(options);
        if options.kind == Some(Kind::Histogram) {
            let all = self.items.len();
            self.items.retain(|item| item.as_histograms().is_some());
            let others = (all - self.items.len()) as u64;
            if self.items.is_empty() && others > 0 && !elsewhere {
                return Err(Error::unsupported("no series is a histogram, and no counters are the buckets of one")
                    .hint("leave --kind out to see what there is"));
            }
            if others > 0 {
                self.report.understand(
                    "kind",
                    format!("{} that hold no histograms left out", counted(others, "series")),
                    "--kind",
                );
            }
        }
        Ok(())
    }

    /// Leaves out the counters of classic histograms where there are histograms, here or `elsewhere`: sums and counts stand beside what
    /// tells them, and buckets that are still here count nothing or are not whole, which was told.
    pub(crate) fn leave_parts(&mut self, elsewhere: bool) {
        let histograms = self.items.iter().filter(|item| item.as_histograms().is_some());
        let mut known: BTreeSet<(String, Labels)> =
            histograms.map(|item| (item.identity.name.clone(), item.identity.labels.clone())).collect();
        if known.is_empty() && !elsewhere {
            return;
        }
        known.extend(self.buckets().into_keys());
        let all = self.items.len();
        self.items.retain(|item| {
            let of_known = |name: &str| known.contains(&(name.to_owned(), item.identity.labels.clone()));
            !is_bucket(item) && !total_of(item).is_some_and(of_known)
        });
        let left = (all - self.items.len()) as u64;
        if left > 0 {
            let why = "sums and counts of histograms, and buckets that make none";
            self.report.understand("kind", format!("{} left out", counted(left, "counter")), why);
        }
    }

    fn gather(&mut self, options: &LoadOptions) {
        let mut gathered = Vec::new();
        let mut taken: Vec<usize> = Vec::new();
        let sums = self.sums();
        for ((name, labels), mut buckets) in self.buckets() {
            let sum = sums.get(&(name.clone(), labels.clone())).copied();
            let unit_of_sum = sum.and_then(|i| self.items.get(i)).map(|item| item.identity.unit.clone());
            // what the source says of the sum goes before what the name says
            let stated = options.unit.clone().or_else(|| unit_of_sum.filter(|unit| *unit != Unit::default()));
            let unit = stated.or_else(|| Unit::from_name(&name)).unwrap_or_default();
            let identity = Identity { name, labels, unit };
            buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
            if let Some(why) = incomplete(&buckets) {
                self.report.understand("buckets", format!("{}: left as counters", identity.title()), why);
                continue;
            }
            if let Some(item) = self.gathered(&identity, &buckets, sum) {
                taken.extend(buckets.iter().map(|(_, index)| *index));
                gathered.push(item);
            }
        }
        if gathered.is_empty() {
            return;
        }
        taken.sort_unstable();
        self.report.understand(
            "kind",
            format!(
                "{} of buckets are {}",
                counted(taken.len() as u64, "counter"),
                counted(gathered.len() as u64, "histogram")
            ),
            "their label le; --kind counter leaves them as they are",
        );
        // each histogram tells its own resets, once
        let titles: HashSet<String> = taken.iter().filter_map(|i| self.items.get(*i)).map(Item::title).collect();
        let title = |message: &str| Some(message.strip_prefix('“')?.rsplit_once("” ")?.0.to_owned());
        let of_bucket = |message: &str| title(message).is_some_and(|title| titles.contains(&title));
        self.report.warnings.retain(|w| w.kind != WarningKind::Reset || !of_bucket(&w.message));
        let mut index = 0..;
        self.items.retain(|_| index.next().is_none_or(|i| taken.binary_search(&i).is_err()));
        self.items.extend(gathered);
        self.sort();
    }

    /// The counters that are buckets, by the name and labels of their histogram.
    fn buckets(&self) -> BTreeMap<(String, Labels), Buckets> {
        let mut found: BTreeMap<(String, Labels), Buckets> = BTreeMap::new();
        for (index, item) in self.items.iter().enumerate() {
            let (Some(edge), Some(name)) = (edge(item), item.identity.name.strip_suffix(ENDING)) else { continue };
            let mut labels = item.identity.labels.clone();
            labels.remove(EDGE);
            found.entry((name.to_owned(), labels)).or_default().push((edge, index));
        }
        found
    }

    /// The places of the items that are sums, by the name and labels of their histogram.
    fn sums(&self) -> HashMap<(String, Labels), usize> {
        let of = |(index, item): (usize, &Item)| {
            let name = item.identity.name.strip_suffix("_sum")?;
            Some(((name.to_owned(), item.identity.labels.clone()), index))
        };
        // of several the first counts
        self.items.iter().enumerate().rev().filter_map(of).collect()
    }

    /// One histogram of its buckets, with the sum of its values where that is an item; `None` where it cannot be made, which is told.
    fn gathered(&mut self, identity: &Identity, buckets: &Buckets, sum: Option<usize>) -> Option<Item> {
        let title = identity.title();
        let items: Vec<&Item> = buckets.iter().filter_map(|(_, index)| self.items.get(*index)).collect();
        let format = items.first()?.format;
        let sums = sum.and_then(|i| self.items.get(i)).and_then(Item::as_counter);
        let Scrapes { mut points, broken, lonely } = Scrapes::of(buckets, &items, sums);
        // several files may have told of it
        let position = Position::default;
        if let [only] = points.as_mut_slice() {
            only.start = Some(only.time - 1);
            let message = format!("“{title}” has one scrape, which counts since a start that is not known");
            self.report.warn(WarningKind::NoTime, message, position(), 1);
        }
        let between = Between::of(points, true);
        let Ok(histograms) = Histograms::new(identity.clone(), between.windows.clone()) else {
            self.report.understand(
                "buckets",
                format!("{title}: left as counters"),
                "nothing is counted between its scrapes",
            );
            return None;
        };
        between.warn_of_resets(&title, position(), &mut self.report);
        between.warn_of_torn(&title, position(), &mut self.report);
        if lonely > 0 {
            let message = format!("{} of “{title}” without all its buckets left out", counted(lonely, "scrape"));
            self.report.warn(WarningKind::Skipped, message, position(), lonely);
        }
        if broken > 0 {
            let message = format!(
                "{} of “{title}” left out: a wider bucket counts less, or not whole",
                counted(broken, "scrape")
            );
            self.report.warn(WarningKind::OtherRecord, message, position(), broken);
        }
        Some(Item::new(Kind::Histogram, Data::Histograms(histograms), format))
    }
}

/// Why buckets, sorted by their edges, are no whole histogram.
fn incomplete(buckets: &Buckets) -> Option<&'static str> {
    if buckets.last().is_none_or(|(edge, _)| *edge != f64::INFINITY) {
        return Some("there is no bucket le=\"+Inf\", which counts all");
    }
    if buckets.len() < 2 {
        return Some("its one bucket counts all, and tells no values");
    }
    let same = |pair: &[(f64, usize)]| matches!(pair, [a, b] if a.0 == b.0);
    buckets.windows(2).any(same).then_some("two of its buckets have the same edge")
}

/// The cumulative histograms of the scrapes that all buckets were in.
struct Scrapes {
    points: Vec<Point>,
    /// Scrapes whose counts are not those of a histogram.
    broken: u64,
    /// Times at which not all buckets have a sample.
    lonely: u64,
}

impl Scrapes {
    fn of(buckets: &Buckets, items: &[&Item], sums: Option<&Counter>) -> Self {
        let mut times: Vec<i64> = items.iter().flat_map(|item| item.times().iter().copied()).collect();
        times.sort_unstable();
        let mut out = Self { points: Vec::new(), broken: 0, lonely: 0 };
        for same in times.chunk_by(|a, b| a == b) {
            let &[time, ..] = same else { continue };
            // a counter has one sample a time, so that fewer samples are too few, and no bucket is asked for them
            let whole = same.len() == items.len();
            let count = |item: &&Item| item.values().get(item.times().binary_search(&time).ok()?).copied();
            let counts = if whole { items.iter().map(count).collect::<Option<Vec<f64>>>() } else { None };
            let Some(counts) = counts else {
                out.lonely += 1;
                continue;
            };
            let whole = |v: &f64| (0.0..9e15).contains(v) && v.fract() == 0.0;
            let cumulative: Vec<(f64, u64)> =
                buckets.iter().zip(&counts).map(|((edge, _), count)| (*edge, *count as u64)).collect();
            match Explicit::from_cumulative(&cumulative) {
                Ok(histogram) if counts.iter().all(whole) => {
                    let sum =
                        sums.map(Counter::samples).and_then(|s| s.values().get(s.times().binary_search(&time).ok()?));
                    let histogram = sum.map_or(histogram.clone(), |sum| histogram.with_sum(*sum));
                    out.points.push(Point { start: None, time, sketch: AnySketch::Explicit(Box::new(histogram)) });
                }
                _ => out.broken += 1,
            }
        }
        out
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estimate::Scope;
    use crate::histogram::Sketch;
    use crate::load::load_bytes;
    use crate::load::options::Format;
    use crate::progress::Progress;
    use crate::quantile::Quantile;
    use crate::series::NanPolicy;
    use proptest::prelude::*;

    /// Scrapes every 10 s from 100 s on: the cumulative counts of the buckets 0.1, 0.3 and +Inf.
    fn scrapes(rows: &[[u64; 3]]) -> String {
        let mut text = "# TYPE t_seconds histogram\n".to_owned();
        for (at, edge) in ["0.1", "0.3", "+Inf"].into_iter().enumerate() {
            for (i, row) in rows.iter().enumerate() {
                text.push_str(&format!("t_seconds_bucket{{le=\"{edge}\",route=\"/\"}} {} {}\n", row[at], 100 + 10 * i));
            }
        }
        for (i, row) in rows.iter().enumerate() {
            text.push_str(&format!("t_seconds_sum{{route=\"/\"}} {} {}\n", row[2] as f64 * 0.5, 100 + 10 * i));
        }
        text + "# EOF\n"
    }

    fn read(text: &str, options: &LoadOptions) -> Result<Dataset> {
        load_bytes("a.prom", text.as_bytes(), options, &Progress::new())
    }

    #[test]
    fn each_scrape_is_what_came_since_the_one_before() {
        let text = scrapes(&[[5, 8, 10], [6, 10, 13], [6, 10, 13], [1, 2, 2], [4, 5, 5]]);
        let data = read(&text, &LoadOptions::default()).unwrap();
        assert_eq!(
            data.items.iter().map(Item::title).collect::<Vec<_>>(),
            ["t_seconds{route=\"/\"}", "t_seconds_sum{route=\"/\"}"]
        );
        let histograms = data.items[0].as_histograms().unwrap();
        assert_eq!(histograms.identity().unit, Unit::Second);
        // by hand: 3 came, none, then a reset to 2, then 3
        let counts: Vec<(i64, u64)> =
            histograms.windows().iter().map(|(w, h)| (w.start.0 / 1_000_000_000, h.count())).collect();
        assert_eq!(counts, [(100, 3), (120, 2), (130, 3)]);
        let AnySketch::Explicit(first) = &histograms.windows()[0].1 else { panic!("of another layout") };
        assert_eq!((first.counts(), first.recorded_sum()), (&[1, 1, 1][..], Some(1.5)));
        let resets: Vec<_> = data.report.warnings.iter().filter(|w| w.kind == WarningKind::Reset).collect();
        assert_eq!(resets.iter().filter(|w| w.message.contains("t_seconds{")).count(), 1, "{resets:?}");
        assert!(!resets.iter().any(|w| w.message.contains("_bucket")), "{resets:?}");
    }

    #[test]
    fn counters_stay_where_they_are_asked_for_or_are_no_whole_histogram() {
        let text = scrapes(&[[5, 8, 10], [6, 10, 13]]);
        let of = |options: LoadOptions| read(&text, &options);
        for options in [
            LoadOptions { keep_buckets: true, ..LoadOptions::default() },
            LoadOptions { kind: Some(Kind::Counter), ..LoadOptions::default() },
            LoadOptions { filter: Some("le == \"0.3\"".into()), ..LoadOptions::default() },
        ] {
            let data = of(options.clone()).unwrap();
            assert!(data.items.iter().all(|item| item.as_counter().is_some()), "{options:?}");
        }
        let told = of(LoadOptions { filter: Some("le == \"0.3\"".into()), ..LoadOptions::default() }).unwrap();
        assert!(told.report.understood.iter().any(|u| u.why.contains("+Inf")), "{:?}", told.report.understood);
        let only = of(LoadOptions { kind: Some(Kind::Histogram), ..LoadOptions::default() }).unwrap();
        assert_eq!(only.items.len(), 1);
        // a title may itself hold what ends it
        let odd =
            read(&scrapes(&[[5, 8, 10], [1, 2, 2]]).replace("\"/\"", "\"a” was b\""), &LoadOptions::default()).unwrap();
        let resets: Vec<_> = odd.report.warnings.iter().filter(|w| w.kind == WarningKind::Reset).collect();
        assert!(!resets.is_empty() && !resets.iter().any(|w| w.message.contains("_bucket")), "{resets:?}");
        let named = of(LoadOptions { value: Some("t_seconds".into()), ..LoadOptions::default() }).unwrap();
        assert!(named.items.iter().all(|item| item.as_histograms().is_some()));
        let none =
            read("up 1 100\nup 0 110\n# EOF\n", &LoadOptions { kind: Some(Kind::Histogram), ..LoadOptions::default() });
        assert!(none.unwrap_err().to_string().contains("no counters are the buckets"));
    }

    /// Every time with every bucket would be 900 million looks, minutes of them.
    #[test]
    fn buckets_that_share_no_scrape_are_not_all_looked_at_for_each_of_their_times() {
        let buckets = 30_000;
        let mut text = "# TYPE t_seconds histogram\n".to_owned();
        for i in 1..buckets {
            text.push_str(&format!("t_seconds_bucket{{le=\"{i}\"}} {i} {i}\n"));
        }
        text.push_str(&format!("t_seconds_bucket{{le=\"+Inf\"}} {buckets} {buckets}\n# EOF\n"));
        let data = read(&text, &LoadOptions::default()).unwrap();
        assert_eq!(data.items.len(), buckets);
        assert!(data.items.iter().all(|item| item.as_counter().is_some()));
    }

    proptest! {
        /// Scrapes that lack some buckets, against the definition: a time is whole where every bucket has a sample.
        #[test]
        fn scrapes_are_whole_where_every_bucket_has_a_sample(rows in proptest::collection::vec(proptest::array::uniform3(any::<bool>()), 1..30)) {
            let mut items = Vec::new();
            let edges = [0.1, 0.3, f64::INFINITY];
            for at in 0..3 {
                let times: Vec<i64> = (0..rows.len() as i64).filter(|t| rows[*t as usize][at]).collect();
                prop_assume!(!times.is_empty());
                // a count that tells its bucket and its time
                let values = times.iter().map(|t| ((at as i64 + 1) * 100 + t) as f64).collect();
                let counter = Counter::new(Identity::default(), times, values, NanPolicy::default()).unwrap();
                items.push(Item::new(Kind::Counter, Data::Counter(counter), Format::Exposition));
            }
            let buckets: Buckets = edges.into_iter().zip(0..).collect();
            let found = Scrapes::of(&buckets, &items.iter().collect::<Vec<_>>(), None);
            let whole = (0_i64..).zip(&rows).filter(|(_, row)| row.iter().all(|there| *there));
            let want: Vec<(i64, Vec<u64>)> = whole.map(|(t, _)| (t, vec![100 + t as u64, 100, 100])).collect();
            let counts = |point: &Point| match &point.sketch {
                AnySketch::Explicit(histogram) => (point.time, histogram.counts().to_vec()),
                _ => (point.time, Vec::new()),
            };
            prop_assert_eq!(found.points.iter().map(counts).collect::<Vec<_>>(), want);
            let some = rows.iter().filter(|row| row.contains(&true) && row.contains(&false)).count();
            prop_assert_eq!((found.lonely, found.broken), (some as u64, 0));
        }
    }

    #[test]
    fn what_is_no_histogram_is_told() {
        // a wider bucket that counts less
        let data = read(&scrapes(&[[5, 8, 10], [9, 8, 12], [9, 12, 15]]), &LoadOptions::default()).unwrap();
        let histograms = data.items[0].as_histograms().unwrap();
        assert_eq!(histograms.counts(), [5.0]);
        assert!(data.report.warnings.iter().any(|w| w.kind == WarningKind::OtherRecord && w.count == 1));
        // one scrape counts since nobody knows when
        let one = read(&scrapes(&[[5, 8, 10]]), &LoadOptions::default()).unwrap();
        assert_eq!(one.items[0].as_histograms().unwrap().counts(), [10.0]);
        assert!(one.report.warnings.iter().any(|w| w.kind == WarningKind::NoTime && w.message.contains("one scrape")));
    }

    #[test]
    fn a_scrape_that_was_torn_is_no_reset_unless_the_next_one_agrees_with_it() {
        // 5 values up to 0.1 of 10, then 8 of 11: three came up to 0.1, and one in all
        let torn = read(&scrapes(&[[5, 5, 10], [8, 8, 11], [8, 8, 13]]), &LoadOptions::default()).unwrap();
        assert_eq!(torn.items[0].as_histograms().unwrap().counts(), [3.0]);
        let told = |data: &Dataset, kind| data.report.warnings.iter().any(|w| w.kind == kind && w.count == 1);
        assert!(told(&torn, WarningKind::OtherRecord) && !told(&torn, WarningKind::Reset));
        let reset = read(&scrapes(&[[5, 5, 10], [8, 8, 11], [9, 9, 12]]), &LoadOptions::default()).unwrap();
        assert_eq!(reset.items[0].as_histograms().unwrap().counts(), [11.0, 1.0]);
        assert!(told(&reset, WarningKind::Reset) && !told(&reset, WarningKind::OtherRecord));
    }

    /// A tenth of the scrapes comes 5 ms late, then all of them 7 s.
    #[test]
    fn scrapes_that_come_late_are_neither_refused_nor_dropped() {
        let second = 1_000_000_000_i64;
        let time =
            |i: i64| i * 15 * second + if i % 10 == 3 { 5_000_000 } else { 0 } + if i > 120 { 7 * second } else { 0 };
        let windows = (0..240).map(|i| {
            let sketch = Explicit::from_cumulative(&[(0.1, 1), (f64::INFINITY, 2)]).unwrap();
            let window = super::super::histograms::windowed(
                crate::time::Timestamp(time(i)),
                crate::time::Span(time(i + 1) - time(i)),
            );
            (window, AnySketch::Explicit(Box::new(sketch)))
        });
        let histograms = Histograms::new(Identity::default(), windows.collect()).unwrap();
        for width in [15, 30, 60] {
            let grid = histograms.grid(crate::time::Span::from_secs(width)).unwrap();
            let coarse = histograms.coarsened(grid).unwrap();
            let all: u64 = coarse.windows.iter().map(|(_, h)| h.count()).sum();
            assert_eq!((all, coarse.longer), (480, 0), "{width} s");
        }
    }

    #[test]
    fn scrapes_at_odd_times_go_into_windows_by_their_middle() {
        let mut windows = Vec::new();
        let second = 1_000_000_000;
        let mut at = 2_300_000_000;
        for i in 0..40_i64 {
            let end = at + 5 * second + (i * 7 % 11 - 5) * 1_000_000;
            let sketch = Explicit::from_cumulative(&[(0.1, 1), (f64::INFINITY, 2)]).unwrap();
            windows.push((
                super::super::histograms::windowed(crate::time::Timestamp(at), crate::time::Span(end - at)),
                AnySketch::Explicit(Box::new(sketch)),
            ));
            at = end;
        }
        let histograms = Histograms::new(Identity::default(), windows).unwrap();
        let minute = crate::time::Span::MINUTE;
        let coarse = histograms.coarsened(histograms.grid(minute).unwrap()).unwrap();
        let all: u64 = coarse.windows.iter().map(|(_, h)| h.count()).sum();
        assert_eq!((all, coarse.longer), (80, 0));
        assert!(coarse.astride > 0 && coarse.note().unwrap().contains("middle"));
        let whole: Vec<u64> = coarse.windows.iter().map(|(_, h)| h.count()).collect();
        assert!(whole[1..whole.len() - 1].iter().all(|n| (22..=26).contains(n)), "{whole:?}");
        let told = coarse.windows[0].1.quantile(Quantile::MEDIAN, &Scope::untimed(Unit::Second)).unwrap();
        assert_eq!(told.interval().unwrap().1, 0.1);
        assert!(histograms.coarsened(histograms.grid(crate::time::Span(second)).unwrap()).is_err());
    }
}
