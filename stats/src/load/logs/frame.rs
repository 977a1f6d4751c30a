//! What container engines put around each line of a program's log.
//!
//! Sources: the log format of the Container Runtime Interface (`time stream tag message`, the tag `P` for a part of a line), and Docker's
//! `json-file` driver.

use std::borrow::Cow;

use crate::load::json_lines;
use crate::load::records::{Line, Records};

/// The name of the time that an engine gives a line.
const TIME: &str = "logged_at";

/// What stands around each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// `2026-01-01T00:00:00.123456789Z stdout F …`
    Cri,
    /// `{"log":"…\n","stream":"stdout","time":"…"}`
    Docker,
}

/// The time of a line, and what the program wrote.
type Opened<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

impl Frame {
    /// The frame of a line.
    pub(crate) fn of(line: &[u8]) -> Option<Self> {
        [Self::Cri, Self::Docker].into_iter().find(|frame| frame.open(line).is_some())
    }

    /// The frame of the first whole line in which there is one.
    pub(crate) fn of_lines(text: &[u8]) -> Option<Self> {
        super::lines(text).take(super::LINES).find_map(Self::of)
    }

    /// What it is, as a sentence's part.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Cri => "container log lines (CRI): a time, a stream and F before each record",
            Self::Docker => "container log lines (Docker’s json-file): each record is the text “log” of an object",
        }
    }

    /// The time and the record of a line; `None` where it is none of this frame, or a part of a line.
    pub(crate) fn open(self, line: &[u8]) -> Option<Opened<'_>> {
        match self {
            Self::Cri => cri(line),
            Self::Docker => docker(line),
        }
    }

    /// The records of a text without what stands around them.
    pub(crate) fn open_lines(self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        for line in super::lines(text) {
            if let Some((_, record)) = self.open(line) {
                out.extend_from_slice(&record);
                out.push(b'\n');
            }
        }
        out
    }
}

fn cri(line: &[u8]) -> Option<Opened<'_>> {
    let (time, rest) = line.split_at_checked(memchr::memchr(b' ', line)?)?;
    let is_time = time.len() >= 20 && time.get(10) == Some(&b'T') && time.iter().take(4).all(u8::is_ascii_digit);
    let rest = rest.strip_prefix(b" ")?;
    let rest = rest.strip_prefix(b"stdout ").or_else(|| rest.strip_prefix(b"stderr "))?;
    let record = rest.strip_prefix(b"F ")?;
    is_time.then_some((Cow::Borrowed(time), Cow::Borrowed(record.trim_ascii())))
}

fn docker(line: &[u8]) -> Option<Opened<'_>> {
    if !line.starts_with(b"{\"log\":") {
        return None;
    }
    let (mut log, mut time, mut streams, mut others) = (None, None, 0, 0);
    json_lines::scan(line, &mut |name, value| match name {
        "log" => log = Some(value),
        "time" => time = Some(value),
        "stream" => streams += 1,
        name if name.starts_with("attrs.") => {}
        _ => others += 1,
    })?;
    let record = match log? {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_ascii()),
        Cow::Owned(text) => Cow::Owned(text.trim_ascii().to_vec()),
    };
    (streams == 1 && others == 0).then_some((time?, record))
}

/// Records of another format, each in a frame.
pub(crate) struct Framed<'r> {
    pub(crate) frame: Frame,
    pub(crate) inner: &'r dyn Records,
}

impl Records for Framed<'_> {
    fn fields<'a>(&self, line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) -> Line {
        let Some((time, record)) = self.frame.open(line) else { return Line::Unreadable };
        let kind = match record {
            Cow::Borrowed(record) => self.inner.fields(record, put),
            Cow::Owned(record) => {
                self.inner.fields(&record, &mut |name, value| put(name, Cow::Owned(value.into_owned())))
            }
        };
        // after the record's own fields: a time among them comes first
        if kind == Line::Record {
            put(TIME, time);
        }
        kind
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::fields;
    use super::*;
    use crate::load::json_lines::JsonLines;

    #[test]
    fn lines_of_containers_are_opened() {
        let cri = r#"2026-01-01T00:00:00.5Z stdout F {"latency_ms":12}"#;
        let docker = r#"{"log":"{\"latency_ms\":12}\n","stream":"stdout","time":"2026-01-01T00:00:00.5Z"}"#;
        for (line, frame) in [(cri, Frame::Cri), (docker, Frame::Docker)] {
            assert_eq!(Frame::of(line.as_bytes()), Some(frame));
            let got = fields(&Framed { frame, inner: &JsonLines }, line);
            let want = [("latency_ms", "12"), ("logged_at", "2026-01-01T00:00:00.5Z")];
            assert_eq!(got, want.map(|(k, v)| (k.to_owned(), v.to_owned())));
        }
        for line in ["2026-01-01T00:00:00.5Z stdout P {\"a\":", r#"{"log":"x","time":"t","level":"info","stream":"s"}"#]
        {
            assert_eq!(Frame::of(line.as_bytes()), None, "{line}");
        }
    }
}
