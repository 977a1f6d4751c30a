//! Delimited text: comma, semicolon, tab or bar, with RFC 4180 quotes.
//!
//! The text is read in batches; each batch is cut at record boundaries into pieces that are parsed in parallel. The fields
//! are those of the `csv` crate, whose reader parses every piece with a quote or a lone carriage return in it; pieces
//! without are split by a plain search, which gives the same fields. The result does not depend on the cuts.

mod parse;
mod read;
mod records;
mod sniff;
mod split;

pub(crate) use parse::Rows;
#[cfg(feature = "sqlite")]
pub(crate) use read::mostly_blank;
pub(crate) use read::{Input, Start, Syntax, read, stream};
pub(crate) use split::Cuts;
