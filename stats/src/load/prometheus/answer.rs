//! The object around a result.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};

use super::result::{Found, Kept, Series};

/// An answer; what stands under `data` may also stand alone.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) status: Option<String>,
    pub(super) error_type: Option<String>,
    pub(super) error: Option<String>,
    pub(super) warnings: Vec<String>,
    pub(super) infos: Vec<String>,
    pub(super) result_type: Option<String>,
    pub(super) result: Option<Found>,
}

impl Answer {
    /// Reads one, of whose series some are kept.
    pub(super) fn read(text: &[u8], kept: &mut Kept<'_>) -> serde_json::Result<Self> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let mut answer = Self::default();
        Object { answer: &mut answer, kept }.deserialize(&mut reader)?;
        reader.end()?;
        Ok(answer)
    }
}

/// The object, or the one under `data`.
struct Object<'a, 'c> {
    answer: &'a mut Answer,
    kept: &'a mut Kept<'c>,
}

impl<'de> DeserializeSeed<'de> for Object<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with “status” and “data”")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { answer, kept } = self;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                "status" => answer.status = map.next_value()?,
                "errorType" => answer.error_type = map.next_value()?,
                "error" => answer.error = map.next_value()?,
                "warnings" => answer.warnings = map.next_value::<Option<_>>()?.unwrap_or_default(),
                "infos" => answer.infos = map.next_value::<Option<_>>()?.unwrap_or_default(),
                "resultType" => answer.result_type = map.next_value()?,
                "result" => answer.result = map.next_value_seed(Maybe(Series(kept)))?,
                "data" => drop(map.next_value_seed(Maybe(Object { answer, kept }))?),
                _ => drop(map.next_value::<de::IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// What is there, or null.
struct Maybe<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Maybe<S> {
    type Value = Option<S::Value>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for Maybe<S> {
    type Value = Option<S::Value>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("data of an answer")
    }
    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}
