//! A unit test for the rules: quiet, then a planted outage, then quiet again.

use std::fmt::Write;

use super::quote::yaml;
use super::rule_set::RuleSet;
use super::sli::Sli;
use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::slo::alert::{BurnRateRule, theory};
use crate::time::Span;

/// A counter stands this high before the test begins, so that `rate` does not take its first sample for a start at 0.
const BEFORE: u64 = 1_000_000_000;

/// Requests a step in the test.
const TRAFFIC: u64 = 1_000_000;

/// The most steps of a test.
const MAX_STEPS: i64 = 2_000_000;

/// The text of a file for `promtool test rules` that proves the rules of [`rules_yaml`](super::rules_yaml).
///
/// For each objective there are two tests. In the first everything fails after a quiet time that fills every window: no alert fires
/// before, none at half its time to detect, each fires by its time to detect, and each has stopped by its time to reset after the
/// end. In the second errors stay at half of the lowest threshold, and nothing ever fires. `rule_file` is the rules' file as seen
/// from the test's folder.
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the test would be too long (a window of a second beside one of months), and where
/// a selector has a pattern (`=~`, `!~`) for which no series can be made up.
pub fn test_yaml(sets: &[RuleSet], rule_file: &str) -> Result<String> {
    let step = sets.iter().map(step_of).min().ok_or_else(|| Error::empty("there is no objective to test"))?;
    let mut out = format!(
        "# Written by sre-stats. Run with: promtool test rules\nrule_files:\n  - {}\nevaluation_interval: {}s\ntests:\n",
        yaml(rule_file),
        step.0 / NS
    );
    for set in sets {
        let plan = Plan::of(set, step)?;
        plan.outage(set, &mut out)?;
        plan.quiet(set, &mut out)?;
    }
    Ok(out)
}

const NS: i64 = 1_000_000_000;

/// A fifth of the shortest window in whole seconds, from 1 s to 1 min.
fn step_of(set: &RuleSet) -> Span {
    let shortest = set.rules().iter().map(|r| r.short.0).min().unwrap_or(NS);
    Span((shortest / 5 / NS).clamp(1, 60) * NS)
}

/// When what happens, in steps.
struct Plan {
    step: Span,
    /// The last quiet step.
    quiet: i64,
    /// How long everything fails.
    outage: i64,
    /// How long it is quiet again.
    after: i64,
    /// For each rule: steps into the outage at which it surely does not fire yet and by which it surely does, and steps after the
    /// end by which it has stopped.
    rules: Vec<(i64, i64, i64)>,
}

/// The edges of a window, the scrape and the evaluation may each cost a step.
const SLACK: i64 = 4;

impl Plan {
    fn of(set: &RuleSet, step: Span) -> Result<Self> {
        let steps = |seconds: f64| (seconds / step.as_secs_f64()).ceil() as i64;
        let mut rules = Vec::new();
        for rule in set.rules() {
            let (detect, reset) = times(set, rule)?;
            // what `rate` extrapolates is at most a step of each window
            let early = (steps(detect) / 2 - SLACK).max(0);
            // a slice is judged at its end, and one that is bad in part is bad; a gauge is looked at now and then
            let (early, late) = match set.sli() {
                Sli::Slices { width, .. } => (0, steps(2.0 * width.as_secs_f64())),
                Sli::Gauge { .. } => (early, steps(60.0)),
                _ => (early, 0),
            };
            rules.push((early, steps(detect * 1.02) + SLACK + late, steps(reset) + SLACK + late));
        }
        let longest = set.rules().iter().map(|r| r.long.as_secs_f64()).fold(0.0, f64::max);
        let most = |pick: fn(&(i64, i64, i64)) -> i64| rules.iter().map(pick).max().unwrap_or(0);
        let plan =
            Self { step, quiet: steps(longest) + SLACK, outage: most(|r| r.1) + 1, after: most(|r| r.2) + 1, rules };
        let all = plan.quiet + plan.outage + plan.after;
        if all > MAX_STEPS {
            return Err(Error::argument(format!("a test of windows of {longest} s in steps of {step} is too long"))
                .hint("widen the short windows"));
        }
        Ok(plan)
    }

    /// Values of a series: constant or rising by so much a step in each of the three parts.
    fn values(&self, start: u64, slopes: [u64; 3]) -> String {
        let [quiet, outage, after] = slopes;
        let first = start + outage + quiet * self.quiet as u64;
        let second = first + outage * (self.outage as u64 - 1) + after;
        format!(
            "{start}+{quiet}x{} {first}+{outage}x{} {second}+{after}x{}",
            self.quiet,
            self.outage - 1,
            self.after - 1
        )
    }

    /// Everything fails for a while.
    fn outage(&self, set: &RuleSet, out: &mut String) -> Result<()> {
        self.head(set, "outage", out);
        let failing = self.values(BEFORE, [0, TRAFFIC, 0]);
        let working = self.values(BEFORE, [TRAFFIC, 0, TRAFFIC]);
        let always = self.values(BEFORE, [TRAFFIC; 3]);
        if let Some((gauge, good, bad)) = set.sli().gauge() {
            let (first, second, third) = (self.quiet, self.outage - 1, self.after - 1);
            let values = format!("{good}+0x{first} {bad}+0x{second} {good}+0x{third}");
            series(out, &gauge.series(&made_up(gauge)?), &values);
        }
        if let Some((part, total)) = set.sli().counters() {
            let in_part = part.series(&made_up(part)?);
            let (own, other) = if counts_good(set) { (&working, &failing) } else { (&failing, &working) };
            series(out, &in_part, own);
            // a part of the total is counted there already
            if part.is_within(total) {
                series(out, &total.series(&outside(part, total)?), other);
            } else {
                series(out, &total.series(&made_up(total)?), &always);
            }
        }
        out.push_str("    alert_rule_test:\n");
        let end = self.quiet + self.outage;
        for (i, (rule, (early, by, stopped))) in set.rules().iter().zip(&self.rules).enumerate() {
            self.expect(set, i, self.quiet, None, out);
            self.expect(set, i, self.quiet + early, None, out);
            self.expect(set, i, self.quiet + by, Some(rule), out);
            self.expect(set, i, end + stopped, None, out);
        }
        Ok(())
    }

    /// Errors at half of the lowest threshold, for as long.
    fn quiet(&self, set: &RuleSet, out: &mut String) -> Result<()> {
        let lowest = set
            .rules()
            .iter()
            .map(|r| r.threshold(set.target()).map(super::super::alert::Threshold::value))
            .collect::<Result<Vec<f64>>>()?
            .into_iter()
            .fold(1.0, f64::min);
        let few = (TRAFFIC as f64 * lowest / 2.0) as u64;
        self.head(set, "quiet", out);
        let rising = |n: u64| self.values(BEFORE, [n; 3]);
        if let Some((gauge, good, _)) = set.sli().gauge() {
            let all = self.quiet + self.outage + self.after;
            series(out, &gauge.series(&made_up(gauge)?), &format!("{good}+0x{all}"));
        }
        if let Some((part, total)) = set.sli().counters() {
            let own = if counts_good(set) { TRAFFIC - few } else { few };
            series(out, &part.series(&made_up(part)?), &rising(own));
            if part.is_within(total) {
                series(out, &total.series(&outside(part, total)?), &rising(TRAFFIC - own));
            } else {
                series(out, &total.series(&made_up(total)?), &rising(TRAFFIC));
            }
        }
        out.push_str("    alert_rule_test:\n");
        for (i, (_, by, _)) in self.rules.iter().enumerate() {
            self.expect(set, i, self.quiet + by, None, out);
            self.expect(set, i, self.quiet + self.outage + self.after, None, out);
        }
        Ok(())
    }

    fn head(&self, set: &RuleSet, what: &str, out: &mut String) {
        let name = format!("{}: {what}", set.name());
        _ = write!(out, "  - interval: {}s\n    name: {}\n    input_series:\n", self.step.0 / NS, yaml(&name));
    }

    /// What an alert does at a step: fires with all its labels and annotations, or not.
    fn expect(&self, set: &RuleSet, i: usize, step: i64, fires: Option<&BurnRateRule>, out: &mut String) {
        let seconds = step * self.step.0 / NS;
        _ = write!(out, "      - eval_time: {seconds}s\n        alertname: {}\n", yaml(&set.alert(i)));
        let Some(rule) = fires else {
            out.push_str("        exp_alerts: []\n");
            return;
        };
        out.push_str("        exp_alerts:\n          - exp_labels:\n");
        _ = writeln!(out, "              slo: {}", yaml(set.name()));
        for (label, value) in &set.alert_labels(rule) {
            _ = writeln!(out, "              {label}: {}", yaml(value));
        }
        out.push_str("            exp_annotations:\n");
        for (name, text) in set.annotations(rule) {
            // annotations of an alert are expanded, and so these are the plain texts
            _ = writeln!(out, "              {name}: {}", yaml(&text));
        }
    }
}

/// Whether the part of all requests that is counted is the good one.
fn counts_good(set: &RuleSet) -> bool {
    matches!(set.sli(), Sli::Good { .. } | Sli::Slices { .. })
}

/// Seconds that theory gives a rule until it fires and until it stops, where everything fails.
fn times(set: &RuleSet, rule: &BurnRateRule) -> Result<(f64, f64)> {
    let threshold = rule.threshold(set.target())?;
    let detect = theory::time_to_detect(rule, threshold, 1.0, 0.0);
    let reset = theory::time_to_reset(rule, threshold, 1.0, 0.0);
    detect.zip(reset).ok_or_else(|| Error::argument(format!("{rule} never fires")))
}

fn series(out: &mut String, series: &str, values: &str) {
    _ = write!(out, "      - series: {}\n        values: {}\n", yaml(series), yaml(values));
}

fn made_up(selector: &super::Selector) -> Result<Labels> {
    selector.example().ok_or_else(|| no_example(selector))
}

fn outside(part: &super::Selector, total: &super::Selector) -> Result<Labels> {
    part.example_outside(total).ok_or_else(|| no_example(part))
}

fn no_example(selector: &super::Selector) -> Error {
    Error::argument(format!("no series can be made up for “{selector}”, so the rules cannot be tested"))
        .hint("write its patterns with plain characters, “.”, “.*”, “.+”, “[…]” and “|”, or use = and !=")
}
