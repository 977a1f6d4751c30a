//! Objectives become OpenSLO v1.

use super::super::objective::{Criterion, Objective, Population};
use super::super::period::{Anchor, Period};
use super::super::yaml::{document, quoted};
use super::time_window::shorthand;
use super::{IndicatorKind, Resource, ResourceKind, Specification, SpecifiedSlo, UNIT};
use crate::error::{Error, Result};
use crate::time::Span;
use crate::unit::Unit;
use crate::window::{Comparison, Condition};

/// The objectives as OpenSLO v1, one document each.
///
/// An indicator that came from OpenSLO is written as it was; without one the document refers to `NAME-sli`, which is yours to
/// define, as are the alert policies that it names: [`Specification::to_openslo`] writes them too. OpenSLO has no field for the unit of a limit: it is kept in the annotation `sre-stats/unit`.
///
/// ```
/// use sre_stats::slo::{SpecifiedSlo, read_specification, write_openslo};
/// let slo = SpecifiedSlo {
///     name: "checkout".into(),
///     service: Some("shop".into()),
///     description: None,
///     objective: "99.9% of requests < 300ms over month calendar Europe/Berlin".parse()?,
///     indicator: None,
///     alert_policies: Vec::new(),
/// };
/// let text = write_openslo(&[slo.clone()])?;
/// assert_eq!(read_specification(&text)?.slos[0].objective, slo.objective);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Unsupported`](crate::ErrorKind::Unsupported) for what OpenSLO cannot say: budgets in time without slices, means, lower
/// limits of percentiles, a target of 100 %, periods that are not whole minutes; [`Empty`](crate::ErrorKind::Empty) without
/// an objective.
pub fn write_openslo(slos: &[SpecifiedSlo]) -> Result<String> {
    if slos.is_empty() {
        return Err(Error::empty("there is no objective to write"));
    }
    let documents: Vec<String> = slos.iter().map(|slo| one(slo, &[])).collect::<Result<_>>()?;
    Ok(documents.join("---\n"))
}

impl Specification {
    /// The whole as OpenSLO v1: first the other documents as they were read, then the objectives, one document each.
    ///
    /// ```
    /// use sre_stats::slo::read_specification;
    /// let text = "apiVersion: openslo/v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  description: It sells\n";
    /// let slo = "---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {name: up}\nspec:\n  service: shop\n  indicatorRef: up\n  \
    ///            budgetingMethod: Occurrences\n  timeWindow: [{duration: 30d, isRolling: true}]\n  objectives: [{target: 0.999}]\n";
    /// let written = read_specification(&format!("{text}{slo}"))?.to_openslo()?;
    /// assert!(written.starts_with(text));
    /// assert_eq!(read_specification(&written)?.to_openslo()?, written);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`write_openslo`].
    pub fn to_openslo(&self) -> Result<String> {
        if self.slos.is_empty() {
            return Err(Error::empty("there is no objective to write"));
        }
        let resources = self.resources.iter().map(|resource| Ok(resource.yaml.clone()));
        let documents = resources.chain(self.slos.iter().map(|slo| one(slo, &self.resources)));
        Ok(documents.collect::<Result<Vec<String>>>()?.join("---\n"))
    }
}

fn cannot(objective: &Objective, what: &str, way_out: &str) -> Error {
    Error::unsupported(format!("OpenSLO has no word for {what}, as in “{objective}”")).hint(way_out)
}

/// How the budget is spent, and what makes a member good.
struct Good {
    method: &'static str,
    condition: Option<Condition>,
    /// The width of slices and the share of their members.
    slice: Option<(Span, f64)>,
}

fn good(objective: &Objective) -> Result<Good> {
    let criterion = objective.effective_criterion();
    let (method, width) = match objective.population {
        Population::Requests => ("Occurrences", None),
        Population::Slices(width) => ("Timeslices", Some(width)),
        Population::Time => {
            return Err(cannot(
                objective,
                "time without slices",
                "count slices, as in “99.9% of 1m slices up over 30d”",
            ));
        }
    };
    let (condition, share) = match criterion {
        Criterion::Ok => (None, 1.0),
        Criterion::Up => (Some(Condition::up()), 1.0),
        Criterion::Ratio(share) => (None, share.p()),
        Criterion::Value(c) if c.comparison.is_ordered() => (Some(c), 1.0),
        Criterion::Percentile(q, c) if c.comparison.is_upper() => (Some(c), q.p()),
        Criterion::Value(_) => return Err(cannot(objective, "an equality", "use one of < <= > >=")),
        Criterion::Percentile(..) => {
            return Err(cannot(objective, "a lower limit of a percentile", "use an upper limit"));
        }
        Criterion::Mean(_) => return Err(cannot(objective, "the mean of a slice", "use a percentile, such as p99")),
    };
    Ok(Good { method, condition, slice: width.map(|w| (w, share)) })
}

/// A document; an indicator that is among the resources is named, and not repeated.
fn one(slo: &SpecifiedSlo, resources: &[Resource]) -> Result<String> {
    let objective = &slo.objective;
    if objective.target.complement() == 0.0 {
        return Err(cannot(objective, "a target of 100%", "allow some errors"));
    }
    let good = good(objective)?;
    let mut out = format!("apiVersion: openslo/v1\nkind: SLO\nmetadata:\n  name: {}\n", quoted(&slo.name));
    let unit = good.condition.as_ref().map(|c| c.unit.clone()).filter(|u| *u != Unit::None);
    if let Some(unit) = unit {
        out.push_str(&format!("  annotations:\n    {UNIT}: {}\n", quoted(&unit.symbol())));
    }
    out.push_str("spec:\n");
    for (key, text) in [("description", &slo.description), ("service", &slo.service)] {
        if let Some(text) = text {
            out.push_str(&format!("  {key}: {}\n", quoted(text)));
        }
    }
    out.push_str(&indicator(slo, resources)?);
    out.push_str(&format!("  timeWindow:\n{}", time_window(objective)?));
    out.push_str(&format!("  budgetingMethod: {}\n  objectives:\n", good.method));
    out.push_str(&format!(
        "    - displayName: {}\n      target: {}\n",
        quoted(&objective.to_string()),
        objective.target.p()
    ));
    if let Some(c) = &good.condition {
        let op = match c.comparison {
            Comparison::Less => "lt",
            Comparison::LessOrEqual => "lte",
            Comparison::Greater => "gt",
            _ => "gte",
        };
        out.push_str(&format!("      op: {op}\n      value: {}\n", c.limit));
    }
    if let Some((width, share)) = good.slice {
        let width = shorthand(Period::Span(width))?;
        out.push_str(&format!("      timeSliceTarget: {share}\n      timeSliceWindow: {width}\n"));
    }
    if !slo.alert_policies.is_empty() {
        out.push_str("  alertPolicies:\n");
    }
    for policy in &slo.alert_policies {
        out.push_str(&format!("    - alertPolicyRef: {}\n", quoted(policy)));
    }
    Ok(out)
}

/// The indicator as it was read, or a reference to one.
fn indicator(slo: &SpecifiedSlo, resources: &[Resource]) -> Result<String> {
    let kept = slo.indicator.as_ref().filter(|i| matches!(i.kind, IndicatorKind::Threshold | IndicatorKind::Ratio));
    let same = |r: &Resource, yaml: &str| {
        document(&r.yaml).is_ok_and(|d| d.child("spec").is_ok_and(|spec| spec.to_yaml(0) == yaml))
    };
    let named = kept.and_then(|i| Some((i.name.as_ref()?, &i.yaml)));
    if let Some((name, _)) = named.filter(|(name, yaml)| {
        resources.iter().any(|r| (r.kind, &r.name) == (ResourceKind::Sli, *name) && same(r, yaml))
    }) {
        return Ok(format!("  indicatorRef: {}\n", quoted(name)));
    }
    let Some(kept) = kept else {
        let name = slo.indicator.as_ref().and_then(|i| i.name.clone()).unwrap_or_else(|| format!("{}-sli", slo.name));
        return Ok(format!("  indicatorRef: {}\n", quoted(&name)));
    };
    let name = kept.name.clone().unwrap_or_else(|| format!("{}-sli", slo.name));
    let spec = document(&kept.yaml)?.to_yaml(6);
    Ok(format!("  indicator:\n    metadata:\n      name: {}\n    spec:\n{spec}", quoted(&name)))
}

fn time_window(objective: &Objective) -> Result<String> {
    let duration = shorthand(objective.period)?;
    if objective.effective_anchor() == Anchor::Rolling {
        return Ok(format!("    - duration: {duration}\n      isRolling: true\n"));
    }
    let zone = objective.effective_zone();
    // 2024-01-01 was a Monday, and the first day of a month, a quarter and a year
    let start = match objective.period {
        Period::Span(span) if span.0 % Span::DAY.0 == 0 => "1970-01-01 00:00:00",
        Period::Span(_) => {
            return Err(cannot(objective, "a calendar of less than days", "let it roll"));
        }
        _ => "2024-01-01 00:00:00",
    };
    Ok(format!(
        "    - duration: {duration}\n      isRolling: false\n      calendar:\n        startTime: {}\n        timeZone: {}\n",
        quoted(start),
        quoted(zone.name())
    ))
}
