//! Structures in Thrift's compact protocol, as far as their lengths have to be known before they are believed.

/// Structures within structures: Parquet's table of contents has a handful.
const DEEPEST: u32 = 32;

/// Whether a structure has a field; what is damaged has none.
pub(super) fn has_field(bytes: &[u8], wanted: i16) -> bool {
    let mut rest = bytes;
    let mut found = false;
    // what stands behind the field is not looked at
    let _ = fields(&mut rest, 0, &mut |id, _, _| {
        found |= id == wanted;
        if found { None } else { Some(false) }
    });
    found
}

/// What stands before a page of Parquet.
#[derive(Debug, Default, PartialEq)]
pub(super) struct PageHead {
    /// Its own bytes.
    pub(super) length: usize,
    pub(super) unpacked: u64,
    pub(super) packed: u64,
    /// Of a page of data or a dictionary.
    pub(super) values: u64,
    pub(super) is_dictionary: bool,
}

/// The head of a page; `None` where it is damaged, says something twice, or has a number that is none of a length.
pub(super) fn page_head(bytes: &[u8]) -> Option<PageHead> {
    let mut rest = bytes;
    let mut head = PageHead::default();
    let mut seen = [false; 16];
    fields(&mut rest, 0, &mut |id, kind, rest| {
        let Some(seen) = usize::try_from(id).ok().and_then(|id| seen.get_mut(id)) else { return Some(false) };
        if std::mem::replace(seen, true) {
            return None;
        }
        match id {
            2 => head.unpacked = length(rest, kind)?,
            3 => head.packed = length(rest, kind)?,
            // of a page of data, a dictionary, and a page of data of the second version
            5 | 7 | 8 => {
                if kind != 12 {
                    return None;
                }
                head.is_dictionary |= id == 7;
                let mut values = None;
                fields(rest, 1, &mut |id, kind, rest| {
                    if id != 1 {
                        return Some(false);
                    }
                    values = if values.is_none() { Some(length(rest, kind)?) } else { return None };
                    Some(true)
                })?;
                head.values = head.values.max(values?);
            }
            _ => return Some(false),
        }
        Some(true)
    })?;
    head.length = bytes.len() - rest.len();
    Some(head)
}

/// A length in 32 bits.
fn length(rest: &mut &[u8], kind: u8) -> Option<u64> {
    let folded = (kind == 5).then(|| number(rest)).flatten()?;
    (folded & 1 == 0 && i32::try_from(folded >> 1).is_ok()).then_some(folded >> 1)
}

/// Is shown the number and kind of a field, and what follows; tells whether it read its value.
type Take<'a> = dyn FnMut(i16, u8, &mut &[u8]) -> Option<bool> + 'a;

/// Passes over a structure; `take` is shown the number and kind of each field, and tells whether it read its value.
fn fields(rest: &mut &[u8], depth: u32, take: &mut Take<'_>) -> Option<()> {
    let mut id = 0_i16;
    loop {
        let head = byte(rest)?;
        if head == 0 {
            return Some(());
        }
        id = match head >> 4 {
            0 => {
                let folded = number(rest)?;
                i16::try_from((folded >> 1) as i64 ^ -((folded & 1) as i64)).ok()?
            }
            step => id.checked_add(i16::from(step))?,
        };
        // a truth value is in the head of its field
        if !take(id, head & 15, rest)? && !matches!(head & 15, 1 | 2) {
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
        12 => fields(rest, depth + 1, &mut |_, _, _| Some(false)),
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
    use super::{PageHead, has_field, page_head};

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

    /// `PageHeader` of parquet.thrift: type, both sizes, and the head of a page of data with its number of values.
    #[test]
    fn heads_of_pages_are_read_as_parquet_writes_them() {
        // 1: 0, 2: 300, 3: 40, 5: {1: 100, 2: 0, 3: 3, 4: 3}
        let bytes = [0x15, 0, 0x15, 0xd8, 0x04, 0x15, 0x50, 0x2c, 0x15, 0xc8, 1, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0, 9, 9];
        let head = PageHead { length: 19, unpacked: 300, packed: 40, values: 100, is_dictionary: false };
        assert_eq!(page_head(&bytes), Some(head));
        let mut negative = bytes;
        negative[6] = 0x51;
        assert_eq!(page_head(&negative), None);
        // the second size again
        let twice = [0x15, 0, 0x15, 2, 0x15, 2, 0x05, 4, 2, 0];
        assert_eq!(page_head(&twice), None);
        assert_eq!(page_head(&bytes[..18]), None);
    }
}
