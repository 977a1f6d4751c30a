//! The lengths that an Arrow file claims, held against what is there before anything is reserved for them.

use std::ops::Range;

use polars_arrow::io::ipc::format::ipc::planus::{self, ReadAsRoot};
use polars_arrow::io::ipc::format::ipc::{
    Block, FieldRef, FooterRef, MessageHeaderRef, MessageRef, RecordBatchRef, SchemaRef, TypeRef,
};

use crate::error::{Error, Result};

/// Columns within columns: a list of structures of lists is three deep.
const DEEPEST: usize = 64;
/// Bytes that the columns of a batch may unpack to whatever their size.
const FREE: u64 = 16 << 20;
/// Bytes that they may unpack to for each packed one, as of gzip.
const RATIO: u64 = 200;
/// What stands before the head of a message where it is not the length.
const CONTINUES: [u8; 4] = [0xff; 4];

/// What the head of a batch claims, once found possible.
pub(super) struct Claimed {
    pub(super) rows: usize,
    /// Where in the body the packed buffers are, where they are packed.
    pub(super) packed: Option<Vec<Range<usize>>>,
}

fn unreadable(e: &planus::Error) -> Error {
    Error::parse(format!("its table of contents is damaged: {e}"))
}

/// Where in the file a batch is, which must have been checked.
pub(super) fn place(block: &Block) -> Range<u64> {
    let start = block.offset as u64;
    start..start + block.meta_data_length as u64 + block.body_length as u64
}

/// Batches lie between the start and the table of contents, none twice.
pub(super) fn check_blocks<'a>(blocks: impl Iterator<Item = &'a Block>, end: u64) -> Result<()> {
    let mut all = 0_u64;
    for block in blocks {
        let length = (block.offset >= 0 && block.meta_data_length >= 0 && block.body_length >= 0)
            .then(|| (block.body_length as u64).checked_add(block.meta_data_length as u64))
            .flatten();
        let fits = length.and_then(|l| l.checked_add(block.offset as u64)).filter(|to| *to <= end);
        all = all.saturating_add(length.unwrap_or(u64::MAX));
        if fits.is_none() || all > end {
            return Err(Error::parse(format!(
                "its table of contents speaks of {} + {} bytes at byte {}, and its batches have {end} bytes in all",
                block.meta_data_length, block.body_length, block.offset
            )));
        }
    }
    Ok(())
}

/// Columns of a table of contents are no deeper, no more and no longer named than its bytes can tell.
pub(super) fn check_schema(footer: &[u8]) -> Result<()> {
    match FooterRef::read_as_root(footer).and_then(|footer| footer.schema()) {
        Ok(Some(schema)) => check_fields(schema, footer.len()),
        Ok(None) => Ok(()),
        Err(e) => Err(unreadable(&e)),
    }
}

/// The same of a schema in so many bytes.
pub(super) fn check_fields(schema: SchemaRef<'_>, bytes: usize) -> Result<()> {
    let look = || -> planus::Result<bool> {
        // each field takes more than a word, and no text is there twice
        let mut left = (bytes / 8, bytes);
        for field in schema.fields()?.into_iter().flatten() {
            if !fits(field?, 0, &mut left)? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    match look() {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Error::parse("its columns are nested too deeply, or are more than its table of contents holds"))
        }
        Err(e) => Err(unreadable(&e)),
    }
}

/// Counts a field and those in it; `false` where they are too many.
fn fits(field: FieldRef<'_>, depth: usize, left: &mut (usize, usize)) -> planus::Result<bool> {
    let mut text = field.name()?.map_or(0, str::len);
    for pair in field.custom_metadata()?.into_iter().flatten() {
        let pair = pair?;
        text = text.saturating_add(pair.key()?.map_or(0, str::len)).saturating_add(pair.value()?.map_or(0, str::len));
    }
    if let Some(TypeRef::Timestamp(of)) = field.type_()? {
        text = text.saturating_add(of.timezone()?.map_or(0, str::len));
    }
    let (Some(fields), Some(texts)) = (left.0.checked_sub(1), left.1.checked_sub(text)) else { return Ok(false) };
    *left = (fields, texts);
    if depth > DEEPEST {
        return Ok(false);
    }
    for child in field.children()?.into_iter().flatten() {
        if !fits(child?, depth + 1, left)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The head of a batch or dictionary: its buffers lie in its body, and its rows can be in them.
pub(super) fn check_head(head: &[u8], block: &Block) -> Result<Claimed> {
    let body = block.body_length as u64;
    let damaged = |what: &str| Error::parse(format!("the batch at byte {}: {what}", block.offset));
    let message = head.strip_prefix(&CONTINUES).unwrap_or(head);
    let (length, message) = message.split_first_chunk().ok_or_else(|| damaged("it has no head"))?;
    let message = usize::try_from(i32::from_le_bytes(*length))
        .ok()
        .and_then(|length| message.get(..length))
        .ok_or_else(|| damaged("its head is longer than it is said to be"))?;
    let look = || -> planus::Result<Option<Claimed>> {
        let batch = match MessageRef::read_as_root(message)?.header()? {
            Some(MessageHeaderRef::RecordBatch(batch)) => batch,
            Some(MessageHeaderRef::DictionaryBatch(dictionary)) => match dictionary.data()? {
                Some(batch) => batch,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        check_batch(batch, body)
    };
    match look() {
        Ok(Some(claimed)) => Ok(claimed),
        Ok(None) => Err(damaged(&format!("it claims more than its {body} bytes hold"))),
        Err(e) => Err(damaged(&format!("its head is damaged: {e}"))),
    }
}

/// `None` where the claims cannot be true.
fn check_batch(batch: RecordBatchRef<'_>, body: u64) -> planus::Result<Option<Claimed>> {
    let packed = batch.compression()?.is_some();
    let (mut all, mut places) = (0_u64, Vec::new());
    for buffer in batch.buffers()?.into_iter().flatten() {
        let (Ok(from), Ok(length)) = (u64::try_from(buffer.offset()), u64::try_from(buffer.length())) else {
            return Ok(None);
        };
        let Some(to) = from.checked_add(length).filter(|to| *to <= body) else { return Ok(None) };
        all = all.saturating_add(length);
        // a packed buffer begins with the length that it unpacks to
        if packed && length > 0 {
            if length < 8 {
                return Ok(None);
            }
            places.push(from as usize..to as usize);
        }
    }
    for node in batch.nodes()?.into_iter().flatten() {
        if node.length() < 0 || node.null_count() < 0 || node.null_count() > node.length() {
            return Ok(None);
        }
    }
    // a row takes a bit at least
    let most = if packed { all.saturating_mul(RATIO).saturating_add(FREE) } else { all };
    let rows = u64::try_from(batch.length()?).ok().filter(|rows| all <= body && *rows <= most.saturating_mul(8));
    let Some(rows) = rows.and_then(|rows| usize::try_from(rows).ok()) else { return Ok(None) };
    Ok(Some(Claimed { rows, packed: packed.then_some(places) }))
}

/// Packed buffers unpack to no more than is stated.
pub(super) fn check_packed(buffers: &[Range<usize>], body: &[u8], rows: usize) -> Result<()> {
    let (mut packed, mut unpacked) = (0_u64, 0_u64);
    for place in buffers {
        let buffer = body.get(place.clone()).unwrap_or_default();
        let claimed = buffer.first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes));
        packed += buffer.len() as u64;
        // −1: as it is
        unpacked = unpacked.saturating_add(match claimed {
            -1 => buffer.len() as u64,
            claimed => u64::try_from(claimed).map_err(|_| Error::parse("a column claims a negative length"))?,
        });
    }
    if unpacked > packed.saturating_mul(RATIO).saturating_add(FREE) {
        return Err(Error::unsupported(format!(
            "a batch of {packed} bytes unpacks to {unpacked}: more than 16 MB and {RATIO} times its size"
        ))
        .hint("write it again in smaller batches, or without compression"));
    }
    if rows as u64 > unpacked.saturating_mul(8) {
        return Err(Error::parse(format!("a batch claims {rows} rows in {unpacked} bytes")));
    }
    Ok(())
}
