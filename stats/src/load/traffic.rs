//! Whose requests a series tells of: real traffic, or probes that somebody sends to look.
//!
//! A probe comes every so often from a few places, and knows nothing of what visitors ask for; visitors come in crowds and only where
//! there is something to see. A number over both is a number about neither. The tag is a label of the series, so that it stays with the
//! identity through everything; series of both are told when they are loaded, and are not put together.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Position, Result};
use crate::load::dataset::{Data, Dataset, Item};
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::load::store::HistogramTable;
use crate::series::Identity;

/// The label that carries the tag.
pub(crate) const LABEL: &str = "traffic";
/// Labels that say by a truth, or by the name of a probe, that a series is one's.
const PROBES: [&str; 6] = ["synthetic", "is_synthetic", "synthetics", "probe", "is_probe", "probe_type"];
/// What user agents of programs begin with that only look whether something answers.
const PROBERS: [&str; 16] = [
    "kube-probe",
    "ELB-HealthChecker",
    "GoogleHC",
    "Amazon-Route53-Health-Check-Service",
    "GoogleStackdriverMonitoring-UptimeChecks",
    "Edge Health Probe",
    "Load Balancer Agent",
    "Consul Health Check",
    "Blackbox Exporter",
    "check_http",
    "Datadog/Synthetics",
    "Pingdom.com_bot",
    "Better Uptime Bot",
    "Checkly",
    "Uptime-Kuma",
    "NewRelicPinger",
];
/// What stands within the user agents of those that show themselves as browsers.
const BROWSERS: [&str; 4] = ["UptimeRobot", "DatadogSynthetics", "Site24x7", "StatusCake"];

/// Whose requests a series tells of.
///
/// ```
/// use sre_stats::labels::Labels;
/// use sre_stats::load::Traffic;
/// use sre_stats::series::Identity;
/// use sre_stats::unit::Unit;
/// let of = |pairs: [(&str, &str); 1]| {
///     Traffic::of(&Identity { labels: Labels::from_pairs(pairs), ..Identity::new("up", Unit::None) })
/// };
/// assert_eq!(of([("traffic", "real")]), Some(Traffic::Real));
/// assert_eq!(of([("job", "blackbox")]), Some(Traffic::Synthetic));
/// assert_eq!(of([("service", "cart")]), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Traffic {
    /// What visitors and other programs ask for.
    Real,
    /// What a probe asks for, so that somebody sees whether it is answered.
    Synthetic,
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Real => "real",
            Self::Synthetic => "synthetic",
        })
    }
}

impl FromStr for Traffic {
    type Err = Error;
    /// Reads `real` or `synthetic`; also `user` and `production`, `probe` and `blackbox`.
    fn from_str(text: &str) -> Result<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "real" | "user" | "users" | "production" => Ok(Self::Real),
            "synthetic" | "synthetics" | "probe" | "probes" | "blackbox" => Ok(Self::Synthetic),
            _ => Err(Error::argument(format!("“{text}” is no kind of traffic")).hint("choose real or synthetic")),
        }
    }
}

impl serde::Serialize for Traffic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Traffic {
    /// What the labels and the name of a series say: a label `traffic`; a label such as `synthetic` or `probe`, by its truth; a `job` of
    /// `blackbox`; a name such as `probe_success`, of the blackbox exporter, or `synthetics.…`, of Datadog. `None` where nothing says it.
    pub fn of(identity: &Identity) -> Option<Self> {
        let labels = &identity.labels;
        if let Some(said) = labels.get(LABEL).and_then(|value| value.parse().ok()) {
            return Some(said);
        }
        for name in PROBES {
            match labels.get(name).map(str::to_ascii_lowercase).as_deref() {
                None | Some("") => {}
                Some("false" | "0" | "no" | "f" | "none") => return Some(Self::Real),
                Some(_) => return Some(Self::Synthetic),
            }
        }
        let job = labels.get("job").unwrap_or_default().to_ascii_lowercase();
        let is_probe =
            job.contains("blackbox") || job.contains("synthetic") || job.split(['-', '_', '/']).any(|w| w == "probe");
        let name = identity.name.as_str();
        (is_probe || name.starts_with("probe_") || name.starts_with("synthetics.")).then_some(Self::Synthetic)
    }

    /// The one kind of traffic that items tell of, before they are put together; `None` where none says it.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where some are of probes and others are not said to be.
    pub fn only(items: &[&Item]) -> Result<Option<Self>> {
        let first = |wanted: fn(Option<Self>) -> bool| items.iter().copied().find(|i| wanted(i.traffic()));
        let probe = first(|t| t == Some(Self::Synthetic));
        let other = first(|t| t != Some(Self::Synthetic));
        match (probe, other) {
            (Some(probe), Some(other)) => Err(Error::mismatch(format!(
                "“{}” tells of synthetic probes and “{}” does not: a number over both is about neither",
                probe.title(),
                other.title()
            ))
            .hint("choose one of them with --where, such as --where 'traffic == \"real\"'")),
            _ => Ok(items.iter().find_map(|i| i.traffic())),
        }
    }
}

/// The program that sent a request to see whether it is answered, by its user agent. The names are those that the programs' manuals give.
pub(crate) fn prober(user_agent: &[u8]) -> Option<&'static str> {
    if user_agent.starts_with(b"Mozilla/") {
        let within = |name: &&str| memchr::memmem::find(user_agent, name.as_bytes()).is_some();
        return BROWSERS.into_iter().find(within);
    }
    PROBERS.into_iter().find(|name| user_agent.starts_with(name.as_bytes()))
}

/// Whether a column of this name says whose requests its rows are.
pub(crate) fn is_column(name: &str) -> bool {
    let name = name.trim();
    PROBES.iter().chain(&[LABEL]).any(|known| known.eq_ignore_ascii_case(name))
}

impl Item {
    /// Whose requests it tells of, where its labels or its name say so.
    pub fn traffic(&self) -> Option<Traffic> {
        Traffic::of(&self.identity)
    }

    fn tag(&mut self, traffic: Traffic) {
        let identity = match &mut self.data {
            Data::Gauge(s) => s.identity_mut(),
            Data::Counter(c) => c.identity_mut(),
            Data::Events(e) => e.identity_mut(),
            Data::Histograms(h) => h.identity_mut(),
        };
        identity.labels.set(LABEL, traffic.to_string());
        self.identity.labels.set(LABEL, traffic.to_string());
    }
}

impl Dataset {
    /// Tags every series that does not say it itself; those that are then one are put together.
    pub(crate) fn tag(&mut self, traffic: Traffic, file: &str) -> Result<()> {
        let (mut contrary, mut unclear, mut blank) = (0, 0, false);
        for item in &mut self.items {
            match item.traffic() {
                None if has_other_word(&item.identity) => unclear += 1,
                None => {
                    blank |= item.identity.labels.get(LABEL).is_some();
                    item.tag(traffic);
                }
                Some(own) => contrary += u64::from(own != traffic),
            }
        }
        self.report.understand("traffic", traffic.to_string(), "--traffic");
        if contrary > 0 {
            let message = format!(
                "{} of {} traffic by their own labels, and left so",
                counted(contrary, "series"),
                other(traffic)
            );
            self.report.warn(WarningKind::MixedTraffic, message, Position::in_file(file), contrary);
        }
        if unclear > 0 {
            let message = format!(
                "{} with a label “{LABEL}” that says neither real nor synthetic, and left so",
                counted(unclear, "series")
            );
            self.report.warn(WarningKind::MixedTraffic, message, Position::in_file(file), unclear);
        }
        if blank {
            // one with a blank label is now the same as one without
            let items = std::mem::take(&mut self.items);
            self.absorb(Self { items, report: LoadReport::default() })?;
        }
        self.sort();
        Ok(())
    }

    /// Tells where series of probes stand beside others, among the items and the series that were counted.
    pub(crate) fn tell_traffic(&mut self, table: &HistogramTable) {
        let stored = table.stored.values().map(|s| &s.identity);
        let (mut synthetic, mut rest) = (0_u64, 0_u64);
        for identity in self.items.iter().map(|i| &i.identity).chain(stored) {
            match Traffic::of(identity) {
                Some(Traffic::Synthetic) => synthetic += 1,
                _ => rest += 1,
            }
        }
        if synthetic == 0 || rest == 0 {
            return;
        }
        let message = format!(
            "{} of synthetic probes stand beside {} of real traffic or of none that is said: they are kept apart; choose one with --where, or \
             say with --traffic what they are",
            counted(synthetic, "series"),
            rest
        );
        self.report.warn(WarningKind::MixedTraffic, message, Position::default(), synthetic);
    }
}

/// Whether the label of the tag holds a word that is no kind of traffic; a blank one holds none.
pub(crate) fn has_other_word(identity: &Identity) -> bool {
    let word = identity.labels.get(LABEL).unwrap_or_default();
    !word.trim().is_empty() && word.parse::<Traffic>().is_err()
}

fn other(traffic: Traffic) -> Traffic {
    match traffic {
        Traffic::Real => Traffic::Synthetic,
        Traffic::Synthetic => Traffic::Real,
    }
}

/// Tells that rows of a table are pooled although a column says whose requests they are.
pub(crate) fn pooled(column: &str, by: &[String], file: &str, report: &mut LoadReport) {
    let more: Vec<&str> = by.iter().map(String::as_str).chain(Some(column)).collect();
    let message = format!(
        "“{column}” says which rows are of synthetic probes, and rows are not split by it: real and synthetic are pooled; --by {} splits \
         them, --where '{column} == …' chooses",
        more.join(",")
    );
    report.warn(WarningKind::MixedTraffic, message, Position::in_file(file).at_column(column), 1);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::load::{LoadOptions, load_bytes};
    use crate::progress::Progress;

    fn load(text: &str, options: &LoadOptions) -> Dataset {
        load_bytes("x", text.as_bytes(), options, &Progress::new()).unwrap()
    }

    fn tags(data: &Dataset) -> Vec<(String, Option<Traffic>)> {
        data.items.iter().map(|i| (i.title(), i.traffic())).collect()
    }

    fn mixed(data: &Dataset) -> usize {
        data.report.warnings.iter().filter(|w| w.kind == WarningKind::MixedTraffic).count()
    }

    #[test]
    fn labels_and_names_tell_and_the_flag_tells_of_the_rest() {
        let text = "up{job=\"cart\"} 1 1767225600000\nup{job=\"blackbox-http\"} 1 1767225600000\nprobe_success{instance=\"a\"} 1 1767225600000\n\
            lat{synthetic=\"false\"} 1 1767225600000\n";
        let data = load(text, &LoadOptions::default());
        let found: Vec<Option<Traffic>> = tags(&data).into_iter().map(|t| t.1).collect();
        assert_eq!(found, [Some(Traffic::Real), Some(Traffic::Synthetic), Some(Traffic::Synthetic), None]);
        assert_eq!(mixed(&data), 1);
        assert_eq!(Traffic::only(&data.items.iter().collect::<Vec<_>>()).unwrap_err().kind(), ErrorKind::Mismatch);
        let options = LoadOptions { traffic: Some(Traffic::Real), ..LoadOptions::default() };
        let data = load(text, &options);
        let cart = data.items.iter().find(|i| i.identity.labels.get("job") == Some("cart")).unwrap();
        assert_eq!(
            (cart.title().as_str(), cart.traffic()),
            ("up{job=\"cart\", traffic=\"real\"}", Some(Traffic::Real))
        );
        assert_eq!(cart.as_series().unwrap().identity(), &cart.identity);
        // two say themselves that they are probes'
        assert_eq!(mixed(&data), 2);
    }

    #[test]
    fn a_word_that_is_no_traffic_stays() {
        let text = "up{traffic=\"blue\"} 1 1767225600000\nup{traffic=\"green\"} 2 1767225600000\nup{traffic=\"\"} 3 1767225600000\n\
            up 4 1767225660000\n";
        let options = LoadOptions { traffic: Some(Traffic::Real), ..LoadOptions::default() };
        let data = load(text, &options);
        let titles: Vec<String> = data.items.iter().map(Item::title).collect();
        assert_eq!(titles, ["up{traffic=\"blue\"}", "up{traffic=\"green\"}", "up{traffic=\"real\"}"]);
        assert_eq!(data.items[2].values(), [3.0, 4.0]);
        assert_eq!(mixed(&data), 1);
        let table = "series,window_start,width,schema,bin,count,traffic\na,0,60,le:1,0,2,blue\na,0,60,le:1,0,3,green\na,0,60,le:1,0,4,\n";
        let counts: Vec<f64> = load(table, &options).items.iter().map(|i| i.values()[0]).collect();
        assert_eq!(counts, [2.0, 3.0, 4.0]);
    }

    #[test]
    fn rows_of_probes_are_never_pooled_in_silence() {
        let text = "time,service,synthetic,status,latency_ms\n0,cart,0,200,12\n1,cart,1,200,3\n2,cart,0,503,80\n3,cart,1,200,2\n";
        let data = load(text, &LoadOptions::default());
        let found = tags(&data);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((found[0].1, found[1].1), (Some(Traffic::Real), Some(Traffic::Synthetic)));
        let all: Vec<&Item> = data.items.iter().collect();
        assert!(Traffic::only(&all).is_err() && Traffic::only(&all[..1]).unwrap() == Some(Traffic::Real));
        let by = LoadOptions { by: vec!["service".into()], ..LoadOptions::default() };
        let pooled = load(text, &by);
        let warning = pooled.report.warnings.iter().find(|w| w.kind == WarningKind::MixedTraffic).unwrap();
        assert!(warning.message.contains("--by service,synthetic"), "{}", warning.message);
        // a choice of one is none of both
        let one = LoadOptions { filter: Some("synthetic == 0".into()), ..by };
        assert_eq!(mixed(&load(text, &one)), 0);
    }
}
