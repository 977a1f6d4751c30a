//! Generated columns with their truth, and their way into CSV.

use std::io::{self, Write};

use serde_json::Value;

use crate::clock::{SECOND_NS, push_rfc3339};

/// The values of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Instants in nanoseconds since the Unix epoch, UTC.
    TimeNs(Vec<i64>),
    /// Reals.
    F64(Vec<f64>),
    /// Flags.
    Bool(Vec<bool>),
    /// Whole numbers.
    I64(Vec<i64>),
    /// Words, each stored once.
    Text {
        /// For every row the index of its word.
        codes: Vec<u32>,
        /// The words.
        dictionary: Vec<String>,
    },
}

impl Column {
    /// The number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::TimeNs(values) | Self::I64(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Text { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A column and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedColumn {
    /// The name; a unit is its last part (`latency_s`).
    pub name: &'static str,
    /// The values.
    pub values: Column,
}

/// One generated data set: columns of equal length and what is true about them.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// The scenario's name.
    pub scenario: &'static str,
    /// The seed it was made from.
    pub seed: u64,
    /// The columns in their order in a file.
    pub columns: Vec<NamedColumn>,
    /// Everything that was planted: intervals half-open, in RFC 3339 and in nanoseconds since the Unix epoch.
    pub truth: Value,
}

impl Generated {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The values of the column `name`, if there is one.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name).map(|column| &column.values)
    }

    /// Writes a header and all rows as CSV (RFC 4180 with LF line ends).
    ///
    /// Times are RFC 3339 UTC with as many digits (0, 3, 6 or 9) as their column needs; reals are the shortest text
    /// that reads back as the same number.
    ///
    /// # Errors
    /// What the writer reports.
    ///
    /// ```
    /// let made = sre_stats_datasets::generate("workshop-minutes", 1, 43_200)?;
    /// let mut csv = Vec::new();
    /// made.write_csv(&mut csv)?;
    /// assert!(csv.starts_with(b"time,up\n2026-06-01T00:00:00Z,"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn write_csv(&self, mut out: impl Write) -> io::Result<()> {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        writeln!(out, "{}", names.join(","))?;
        let digits: Vec<usize> = self.columns.iter().map(|column| second_digits(&column.values)).collect();
        let mut buffer = Vec::with_capacity(1 << 16);
        for row in 0..self.rows() {
            for (place, (column, digits)) in self.columns.iter().zip(&digits).enumerate() {
                if place > 0 {
                    buffer.push(b',');
                }
                push_cell(&mut buffer, &column.values, row, *digits)?;
            }
            buffer.push(b'\n');
            if buffer.len() > (1 << 16) - 512 {
                out.write_all(&buffer)?;
                buffer.clear();
            }
        }
        out.write_all(&buffer)?;
        out.flush()
    }
}

/// The least of 0, 3, 6 and 9 fraction digits that keeps every instant of a time column; 0 for other columns.
fn second_digits(column: &Column) -> usize {
    let Column::TimeNs(times) = column else {
        return 0;
    };
    [(0, SECOND_NS), (3, 1_000_000), (6, 1000)]
        .into_iter()
        .find(|(_, unit)| times.iter().all(|time| time % unit == 0))
        .map_or(9, |(digits, _)| digits)
}

fn push_cell(buffer: &mut Vec<u8>, column: &Column, row: usize, digits: usize) -> io::Result<()> {
    match column {
        Column::TimeNs(values) => push_rfc3339(buffer, values[row], digits),
        Column::F64(values) => write!(buffer, "{}", values[row])?,
        Column::Bool(values) => write!(buffer, "{}", values[row])?,
        Column::I64(values) => write!(buffer, "{}", values[row])?,
        Column::Text { codes, dictionary } => {
            let word = dictionary.get(codes[row] as usize).map_or("", String::as_str);
            if word.contains([',', '"', '\n', '\r']) {
                write!(buffer, "\"{}\"", word.replace('"', "\"\""))?;
            } else {
                buffer.extend_from_slice(word.as_bytes());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_cell_is_written() {
        let made = Generated {
            scenario: "test",
            seed: 0,
            columns: vec![
                NamedColumn { name: "time", values: Column::TimeNs(vec![0, 1_500_000]) },
                NamedColumn {
                    name: "who",
                    values: Column::Text { codes: vec![1, 0], dictionary: vec!["a".into(), "b, \"c\"".into()] },
                },
                NamedColumn { name: "x", values: Column::F64(vec![0.1, 2.0]) },
                NamedColumn { name: "n", values: Column::I64(vec![-1, 2]) },
                NamedColumn { name: "ok", values: Column::Bool(vec![true, false]) },
            ],
            truth: Value::Null,
        };
        let mut csv = Vec::new();
        made.write_csv(&mut csv).unwrap();
        assert_eq!(
            String::from_utf8(csv).unwrap(),
            "time,who,x,n,ok\n\
             1970-01-01T00:00:00.000000Z,\"b, \"\"c\"\"\",0.1,-1,true\n\
             1970-01-01T00:00:00.001500Z,a,2,2,false\n"
        );
        assert_eq!(made.column("n"), Some(&Column::I64(vec![-1, 2])));
        assert_eq!(made.column("m"), None);
    }
}
