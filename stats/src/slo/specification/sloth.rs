//! sloth's specifications: its own file and its Kubernetes resource become objectives.
//!
//! A sloth SLO is a share of events over a rolling period that the file does not name: sloth's own default, 30 days, is taken
//! and noted.

use super::super::objective::{Criterion, Objective, Population};
use super::super::period::{Anchor, Period};
use super::super::yaml::Node;
use super::openslo::quantile;
use super::{Indicator, IndicatorKind, Specification, SpecifiedSlo};
use crate::error::Result;
use crate::time::Span;

/// How the parts of a form are called.
struct Words {
    events: [&'static str; 2],
    ratio: &'static str,
}

/// `version: prometheus/v1`.
pub(super) fn read_plain(document: &Node, found: &mut Specification) -> Result<()> {
    found.note_unknown(document, &["version", "service", "labels", "slos"]);
    let words = Words { events: ["error_query", "total_query"], ratio: "error_ratio_query" };
    read(document, &words, found)
}

/// `apiVersion: sloth.slok.dev/v1`, kind `PrometheusServiceLevel`.
pub(super) fn read_resource(document: &Node, found: &mut Specification) -> Result<()> {
    let kind = document.needed("kind")?;
    if kind != "PrometheusServiceLevel" {
        found.note(document.line, format!("a document of kind {kind} is not read"));
        return Ok(());
    }
    let spec = document.child("spec")?;
    found.note_unknown(spec, &["service", "labels", "slos"]);
    read(spec, &Words { events: ["errorQuery", "totalQuery"], ratio: "errorRatioQuery" }, found)
}

fn read(node: &Node, words: &Words, found: &mut Specification) -> Result<()> {
    let service = node.needed("service")?;
    let slos = node.list("slos")?;
    if let Some(first) = slos.first() {
        found.note(first.line, "sloth's files name no period: a rolling 30d is assumed");
    }
    for slo in slos {
        found.note_unknown(slo, &["name", "objective", "description", "labels", "sli"]);
        let name = slo.needed("name")?;
        let read = one(slo, service, words, found);
        found.take(slo, name, read);
    }
    Ok(())
}

fn one(slo: &Node, service: &str, words: &Words, found: &mut Specification) -> Result<SpecifiedSlo> {
    let objective = slo.child("objective")?;
    let target = quantile(objective, &format!("{}%", objective.text().unwrap_or_default()))?;
    let sli = slo.child("sli")?;
    let (kind, node) = match (sli.get("events"), sli.get("raw"), sli.get("plugin")) {
        (Some(events), None, None) => {
            for word in words.events {
                events.needed(word)?;
            }
            (IndicatorKind::Events, events)
        }
        (None, Some(raw), None) => {
            raw.needed(words.ratio)?;
            let text =
                "a raw error ratio is averaged by whoever queries it; give error and total queries to count events";
            found.note(raw.line, text);
            (IndicatorKind::ErrorRatio, raw)
        }
        (None, None, Some(plugin)) => {
            found.note(plugin.line, "the plugin's queries are not known");
            (IndicatorKind::Plugin, plugin)
        }
        _ => return Err(sli.error("an SLI has one of “events”, “raw” and “plugin”")),
    };
    Ok(SpecifiedSlo {
        name: slo.needed("name")?.to_owned(),
        service: Some(service.to_owned()),
        description: slo.word("description")?.map(str::to_owned),
        objective: Objective {
            target,
            population: Population::Requests,
            criterion: Some(Criterion::Ok),
            period: Period::Span(Span(30 * Span::DAY.0)),
            anchor: Some(Anchor::Rolling),
            zone: None,
        },
        indicator: Some(Indicator { name: None, kind, yaml: node.to_yaml(0) }),
        alert_policies: Vec::new(),
    })
}
