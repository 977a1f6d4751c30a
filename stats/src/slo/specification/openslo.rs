//! OpenSLO v1: a document becomes objectives.

use super::super::objective::{Criterion, Objective, Population};
use super::super::yaml::Node;
use super::resources;
use super::time_window::{self, TimeWindow, slice_width};
use super::{Indicator, IndicatorKind, Specification, SpecifiedSlo, UNIT};
use crate::error::{Error, Result};
use crate::quantile::Quantile;
use crate::unit::Unit;
use crate::window::{Comparison, Condition};

/// How a budget is spent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Budgeting {
    Occurrences,
    TimeSlices,
}

pub(super) fn read(document: &Node, all: &[Node], found: &mut Specification) -> Result<()> {
    let kind = document.needed("kind")?;
    if kind != "SLO" {
        return resources::read(document, all, found);
    }
    let metadata = document.child("metadata")?;
    let name = metadata.needed("name")?.to_owned();
    let spec = document.child("spec")?;
    found.note_unknown(document, &["apiVersion", "kind", "metadata", "spec"]);
    found.note_unknown(metadata, &["name", "displayName", "annotations", "labels"]);
    found.note_unknown(
        spec,
        &[
            "description",
            "service",
            "indicator",
            "indicatorRef",
            "timeWindow",
            "budgetingMethod",
            "objectives",
            "alertPolicies",
        ],
    );
    let policies = resources::policies(spec, all, found)?;
    let mut notes = Vec::new();
    let shared = shared(metadata, spec, all, &mut notes).map(|shared| Shared { policies, ..shared });
    let objectives = spec.list("objectives")?;
    if objectives.is_empty() {
        return Err(spec.error("“objectives” is missing"));
    }
    for node in objectives {
        let own = match (objectives.len(), node.word("displayName")?) {
            (1, _) => name.clone(),
            (_, Some(words)) => format!("{name}: {words}"),
            (_, None) => format!("{name}: objective on line {}", node.line),
        };
        let read = match &shared {
            Ok(shared) => shared.objective(node, &own, &mut notes),
            Err(e) => Err(again(e)),
        };
        found.take(node, &own, read);
    }
    for (line, message) in notes {
        found.note(line, message);
    }
    Ok(())
}

/// The same error for another objective of the document.
fn again(e: &Error) -> Error {
    let copy = Error::new(e.kind(), e.message()).at(e.position().cloned().unwrap_or_default());
    match e.way_out() {
        Some(way_out) => copy.hint(way_out),
        None => copy,
    }
}

/// What all objectives of a document share.
struct Shared {
    service: Option<String>,
    description: Option<String>,
    window: TimeWindow,
    budgeting: Budgeting,
    indicator: Option<Indicator>,
    policies: Vec<String>,
    /// The unit of limits, from the annotation.
    unit: Unit,
}

fn shared(metadata: &Node, spec: &Node, all: &[Node], notes: &mut Vec<(u64, String)>) -> Result<Shared> {
    let text = |key: &str| spec.word(key).map(|w| w.map(str::to_owned));
    let unit = match metadata.get("annotations") {
        Some(annotations) => annotations.word(UNIT)?.map(str::parse).transpose()?.unwrap_or_default(),
        None => Unit::None,
    };
    let method = spec.child("budgetingMethod")?;
    let budgeting = match method.text() {
        Some("Occurrences") => Budgeting::Occurrences,
        Some("Timeslices") => Budgeting::TimeSlices,
        Some("RatioTimeslices") => {
            return Err(Error::unsupported(
                "RatioTimeslices takes the mean of the slices' ratios, which hides errors under uneven traffic",
            )
            .at(crate::error::Position::default().at_line(method.line))
            .hint("choose Occurrences or Timeslices; the mean of ratios is shown beside both"));
        }
        _ => return Err(method.error("“budgetingMethod” is to be Occurrences or Timeslices")),
    };
    Ok(Shared {
        service: text("service")?,
        description: text("description")?,
        window: time_window::read(spec, notes)?,
        budgeting,
        indicator: indicator(spec, all, notes)?,
        policies: Vec::new(),
        unit,
    })
}

/// The indicator of an SLO: its own, or the one of the file that it names.
fn indicator(spec: &Node, all: &[Node], notes: &mut Vec<(u64, String)>) -> Result<Option<Indicator>> {
    let node = match (spec.get("indicator"), spec.get("indicatorRef")) {
        (Some(node), _) => node,
        (None, Some(reference)) => {
            let wanted = reference.text().unwrap_or_default();
            let is_it = |d: &&Node| {
                d.word("kind").ok().flatten() == Some("SLI")
                    && d.get("metadata").and_then(|m| m.word("name").ok().flatten()) == Some(wanted)
            };
            let Some(node) = all.iter().find(is_it) else {
                notes.push((reference.line, format!("the indicator “{wanted}” is not in this file")));
                return Ok(None);
            };
            node
        }
        (None, None) => return Err(spec.error("“indicator” or “indicatorRef” is missing")),
    };
    let name = node.get("metadata").and_then(|m| m.word("name").ok().flatten()).map(str::to_owned);
    let definition = node.child("spec")?;
    let kind = match (definition.get("thresholdMetric"), definition.get("ratioMetric")) {
        (Some(_), None) => IndicatorKind::Threshold,
        (None, Some(ratio)) => {
            if let Some(raw) = ratio.get("raw") {
                notes.push((
                    raw.line,
                    "a raw ratio is averaged by whoever queries it; give good or bad and total to count events"
                        .to_owned(),
                ));
            }
            IndicatorKind::Ratio
        }
        _ => return Err(definition.error("an indicator has a “thresholdMetric” or a “ratioMetric”")),
    };
    Ok(Some(Indicator { name, kind, yaml: definition.to_yaml(0) }))
}

impl Shared {
    fn objective(&self, node: &Node, name: &str, notes: &mut Vec<(u64, String)>) -> Result<SpecifiedSlo> {
        const KNOWN: [&str; 10] = [
            "displayName",
            "op",
            "value",
            "target",
            "targetPercent",
            "timeSliceTarget",
            "timeSliceWindow",
            "indicator",
            "indicatorRef",
            "compositeWeight",
        ];
        for key in node.unknown(&KNOWN) {
            notes.push((key.line, format!("“{}” is not read", key.text)));
        }
        for key in ["indicator", "indicatorRef", "compositeWeight"] {
            if let Some(part) = node.get(key) {
                return Err(Error::unsupported("an SLO composed of others is not read")
                    .at(crate::error::Position::default().at_line(part.line))
                    .hint("write one SLO for each part"));
            }
        }
        let condition = self.condition(node, notes)?;
        let (population, criterion) = match (self.budgeting, condition) {
            (Budgeting::Occurrences, condition) => {
                for key in ["timeSliceTarget", "timeSliceWindow"] {
                    if let Some(part) = node.get(key) {
                        notes.push((part.line, format!("“{key}” means nothing to Occurrences")));
                    }
                }
                (Population::Requests, condition.map_or(Criterion::Ok, Criterion::Value))
            }
            (Budgeting::TimeSlices, condition) => {
                let width = slice_width(node.child("timeSliceWindow")?)?;
                let share = node.child("timeSliceTarget")?;
                let share = quantile(share, share.text().unwrap_or_default())?;
                (Population::Slices(width), slices(node, condition, share)?)
            }
        };
        let (period, anchor, zone) = self.window.clone();
        Ok(SpecifiedSlo {
            name: name.to_owned(),
            service: self.service.clone(),
            description: self.description.clone(),
            objective: Objective {
                target: target(node)?,
                population,
                criterion: Some(criterion),
                period,
                anchor: Some(anchor),
                zone,
            },
            indicator: self.indicator.clone(),
            alert_policies: self.policies.clone(),
        })
    }

    /// The comparison of a threshold; `None` for a ratio.
    fn condition(&self, node: &Node, notes: &mut Vec<(u64, String)>) -> Result<Option<Condition>> {
        let kind = self.indicator.as_ref().map(|i| i.kind);
        let (Some(op), Some(value)) = (node.get("op"), node.get("value")) else {
            return match (kind, node.get("op").or(node.get("value"))) {
                (Some(IndicatorKind::Threshold), _) => Err(node.error("a threshold needs “op” and “value”")),
                (None, Some(half)) => Err(half.error("a threshold needs both “op” and “value”")),
                _ => Ok(None),
            };
        };
        if kind == Some(IndicatorKind::Ratio) {
            notes.push((op.line, "“op” and “value” mean nothing to a ratio".to_owned()));
            return Ok(None);
        }
        let comparison = match op.text() {
            Some("lt") => Comparison::Less,
            Some("lte") => Comparison::LessOrEqual,
            Some("gt") => Comparison::Greater,
            Some("gte") => Comparison::GreaterOrEqual,
            _ => return Err(op.error("“op” is to be lt, lte, gt or gte")),
        };
        let limit =
            value.text().and_then(|t| t.parse().ok()).ok_or_else(|| value.error("“value” is to be a number"))?;
        if self.unit == Unit::None {
            notes.push((value.line, format!("OpenSLO gives {limit} no unit: it is compared in the unit of the data")));
        }
        Condition::new(comparison, limit, self.unit.clone()).map(Some).map_err(|e| value.error(e.message()))
    }
}

/// When a slice is good: a share of its members is.
fn slices(node: &Node, condition: Option<Condition>, share: Quantile) -> Result<Criterion> {
    match condition {
        None if share.complement() == 0.0 => Ok(Criterion::Ok),
        None => Ok(Criterion::Ratio(share)),
        Some(condition) if share.complement() == 0.0 => Ok(Criterion::Value(condition)),
        // the nearest-rank percentile is below the limit iff the share of samples below it is large enough
        Some(condition) if condition.comparison.is_upper() => Ok(Criterion::Percentile(share, condition)),
        Some(condition) => Err(Error::unsupported(format!(
            "slices in which a share of samples is {} {} are not known",
            condition.comparison, condition.limit
        ))
        .at(crate::error::Position::default().at_line(node.line))
        .hint("give a timeSliceTarget of 1, or an upper limit")),
    }
}

fn target(node: &Node) -> Result<Quantile> {
    match (node.get("target"), node.get("targetPercent")) {
        (Some(target), None) => quantile(target, target.text().unwrap_or_default()),
        (None, Some(percent)) => quantile(percent, &format!("{}%", percent.text().unwrap_or_default())),
        (Some(_), Some(both)) => Err(both.error("give “target” or “targetPercent”, not both")),
        (None, None) => Err(node.error("“target” or “targetPercent” is missing")),
    }
}

/// A share from its own digits.
pub(super) fn quantile(node: &Node, text: &str) -> Result<Quantile> {
    text.parse().map_err(|_| node.error(format!("“{text}” is not a share between 0 and 1, or 0 % and 100 %")))
}
