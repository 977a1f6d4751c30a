//! Looking whether files changed. A job that sleeps does it: the window draws nothing meanwhile.

use std::time::Duration;

use sre_stats::Result;
use sre_stats::progress::Progress;

use super::derive::{Origin, Stamp};

/// So often the files are looked at.
const EVERY: Duration = Duration::from_millis(250);
/// A file that grows without a pause is read after so many looks.
const PATIENCE: u32 = 8;
/// So long a request to stop may go unnoticed.
const NAP: Duration = Duration::from_millis(50);

/// Waits until the files are others than `known`, and then until they are still, or for a while if they never are.
///
/// # Errors
/// On request.
pub(super) fn wait(origin: &Origin, known: &[Stamp], progress: &Progress) -> Result<Vec<Stamp>> {
    let mut last = known.to_vec();
    let mut moving = 0;
    loop {
        for _ in 0..EVERY.as_millis() / NAP.as_millis() {
            std::thread::sleep(NAP);
            progress.check()?;
        }
        let now = origin.stamps();
        let changed = now != known;
        moving = if changed { moving + 1 } else { 0 };
        if changed && (now == last || moving >= PATIENCE) {
            return Ok(now);
        }
        last = now;
    }
}
