//! Tables as CSV.

use super::table::Table;
use crate::load::Values;

impl Table {
    /// The table as CSV by RFC 4180, with a header and full precision. A column that holds estimates becomes several:
    /// `name`, `name lower`, `name upper`, `name bound`, `name n`, `name method`. The unit stands in the header in brackets.
    /// A value that is not finite is an empty field.
    ///
    /// A text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`, a tab or a return) gets a
    /// leading apostrophe.
    pub fn to_csv(&self) -> String {
        let columns = self.flat();
        let mut out = String::new();
        push_line(&mut out, columns.iter().map(|(name, _)| text_field(name)));
        for row in 0..self.rows.len() {
            let field = |column: &Values| {
                let text = column.text(row).unwrap_or_default();
                // a number may begin with a minus
                if matches!(column, Values::Words(_)) { text_field(&text) } else { text }
            };
            push_line(&mut out, columns.iter().map(|(_, column)| field(column)));
        }
        out
    }
}

fn text_field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn push_line(out: &mut String, fields: impl Iterator<Item = String>) {
    out.push_str(&fields.collect::<Vec<_>>().join(","));
    out.push_str("\r\n");
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::table::Column;
    use super::*;
    use crate::estimate::{Bound, Estimate, Scope};
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
