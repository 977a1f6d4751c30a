//! Protobuf's wire form: fields by number, of which unknown ones are passed over.

use super::cursor::{Cursor, bad};
use crate::error::Result;

/// Protobuf's wire types.
pub(crate) const VARINT: u64 = 0;
pub(crate) const FIXED_64: u64 = 1;
pub(crate) const LENGTH: u64 = 2;
pub(crate) const FIXED_32: u64 = 5;

/// The next field: where it stands, its number and its wire type.
pub(crate) fn tag(cursor: &mut Cursor<'_>) -> Result<(usize, u64, u64)> {
    let start = cursor.at();
    let tag = cursor.varint("a field’s tag")?;
    Ok((start, tag >> 3, tag & 7))
}

/// What a field of a given length holds.
pub(crate) fn message<'a>(cursor: &mut Cursor<'a>, what: &str) -> Result<Cursor<'a>> {
    let length = cursor.varint("a length")?;
    cursor.part(length, what)
}

/// Passes over a field that is not known.
pub(crate) fn skip(cursor: &mut Cursor<'_>, wire: u64) -> Result<()> {
    match wire {
        VARINT => cursor.varint("a number").map(|_| ()),
        FIXED_64 => cursor.take::<8>("eight bytes").map(|_| ()),
        LENGTH => message(cursor, "a field").map(|_| ()),
        FIXED_32 => cursor.take::<4>("four bytes").map(|_| ()),
        _ => Err(cursor.fail(format!("wire type {wire} is not one of protobuf’s"))),
    }
}

/// Reads a repeated number in both of its forms: one a field, or a list in one.
pub(crate) fn each(
    cursor: &mut Cursor<'_>,
    wire: u64,
    what: &str,
    mut read: impl FnMut(&mut Cursor<'_>) -> Result<()>,
) -> Result<()> {
    if wire != LENGTH {
        return read(cursor);
    }
    let mut list = message(cursor, what)?;
    while list.left() > 0 {
        read(&mut list)?;
    }
    Ok(())
}

/// A whole number of eight bytes.
pub(crate) fn fixed_64(cursor: &mut Cursor<'_>, what: &str) -> Result<u64> {
    Ok(u64::from_le_bytes(cursor.take(what)?))
}

/// A sint64.
pub(crate) fn sint_64(cursor: &mut Cursor<'_>, what: &str) -> Result<i64> {
    let encoded = cursor.varint(what)?;
    Ok((encoded >> 1) as i64 ^ -((encoded & 1) as i64))
}

/// A sint32.
pub(crate) fn sint_32(cursor: &mut Cursor<'_>, what: &str) -> Result<i32> {
    let at = cursor.at();
    let value = sint_64(cursor, what)?;
    i32::try_from(value).map_err(|_| bad(at, format!("{what} of {value} does not fit into 32 bits")))
}

pub(crate) fn put_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// A field with a number in base 128.
pub(crate) fn put_number(bytes: &mut Vec<u8>, field: u64, value: u64) {
    put_varint(bytes, field << 3 | VARINT);
    put_varint(bytes, value);
}

/// A field with a number with a sign.
pub(crate) fn put_signed(bytes: &mut Vec<u8>, field: u64, value: i64) {
    put_number(bytes, field, (value << 1 ^ value >> 63) as u64);
}

pub(crate) fn put_fixed_64(bytes: &mut Vec<u8>, field: u64, value: u64) {
    put_varint(bytes, field << 3 | FIXED_64);
    bytes.extend(value.to_le_bytes());
}

pub(crate) fn put_f64(bytes: &mut Vec<u8>, field: u64, value: f64) {
    put_fixed_64(bytes, field, value.to_bits());
}

pub(crate) fn put_message(bytes: &mut Vec<u8>, field: u64, message: &[u8]) {
    put_varint(bytes, field << 3 | LENGTH);
    put_varint(bytes, message.len() as u64);
    bytes.extend(message);
}
