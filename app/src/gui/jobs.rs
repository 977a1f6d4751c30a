//! Background work. This is the only place that starts threads: every job has a name, progress, a way to stop it, and tells of
//! its failure once. A panic inside a job is caught and reported as a failure.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use sre_stats::progress::Progress;
use sre_stats::{ErrorKind, Result};

/// The number of a job.
pub type JobId = u64;

/// A job that runs.
#[derive(Debug)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What it does, for the status line.
    pub name: String,
    /// How far it is.
    pub progress: Progress,
}

/// A job that ended.
#[derive(Debug)]
pub struct Finished<T> {
    /// Its number.
    pub id: JobId,
    /// What it did.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome<T>,
}

/// How a job ended.
#[derive(Debug)]
pub enum Outcome<T> {
    /// With a result.
    Done(T),
    /// With a failure, as a sentence.
    Failed(String),
    /// On request.
    Cancelled,
}

/// The jobs that run, and those that ended since the last look.
#[derive(Debug)]
pub struct Jobs<T> {
    ctx: egui::Context,
    next: JobId,
    running: Vec<Job>,
    quiet: Vec<Job>,
    sender: Sender<Finished<T>>,
    receiver: Receiver<Finished<T>>,
}

impl<T: Send + 'static> Jobs<T> {
    /// No jobs. The context is asked to repaint whenever one ends.
    pub fn new(ctx: egui::Context) -> Self {
        let (sender, receiver) = channel();
        Self { ctx, next: 1, running: Vec::new(), quiet: Vec::new(), sender, receiver }
    }

    /// The window's context.
    pub fn context(&self) -> &egui::Context {
        &self.ctx
    }

    /// Starts a job on a thread of its own.
    pub fn spawn<F>(&mut self, name: impl Into<String>, work: F) -> JobId
    where
        F: FnOnce(&Progress) -> Result<T> + Send + 'static,
    {
        self.launch(name.into(), false, work)
    }

    /// Starts a job that waits for something: it is no work in progress, nobody is shown how far it is, and only its number
    /// stops it.
    pub fn spawn_quiet<F>(&mut self, name: impl Into<String>, work: F) -> JobId
    where
        F: FnOnce(&Progress) -> Result<T> + Send + 'static,
    {
        self.launch(name.into(), true, work)
    }

    fn launch<F>(&mut self, name: String, quiet: bool, work: F) -> JobId
    where
        F: FnOnce(&Progress) -> Result<T> + Send + 'static,
    {
        let (id, progress) = (self.next, Progress::new());
        self.next += 1;
        let (ctx, sender) = (self.ctx.clone(), self.sender.clone());
        let list = if quiet { &mut self.quiet } else { &mut self.running };
        list.push(Job { id, name: name.clone(), progress: progress.clone() });
        let label = name.clone();
        let body = move || {
            let outcome = match catch_unwind(AssertUnwindSafe(|| work(&progress))) {
                Ok(Ok(_) | Err(_)) if progress.is_cancelled() => Outcome::Cancelled,
                Ok(Ok(result)) => Outcome::Done(result),
                Ok(Err(error)) if error.kind() == ErrorKind::Cancelled => Outcome::Cancelled,
                Ok(Err(error)) => Outcome::Failed(error.to_string()),
                Err(panic) => {
                    let what = panic
                        .downcast_ref::<&str>()
                        .map(|s| (*s).to_owned())
                        .or_else(|| panic.downcast_ref::<String>().cloned())
                        .unwrap_or_else(|| "without a message".to_owned());
                    Outcome::Failed(format!("“{label}” stopped by a defect of this program: {what}"))
                }
            };
            // the window may be gone already
            let _ = sender.send(Finished { id, name: label, outcome });
            ctx.request_repaint();
        };
        if let Err(error) = std::thread::Builder::new().name(format!("job {id}")).spawn(body) {
            let outcome = Outcome::Failed(format!("no thread for “{name}”: {error}"));
            let _ = self.sender.send(Finished { id, name, outcome });
        }
        id
    }

    /// The jobs that ended since the last call.
    pub fn finished(&mut self) -> Vec<Finished<T>> {
        let ended: Vec<Finished<T>> = self.receiver.try_iter().collect();
        for list in [&mut self.running, &mut self.quiet] {
            list.retain(|job| !ended.iter().any(|e| e.id == job.id));
        }
        // progress moves without events of its own
        if !self.running.is_empty() {
            self.ctx.request_repaint_after(Duration::from_millis(100));
        }
        ended
    }

    /// The jobs that run.
    pub fn running(&self) -> &[Job] {
        &self.running
    }

    /// Whether this job still runs.
    pub fn is_running(&self, id: JobId) -> bool {
        self.running.iter().any(|job| job.id == id)
    }

    /// Asks a job to stop; what it still brings is dropped.
    pub fn cancel(&self, id: JobId) {
        if let Some(job) = self.running.iter().chain(&self.quiet).find(|job| job.id == id) {
            job.progress.cancel();
        }
    }

    /// Asks all work in progress to stop.
    pub fn cancel_all(&self) {
        for job in &self.running {
            job.progress.cancel();
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use sre_stats::Error;

    fn wait(jobs: &mut Jobs<u32>) -> Finished<u32> {
        loop {
            if let Some(one) = jobs.finished().pop() {
                return one;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_job_ends_with_its_result_its_error_or_its_panic() {
        let mut jobs = Jobs::new(egui::Context::default());
        jobs.spawn("sum", |_| Ok(3));
        assert!(matches!(wait(&mut jobs).outcome, Outcome::Done(3)));
        jobs.spawn("fail", |_| Err(Error::empty("nothing there")));
        assert!(matches!(wait(&mut jobs).outcome, Outcome::Failed(text) if text == "nothing there"));
        jobs.spawn("bad", |_| panic!("index 7"));
        let ended = wait(&mut jobs);
        assert!(matches!(ended.outcome, Outcome::Failed(text) if text.contains("bad") && text.contains("index 7")));
        assert!(jobs.running().is_empty());
    }

    #[test]
    fn a_cancelled_job_brings_nothing() {
        let mut jobs = Jobs::new(egui::Context::default());
        let id = jobs.spawn("long", |progress| {
            while progress.check().is_ok() {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(1)
        });
        assert!(jobs.is_running(id));
        let waits = jobs.spawn_quiet("wait", |progress| {
            while progress.check().is_ok() {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(2)
        });
        assert!(!jobs.is_running(waits));
        jobs.cancel(waits);
        assert!(matches!(wait(&mut jobs), Finished { id, outcome: Outcome::Cancelled, .. } if id == waits));
        jobs.cancel(id);
        assert!(matches!(wait(&mut jobs).outcome, Outcome::Cancelled));
    }
}
