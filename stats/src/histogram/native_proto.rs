//! Prometheus' histograms in protobuf, as its clients expose them: `io.prometheus.client.Histogram`.

use super::cursor::{Cursor, whole_count};
use super::explicit::Explicit;
use super::native::{BucketSpan, CUSTOM_BUCKETS, NativeCounts, NativeHistogram, known_sum};
use super::proto::{
    FIXED_64, LENGTH, VARINT, each, message, put_f64, put_message, put_number, put_signed, sint_32, sint_64, skip, tag,
};
use crate::error::{Error, Result};
use crate::histogram::layout::Sketch;

/// The fields of the message.
#[derive(Default)]
struct Message {
    count: u64,
    count_float: f64,
    sum: f64,
    /// Upper edges with cumulative counts.
    classic: Vec<(f64, u64)>,
    schema: i32,
    zero_threshold: f64,
    zero: u64,
    zero_float: f64,
    negative: Buckets,
    positive: Buckets,
}

/// The native buckets of one sign, in both kinds of counts.
#[derive(Default)]
struct Buckets {
    spans: Vec<BucketSpan>,
    deltas: Vec<i64>,
    counts: Vec<f64>,
}

impl Buckets {
    /// Takes one of a side's three fields: its spans, deltas or counts, by number from 0.
    fn take(&mut self, field: u64, wire: u64, cursor: &mut Cursor<'_>) -> Result<()> {
        match (field, wire) {
            (0, LENGTH) => self.spans.push(read_span(message(cursor, "a span")?)?),
            (1, LENGTH | VARINT) => each(cursor, wire, "the deltas", |list| {
                self.deltas.push(sint_64(list, "a delta")?);
                Ok(())
            })?,
            (2, LENGTH | FIXED_64) => each(cursor, wire, "the counts", |list| {
                self.counts.push(list.f64_le("a count")?);
                Ok(())
            })?,
            _ => skip(cursor, wire)?,
        }
        Ok(())
    }
}

impl Message {
    fn read(bytes: &[u8]) -> Result<Self> {
        let (mut cursor, mut read) = (Cursor::new(bytes), Self::default());
        while cursor.left() > 0 {
            let (_, field, wire) = tag(&mut cursor)?;
            match (field, wire) {
                (1, VARINT) => read.count = cursor.varint("the count")?,
                (2, FIXED_64) => read.sum = cursor.f64_le("the sum")?,
                (3, LENGTH) => read.classic.push(read_classic(message(&mut cursor, "a bucket")?)?),
                (4, FIXED_64) => read.count_float = cursor.f64_le("the count")?,
                (5, VARINT) => read.schema = sint_32(&mut cursor, "the schema")?,
                (6, FIXED_64) => read.zero_threshold = cursor.f64_le("the zero threshold")?,
                (7, VARINT) => read.zero = cursor.varint("the count of zeros")?,
                (8, FIXED_64) => read.zero_float = cursor.f64_le("the count of zeros")?,
                (9..=11, _) => read.negative.take(field - 9, wire, &mut cursor)?,
                (12..=14, _) => read.positive.take(field - 12, wire, &mut cursor)?,
                _ => skip(&mut cursor, wire)?,
            }
        }
        Ok(read)
    }
}

fn read_span(mut cursor: Cursor<'_>) -> Result<BucketSpan> {
    let mut span = BucketSpan { offset: 0, length: 0 };
    while cursor.left() > 0 {
        let (_, field, wire) = tag(&mut cursor)?;
        match (field, wire) {
            (1, VARINT) => span.offset = sint_32(&mut cursor, "a span’s offset")?,
            (2, VARINT) => {
                let length = cursor.varint("a span’s length")?;
                let told = || cursor.fail(format!("a span’s length of {length} does not fit into 32 bits"));
                span.length = u32::try_from(length).map_err(|_| told())?;
            }
            _ => skip(&mut cursor, wire)?,
        }
    }
    Ok(span)
}

fn read_classic(mut cursor: Cursor<'_>) -> Result<(f64, u64)> {
    let (mut count, mut float, mut edge, mut at) = (0, 0.0, 0.0, cursor.at());
    while cursor.left() > 0 {
        let (start, field, wire) = tag(&mut cursor)?;
        match (field, wire) {
            (1, VARINT) => count = cursor.varint("a cumulative count")?,
            (2, FIXED_64) => edge = cursor.f64_le("an upper bound")?,
            (4, FIXED_64) => (float, at) = (cursor.f64_le("a cumulative count")?, start),
            _ => skip(&mut cursor, wire)?,
        }
    }
    Ok((edge, if float > 0.0 { whole_count(float, at)? } else { count }))
}

impl NativeHistogram {
    /// Reads the message `io.prometheus.client.Histogram`, as Prometheus scrapes it; whoever has a `MetricFamily` takes the field
    /// `histogram` (7) of its metrics. Classic buckets beside it hold the same values again and are passed over, as are exemplars
    /// and times. As in Prometheus, a count in real numbers that is above 0 makes it one of real numbers.
    ///
    /// Spans and counts are not checked against each other here, but where they are used. It allocates no more than 16 times the input.
    ///
    /// Source: `io/prometheus/client/metrics.proto` of `prometheus/client_model` 0.6.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the byte where it is not that message, and
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where it has classic buckets alone.
    ///
    /// ```
    /// use sre_stats::histogram::{Exponential, NativeHistogram, Sketch};
    /// let histogram = Exponential::from_values(3, &[0.12, 0.125, 4.0])?.with_sum(4.245);
    /// let bytes = histogram.to_native()?.to_protobuf()?;
    /// let read = Exponential::from_native(&NativeHistogram::from_protobuf(&bytes)?)?;
    /// assert_eq!((read.count(), read.recorded_sum()), (3, Some(4.245)));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn from_protobuf(bytes: &[u8]) -> Result<Self> {
        let mut read = Message::read(bytes)?;
        let spans = |side: &Buckets| side.spans.is_empty();
        let none = spans(&read.positive) && spans(&read.negative) && read.zero_threshold == 0.0;
        if none && read.zero == 0 && read.zero_float == 0.0 {
            return Err(Error::unsupported("a histogram with classic buckets alone, or none")
                .hint("read it as explicit buckets"));
        }
        // a span of nothing tells an empty native histogram from a classic one
        let nothing = |span: &BucketSpan| (span.offset, span.length) != (0, 0);
        read.positive.spans.retain(nothing);
        read.negative.spans.retain(nothing);
        let counts = if read.count_float > 0.0 || read.zero_float > 0.0 {
            NativeCounts::Float {
                count: read.count_float,
                zero: read.zero_float,
                positive: read.positive.counts,
                negative: read.negative.counts,
            }
        } else {
            NativeCounts::Integer {
                count: read.count,
                zero: read.zero,
                positive: read.positive.deltas,
                negative: read.negative.deltas,
            }
        };
        Ok(Self {
            schema: read.schema,
            zero_threshold: read.zero_threshold,
            sum: read.sum,
            positive_spans: read.positive.spans,
            negative_spans: read.negative.spans,
            counts,
            custom_values: Vec::new(),
        })
    }

    /// The histogram as the message `io.prometheus.client.Histogram`.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for custom bounds, for which the message has no field: write classic buckets.
    pub fn to_protobuf(&self) -> Result<Vec<u8>> {
        if !self.custom_values.is_empty() || self.schema == CUSTOM_BUCKETS {
            return Err(Error::unsupported("the message has no custom bounds").hint("write them as classic buckets"));
        }
        let mut bytes = Vec::new();
        put_f64(&mut bytes, 2, self.sum);
        put_signed(&mut bytes, 5, i64::from(self.schema));
        put_f64(&mut bytes, 6, self.zero_threshold);
        match &self.counts {
            NativeCounts::Integer { count, zero, .. } => {
                put_number(&mut bytes, 1, *count);
                put_number(&mut bytes, 7, *zero);
            }
            NativeCounts::Float { count, zero, .. } => {
                put_f64(&mut bytes, 4, *count);
                put_f64(&mut bytes, 8, *zero);
            }
        }
        for (field, spans) in [(9, &self.negative_spans), (12, &self.positive_spans)] {
            for span in spans {
                put_span(&mut bytes, field, *span);
            }
            match &self.counts {
                NativeCounts::Integer { positive, negative, .. } => {
                    let deltas = if field == 9 { negative } else { positive };
                    for delta in deltas {
                        put_signed(&mut bytes, field + 1, *delta);
                    }
                }
                NativeCounts::Float { positive, negative, .. } => {
                    let counts = if field == 9 { negative } else { positive };
                    for count in counts {
                        put_f64(&mut bytes, field + 2, *count);
                    }
                }
            }
        }
        if self.positive_spans.is_empty() && self.negative_spans.is_empty() && self.zero_threshold == 0.0 {
            put_span(&mut bytes, 12, BucketSpan { offset: 0, length: 0 });
        }
        Ok(bytes)
    }
}

fn put_span(bytes: &mut Vec<u8>, field: u64, span: BucketSpan) {
    let mut message = Vec::new();
    put_signed(&mut message, 1, i64::from(span.offset));
    put_number(&mut message, 2, u64::from(span.length));
    put_message(bytes, field, &message);
}

impl Explicit {
    /// Reads the classic buckets of the message `io.prometheus.client.Histogram`; the bucket at +∞ may be left out, since the total
    /// has its count.
    ///
    /// It allocates no more than 16 times the input.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the byte where it is not that message, else as
    /// [`from_cumulative`](Self::from_cumulative).
    ///
    /// ```
    /// use sre_stats::histogram::Explicit;
    /// let mut histogram = Explicit::from_counts(&[0.1, 0.5], &[80, 15, 5])?.with_sum(21.5);
    /// assert_eq!(Explicit::from_protobuf(&histogram.to_protobuf()?)?, histogram);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn from_protobuf(bytes: &[u8]) -> Result<Self> {
        let mut read = Message::read(bytes)?;
        if read.classic.iter().all(|(edge, _)| *edge != f64::INFINITY) {
            let at = bytes.len();
            let total = if read.count_float > 0.0 { whole_count(read.count_float, at)? } else { read.count };
            read.classic.push((f64::INFINITY, total));
        }
        let histogram = Self::from_cumulative(&read.classic)?;
        Ok(if histogram.count() > 0 { histogram.with_sum(read.sum) } else { histogram })
    }

    /// The histogram as the message `io.prometheus.client.Histogram` with classic buckets.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the sum, which the form must have, is not known.
    pub fn to_protobuf(&self) -> Result<Vec<u8>> {
        let sum = known_sum(self.recorded_sum())?;
        let mut bytes = Vec::new();
        put_number(&mut bytes, 1, self.count());
        put_f64(&mut bytes, 2, sum);
        for (edge, cumulative) in self.cumulative() {
            let mut bucket = Vec::new();
            put_number(&mut bucket, 1, cumulative);
            put_f64(&mut bucket, 2, edge);
            put_message(&mut bytes, 3, &bucket);
        }
        Ok(bytes)
    }
}
