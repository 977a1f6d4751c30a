//! Numbers in the JSON of wire forms, where they may be written as text, with the field that an error is about.

use serde_json::{Map, Value, json};

use super::native::bad;
use crate::error::{Error, Position, Result};
use crate::series::Dropped;

/// An object and where it is in the text: `positive` or nothing for the outermost.
pub(super) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
}

/// Reads JSON, or says at which line and column it is none.
pub(super) fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|e| {
        Error::parse("not JSON")
            .at(Position::default().at_line(e.line() as u64).at_column(e.column().to_string()))
            .caused_by(e)
    })
}

/// A wire form with what was dropped beside it, for serialisation.
pub(super) fn with_dropped(point: &str, dropped: Dropped) -> Result<Value> {
    let mut point = parse(point)?;
    if dropped.total() > 0 {
        point["dropped"] = json!({"nan": dropped.nan, "infinite": dropped.infinite});
    }
    Ok(point)
}

/// What [`with_dropped`] put beside a wire form.
pub(super) fn dropped_in(point: &Value) -> Result<Dropped> {
    let Some(fields) = Fields::of(point)?.object("dropped")? else { return Ok(Dropped::default()) };
    let count = |field| Ok::<_, Error>(fields.whole(field)?.unwrap_or(0));
    Ok(Dropped { nan: count("nan")?, infinite: count("infinite")?, duplicate: 0 })
}

impl<'a> Fields<'a> {
    /// The outermost object.
    pub(super) fn of(value: &'a Value) -> Result<Self> {
        let map = value.as_object().ok_or_else(|| bad("", "not a JSON object"))?;
        Ok(Self { map, path: String::new() })
    }

    fn name(&self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) }
    }

    /// A field that is there and not null.
    pub(super) fn get(&self, field: &str) -> Option<&'a Value> {
        self.map.get(field).filter(|value| !value.is_null())
    }

    /// An object within.
    pub(super) fn object(&self, field: &str) -> Result<Option<Fields<'a>>> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let map = value.as_object().ok_or_else(|| bad(self.name(field), "not a JSON object"))?;
        Ok(Some(Fields { map, path: self.name(field) }))
    }

    /// A list; empty where it is not there.
    pub(super) fn list(&self, field: &str) -> Result<&'a [Value]> {
        let Some(value) = self.get(field) else { return Ok(&[]) };
        value.as_array().map(Vec::as_slice).ok_or_else(|| bad(self.name(field), "not a list"))
    }

    /// A count.
    pub(super) fn whole(&self, field: &str) -> Result<Option<u64>> {
        self.get(field).map(|value| whole(value, || self.name(field))).transpose()
    }

    /// A list of counts.
    pub(super) fn wholes(&self, field: &str) -> Result<Vec<u64>> {
        let list = self.list(field)?.iter().enumerate();
        list.map(|(i, value)| whole(value, || format!("{}[{i}]", self.name(field)))).collect()
    }

    /// A number.
    pub(super) fn real(&self, field: &str) -> Result<Option<f64>> {
        self.get(field).map(|value| real(value, || self.name(field))).transpose()
    }

    /// A list of numbers.
    pub(super) fn reals(&self, field: &str) -> Result<Vec<f64>> {
        let list = self.list(field)?.iter().enumerate();
        list.map(|(i, value)| real(value, || format!("{}[{i}]", self.name(field)))).collect()
    }

    /// A small whole number with a sign.
    pub(super) fn signed(&self, field: &str) -> Result<Option<i32>> {
        let Some(value) = self.get(field) else { return Ok(None) };
        let number = value.as_i64().or_else(|| value.as_str()?.parse().ok()).and_then(|n| i32::try_from(n).ok());
        number.map(Some).ok_or_else(|| bad(self.name(field), format!("{value} is not a whole number of 32 bits")))
    }
}

/// A count: a whole number, or text that is one.
pub(super) fn whole(value: &Value, field: impl Fn() -> String) -> Result<u64> {
    if let Some(number) = value.as_u64().or_else(|| value.as_str()?.parse().ok()) {
        return Ok(number);
    }
    let number = real(value, &field)?;
    // a whole number that is written as a real one, below where f64 skip whole numbers
    if number >= 0.0 && number.fract() == 0.0 && number < 9_007_199_254_740_992.0 {
        return Ok(number as u64);
    }
    if number >= 0.0 && number.is_finite() {
        return Err(Error::unsupported(format!("the count {number} is not a whole number"))
            .at(Position::default().at_column(field()))
            .hint("counts of a rate have no samples behind them; read the counter itself"));
    }
    Err(bad(field(), format!("{value} is not a count")))
}

/// A number, or text that is one: Prometheus writes all as text, OTLP infinities and NaN.
pub(super) fn real(value: &Value, field: impl Fn() -> String) -> Result<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
    number.ok_or_else(|| bad(field(), format!("{value} is not a number")))
}

/// A number as OTLP writes it: text where JSON has no word for it, and where a quick reader would miss it by an ulp.
pub(super) fn otlp_real(value: f64) -> Value {
    match value {
        v if v.is_nan() => "NaN".into(),
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        v => {
            let number = Value::from(v);
            let read = serde_json::from_str::<f64>(&number.to_string());
            if read.is_ok_and(|read| read == v) { number } else { v.to_string().into() }
        }
    }
}

/// A number as Prometheus writes it.
pub(super) fn prometheus_real(value: f64) -> String {
    match value {
        v if v.is_nan() => "NaN".into(),
        f64::INFINITY => "+Inf".into(),
        f64::NEG_INFINITY => "-Inf".into(),
        v => v.to_string(),
    }
}
