//! Reading binary forms that others wrote: every failure names its byte, and nothing is taken before it is there.

use crate::error::{Error, Position, Result};

/// A place in some bytes. Positions are those of the whole input, also in a message within a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The offset of the next byte.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The bytes that are left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next N bytes.
    pub(crate) fn take<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let found = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<N>());
        let found = found.ok_or_else(|| self.ends_within(what))?;
        self.at += N;
        Ok(*found)
    }

    /// A part of the given length, with positions of the whole.
    pub(crate) fn part(&mut self, length: u64, what: &str) -> Result<Self> {
        if length > self.left() as u64 {
            return Err(self.fail(format!("{what} claims {length} bytes where {} are left", self.left())));
        }
        let start = self.at;
        self.at += length as usize;
        // the check above keeps the end inside
        Ok(Self { bytes: self.bytes.get(..self.at).unwrap_or(self.bytes), at: start })
    }

    /// A number in base 128, least significant group first (protobuf's varint).
    pub(crate) fn varint(&mut self, what: &str) -> Result<u64> {
        let start = self.at;
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.take(what)?;
            let group = u64::from(byte & 0x7f);
            if shift == 63 && byte > 1 {
                break;
            }
            value |= group << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(bad(start, format!("{what} does not fit into 64 bits")))
    }

    pub(crate) fn f64_le(&mut self, what: &str) -> Result<f64> {
        Ok(f64::from_le_bytes(self.take(what)?))
    }

    pub(crate) fn f64_be(&mut self, what: &str) -> Result<f64> {
        Ok(f64::from_be_bytes(self.take(what)?))
    }

    /// An error unless all is read.
    pub(crate) fn finish(&self) -> Result<()> {
        match self.left() {
            0 => Ok(()),
            left => Err(self.fail(format!("{left} bytes follow the end"))),
        }
    }

    /// An error at the next byte.
    pub(crate) fn fail(&self, message: impl Into<String>) -> Error {
        bad(self.at, message)
    }

    fn ends_within(&self, what: &str) -> Error {
        bad(self.bytes.len(), format!("the bytes end within {what}"))
    }
}

/// A parse error at a byte.
pub(crate) fn bad(byte: usize, message: impl Into<String>) -> Error {
    Error::parse(message).at(Position::default().at_byte(byte as u64))
}

/// A finite value, with −0 as 0.
pub(crate) fn finite(cursor: &mut Cursor<'_>, what: &str) -> Result<f64> {
    let at = cursor.at();
    let value = cursor.f64_le(what)?;
    if value.is_finite() { Ok(value + 0.0) } else { Err(bad(at, format!("{value} is not {what}"))) }
}

/// A count that was written as a real number.
pub(crate) fn whole_count(value: f64, at: usize) -> Result<u64> {
    // 2⁶⁴ as f64: the first value beyond u64
    if (0.0..18_446_744_073_709_551_616.0).contains(&value) && value.fract() == 0.0 {
        return Ok(value as u64);
    }
    let shown = if value.abs() < 1e15 { format!("{value}") } else { format!("{value:e}") };
    let why = if value >= 18_446_744_073_709_551_616.0 {
        "is too large: 2⁶⁴ − 1 is the most"
    } else if value < 0.0 {
        "is below 0"
    } else if value.is_nan() {
        "is no number"
    } else {
        "is a fraction, and not a whole number of values"
    };
    Err(bad(at, format!("a count of {shown} {why}")))
}
