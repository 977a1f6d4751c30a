//! What was read, what was understood, and what was lost on the way.

pub(crate) use crate::words::counted;

use crate::error::Position;
use crate::load::options::Format;

/// The story of a load: files, guesses and warnings.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct LoadReport {
    /// The files, in the order given.
    pub files: Vec<FileRead>,
    /// Every choice that was made, by a flag or by a guess.
    pub understood: Vec<Understood>,
    /// What was dropped or is doubtful.
    pub warnings: Vec<Warning>,
    /// The rows or samples read in all, those that were left out included.
    pub rows: u64,
    /// Of all files together.
    #[serde(skip)]
    pub(crate) groups: GroupsRead,
}

/// Row groups of Parquet files, and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct GroupsRead {
    pub(crate) read: u64,
    pub(crate) all: u64,
    pub(crate) bytes_read: u64,
    pub(crate) bytes: u64,
}

/// One file that was read.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct FileRead {
    /// The name, as the caller gave it.
    pub name: String,
    /// The format found in it.
    pub format: Format,
    /// Its size.
    pub bytes: u64,
    /// The rows or samples in it.
    pub rows: u64,
}

/// One choice about the input.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Understood {
    /// What was chosen: `time`, `value`, `unit`, …
    pub what: String,
    /// The choice.
    pub choice: String,
    /// Why: a flag, a name, or the values.
    pub why: String,
}

/// The kinds of warning. More may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WarningKind {
    /// A value is NaN; it was left out.
    Nan,
    /// A value is +∞ or −∞; it was left out.
    Infinite,
    /// A field is blank; it was left out, and is not 0.
    Blank,
    /// A field is not a number; it was left out.
    NotANumber,
    /// A field is not a time; its row was left out.
    NotATime,
    /// A time is blank; its row was left out.
    BlankTime,
    /// A flag is neither good nor bad; it was counted as bad.
    NotAFlag,
    /// Rows are not in order of time; they were sorted.
    OutOfOrder,
    /// Several samples of one series have the same time; the last was kept.
    Duplicate,
    /// The header stands again among the rows, as where files were joined; it was passed over.
    RepeatedHeader,
    /// A row has more or fewer fields than the header.
    Ragged,
    /// A local time exists twice, or not at all, where clocks change; the earlier was taken.
    ZoneAmbiguity,
    /// Some times have a zone and some have none, which were read in the zone that was named, or as UTC.
    MixedZones,
    /// A counter fell: it was restarted. Nothing was dropped.
    Reset,
    /// A series has no usable sample; it was left out.
    EmptySeries,
    /// A column would split the table into too many series; it was not used.
    TooManySeries,
    /// Samples have no time of their own.
    NoTime,
    /// The input ends in the middle.
    Truncated,
    /// The input has something that is not read yet.
    Skipped,
    /// A warning that the source itself reported.
    Source,
    /// Two columns have one name.
    DuplicateColumn,
    /// Text is not valid UTF-8; the wrong bytes were replaced.
    Encoding,
    /// A line is no record of its format, or holds neither a value nor a flag; it was left out.
    OtherRecord,
    /// The tester that measured waits for answers before it sends more: what a stall delays is not in the data.
    CoordinatedOmission,
    /// Series of synthetic probes stand beside those of real traffic, or rows of both are pooled.
    MixedTraffic,
    /// Series of one name and the same labels are in several units; they are kept apart.
    UnitMismatch,
    /// Series of one name and the same labels are of several kinds; they are kept apart.
    KindMismatch,
    /// A whole number has more digits than a double-precision number keeps; the nearest was taken.
    Rounded,
    /// The values are summaries that were computed elsewhere, such as percentiles; they cannot be merged.
    Summary,
    /// Rows that failed became counts in a histogram, which does not tell them from the others.
    FlagNotKept,
}

impl WarningKind {
    /// Whether something of the input is missing from the data set because of it.
    pub fn is_loss(self) -> bool {
        !matches!(
            self,
            Self::OutOfOrder
                | Self::Reset
                | Self::Source
                | Self::NoTime
                | Self::TooManySeries
                | Self::CoordinatedOmission
                | Self::Summary
                | Self::MixedTraffic
                | Self::UnitMismatch
                | Self::KindMismatch
                | Self::Rounded
                | Self::RepeatedHeader
                | Self::MixedZones
                | Self::FlagNotKept
        )
    }
}

impl std::fmt::Display for WarningKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        serde::Serialize::serialize(self, f)
    }
}

/// One thing that was dropped or is doubtful, with how often and where first.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Warning {
    /// The kind.
    pub kind: WarningKind,
    /// A sentence.
    pub message: String,
    /// Where it was seen first.
    #[serde(rename = "where")]
    pub position: Position,
    /// How often it was seen.
    pub count: u64,
    /// The input's text where it was seen first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<String>,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.position == Position::default() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.position, self.message)
        }
    }
}

impl LoadReport {
    /// Notes a choice, once.
    pub(crate) fn understand(&mut self, what: &str, choice: impl Into<String>, why: impl Into<String>) {
        let note = Understood { what: what.to_owned(), choice: choice.into(), why: why.into() };
        if !self.understood.contains(&note) {
            self.understood.push(note);
        }
    }

    /// Notes which row groups were read, in one sentence for all files.
    pub(crate) fn understand_groups(&mut self, more: GroupsRead) {
        const WHAT: &str = "row groups";
        let sum = &mut self.groups;
        *sum = GroupsRead {
            read: sum.read + more.read,
            all: sum.all + more.all,
            bytes_read: sum.bytes_read + more.bytes_read,
            bytes: sum.bytes + more.bytes,
        };
        let GroupsRead { read, all, bytes_read, bytes } = *sum;
        let place = self.understood.iter().position(|note| note.what == WHAT);
        let place = place.unwrap_or(self.understood.len());
        self.understood.retain(|note| note.what != WHAT);
        if read < all {
            let megabytes = |bytes: u64| bytes as f64 / 1e6;
            let groups = counted(all, "row group");
            let choice = format!("{read} of {groups} read, {:.3} of {:.3} MB", megabytes(bytes_read), megabytes(bytes));
            let why = "what the others hold was not asked for".to_owned();
            self.understood.insert(place, Understood { what: WHAT.to_owned(), choice, why });
        }
    }

    /// Adds a warning.
    pub(crate) fn warn(&mut self, kind: WarningKind, message: impl Into<String>, position: Position, count: u64) {
        self.warnings.push(Warning { kind, message: message.into(), position, count, sample: None });
    }

    /// Tells that histograms do not hold the flag of the rows that they count, of which so many failed.
    pub(crate) fn flag_not_kept(&mut self, flag: &str, failed: u64, file: &str) {
        self.understood.retain(|note| note.what != "ok");
        if failed > 0 {
            let message = format!(
                "histograms do not keep the flag “{flag}”: {} that failed {} counted among the others; --by {flag} keeps them apart",
                counted(failed, "row"),
                if failed == 1 { "is" } else { "are" },
            );
            self.warn(WarningKind::FlagNotKept, message, Position::in_file(file).at_column(flag), failed);
        }
    }

    /// Whether something of the input is missing from the data set.
    pub fn has_losses(&self) -> bool {
        self.warnings.iter().any(|w| w.kind.is_loss())
    }

    /// Adds what another file's report tells.
    pub(crate) fn absorb(&mut self, mut other: Self) {
        let groups = std::mem::take(&mut other.groups);
        other.understand_groups(GroupsRead::default());
        self.understand_groups(groups);
        self.files.extend(other.files);
        for note in other.understood {
            if !self.understood.contains(&note) {
                self.understood.push(note);
            }
        }
        self.warnings.extend(other.warnings);
        self.rows += other.rows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_kebab_case_and_counts_agree_in_number() {
        assert_eq!(WarningKind::NotANumber.to_string(), "not-a-number");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(2, "entry"), "2 entries");
        assert_eq!(counted(3, "series"), "3 series");
    }
}
