//! Groups of all pieces as series: their times, values, identity and kind.

use std::collections::BTreeMap;

use crate::counter::Counter;
use crate::error::Result;
use crate::events::Events;
use crate::labels::Labels;
use crate::load::classify::{Plan, Value};
use crate::load::dataset::{Data, Item, LeftOut};
use crate::load::exposition;
use crate::load::number::is_missing;
use crate::load::options::{Format, Kind};
use crate::load::shape::{self, Shape};
use crate::series::{Identity, NanPolicy, Series};
use crate::unit::Unit;

use super::partition::Group;

/// A series before it is known what kind it is.
pub(super) struct Raw {
    pub(super) value: usize,
    pub(super) identity: Identity,
    pub(super) times: Vec<i64>,
    pub(super) values: Vec<f64>,
    pub(super) ok: Option<Vec<bool>>,
    /// Times and flags of the rows whose value is not there.
    pub(super) bare: (Vec<i64>, Vec<bool>),
    pub(super) shape: Shape,
    pub(super) left_out: LeftOut,
}

/// Series that share their kind: those of one column of values, and of one name where a column tells the names.
type Family = (usize, Option<String>);

/// The kind of each family, and why.
pub(super) type Kinds = BTreeMap<Family, (Kind, &'static str)>;

impl Raw {
    fn family(&self, plan: &Plan) -> Family {
        (self.value, plan.name.map(|_| self.identity.name.clone()))
    }

    /// The kind of the series.
    pub(super) fn kind(&self, kinds: &Kinds, plan: &Plan) -> Kind {
        kinds.get(&self.family(plan)).map_or(Kind::Gauge, |(kind, _)| *kind)
    }
}

/// The kinds of all series.
pub(super) fn kinds(raws: &[Raw], plan: &Plan) -> Kinds {
    let mut families: BTreeMap<Family, Vec<Shape>> = BTreeMap::new();
    for raw in raws {
        families.entry(raw.family(plan)).or_default().push(raw.shape);
    }
    let decide = |(family, shapes): (Family, Vec<Shape>)| {
        let value = plan.values.get(family.0);
        let known = family.1.as_ref().or(value.map(|v| &v.name)).and_then(|name| plan.named.get(name));
        let decided = match (known, value) {
            (Some((kind, _)), _) => (*kind, "what the metric of that name is"),
            (None, Some(value)) => shape::decide(plan, value, &shapes),
            (None, None) => (Kind::Gauge, "no column of values"),
        };
        (family, decided)
    };
    families.into_iter().map(decide).collect()
}

/// Joins the pieces of a group and takes its columns of values apart.
pub(super) fn raw(pieces: Vec<Group>, plan: &Plan) -> Vec<Raw> {
    let rows = pieces.iter().map(|g| g.times.len()).sum();
    let mut times = Vec::with_capacity(rows);
    let mut columns: Vec<Vec<f64>> = plan.values.iter().map(|_| Vec::with_capacity(rows)).collect();
    let mut ok = plan.ok.map(|_| Vec::with_capacity(rows));
    let mut key = Vec::new();
    let mut rows_left_out = LeftOut::default();
    for mut piece in pieces {
        rows_left_out = rows_left_out.plus(piece.left_out);
        times.append(&mut piece.times);
        columns.iter_mut().zip(&mut piece.values).for_each(|(all, part)| all.append(part));
        if let (Some(all), Some(mut part)) = (&mut ok, piece.ok) {
            all.append(&mut part);
        }
        key = piece.key;
    }
    let last = columns.len().saturating_sub(1);
    let mut out = Vec::with_capacity(columns.len());
    for (i, (mut values, value)) in columns.into_iter().zip(&plan.values).enumerate() {
        let mut times = if i == last { std::mem::take(&mut times) } else { times.clone() };
        let mut ok = if i == last { ok.take() } else { ok.clone() };
        let mut bare = (Vec::new(), Vec::new());
        let mut left_out = rows_left_out;
        for v in &values {
            left_out.count(*v);
        }
        if (last > 0 || ok.is_some()) && values.iter().any(|v| is_missing(*v)) {
            if let Some(ok) = &ok {
                let rows = times.iter().zip(ok).zip(&values);
                bare = rows.filter(|(_, v)| is_missing(**v)).map(|((t, ok), _)| (*t, *ok)).unzip();
            }
            let keep: Vec<bool> = values.iter().map(|v| !is_missing(*v)).collect();
            retain(&mut times, &keep);
            retain(&mut values, &keep);
            if let Some(ok) = &mut ok {
                retain(ok, &keep);
            }
        }
        let identity = identity(&key, value, plan);
        if plan.flagged.is_some_and(|name| name != identity.name) {
            (ok, bare) = (None, (Vec::new(), Vec::new()));
        }
        let shape = shape::measure(&identity.name, &times, &values);
        out.push(Raw { value: i, identity, times, values, ok, bare, shape, left_out });
    }
    out
}

/// What identifies the series of a key and a column of values.
pub(super) fn identity(key: &[String], value: &Value, plan: &Plan) -> Identity {
    let mut words = key.iter().cloned();
    let name = plan.name.and_then(|_| words.next());
    let names = plan.labels.iter().filter_map(|&i| plan.wanted.get(i)).map(|w| w.name.clone());
    // beside a column of names a label that a series does not have is blank
    let has = |(_, word): &(String, String)| plan.name.is_none() || !word.is_empty();
    let mut labels = Labels::from_pairs(names.zip(words).filter(has));
    let column = plan.unit.and_then(|at| plan.wanted.get(at));
    let told: Option<Unit> = column.and_then(|column| labels.get(&column.name)?.parse().ok());
    if let (Some(column), Some(_)) = (column, &told) {
        labels.remove(&column.name);
    }
    // what the caller says goes before what the table says
    let told = told.filter(|_| value.unit == Unit::None);
    let unit = name.as_deref().filter(|_| value.unit == Unit::None);
    let own = name.as_deref().unwrap_or(&value.name);
    let known = plan.named.get(own).filter(|_| value.unit == Unit::None).map(|(_, unit)| unit.clone());
    let titled = name.is_none().then(|| labels_in_title(&value.name)).flatten();
    Identity {
        unit: told.or(known).or_else(|| unit.and_then(Unit::from_name)).unwrap_or_else(|| value.unit.clone()),
        name: name.clone().or_else(|| titled.as_ref().map(|t| t.0.clone())).unwrap_or_else(|| value.name.clone()),
        labels: match &titled {
            Some((_, own)) => Labels::from_pairs(labels.iter().chain(own.iter()).cloned()),
            None => labels,
        },
    }
}

/// The name and the labels in a column's title such as `http_requests_total{code="200"}`, which Grafana writes.
fn labels_in_title(title: &str) -> Option<(String, Labels)> {
    let (name, braces) = title.split_at_checked(title.find('{')?)?;
    let (inner, labels) = exposition::labels_of(braces.as_bytes()).or_else(|| {
        // labels alone, without a name
        let named = format!("{{__name__=\"value\",{}", braces.get(1..)?);
        exposition::labels_of(named.as_bytes())
    })?;
    let name = name.trim();
    Some((if name.is_empty() { inner } else { name.to_owned() }, labels))
}

fn retain<T>(column: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    column.retain(|_| keep.next().copied().unwrap_or(false));
}

pub(super) fn build(raw: Raw, kind: Kind, value: Option<&Value>, format: Format) -> Result<Item> {
    let Raw { identity, times, values, ok, bare, left_out, .. } = raw;
    let data = match kind {
        Kind::Events => {
            let events = Events::new(identity, times, values, ok, NanPolicy::Drop)?;
            Data::Events(events.with_flags_alone(bare.0, bare.1)?)
        }
        Kind::Counter => Data::Counter(Counter::new(identity, times, values, NanPolicy::Drop)?),
        Kind::Gauge | Kind::Delta | Kind::Histogram => {
            Data::Gauge(Series::new(identity, times, values, NanPolicy::Drop)?)
        }
    };
    let mut item = Item::new(kind, data, format);
    item.role = value.map_or_else(Default::default, |v| v.role);
    item.left_out = left_out;
    Ok(item)
}
