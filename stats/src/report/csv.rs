//! Tables as CSV.

use super::table::{Cell, Table};
use crate::estimate::Bound;

impl Table {
    /// The table as CSV by RFC 4180, with a header and full precision. A column that holds estimates becomes several:
    /// `name`, `name lower`, `name upper`, `name bound`, `name n`, `name method`. The unit stands in the header in brackets.
    /// A value that is not finite is an empty field.
    ///
    /// A text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`, a tab or a return) gets a
    /// leading apostrophe.
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        let mut header: Vec<String> = Vec::new();
        for (i, column) in self.columns.iter().enumerate() {
            let unit = column.unit.clone().or_else(|| self.unit_of(i));
            let unit = unit.map(|u| u.symbol()).filter(|s| !s.is_empty());
            let name = |suffix: &str| text_field(&format!("{}{suffix}", column.name));
            let with_unit = |suffix: &str| match &unit {
                Some(unit) => text_field(&format!("{}{suffix} [{unit}]", column.name)),
                None => name(suffix),
            };
            header.push(with_unit(""));
            if self.has_estimates(i) {
                header.extend([with_unit(" lower"), with_unit(" upper"), name(" bound"), name(" n"), name(" method")]);
            }
        }
        push_line(&mut out, &header);
        for row in &self.rows {
            let mut fields = Vec::with_capacity(header.len());
            for i in 0..self.columns.len() {
                let cell = Self::cell(row, i);
                push_cell(&mut fields, cell, self.has_estimates(i));
            }
            push_line(&mut out, &fields);
        }
        out
    }

    /// The unit that all estimates of a column share.
    fn unit_of(&self, column: usize) -> Option<crate::unit::Unit> {
        let mut units = self.rows.iter().filter_map(|row| match row.get(column) {
            Some(Cell::Estimate(e)) => Some(&e.unit),
            _ => None,
        });
        let first = units.next()?;
        units.all(|u| u == first).then(|| first.clone())
    }
}

fn push_cell(fields: &mut Vec<String>, cell: &Cell, wide: bool) {
    let Cell::Estimate(e) = cell else {
        fields.push(match cell {
            Cell::Text(text) => text_field(text),
            Cell::Number(value) => number(*value),
            Cell::Span(span) => number(span.as_secs_f64()),
            Cell::Estimate(_) | Cell::Empty => String::new(),
        });
        if wide {
            fields.extend(std::iter::repeat_n(String::new(), 5));
        }
        return;
    };
    let (lower, upper, kind) = match &e.bound {
        Bound::Exact => (number(e.value), number(e.value), "exact".to_owned()),
        Bound::Guaranteed { lower, upper } => (number(*lower), number(*upper), "guaranteed".to_owned()),
        Bound::Confidence { lower, upper, level } => (number(*lower), number(*upper), format!("confidence {level}")),
        Bound::Unknown { why } => (String::new(), String::new(), format!("unknown: {why}")),
    };
    let method = text_field(&e.method.to_string());
    fields.extend([number(e.value), lower, upper, text_field(&kind), e.n.to_string(), method]);
}

/// The shortest text that reads back as the same number.
fn number(value: f64) -> String {
    if value.is_finite() { value.to_string() } else { String::new() }
}

fn text_field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn push_line(out: &mut String, fields: &[String]) {
    out.push_str(&fields.join(","));
    out.push_str("\r\n");
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::table::Column;
    use super::*;
    use crate::estimate::{Estimate, Scope};
    use crate::method::Method;
    use crate::unit::Unit;

    #[test]
    fn a_csv_reader_finds_every_number_again() {
        let e = Estimate::new(0.1 + 0.2, Method::Described("hdr, 3 digits".into()), 7, &Scope::untimed(Unit::Second))
            .with_bound(Bound::Guaranteed { lower: 0.25, upper: f64::INFINITY });
        let table =
            Table::new("t", vec![Column::text("name"), Column::estimate("p99"), Column::number("n", Unit::Count)])
                .with(vec!["a \"quoted\", name".into(), e.into(), 3.0.into()])
                .with(vec!["=SUM(A1)".into()]);
        let text = table.to_csv();
        let mut reader = csv_reader(&text);
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(
            header,
            ["name", "p99 [s]", "p99 lower [s]", "p99 upper [s]", "p99 bound", "p99 n", "p99 method", "n [count]"]
        );
        let rows: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(rows[0][0], "a \"quoted\", name");
        assert_eq!(rows[0][1].parse::<f64>().unwrap(), 0.1 + 0.2);
        assert_eq!(rows[0][3], "");
        assert_eq!(rows[0][6], "hdr, 3 digits");
        assert_eq!(rows[1][0], "'=SUM(A1)");
        assert_eq!(rows[1].len(), header.len());
    }

    fn csv_reader(text: &str) -> ::csv::Reader<&[u8]> {
        ::csv::Reader::from_reader(text.as_bytes())
    }
}
