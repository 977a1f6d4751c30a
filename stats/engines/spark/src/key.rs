//! The labels and the window of a row as bytes: equal bytes, equal groups. Their order is that of the labels' bytes of equal length and
//! then of the windows, always the same.

use crate::columns::Text;

/// Appends the key of a row: for each label 0 for NULL, or 1, its length and itself; then the start of the window.
pub(crate) fn write(key: &mut Vec<u8>, labels: &[Text], row: usize, window: i64) {
    key.clear();
    for label in labels {
        match label.get(row) {
            None => key.push(0),
            Some(text) => {
                key.push(1);
                key.extend((text.len() as u64).to_be_bytes());
                key.extend(text.as_bytes());
            }
        }
    }
    // the sign turned over, so that earlier windows have lesser bytes
    key.extend((window as u64 ^ 1 << 63).to_be_bytes());
}

/// The labels and the window of a key, as `write` made it.
pub(crate) fn read(key: &[u8], labels: usize) -> Option<(Vec<Option<&str>>, i64)> {
    let mut rest = key;
    let mut texts = Vec::with_capacity(labels);
    for _ in 0..labels {
        let (first, after) = rest.split_first()?;
        rest = after;
        if *first == 0 {
            texts.push(None);
            continue;
        }
        let (length, after) = rest.split_first_chunk::<8>()?;
        let (text, after) = after.split_at_checked(u64::from_be_bytes(*length) as usize)?;
        texts.push(Some(std::str::from_utf8(text).ok()?));
        rest = after;
    }
    let window: &[u8; 8] = rest.try_into().ok()?;
    Some((texts, (u64::from_be_bytes(*window) ^ 1 << 63) as i64))
}
