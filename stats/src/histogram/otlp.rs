//! What OpenTelemetry's histogram data points say, whether in JSON or in protobuf.

use super::cursor::Cursor;
use super::json::Fields;
use super::proto::{
    FIXED_64, LENGTH, VARINT, each, fixed_64, message, put_f64, put_fixed_64, put_message, put_signed, put_varint,
    sint_32, skip, tag,
};
use crate::error::{Error, Result};

/// The fields of a data point of either kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Point {
    pub(super) count: Option<u64>,
    pub(super) sum: Option<f64>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) scale: i32,
    pub(super) zero_count: u64,
    pub(super) zero_threshold: f64,
    pub(super) positive: Side,
    pub(super) negative: Side,
    /// Of explicit buckets.
    pub(super) edges: Vec<f64>,
    pub(super) counts: Vec<u64>,
}

/// The exponential buckets of one sign: those that hold something, by their number in the list.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    pub(super) offset: i32,
    pub(super) length: usize,
    pub(super) counts: Vec<(usize, u64)>,
}

impl Side {
    /// Adds the next bucket.
    pub(super) fn push(&mut self, count: u64) {
        if count > 0 {
            self.counts.push((self.length, count));
        }
        self.length += 1;
    }

    fn read(mut cursor: Cursor<'_>) -> Result<Self> {
        let mut side = Self::default();
        while cursor.left() > 0 {
            let (_, field, wire) = tag(&mut cursor)?;
            match (field, wire) {
                (1, VARINT) => side.offset = sint_32(&mut cursor, "the offset")?,
                (2, LENGTH | VARINT) => each(&mut cursor, wire, "the counts", |list| {
                    side.push(list.varint("a count")?);
                    Ok(())
                })?,
                _ => skip(&mut cursor, wire)?,
            }
        }
        Ok(side)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut counts = Vec::new();
        let mut next = 0;
        for (i, count) in &self.counts {
            counts.resize(counts.len() + (i - next), 0);
            put_varint(&mut counts, *count);
            next = i + 1;
        }
        let mut bytes = Vec::new();
        put_signed(&mut bytes, 1, i64::from(self.offset));
        put_message(&mut bytes, 2, &counts);
        bytes
    }
}

/// Where the fields of a message stand, by their names in JSON.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Vec<(&'static str, usize)>);

impl Places {
    /// An error about a field, with its byte.
    pub(super) fn tell(&self, error: Error) -> Error {
        let Some(position) = error.position().cloned() else { return error };
        let column = position.column.clone().unwrap_or_default();
        let place = self.0.iter().rev().find(|(name, _)| column.starts_with(name));
        error.at(position.at_byte(place.map_or(0, |(_, at)| *at as u64)))
    }
}

impl Point {
    /// The fields that both kinds have, from JSON.
    pub(super) fn of_json(fields: &Fields<'_>) -> Result<Self> {
        Ok(Self {
            count: fields.whole("count")?,
            sum: fields.real("sum")?,
            min: fields.real("min")?,
            max: fields.real("max")?,
            ..Self::default()
        })
    }

    /// Reads an `ExponentialHistogramDataPoint`.
    pub(super) fn read_exponential(bytes: &[u8]) -> Result<(Self, Places)> {
        let (mut cursor, mut point, mut places) = (Cursor::new(bytes), Self::default(), Places::default());
        // a count that is 0 is not written
        point.count = Some(0);
        while cursor.left() > 0 {
            let (at, field, wire) = tag(&mut cursor)?;
            let name = match (field, wire) {
                (4, FIXED_64) => {
                    point.count = Some(fixed_64(&mut cursor, "the count")?);
                    "count"
                }
                (5, FIXED_64) => {
                    point.sum = Some(cursor.f64_le("the sum")?);
                    "sum"
                }
                (6, VARINT) => {
                    point.scale = sint_32(&mut cursor, "the scale")?;
                    "scale"
                }
                (7, FIXED_64) => {
                    point.zero_count = fixed_64(&mut cursor, "the count of zeros")?;
                    "zeroCount"
                }
                (8, LENGTH) => {
                    point.positive = Side::read(message(&mut cursor, "the positive buckets")?)?;
                    "positive"
                }
                (9, LENGTH) => {
                    point.negative = Side::read(message(&mut cursor, "the negative buckets")?)?;
                    "negative"
                }
                (12, FIXED_64) => {
                    point.min = Some(cursor.f64_le("the minimum")?);
                    "min"
                }
                (13, FIXED_64) => {
                    point.max = Some(cursor.f64_le("the maximum")?);
                    "max"
                }
                (14, FIXED_64) => {
                    point.zero_threshold = cursor.f64_le("the zero threshold")?;
                    "zeroThreshold"
                }
                _ => {
                    skip(&mut cursor, wire)?;
                    continue;
                }
            };
            places.0.push((name, at));
        }
        Ok((point, places))
    }

    /// Reads a `HistogramDataPoint`.
    pub(super) fn read_explicit(bytes: &[u8]) -> Result<(Self, Places)> {
        let (mut cursor, mut point, mut places) = (Cursor::new(bytes), Self::default(), Places::default());
        point.count = Some(0);
        while cursor.left() > 0 {
            let (at, field, wire) = tag(&mut cursor)?;
            let name = match (field, wire) {
                (4, FIXED_64) => {
                    point.count = Some(fixed_64(&mut cursor, "the count")?);
                    "count"
                }
                (5, FIXED_64) => {
                    point.sum = Some(cursor.f64_le("the sum")?);
                    "sum"
                }
                (6, LENGTH | FIXED_64) => {
                    each(&mut cursor, wire, "the counts", |list| {
                        point.counts.push(fixed_64(list, "a count")?);
                        Ok(())
                    })?;
                    "bucketCounts"
                }
                (7, LENGTH | FIXED_64) => {
                    each(&mut cursor, wire, "the bounds", |list| {
                        point.edges.push(list.f64_le("a bound")?);
                        Ok(())
                    })?;
                    "explicitBounds"
                }
                (11, FIXED_64) => {
                    point.min = Some(cursor.f64_le("the minimum")?);
                    "min"
                }
                (12, FIXED_64) => {
                    point.max = Some(cursor.f64_le("the maximum")?);
                    "max"
                }
                _ => {
                    skip(&mut cursor, wire)?;
                    continue;
                }
            };
            places.0.push((name, at));
        }
        Ok((point, places))
    }

    /// The message `ExponentialHistogramDataPoint`.
    pub(super) fn exponential_bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        put_signed(&mut bytes, 6, i64::from(self.scale));
        put_fixed_64(&mut bytes, 7, self.zero_count);
        for (field, side) in [(8, &self.positive), (9, &self.negative)] {
            if side.length > 0 {
                put_message(&mut bytes, field, &side.bytes());
            }
        }
        self.put_extremes(&mut bytes, 12);
        put_f64(&mut bytes, 14, self.zero_threshold);
        bytes
    }

    /// The message `HistogramDataPoint`.
    pub(super) fn explicit_bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        let counts: Vec<u8> = self.counts.iter().flat_map(|count| count.to_le_bytes()).collect();
        let edges: Vec<u8> = self.edges.iter().flat_map(|edge| edge.to_le_bytes()).collect();
        put_message(&mut bytes, 6, &counts);
        put_message(&mut bytes, 7, &edges);
        self.put_extremes(&mut bytes, 11);
        bytes
    }

    /// The total and the sum.
    fn head(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_fixed_64(&mut bytes, 4, self.count.unwrap_or(0));
        if let Some(sum) = self.sum {
            put_f64(&mut bytes, 5, sum);
        }
        bytes
    }

    fn put_extremes(&self, bytes: &mut Vec<u8>, field: u64) {
        for (field, value) in [(field, self.min), (field + 1, self.max)] {
            if let Some(value) = value {
                put_f64(bytes, field, value);
            }
        }
    }
}
