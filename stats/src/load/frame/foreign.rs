//! Columns of types that are not read: they are named and left out, and the rest of the file is read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use polars::io::parquet::read::{FileMetadata, infer_schema};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema};
use polars_arrow::io::ipc::format::ipc::planus::{self, Builder, ReadAsRoot};
use polars_arrow::io::ipc::format::ipc::{
    Block, BlockRef, Field, FieldRef, Footer, FooterRef, Int, KeyValue, LargeBinary, Message, MessageHeader,
    MessageHeaderRef, MessageRef, MetadataVersion, Null, Schema, SchemaRef, Struct, Type, TypeRef, UnionMode,
};

use super::ipc_lengths;
use super::polars::failed;
use crate::error::{Error, Position, Result};
use crate::load::options::LoadOptions;
use crate::load::report::{LoadReport, WarningKind, counted};

/// Columns that are named in a warning.
const NAMED: usize = 5;
/// Where a Parquet file has the types that its columns had in Arrow.
const ARROW_SCHEMA: &str = "ARROW:schema";
/// What says that the values of a type mean more than the type.
const EXTENSION: &str = "ARROW:extension:";
/// The name of such a type that stands for one that polars does not know begins so.
const MARK: char = '\0';

/// A column of a type that is not read: its name, and the type in words.
pub(super) type Foreign = (String, String);

/// A footer, and the columns that are not to be read by their places in it.
pub(super) type Changed = (Vec<u8>, Vec<(usize, Foreign)>);

/// Takes the columns that are not read out of a schema, in which they stay where they were.
pub(super) fn split(schema: &ArrowSchema) -> (ArrowSchema, Vec<Foreign>) {
    let (mut kept, mut foreign) = (ArrowSchema::default(), Vec::new());
    for (name, field) in schema.iter() {
        match unread(&field.dtype) {
            None => drop(kept.insert(name.clone(), field.clone())),
            Some(what) => foreign.push((name.to_string(), what)),
        }
    }
    (kept, foreign)
}

/// Refuses what the caller chose and is not read.
pub(super) fn refuse(foreign: &[Foreign], options: &LoadOptions) -> Result<()> {
    let one = [&options.time, &options.ok, &options.total, &options.bad].into_iter().flatten();
    let several = options.value.iter().flat_map(|names| names.split(',').map(str::trim).chain([names.as_str()]));
    let chosen: Vec<&str> =
        one.map(String::as_str).chain(several).chain(options.by.iter().map(String::as_str)).collect();
    let clauses = options.filter.as_deref().map(crate::load::filter::parse).transpose()?.unwrap_or_default();
    let asked = |name: &str| chosen.contains(&name) || clauses.iter().any(|clause| clause.column == name);
    match foreign.iter().find(|(name, _)| asked(name)) {
        None => Ok(()),
        Some((name, what)) => Err(Error::unsupported(format!("“{name}” is a column of {what}, which is not read"))
            .at(Position::default().at_column(name.clone()))
            .hint("choose another column, or write this one as numbers or text")),
    }
}

/// Tells which columns are left out.
pub(super) fn tell(foreign: &[Foreign], file: &str, report: &mut LoadReport) {
    let Some((first, _)) = foreign.first() else { return };
    let shown: Vec<String> = foreign.iter().take(NAMED).map(|(name, what)| format!("“{name}” of {what}")).collect();
    let more = foreign.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let was = if foreign.len() == 1 { "is not read and was" } else { "are not read and were" };
    let message = format!("{} {was} left out: {}{more}", counted(foreign.len() as u64, "column"), shown.join(", "));
    let position = Position::in_file(file).at_column(first.clone());
    report.warn(WarningKind::Skipped, message, position, foreign.len() as u64);
}

/// What a type is called that is not read.
fn unread(dtype: &ArrowDataType) -> Option<String> {
    use ArrowDataType as A;
    let named = |what: &str| Some(what.to_owned());
    match dtype {
        A::Float16 => named("16-bit floats"),
        A::Int128 | A::UInt128 => named("128-bit integers"),
        A::Decimal256(..) => named("256-bit decimals"),
        A::Interval(_) => named("intervals"),
        A::Union(_) => named("unions"),
        A::Extension(of) => {
            Some(of.name.strip_prefix(MARK).map_or_else(|| format!("the type {}", of.name), str::to_owned))
        }
        A::List(of) | A::LargeList(of) | A::FixedSizeList(of, _) | A::Map(of, _) => unread(&of.dtype),
        A::Dictionary(_, of, _) => unread(of),
        A::Struct(fields) => fields.iter().find_map(|field| unread(&field.dtype)),
        A::Unknown => named("an unknown type"),
        _ => None,
    }
}

/// The columns of a Parquet file, which must be [`marked`](mark), by the types that they had in Arrow where the file tells.
pub(super) fn of_parquet(contents: &FileMetadata) -> Result<ArrowSchema> {
    let mut schema = infer_schema(contents).map_err(|e| failed(&e))?;
    for field in schema.iter_values_mut() {
        stored(&mut field.dtype);
    }
    Ok(schema)
}

/// Makes an extension of a type the type that it is stored as.
fn stored(dtype: &mut ArrowDataType) {
    use ArrowDataType as A;
    if let A::Extension(of) = dtype
        && !of.name.starts_with(MARK)
    {
        *dtype = std::mem::take(&mut of.inner);
    }
    match dtype {
        A::List(of) | A::LargeList(of) | A::FixedSizeList(of, _) | A::Map(of, _) => stored(&mut of.dtype),
        A::Dictionary(_, of, _) => stored(of),
        A::Struct(fields) => fields.iter_mut().for_each(|field| stored(&mut field.dtype)),
        _ => {}
    }
}

/// Marks the columns of a Parquet file of which polars does not know the type that they had in Arrow.
pub(super) fn mark(contents: &mut FileMetadata) -> Result<()> {
    let pairs = contents.key_value_metadata.iter_mut().flatten();
    let Some(encoded) = pairs.filter(|pair| pair.key == ARROW_SCHEMA).find_map(|pair| pair.value.as_mut()) else {
        return Ok(());
    };
    // what cannot be read is told of where the columns are
    let Ok(bytes) = STANDARD.decode(&*encoded) else { return Ok(()) };
    // a marker and the length go before the message
    let message = if bytes.starts_with(&[0xff; 4]) { bytes.get(8..).unwrap_or_default() } else { &bytes };
    if let Some(marked) = marked(message)? {
        *encoded = STANDARD.encode(marked);
    }
    Ok(())
}

/// A message with a schema in which some fields are marked; `None` where none has to be.
fn marked(message: &[u8]) -> Result<Option<Vec<u8>>> {
    let Ok(message_of) = MessageRef::read_as_root(message) else { return Ok(None) };
    let Ok(Some(MessageHeaderRef::Schema(schema))) = message_of.header() else { return Ok(None) };
    ipc_lengths::check_fields(schema, message.len())?;
    let look = || -> planus::Result<Option<Vec<u8>>> {
        if !any_to_be_changed(schema, false)? {
            return Ok(None);
        }
        let mut fields = Vec::new();
        for field in schema.fields()?.into_iter().flatten() {
            let field = Field::try_from(field?)?;
            let Some(what) = impassable(&field) else {
                fields.push(field);
                continue;
            };
            let name = KeyValue { key: Some(format!("{EXTENSION}name")), value: Some(format!("{MARK}{what}")) };
            let Field { name: own, nullable, .. } = field;
            fields.push(Field {
                name: own,
                nullable,
                type_: Some(Type::Null(Box::new(Null {}))),
                custom_metadata: Some(vec![name]),
                ..Field::default()
            });
        }
        let schema = Schema { endianness: schema.endianness()?, fields: Some(fields), ..Schema::default() };
        let header = Some(MessageHeader::Schema(Box::new(schema)));
        let message = Message { version: MetadataVersion::V5, header, ..Message::default() };
        Ok(Some(Builder::new().finish(message, None).to_vec()))
    };
    look().map_err(|e| Error::parse(format!("its table of contents is damaged: {e}")))
}

/// The footer of an Arrow file in which polars can pass over every column, and the columns that are not to be read, by their places in it;
/// `None` where the file's own will do. The footer's columns must have been found possible.
///
/// The buffers of a batch stand in a row, and a type says how many are its own. A type that polars cannot pass over is
/// replaced by others that have as many: one of its own buffers, and its children after it.
pub(super) fn of_arrow(footer: &[u8]) -> Result<Option<Changed>> {
    let damaged = |e: planus::Error| Error::parse(format!("its table of contents is damaged: {e}"));
    let from = FooterRef::read_as_root(footer).map_err(damaged)?;
    let Some(schema) = from.schema().map_err(damaged)? else { return Ok(None) };
    if !any_to_be_changed(schema, true).map_err(damaged)? {
        return Ok(None);
    }
    let mut fields = Vec::new();
    for field in schema.fields().map_err(damaged)?.into_iter().flatten() {
        fields.push(field.and_then(Field::try_from).map_err(damaged)?);
    }
    let (mut all, mut foreign): (Vec<Field>, Vec<(usize, Foreign)>) = (Vec::new(), Vec::new());
    let version = from.version().map_err(damaged)?;
    for mut field in fields {
        without_extensions(&mut field);
        let Some(what) = impassable(&field) else {
            all.push(field);
            continue;
        };
        let name = field.name.clone().unwrap_or_default();
        if version != MetadataVersion::V5 {
            return Err(Error::unsupported(format!("“{name}” is a column of {what}, in a file of an early version"))
                .hint("write the file again without it"));
        }
        for (i, mut part) in flat(field).into_iter().enumerate() {
            // names differ, and no column of the file has such a one
            let own = if i == 0 { name.clone() } else { format!("\0{}", all.len()) };
            part.name = Some(own.clone());
            foreign.push((all.len(), (own, what.to_owned())));
            all.push(part);
        }
    }
    let endianness = schema.endianness().map_err(damaged)?;
    let blocks = |of: planus::Result<Option<planus::Vector<'_, BlockRef<'_>>>>| {
        of.map(|of| of.map(|blocks| blocks.iter().map(Block::from).collect())).map_err(damaged)
    };
    let footer = Footer {
        version,
        schema: Some(Box::new(Schema { endianness, fields: Some(all), ..Schema::default() })),
        dictionaries: blocks(from.dictionaries())?,
        record_batches: blocks(from.record_batches())?,
        custom_metadata: None,
    };
    Ok(Some((Builder::new().finish(footer, None).to_vec(), foreign)))
}

/// Whether a field cannot be given to polars as it is, or means more than its type where that matters.
fn any_to_be_changed(schema: SchemaRef<'_>, extensions: bool) -> planus::Result<bool> {
    for field in schema.fields()?.into_iter().flatten() {
        if is_to_be_changed(field?, extensions)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_to_be_changed(field: FieldRef<'_>, extensions: bool) -> planus::Result<bool> {
    use TypeRef as T;
    if matches!(field.type_()?, Some(T::RunEndEncoded(_) | T::ListView(_) | T::LargeListView(_) | T::Union(_))) {
        return Ok(true);
    }
    for pair in field.custom_metadata()?.into_iter().flatten() {
        if extensions && pair?.key()?.is_some_and(|key| key.starts_with(EXTENSION)) {
            return Ok(true);
        }
    }
    for child in field.children()?.into_iter().flatten() {
        if is_to_be_changed(child?, extensions)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes away what says that a field's values mean more than their type.
fn without_extensions(field: &mut Field) {
    if let Some(pairs) = &mut field.custom_metadata {
        pairs.retain(|pair| !pair.key.as_deref().is_some_and(|key| key.starts_with(EXTENSION)));
    }
    field.children.iter_mut().flatten().for_each(without_extensions);
}

/// What a column is called that polars cannot pass over.
fn impassable(field: &Field) -> Option<&'static str> {
    match &field.type_ {
        Some(Type::RunEndEncoded(_)) => Some("runs"),
        Some(Type::ListView(_) | Type::LargeListView(_)) => Some("list views"),
        Some(Type::Union(_)) => Some("unions"),
        _ => field.children.iter().flatten().find_map(impassable),
    }
}

/// Fields that have the buffers of one and of those in it, in their order, none of them deeper than it must be.
fn flat(mut field: Field) -> Vec<Field> {
    if field.dictionary.is_some() {
        return vec![field];
    }
    let children: Vec<Field> = field.children.take().into_iter().flatten().flat_map(flat).collect();
    // a validity and values, as many buffers as a validity and offsets
    let two = || Type::Int(Box::new(Int { bit_width: 8, is_signed: true }));
    let replaced = match field.type_.take() {
        Some(Type::RunEndEncoded(_)) => Type::Null(Box::new(Null {})),
        Some(Type::ListView(_) | Type::LargeListView(_)) => Type::LargeBinary(Box::new(LargeBinary {})),
        Some(Type::List(_) | Type::LargeList(_) | Type::Map(_)) => two(),
        Some(Type::Union(of)) if of.mode == UnionMode::Dense => two(),
        Some(Type::Union(_) | Type::Struct(_) | Type::FixedSizeList(_)) => {
            return vec![Field { type_: Some(Type::Struct(Box::new(Struct {}))), children: Some(children), ..field }];
        }
        other => {
            return vec![Field { type_: other, children: None, ..field }];
        }
    };
    let own = Field { type_: Some(replaced), children: None, ..field };
    std::iter::once(own).chain(children).collect()
}
