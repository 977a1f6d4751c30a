//! Files and flags become a data set.

use std::path::PathBuf;

use sre_stats::histogram::LayoutChoice;
use sre_stats::load::{Dataset, HistogramTable, LoadOptions, is_server, load, load_histograms, load_packed};
use sre_stats::progress::Progress;
use sre_stats::slo::{Objective, Zone};
use sre_stats::time::Span;

use super::args::InputArgs;
use super::failure::{Failure, INTERRUPTED};
use super::{progress, quiet};

impl InputArgs {
    /// What the flags say of the input.
    pub(crate) fn options(&self) -> LoadOptions {
        let last = self.server.last(self.step);
        LoadOptions {
            format: self.format,
            time: self.time.clone(),
            value: self.value.clone(),
            by: self.by.clone(),
            ok: self.ok.clone(),
            total: self.total.clone(),
            bad: self.bad.clone(),
            step: self.step,
            unit: self.unit.clone(),
            kind: self.kind,
            keep_buckets: false,
            filter: self.filter.clone(),
            from: last.map_or(self.from, |(from, _)| Some(from)),
            to: last.map_or(self.to, |(_, until)| Some(until)),
            tz: self.tz.clone(),
            table: self.table.clone(),
            traffic: self.traffic,
            chunk_bytes: 0,
            server: self.server.options(),
        }
    }

    /// The files, and the questions to a server that stand in their place.
    pub(crate) fn sources(&self) -> Vec<PathBuf> {
        [self.files.clone(), self.server.names()].concat()
    }

    /// The zone of `--tz`.
    pub(crate) fn zone(&self) -> Result<Option<Zone>, Failure> {
        let named = self.tz.as_deref().filter(|name| !name.trim().is_empty());
        Ok(named.map(str::parse::<Zone>).transpose()?)
    }

    /// An objective whose calendar is that of `--tz`, unless it names a zone itself.
    pub(crate) fn in_zone(&self, objective: Objective) -> Result<Objective, Failure> {
        Ok(match self.zone()? {
            Some(zone) => objective.or_in_zone(&zone),
            None => objective,
        })
    }

    /// Reads the files. Ctrl-C stops that.
    pub(crate) fn load(&self) -> Result<Dataset, Failure> {
        self.load_files(&self.sources(), &self.options())
    }

    /// Reads the files, and leaves tables of histograms packed. Ctrl-C stops that.
    pub(crate) fn load_packed(&self) -> Result<(Dataset, HistogramTable), Failure> {
        self.check()?;
        let (sources, options) = (self.sources(), self.options());
        watched(|progress| load_packed(&sources, &options, progress))
    }

    /// Reads some of the files, or reads them otherwise, as [`load`](Self::load) does.
    pub(crate) fn load_files(&self, files: &[PathBuf], options: &LoadOptions) -> Result<Dataset, Failure> {
        self.check()?;
        watched(|progress| load(files, options, progress))
    }

    /// Reads the files and counts their events in histograms, without keeping the rows. Ctrl-C stops that.
    pub(crate) fn load_histograms(&self, layout: LayoutChoice, every: Span) -> Result<HistogramTable, Failure> {
        self.check()?;
        let (sources, options) = (self.sources(), self.options());
        watched(|progress| load_histograms(&sources, &options, layout, every, progress))
    }

    fn check(&self) -> Result<(), Failure> {
        self.options().check().map_err(Failure::usage)?;
        if let Some(step) = self.step.filter(|s| *s <= Span::ZERO) {
            return Err(Failure::usage(format!("a --step of {step} leads nowhere; give one such as 1s")));
        }
        if self.server.url.as_ref().is_some_and(|url| !is_server(&format!("prometheus+{url}"))) {
            return Err(Failure::usage("the address of --url begins with http:// or https://"));
        }
        Ok(())
    }
}

/// Does what can be watched, and stopped with Ctrl-C.
fn watched<T>(work: impl FnOnce(&Progress) -> sre_stats::Result<T>) -> Result<T, Failure> {
    let progress = progress::watched();
    let watched = progress.clone();
    // a second handler is refused, and then the first one still ends the program
    let _ = ctrlc::set_handler(move || {
        watched.cancel();
        // what does not look at the handle, such as a read from a terminal, is ended here
        std::thread::sleep(std::time::Duration::from_millis(300));
        std::process::exit(i32::from(INTERRUPTED));
    });
    let loaded = quiet::reading(|| work(&progress));
    progress::done();
    // whatever else went wrong meanwhile, an interrupt is told as one
    progress.check()?;
    Ok(loaded?)
}
