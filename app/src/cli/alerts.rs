//! Burn-rate alerts of `slo`: what they would have done, which would have done better, and their export to Prometheus.

#![allow(clippy::doc_markdown, reason = "help is shown as it stands")]

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use sre_stats::Error;
use sre_stats::progress::Progress;
use sre_stats::report::tell::{self, fit::Fit};
use sre_stats::report::{Block, Section};
use sre_stats::slo::alert::{AssessOptions, BurnRateRule, SearchOptions, Tally, assess, search, tally_of};
use sre_stats::slo::rules::{Documents, Limit, Reading, RuleSet, Selector, Sli, SliceTest, rules_yaml, test_yaml};
use sre_stats::slo::{Criterion, Objective, Options, Population, SloInput, SloReport};
use sre_stats::unit::Unit;
use sre_stats::window::Condition;

use super::failure::{Failure, say};
use crate::files;

/// Which alerts, and where they go.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Alerts")]
pub(crate) struct AlertArgs {
    /// A burn-rate rule such as '14.4x over 1h and 5m page'; may be repeated; without it those of the alert policies that an OpenSLO
    /// file names, or of the SRE workbook
    #[arg(long, value_name = "TEXT")]
    alert: Vec<BurnRateRule>,
    /// Search for rules that would have done better on this history: chosen on its first half, checked on its second
    #[arg(long)]
    tune_alerts: bool,
    /// Write the rules for Prometheus, with a unit test for promtool beside them in OUT.test.yml; needs --docs
    #[arg(long, value_name = "OUT.yml")]
    rules: Option<PathBuf>,
    /// Markdown with the headings Explanation, Business impact, Remediation and Escalation, and a text below each
    #[arg(long, value_name = "FILE", requires = "rules")]
    docs: Option<PathBuf>,
    /// For --rules: the counters of bad requests, such as 'http_requests_total{code=~"5.."}'; a series' labels are added
    #[arg(long, value_name = "SELECTOR", requires = "rules_total", conflicts_with = "rules_good")]
    rules_bad: Option<Selector>,
    /// For --rules: the counters of good requests, such as 'latency_seconds_bucket{le="0.3"}'
    #[arg(long, value_name = "SELECTOR", requires = "rules_total")]
    rules_good: Option<Selector>,
    /// For --rules: the counters of all requests
    #[arg(long, value_name = "SELECTOR", requires = "rules")]
    rules_total: Option<Selector>,
}

/// Adds what the alerts would have done to the result and the sections of one series.
pub(crate) fn add(
    fit: &Fit<'_>,
    objective: &Objective,
    (asked, options): (&AlertArgs, &Options),
    found: &mut Value,
    sections: &mut Vec<Section>,
) {
    let title = fit.item.title();
    found["alerts"] = json!([]);
    let told = tally_of(objective, fit.input(), options).and_then(|tally| {
        assessed(&tally, objective, asked, &title, found, sections)?;
        if asked.tune_alerts {
            searched(&tally, objective, &title, found, sections);
        }
        Ok(())
    });
    // what alerts cannot be told of has its objective told all the same
    if let Err(e) = told {
        found["alert_summary"] = json!({"refused": e.to_string()});
        sections.push(refusal("Burn-rate alerts", &title, &e));
    }
}

fn refusal(what: &str, title: &str, error: &Error) -> Section {
    Section::new(format!("{what} for {title}")).with(Block::Warnings(vec![format!("no alerts: {error}")]))
}

fn rules(objective: &Objective, asked: &AlertArgs) -> Vec<BurnRateRule> {
    if asked.alert.is_empty() { BurnRateRule::workbook(objective.period.length()) } else { asked.alert.clone() }
}

fn assessed(
    tally: &Tally,
    objective: &Objective,
    asked: &AlertArgs,
    title: &str,
    found: &mut Value,
    sections: &mut Vec<Section>,
) -> Result<(), Error> {
    let period = objective.period.length();
    let alerts = assess(tally, &rules(objective, asked), objective.target, period, &AssessOptions::default())?;
    let mut summary = json!(alerts);
    if let Value::Object(fields) = &mut summary {
        found["alerts"] = fields.remove("rules").unwrap_or_default();
    }
    found["alert_summary"] = summary;
    sections.push(tell::alerts::section(title, &alerts));
    Ok(())
}

fn searched(tally: &Tally, objective: &Objective, title: &str, found: &mut Value, sections: &mut Vec<Section>) {
    let (target, period) = (objective.target, objective.period.length());
    match search(tally, target, period, &SearchOptions::default(), &Progress::new()) {
        Ok(search) => {
            found["alert_search"] = json!(search);
            sections.push(tell::alerts::search_section(title, &search));
        }
        Err(e) => {
            found["alert_search"] = json!({"refused": e.to_string()});
            sections.push(refusal("Better alert rules", title, &e));
        }
    }
}

impl AlertArgs {
    /// The workbook's rules, with a search for better ones or without.
    pub(crate) fn workbook(tune_alerts: bool) -> Self {
        Self { tune_alerts, ..Self::default() }
    }

    /// The same with rules from a file, where none were given and the file has some.
    pub(crate) fn or_rules(mut self, of_file: Vec<BurnRateRule>) -> Self {
        if self.alert.is_empty() {
            self.alert = of_file;
        }
        self
    }

    /// The rules of a form: where they go, and which counters they stand on.
    pub(crate) fn exported(
        out: PathBuf,
        total: Option<Selector>,
        bad: Option<Selector>,
        good: Option<Selector>,
    ) -> Self {
        Self { rules: Some(out), rules_total: total, rules_bad: bad, rules_good: good, ..Self::default() }
    }

    /// Whether counters of Prometheus are named.
    pub(crate) fn counted(&self) -> bool {
        self.rules_total.is_some()
    }

    /// The documents, read before anything else, where rules are to be written.
    pub(crate) fn documents(&self) -> Result<Option<Documents>, Failure> {
        if self.rules.is_none() {
            return Ok(None);
        }
        let text = match &self.docs {
            None => String::new(),
            Some(path) => std::fs::read_to_string(path).map_err(|e| {
                Error::io(e, &path.display().to_string()).hint(
                    "it is to be Markdown with the headings Explanation, Business impact, Remediation and Escalation",
                )
            })?,
        };
        match (Documents::from_markdown(&text), &self.docs) {
            (Ok(documents), _) => Ok(Some(documents)),
            (Err(e), Some(path)) => Err(e.in_file(&path.display().to_string()).into()),
            (Err(e), None) => Err(Failure::usage(format!("--rules needs --docs FILE: {e}"))),
        }
    }

    /// The rules of every series held against one objective, which has a name where there are several.
    pub(crate) fn rule_sets(
        &self,
        held: &[(Fit<'_>, SloReport)],
        objective: &Objective,
        name: Option<&str>,
        documents: &Documents,
    ) -> Result<Vec<RuleSet>, Failure> {
        let rules = rules(objective, self);
        held.iter()
            .map(|(fit, _)| {
                let sli = self.sli(fit, objective)?;
                let title = fit.item.title();
                let title = name.map_or_else(|| title.clone(), |name| format!("{name}: {title}"));
                RuleSet::new(&title, objective.target, sli, &rules, documents.clone()).map_err(Failure::usage)
            })
            .collect()
    }

    /// Writes rules, and their unit test beside them.
    pub(crate) fn write(&self, sets: &[RuleSet]) -> Result<(), Failure> {
        for (path, text) in self.files(sets)? {
            files::write(&path, text.as_bytes(), false)?;
            say(&format!("written: {}\n", path.display()));
        }
        Ok(())
    }

    /// The rules and their unit test, each with its file.
    pub(crate) fn files(&self, sets: &[RuleSet]) -> Result<Vec<(PathBuf, String)>, Failure> {
        let Some(out) = &self.rules else { return Ok(Vec::new()) };
        let test = out.with_extension("test.yml");
        let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let text = rules_yaml(sets).map_err(Failure::usage)?;
        let proof = test_yaml(sets, &name(out)).map_err(Failure::usage)?;
        Ok(vec![(out.clone(), text), (test, proof)])
    }

    /// The error ratio of one series in `PromQL`.
    fn sli(&self, fit: &Fit<'_>, objective: &Objective) -> Result<Sli, Failure> {
        let labels = &fit.item.identity.labels;
        let narrowed = |selector: &Selector| selector.clone().narrowed(labels).map_err(Failure::usage);
        match (&self.rules_total, &self.rules_bad, &self.rules_good) {
            (Some(total), bad, good) if matches!(objective.population, Population::Slices(_)) => {
                let (Population::Slices(width), Criterion::Ratio(at_least), None, Some(good)) =
                    (objective.population, objective.effective_criterion(), bad, good)
                else {
                    return Err(Failure::usage(
                        "slices of counters are exported by their ratio: say “of 1m slices have ratio >= 99.5%”, and name the \
                         counters with --rules-good and --rules-total",
                    ));
                };
                let good = SliceTest::Ratio { good: narrowed(good)?, total: narrowed(total)?, at_least };
                Ok(Sli::Slices { width, good })
            }
            (Some(total), Some(bad), _) => Ok(Sli::Bad { bad: narrowed(bad)?, total: narrowed(total)? }),
            (Some(total), _, Some(good)) => Ok(Sli::Good { good: narrowed(good)?, total: narrowed(total)? }),
            _ if matches!(fit.input(), SloInput::Series(_)) => {
                let gauge = Selector::new(&*fit.item.identity.name).map_err(Failure::usage)?;
                of_gauge(narrowed(&gauge)?, objective, &fit.item.identity.unit)
            }
            _ => Err(Failure::usage(format!(
                "--rules cannot tell which counters of Prometheus “{}” stands for; name them with --rules-total and --rules-bad \
                 or --rules-good, such as --rules-total http_requests_total --rules-bad 'http_requests_total{{code=~\"5..\"}}'",
                fit.item.title()
            ))),
        }
    }
}

/// The error ratio of a gauge, whose values are in `unit`.
fn of_gauge(gauge: Selector, objective: &Objective, unit: &Unit) -> Result<Sli, Failure> {
    let criterion = objective.effective_criterion();
    let reading = match &criterion {
        Criterion::Mean(_) => Reading::Mean,
        Criterion::Percentile(q, _) => Reading::Quantile(*q),
        _ => Reading::Worst,
    };
    let condition = match criterion {
        Criterion::Up => Condition::up(),
        Criterion::Value(c) | Criterion::Percentile(_, c) | Criterion::Mean(c) => c.converted(unit)?,
        Criterion::Ok | Criterion::Ratio(_) => {
            return Err(Failure::usage("a gauge has neither good flags nor ratios: say “up” or “< 300ms”"));
        }
    };
    let limit = Limit { comparison: condition.comparison, limit: condition.limit };
    Ok(match objective.population {
        Population::Slices(width) => Sli::Slices { width, good: SliceTest::Gauge { gauge, reading, limit } },
        _ if condition == Condition::up() => Sli::Up(gauge),
        _ => Sli::Gauge { gauge, limit },
    })
}
