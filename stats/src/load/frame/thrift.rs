//! Which fields a structure in Thrift's compact protocol has, without reading what is in them.

/// Structures within structures: Parquet's table of contents has a handful.
const DEEPEST: u32 = 32;

/// Whether a structure has a field; what is damaged has none.
pub(super) fn has_field(bytes: &[u8], wanted: i16) -> bool {
    let mut rest = bytes;
    fields(&mut rest, 0, |id| id == wanted).unwrap_or(false)
}

/// Passes over a structure up to its end, or a field that is looked for.
fn fields(rest: &mut &[u8], depth: u32, wanted: impl Fn(i16) -> bool) -> Option<bool> {
    let mut id = 0_i16;
    loop {
        let head = byte(rest)?;
        if head == 0 {
            return Some(false);
        }
        id = match head >> 4 {
            0 => {
                let folded = number(rest)?;
                i16::try_from((folded >> 1) as i64 ^ -((folded & 1) as i64)).ok()?
            }
            step => id.checked_add(i16::from(step))?,
        };
        if wanted(id) {
            return Some(true);
        }
        // a truth value is in the head of its field
        if !matches!(head & 15, 1 | 2) {
            skip(rest, head & 15, depth)?;
        }
    }
}

/// Passes over a value.
fn skip(rest: &mut &[u8], kind: u8, depth: u32) -> Option<()> {
    if depth > DEEPEST {
        return None;
    }
    match kind {
        1..=3 => byte(rest).map(drop),
        4..=6 => number(rest).map(drop),
        7 => take(rest, 8),
        8 => {
            let length = number(rest)?;
            take(rest, length)
        }
        9 | 10 => {
            let head = byte(rest)?;
            let count = if head >> 4 == 15 { number(rest)? } else { u64::from(head >> 4) };
            (0..count).try_for_each(|_| skip(rest, head & 15, depth + 1))
        }
        11 => {
            let count = number(rest)?;
            let kinds = if count == 0 { 0 } else { byte(rest)? };
            (0..count).try_for_each(|_| {
                skip(rest, kinds >> 4, depth + 1)?;
                skip(rest, kinds & 15, depth + 1)
            })
        }
        12 => fields(rest, depth + 1, |_| false).map(drop),
        13 => take(rest, 16),
        _ => None,
    }
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (first, tail) = rest.split_first()?;
    *rest = tail;
    Some(*first)
}

fn take(rest: &mut &[u8], count: u64) -> Option<()> {
    *rest = rest.get(usize::try_from(count).ok()?..)?;
    Some(())
}

/// A number in base 128.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let next = byte(rest)?;
        value |= u64::from(next & 0x7f) << shift;
        if next & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::has_field;

    /// A structure by the rules of the compact protocol: an i32, a list of structures, a string, a map, a truth value, a double, field 8.
    #[test]
    fn fields_are_found_behind_values_of_every_kind() {
        let mut bytes = vec![0x15, 0x02]; // 1: i32
        bytes.extend([0x19, 0x2c, 0x15, 0x04, 0x00, 0x11, 0x00]); // 2: two structures
        bytes.extend([0x18, 0x03, b'a', b'b', b'c']); // 3: string
        bytes.extend([0x1b, 0x01, 0x85, 0x01, b'k', 0x06]); // 4: map of string to i32
        bytes.push(0x11); // 5: true
        bytes.extend([0x17, 0, 0, 0, 0, 0, 0, 0, 0]); // 6: double
        let without = [&bytes[..], &[0x00]].concat();
        bytes.extend([0x2c, 0x1c, 0x00, 0x00]); // 8: a structure in a structure
        bytes.extend([0x05, 0x28, 0x02, 0x00]); // 20: i32, its number written out
        assert!([1, 2, 3, 4, 5, 6, 8, 20].iter().all(|id| has_field(&bytes, *id)));
        assert!(!has_field(&bytes, 7) && !has_field(&bytes, 21) && !has_field(&without, 8));
        // cut anywhere before, it has none; depth and counts that lie end
        for cut in 0..without.len() {
            assert!(!has_field(&bytes[..cut], 8), "{cut}");
        }
        assert!(!has_field(&vec![0x1c; 100_000], 8) && !has_field(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f], 8));
    }
}
