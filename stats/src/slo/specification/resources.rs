//! OpenSLO v1's documents beside the SLO: services, data sources, indicators, and whom an alert calls when.
//!
//! Each is checked as far as the specification says what it holds, and kept as its own text, so that it is written as it was read.

use super::super::alert::{BurnRateRule, Severity};
use super::super::yaml::Node;
use super::Specification;
use super::time_window;
use crate::error::{Error, Result};
use crate::time::Span;

/// A kind of document beside the SLO.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub enum ResourceKind {
    /// What SLOs belong to.
    Service,
    /// Where metrics are asked for.
    DataSource,
    /// What an SLO measures.
    #[serde(rename = "SLI")]
    Sli,
    /// Which conditions call whom.
    AlertPolicy,
    /// When an alert is due.
    AlertCondition,
    /// Whom an alert calls.
    AlertNotificationTarget,
}

/// All kinds with their names in a file.
const KINDS: [(ResourceKind, &str); 6] = [
    (ResourceKind::Service, "Service"),
    (ResourceKind::DataSource, "DataSource"),
    (ResourceKind::Sli, "SLI"),
    (ResourceKind::AlertPolicy, "AlertPolicy"),
    (ResourceKind::AlertCondition, "AlertCondition"),
    (ResourceKind::AlertNotificationTarget, "AlertNotificationTarget"),
];

impl ResourceKind {
    fn named(name: &str) -> Option<Self> {
        KINDS.iter().find(|(_, word)| *word == name).map(|(kind, _)| *kind)
    }

    fn word(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }
}

/// A document of OpenSLO beside the SLO: its own text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// Its name, by which others refer to it.
    pub name: String,
    /// The whole document, as YAML.
    pub yaml: String,
}

/// OpenSLO's `AlertPolicy`, with the conditions and targets that it names, as far as the file has them.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct AlertPolicy {
    /// Its name.
    pub name: String,
    /// Whether it calls when a condition begins to hold.
    pub when_breaching: bool,
    /// Whether it calls when a condition holds no longer.
    pub when_resolved: bool,
    /// Whether it calls when there are no data.
    pub when_no_data: bool,
    /// Its conditions.
    pub conditions: Vec<AlertCondition>,
    /// Whom it calls.
    pub targets: Vec<NotificationTarget>,
}

/// OpenSLO's `AlertCondition` of kind `burnrate`: one window, and a time for which it must hold.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct AlertCondition {
    /// Its name.
    pub name: String,
    /// The file's own word, such as `page` or `sev1`.
    pub severity: String,
    /// The burn rate from which on it holds.
    pub threshold: f64,
    /// Over how long the burn rate is measured.
    #[serde(rename = "lookback_s")]
    pub lookback: Span,
    /// For how long it must hold.
    #[serde(rename = "after_s")]
    pub after: Span,
}

/// OpenSLO's `AlertNotificationTarget`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NotificationTarget {
    /// Its name.
    pub name: String,
    /// What it is, such as `email`.
    pub target: String,
}

impl AlertCondition {
    /// The condition as a rule that history can be replayed with: its one window is the long and the short one. The severity `ticket` is
    /// [`Severity::Ticket`], every other word calls a person at once.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the burn rate is not more than 0.
    ///
    /// ```
    /// use sre_stats::slo::read_specification;
    /// let found = read_specification(
    ///     "apiVersion: openslo/v1\nkind: AlertPolicy\nmetadata: {name: page}\nspec:\n  alertWhenBreaching: true\n  conditions:\n    \
    ///      - kind: AlertCondition\n      metadata: {name: fast}\n      spec:\n        severity: page\n        condition:\n          \
    ///      {kind: burnrate, threshold: 14.4, lookbackWindow: 1h, alertAfter: 5m}\n  notificationTargets: [{targetRef: duty}]\n---\n\
    ///      apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: up}\nspec:\n  service: shop\n  indicatorRef: up\n  budgetingMethod: \
    ///      Occurrences\n  timeWindow: [{duration: 30d, isRolling: true}]\n  objectives: [{target: 0.999}]\n  alertPolicies:\n    \
    ///      - alertPolicyRef: page\n",
    /// )?;
    /// let rules: Vec<String> = found.alert_rules(&found.slos[0])?.iter().map(ToString::to_string).collect();
    /// assert_eq!(rules, ["14.4x over 1h and 1h for 5m page"]);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn rule(&self) -> Result<BurnRateRule> {
        let severity = if self.severity.eq_ignore_ascii_case("ticket") { Severity::Ticket } else { Severity::Page };
        let rule = BurnRateRule::new(self.threshold, self.lookback, self.lookback, severity)?;
        Ok(rule.with_for(self.after))
    }
}

/// Reads a document that is no SLO.
pub(super) fn read(document: &Node, all: &[Node], found: &mut Specification) -> Result<()> {
    let word = document.needed("kind")?;
    let Some(kind) = ResourceKind::named(word) else {
        found.note(document.line, format!("a document of kind {word} is not read"));
        return Ok(());
    };
    keep(kind, document, all, document.to_yaml(0), found)
}

/// The policies that an SLO names; one that it defines itself becomes a document of its own.
pub(super) fn policies(spec: &Node, all: &[Node], found: &mut Specification) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for node in spec.list("alertPolicies")? {
        let name = if let Some(name) = node.word("alertPolicyRef")? {
            if document(all, ResourceKind::AlertPolicy, name).is_none() {
                found.note(node.line, format!("the alert policy “{name}” is not in this file"));
            }
            name
        } else {
            own_policy(node, all, found)?
        };
        names.push(name.to_owned());
    }
    Ok(names)
}

/// The name of a policy that is written where it is used; it is kept as a document of its own.
fn own_policy<'a>(node: &'a Node, all: &[Node], found: &mut Specification) -> Result<&'a str> {
    let name = inline(node, ResourceKind::AlertPolicy, "alertPolicyRef")?;
    let [metadata, spec] = ["metadata", "spec"].map(|key| node.child(key).map(|part| part.to_yaml(2)));
    let yaml = format!("{HEAD}kind: AlertPolicy\nmetadata:\n{}spec:\n{}", metadata?, spec?);
    // two SLOs may define the same one
    if !found.resources.iter().any(|r| r.kind == ResourceKind::AlertPolicy && r.yaml == yaml) {
        keep(ResourceKind::AlertPolicy, node, all, yaml, found)?;
    }
    Ok(name)
}

/// The version line of a document.
const HEAD: &str = "apiVersion: openslo/v1\n";

/// Checks a document, and keeps its text.
fn keep(kind: ResourceKind, node: &Node, all: &[Node], yaml: String, found: &mut Specification) -> Result<()> {
    let name = name(node)?;
    if found.resources.iter().any(|other| (other.kind, other.name.as_str()) == (kind, name)) {
        return Err(node.error(format!("there are two documents of kind {} named “{name}”", kind.word())));
    }
    match kind {
        // nothing but a description
        ResourceKind::Service => {}
        ResourceKind::DataSource => {
            node.child("spec")?.needed("type")?;
        }
        ResourceKind::Sli => {
            let spec = node.child("spec")?;
            if spec.get("thresholdMetric").is_some() == spec.get("ratioMetric").is_some() {
                return Err(spec.error("an indicator has a “thresholdMetric” or a “ratioMetric”"));
            }
        }
        ResourceKind::AlertNotificationTarget => {
            target(node)?;
        }
        ResourceKind::AlertCondition => {
            condition(node, found)?;
        }
        ResourceKind::AlertPolicy => {
            let policy = policy(node, all, found)?;
            found.alert_policies.push(policy);
        }
    }
    found.resources.push(Resource { kind, name: name.to_owned(), yaml });
    Ok(())
}

fn name(node: &Node) -> Result<&str> {
    node.child("metadata")?.needed("name")
}

/// The document of a kind and a name.
fn document<'a>(all: &'a [Node], kind: ResourceKind, wanted: &str) -> Option<&'a Node> {
    all.iter().find(|d| d.word("kind").ok().flatten() == Some(kind.word()) && name(d).is_ok_and(|name| name == wanted))
}

/// The name of a part that is written where it is used; `reference` is what it could be instead.
fn inline<'a>(node: &'a Node, kind: ResourceKind, reference: &str) -> Result<&'a str> {
    match node.word("kind")? {
        Some(word) if word == kind.word() => name(node),
        Some(word) => Err(node.error(format!("“kind” is {word} where {} is due", kind.word()))),
        None => Err(node.error(format!("“{reference}” is missing")).hint(format!("or write the {} here", kind.word()))),
    }
}

/// The parts of a policy, each where it is used or named: a name that the file does not have is noted.
fn parts<'a>(
    spec: &'a Node,
    key: &str,
    (kind, reference): (ResourceKind, &str),
    all: &'a [Node],
    found: &mut Specification,
) -> Result<Vec<&'a Node>> {
    let list = spec.list(key)?;
    if list.is_empty() {
        return Err(spec.error(format!("“{key}” is missing")));
    }
    let mut parts = Vec::new();
    for node in list {
        match node.word(reference)? {
            None => {
                inline(node, kind, reference)?;
                parts.push(node);
            }
            Some(name) => match document(all, kind, name) {
                Some(document) => parts.push(document),
                None => found.note(node.line, format!("the {} “{name}” is not in this file", kind.word())),
            },
        }
    }
    Ok(parts)
}

fn policy(node: &Node, all: &[Node], found: &mut Specification) -> Result<AlertPolicy> {
    let spec = node.child("spec")?;
    let flag = |key: &str| Ok::<_, Error>(spec.flag(key)?.unwrap_or(false));
    let conditions = parts(spec, "conditions", (ResourceKind::AlertCondition, "conditionRef"), all, found)?;
    if let Some(second) = spec.list("conditions")?.get(1) {
        return Err(second.error("an alert policy has one condition"));
    }
    let targets = parts(spec, "notificationTargets", (ResourceKind::AlertNotificationTarget, "targetRef"), all, found)?;
    let mut read = Vec::new();
    for node in conditions {
        read.extend(condition(node, found)?);
    }
    Ok(AlertPolicy {
        name: name(node)?.to_owned(),
        when_breaching: flag("alertWhenBreaching")?,
        when_resolved: flag("alertWhenResolved")?,
        when_no_data: flag("alertWhenNoData")?,
        conditions: read,
        targets: targets.into_iter().map(target).collect::<Result<_>>()?,
    })
}

fn target(node: &Node) -> Result<NotificationTarget> {
    Ok(NotificationTarget { name: name(node)?.to_owned(), target: node.child("spec")?.needed("target")?.to_owned() })
}

/// A condition; one that is not about a burn rate is noted, and kept as its text alone.
fn condition(node: &Node, found: &mut Specification) -> Result<Option<AlertCondition>> {
    let spec = node.child("spec")?;
    let severity = spec.needed("severity")?;
    let condition = spec.child("condition")?;
    if let Some(kind) = condition.word("kind")?.filter(|kind| *kind != "burnrate") {
        let line = condition.get("kind").map_or(condition.line, |kind| kind.line);
        let note = format!("a condition of kind {kind} is kept and not understood");
        if !found.notes.iter().any(|other| (other.line, &other.message) == (line, &note)) {
            found.note(line, note);
        }
        return Ok(None);
    }
    if let Some(op) = condition.get("op")
        && !matches!(op.text(), Some("gt" | "gte"))
    {
        return Err(op.error("“op” of a burn rate is to be gt or gte"));
    }
    let node_of = condition.child("threshold")?;
    let threshold = node_of.text().and_then(|text| text.parse::<f64>().ok()).filter(|t| t.is_finite() && *t > 0.0);
    let lookback = condition.child("lookbackWindow")?;
    let after = match condition.get("alertAfter") {
        None => Span::ZERO,
        Some(after) if after.text().is_some_and(|text| text.trim_end_matches(char::is_alphabetic) == "0") => Span::ZERO,
        Some(after) => time_window::fixed(after)?,
    };
    Ok(Some(AlertCondition {
        name: name(node)?.to_owned(),
        severity: severity.to_owned(),
        threshold: threshold.ok_or_else(|| node_of.error("“threshold” is to be a burn rate of more than 0"))?,
        lookback: time_window::fixed(lookback)?,
        after,
    }))
}

impl Specification {
    /// The rules of the policies that an SLO names: what their conditions, replayed on history, would have done.
    ///
    /// A policy that does not call when a condition begins to hold has no rule.
    ///
    /// # Errors
    /// As [`AlertCondition::rule`], with the policy's name.
    pub fn alert_rules(&self, slo: &super::SpecifiedSlo) -> Result<Vec<BurnRateRule>> {
        let named = self.alert_policies.iter().filter(|p| p.when_breaching && slo.alert_policies.contains(&p.name));
        let rule = |policy: &AlertPolicy, condition: &AlertCondition| {
            condition.rule().map_err(|e| Error::argument(format!("“{}”: {}", policy.name, e.message())))
        };
        named.flat_map(|policy| policy.conditions.iter().map(move |c| rule(policy, c))).collect()
    }
}
