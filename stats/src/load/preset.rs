//! What a known format says of its columns, in place of guesses; what the caller says goes before it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::error::Position;
use crate::load::guess::FlagRule;
use crate::load::options::Kind;
use crate::load::report::{LoadReport, WarningKind};
use crate::unit::Unit;

/// The columns of a known format. The default knows nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Preset {
    /// Whose columns they are, as a reason: `the columns of JMeter`.
    pub(crate) why: &'static str,
    /// The columns' names, where the format writes none.
    pub(crate) names: &'static [&'static str],
    pub(crate) time: Option<&'static str>,
    /// The column of values; `None` leaves it to the guesses.
    pub(crate) value: Option<Cow<'static, str>>,
    pub(crate) ok: Option<(&'static str, FlagRule)>,
    /// Why there is no other value than the flag.
    pub(crate) flag_alone: Option<&'static str>,
    /// Columns that tell series apart, where they are there.
    pub(crate) by: Option<&'static [&'static str]>,
    /// The column whose words name the series.
    pub(crate) name: Option<&'static str>,
    pub(crate) unit: Option<Unit>,
    pub(crate) kind: Option<Kind>,
    /// Kinds and units of series named by their column.
    pub(crate) named: BTreeMap<String, (Kind, Unit)>,
    /// The name of the series that the flag is about, where there are others; it tells nothing of them.
    pub(crate) flagged: Option<&'static str>,
    /// What everybody who reads this format must know.
    pub(crate) cautions: &'static [(WarningKind, &'static str)],
}

/// What a tester that waits for an answer before it asks again cannot measure.
///
/// See G. Tene, “How NOT to Measure Latency” (2013), and `HdrHistogram`'s `recordValueWithExpectedInterval`.
pub(crate) const CLOSED_LOOP: (WarningKind, &str) = (
    WarningKind::CoordinatedOmission,
    "this tester sends its next request after the answer to the last one (a closed loop): what a stall would have delayed was \
     never sent, so high quantiles are too low (coordinated omission)",
);

impl Preset {
    /// Names the columns of a text without a header.
    pub(crate) fn rename(&self, names: &mut [String]) {
        for (name, known) in names.iter_mut().zip(self.names) {
            (*known).clone_into(name);
        }
    }

    /// Says what everybody must know.
    pub(crate) fn tell(&self, file: &str, report: &mut LoadReport) {
        for (kind, message) in self.cautions {
            report.warn(*kind, *message, Position::in_file(file), 1);
        }
    }
}
