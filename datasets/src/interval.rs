//! Half-open stretches of time.

use serde_json::{Value, json};

use crate::clock::rfc3339;

/// A half-open stretch of time, `start_ns` inside and `end_ns` outside, in nanoseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The first instant inside.
    pub start_ns: i64,
    /// The first instant after it.
    pub end_ns: i64,
}

impl Interval {
    /// Whether the instant lies inside.
    pub fn contains(&self, time_ns: i64) -> bool {
        self.start_ns <= time_ns && time_ns < self.end_ns
    }

    /// The fields `start`, `end` (RFC 3339), `start_ns` and `end_ns`, as every truth file has them.
    pub(crate) fn to_json(self) -> Value {
        json!({
            "start": rfc3339(self.start_ns, 0),
            "end": rfc3339(self.end_ns, 0),
            "start_ns": self.start_ns,
            "end_ns": self.end_ns,
        })
    }

    /// [`Interval::to_json`] with further fields, given as a JSON object, before it.
    pub(crate) fn to_json_with(self, mut fields: Value) -> Value {
        if let (Some(fields), Value::Object(own)) = (fields.as_object_mut(), self.to_json()) {
            fields.extend(own);
        }
        fields
    }
}
