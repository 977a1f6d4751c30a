//! One objective's rules, and a file of them.

use std::fmt::Write;

use super::documents::Documents;
use super::quote::{duration, template, yaml};
use super::selector::is_label;
use super::sli::Sli;
use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::quantile::Quantile;
use crate::slo::alert::BurnRateRule;
use crate::time::Span;

/// The name of the recorded error ratios, before their window: `slo:error_ratio:rate5m`.
const RECORD: &str = "slo:error_ratio:rate";

/// Burn-rate alerts of one objective for Prometheus, complete with their documents.
///
/// Each window is recorded once as `slo:error_ratio:rate<window>{slo="…"}`; each rule is an alert that compares two of them. The
/// labels `severity`, `long_window` and `short_window` are added, and the documents are annotations.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSet {
    name: String,
    alert: String,
    target: Quantile,
    sli: Sli,
    rules: Vec<BurnRateRule>,
    documents: Documents,
    labels: Labels,
    every: Span,
}

impl RuleSet {
    /// Rules for an objective of this name.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) without a name or a rule, for a rule that can never fire or whose windows
    /// do not hold whole slices, and where the part of the requests that is counted is no part of the total.
    pub fn new(name: &str, target: Quantile, sli: Sli, rules: &[BurnRateRule], documents: Documents) -> Result<Self> {
        if name.trim().is_empty() {
            return Err(Error::argument("rules need the name of their objective"));
        }
        if rules.is_empty() {
            return Err(
                Error::argument("there is no rule to export").hint("give one such as “14.4x over 1h and 5m page”")
            );
        }
        for rule in rules {
            rule.threshold(target)?;
            sli.check_windows(rule)?;
        }
        sli.check()?;
        let mut unique: Vec<BurnRateRule> = Vec::new();
        for rule in rules {
            if !unique.contains(rule) {
                unique.push(*rule);
            }
        }
        let (name, alert) = (name.to_owned(), camel_case(name));
        let every = Span::from_secs(30);
        Ok(Self { name, alert, target, sli, rules: unique, documents, labels: Labels::new(), every })
    }

    /// The same rules with more labels on every alert, such as `team`.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where Prometheus has no label of such a name, or the rules set it themselves.
    pub fn with_labels(mut self, labels: Labels) -> Result<Self> {
        let own = ["slo", "severity", "long_window", "short_window", "alertname"];
        for (label, _) in &labels {
            if !is_label(label) || own.contains(&label.as_str()) {
                return Err(Error::argument(format!("alerts cannot be given the label “{label}”")));
            }
        }
        self.labels = labels;
        Ok(self)
    }

    /// The same rules, evaluated every so often; 30 s by default.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for less than a millisecond.
    pub fn evaluated_every(mut self, every: Span) -> Result<Self> {
        if every.0 < 1_000_000 {
            return Err(Error::argument(format!("Prometheus does not evaluate rules every {every}")));
        }
        self.every = every;
        Ok(self)
    }

    /// The name of the objective, the value of the label `slo`.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn target(&self) -> Quantile {
        self.target
    }

    pub(super) fn sli(&self) -> &Sli {
        &self.sli
    }

    pub(super) fn rules(&self) -> &[BurnRateRule] {
        &self.rules
    }

    /// The name of a rule's alert, one for each rule.
    pub(super) fn alert(&self, i: usize) -> String {
        let window = |r: &BurnRateRule| duration(r.long);
        let Some(rule) = self.rules.get(i) else { return self.alert.clone() };
        let twins = self.rules.iter().filter(|r| window(r) == window(rule)).count();
        let number = if twins > 1 { format!("_{}", i + 1) } else { String::new() };
        format!("{}ErrorBudgetBurn{}{number}", self.alert, window(rule))
    }

    /// The labels that a rule puts on its alert.
    pub(super) fn alert_labels(&self, rule: &BurnRateRule) -> Labels {
        let mut labels = self.labels.clone();
        labels.set("severity", rule.severity.to_string());
        labels.set("long_window", duration(rule.long));
        labels.set("short_window", duration(rule.short));
        labels
    }

    /// The annotations of a rule's alert: name and text.
    pub(super) fn annotations(&self, rule: &BurnRateRule) -> [(&'static str, String); 5] {
        let d = &self.documents;
        let summary = format!(
            "{} burns its error budget at more than {} times the rate that it affords, over {} and {}",
            self.name,
            rule.factor,
            duration(rule.long),
            duration(rule.short)
        );
        [
            ("summary", summary),
            ("explanation", d.explanation.clone()),
            ("business_impact", d.impact.clone()),
            ("remediation", d.remediation.clone()),
            ("escalation", d.escalation.clone()),
        ]
    }

    fn recorded(&self, window: Span) -> String {
        format!("{RECORD}{}{{slo={}}}", duration(window), super::quote::promql(&self.name))
    }

    fn group(&self, name: &str, out: &mut String) -> Result<()> {
        _ = write!(out, "  - name: {}\n    interval: {}\n    rules:\n", yaml(name), duration(self.every));
        let mut windows: Vec<Span> = self.rules.iter().flat_map(|r| [r.short, r.long]).collect();
        windows.sort_unstable();
        windows.dedup_by_key(|w| duration(*w));
        for window in windows {
            _ = write!(
                out,
                "      - record: {RECORD}{}\n        expr: {}\n        labels:\n          slo: {}\n",
                duration(window),
                yaml(&self.sli.error_ratio(window)),
                yaml(&self.name)
            );
        }
        for (i, rule) in self.rules.iter().enumerate() {
            let limit = rule.threshold(self.target)?.decimal();
            let expr = format!("{} > {limit} and {} > {limit}", self.recorded(rule.long), self.recorded(rule.short));
            _ = write!(out, "      - alert: {}\n        expr: {}\n", yaml(&self.alert(i)), yaml(&expr));
            if rule.hold > Span::ZERO {
                _ = writeln!(out, "        for: {}", duration(rule.hold));
            }
            out.push_str("        labels:\n");
            for (label, value) in &self.alert_labels(rule) {
                _ = writeln!(out, "          {label}: {}", yaml(&template(value)));
            }
            out.push_str("        annotations:\n");
            for (name, text) in self.annotations(rule) {
                _ = writeln!(out, "          {name}: {}", yaml(&template(&text)));
            }
        }
        Ok(())
    }
}

/// A rule file of Prometheus with one group an objective.
///
/// ```
/// use sre_stats::slo::alert::BurnRateRule;
/// use sre_stats::slo::rules::{Documents, RuleSet, Sli, rules_yaml};
/// let sli = Sli::Bad { bad: r#"http_requests_total{code=~"5.."}"#.parse()?, total: "http_requests_total".parse()? };
/// let documents = Documents::new("Checkouts fail.", "300 € a minute.", "Roll back.", "Call Ann.")?;
/// let rules = RuleSet::new("checkout", "99.9%".parse()?, sli, &BurnRateRule::workbook("30d".parse()?), documents)?;
/// let yaml = rules_yaml(&[rules])?;
/// assert!(yaml.contains("slo:error_ratio:rate1h{slo=\\\"checkout\\\"} > 0.0144"));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without an objective; [`Argument`](crate::ErrorKind::Argument) where two have the same name,
/// so that their recorded series would be one.
pub fn rules_yaml(sets: &[RuleSet]) -> Result<String> {
    if sets.is_empty() {
        return Err(Error::empty("there is no objective to write rules for"));
    }
    if let Some((i, set)) = sets.iter().enumerate().find(|(i, s)| sets.iter().take(*i).any(|o| o.name == s.name)) {
        return Err(Error::argument(format!(
            "two objectives, one of them number {}, are called “{}”",
            i + 1,
            set.name
        )));
    }
    let mut out = String::from("# Burn-rate alerts, written by sre-stats. Check with: promtool check rules\ngroups:\n");
    for set in sets {
        set.group(&format!("slo {}", set.name), &mut out)?;
    }
    Ok(out)
}

/// Letters and digits of a name, each word with a capital: the beginning of an alert's name.
fn camel_case(name: &str) -> String {
    let mut out = String::new();
    let mut start = true;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(if start { c.to_ascii_uppercase() } else { c });
        }
        start = !c.is_ascii_alphanumeric();
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::slo::alert::Severity;

    fn set(name: &str, rules: &[BurnRateRule]) -> Result<RuleSet> {
        let documents = Documents::new("it {{ fails }}", "money", "roll back", "call").unwrap();
        RuleSet::new(name, "99.9%".parse().unwrap(), Sli::Up("up".parse().unwrap()), rules, documents)
    }

    #[test]
    fn names_are_distinct_and_windows_recorded_once() {
        let rule = |factor, long, severity| {
            BurnRateRule::new(factor, Span::from_secs(long), Span::from_secs(300), severity).unwrap()
        };
        let rules =
            [rule(14.4, 3600, Severity::Page), rule(6.0, 3600, Severity::Ticket), rule(3.0, 21_600, Severity::Page)];
        let yaml = rules_yaml(&[set("shop/check-out", &rules).unwrap()]).unwrap();
        assert_eq!(yaml.matches("record: slo:error_ratio:rate5m\n").count(), 1);
        assert_eq!(yaml.matches("record:").count(), 3);
        for name in
            ["ShopCheckOutErrorBudgetBurn1h_1", "ShopCheckOutErrorBudgetBurn1h_2", "ShopCheckOutErrorBudgetBurn6h"]
        {
            assert_eq!(yaml.matches(&format!("alert: \"{name}\"")).count(), 1, "{yaml}");
        }
        // what looks like a template is text
        assert!(yaml.contains(r#"explanation: "it {{ \"{{\" }} fails }}""#), "{yaml}");
    }

    #[test]
    fn what_cannot_be_exported_is_refused() {
        let page = BurnRateRule::workbook("30d".parse().unwrap());
        assert!(set(" ", &page).is_err());
        assert!(set("x", &[]).is_err());
        let twice = [set("x", &page).unwrap(), set("x", &page).unwrap()];
        assert!(rules_yaml(&twice).unwrap_err().to_string().contains("called “x”"));
        assert!(rules_yaml(&[]).is_err());
        let labels = Labels::from_pairs([("severity", "low")]);
        assert!(set("x", &page).unwrap().with_labels(labels).is_err());
        let documents = Documents::new("a", "b", "c", "d").unwrap();
        let sli = Sli::Up("up".parse().unwrap());
        let unreachable = RuleSet::new("x", "90%".parse().unwrap(), sli, &page, documents.clone());
        assert!(unreachable.unwrap_err().to_string().contains("never fire"));
        let whole = Sli::Bad { bad: "m".parse().unwrap(), total: "m".parse().unwrap() };
        assert!(RuleSet::new("x", "99%".parse().unwrap(), whole, &page, documents).is_err());
    }
}
