//! The least of remote write 1.0: native histograms as protobuf in snappy.
//!
//! The messages are those of Prometheus' `prompb/types.proto` and `prompb/remote.proto`.

/// A native histogram of whole counts at a time.
#[derive(Clone, Debug)]
pub(crate) struct Native {
    pub(crate) time_ms: i64,
    pub(crate) schema: i32,
    pub(crate) zero_threshold: f64,
    pub(crate) zero_count: u64,
    pub(crate) sum: f64,
    /// Bucket numbers with counts, ascending.
    pub(crate) positive: Vec<(i32, u64)>,
    pub(crate) negative: Vec<(i32, u64)>,
}

impl Native {
    fn count(&self) -> u64 {
        self.zero_count + self.positive.iter().chain(&self.negative).map(|(_, n)| n).sum::<u64>()
    }

    fn message(&self) -> Vec<u8> {
        let mut out = Vec::new();
        number(&mut out, 1, self.count());
        double(&mut out, 3, self.sum);
        number(&mut out, 4, zigzag(i64::from(self.schema)));
        double(&mut out, 5, self.zero_threshold);
        number(&mut out, 6, self.zero_count);
        for (buckets, spans, deltas) in [(&self.negative, 8, 9), (&self.positive, 11, 12)] {
            let mut packed = Vec::new();
            let (mut next, mut before) = (0, 0_i64);
            for (index, count) in buckets {
                // a span of its own for each bucket: its offset is from the end of the one before
                let mut span = Vec::new();
                number(&mut span, 1, zigzag(i64::from(index - next)));
                number(&mut span, 2, 1);
                bytes(&mut out, spans, &span);
                varint(&mut packed, zigzag(*count as i64 - before));
                (next, before) = (index + 1, *count as i64);
            }
            if !packed.is_empty() {
                bytes(&mut out, deltas, &packed);
            }
        }
        number(&mut out, 15, self.time_ms as u64);
        out
    }
}

/// The labels of a series, in order, and its histograms.
pub(crate) type Labelled<'a> = (Vec<(&'a str, &'a str)>, Vec<Native>);

/// A request with series of native histograms.
pub(crate) fn request(all: &[Labelled<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (labels, samples) in all {
        let mut series = Vec::new();
        for (key, value) in labels {
            let mut label = Vec::new();
            bytes(&mut label, 1, key.as_bytes());
            bytes(&mut label, 2, value.as_bytes());
            bytes(&mut series, 1, &label);
        }
        for sample in samples {
            bytes(&mut series, 4, &sample.message());
        }
        bytes(&mut out, 1, &series);
    }
    snap::raw::Encoder::new().compress_vec(&out).unwrap()
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn double(out: &mut Vec<u8>, field: u64, value: f64) {
    varint(out, (field << 3) | 1);
    out.extend(value.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, (field << 3) | 2);
    varint(out, value.len() as u64);
    out.extend(value);
}
