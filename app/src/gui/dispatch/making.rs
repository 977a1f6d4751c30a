//! Jobs for what the views in sight lack, and what comes of them.

use std::sync::Arc;

use sre_stats::Error;
use sre_stats::progress::Progress;

use super::{Product, notify, open, taking};
use crate::gui::derive::{
    AnomalyMarks, ChangeMarks, Distribution, Heat, QuantileProfile, Related, Told, ToldKey, Track, WindowAnalysis,
};
use crate::gui::jobs::{Finished, Jobs, Outcome};
use crate::gui::made::Slot;
use crate::gui::state::{Opening, Overlay, Severity, State};
use crate::gui::view::View;

/// Takes in a job that ended.
pub fn absorb(state: &mut State, jobs: &mut Jobs<Product>, ended: Finished<Product>) {
    let Finished { id, name, outcome } = ended;
    let loading = state.loading.is_some_and(|l| l.0 == id);
    if loading {
        state.loading = None;
    }
    match outcome {
        Outcome::Done(Product::Loaded(read)) if loading => {
            let paths = read.origin.paths.clone();
            open::show_dataset(state, *read);
            taking::remember(state, jobs, &paths);
        }
        Outcome::Done(Product::Refused(question, session)) if loading => {
            open::refused(state, &name, *question, session);
        }
        Outcome::Done(Product::Baseline(read)) if loading => open::show_baseline(state, *read),
        Outcome::Done(Product::Changed(stamps)) => {
            // a watch that was given up meanwhile may still bring what it saw
            if state.watching.is_some_and(|w| w.1 == id) {
                open::changed(state, jobs, stamps);
            }
        }
        Outcome::Done(Product::Session(restored)) if loading => open::show_session(state, *restored),
        Outcome::Done(
            Product::Loaded(..) | Product::Refused(..) | Product::Baseline(..) | Product::Session(_) | Product::Quiet,
        ) => {}
        Outcome::Done(Product::Picked(paths)) => open::open(state, jobs, paths.unwrap_or_default()),
        Outcome::Done(Product::PathChosen(target, path)) => {
            if let Some(path) = path {
                state.overlay = Overlay::Save(target, path.display().to_string());
            }
        }
        Outcome::Done(Product::NoDialog) => {
            if state.overlay == Overlay::None {
                state.overlay = Overlay::Path(Opening::Data, String::new());
            }
        }
        Outcome::Done(Product::Written(paths)) => {
            let paths: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
            notify(state, Severity::Note, format!("Written: {}", paths.join(", ")));
        }
        Outcome::Done(Product::Picture(image, title)) => {
            let [width, height] = image.size;
            jobs.context().copy_image(image);
            notify(state, Severity::Note, format!("Copied “{title}” as a picture, {width} × {height}."));
        }
        Outcome::Done(Product::Track(key, track)) => state.made.track.fill(id, key, *track),
        Outcome::Done(Product::Beside(key, track)) => {
            if let Some(slot) = state.made.beside.iter_mut().find(|s| s.job.as_ref().is_some_and(|j| j.1 == id)) {
                slot.fill(id, key, *track);
            }
        }
        Outcome::Done(Product::Marks(key, marks)) => state.made.marks.fill(id, key, *marks),
        Outcome::Done(Product::Anomalies(key, marks)) => state.made.anomalies.fill(id, key, *marks),
        Outcome::Done(Product::Related(key, related)) => state.made.related.fill(id, key, *related),
        Outcome::Done(Product::Quantiles(key, profile)) => state.made.quantiles.fill(id, key, *profile),
        Outcome::Done(Product::Windows(key, analysis)) => state.made.windows.fill(id, key, *analysis),
        Outcome::Done(Product::Distribution(key, made)) => state.made.distribution.fill(id, key, *made),
        Outcome::Done(Product::Heat(key, made)) => state.made.heat.fill(id, key, *made),
        Outcome::Done(Product::Told(key, made)) => state.made.told_mut(key.ask.topic()).fill(id, key, *made),
        Outcome::Failed(text) => {
            // what a view asked for is shown in the view, everything else over it
            if !state.made.fail(id, &text) {
                notify(state, Severity::Error, format!("{name}: {text}"));
            }
        }
        Outcome::Cancelled => {
            if loading {
                notify(state, Severity::Note, format!("{name}: cancelled."));
            }
            // a cancelled job is not asked for again until the key changes
            state.made.fail(id, &Error::cancelled().to_string());
        }
    }
}

/// Starts what the views in sight lack, and keeps the user's choices as a step where no interaction goes on.
pub fn prepare(state: &mut State, jobs: &mut Jobs<Product>, interacting: bool) {
    if !interacting && state.undo.settle(&state.choices) {
        taking::autosave(state, jobs);
    }
    open::keep_watch(state, jobs);
    if state.document.is_some() {
        for view in state.layout.visible() {
            lacking(state, jobs, view, interacting);
        }
    }
}

fn lacking(state: &mut State, jobs: &mut Jobs<Product>, view: View, interacting: bool) {
    let Some(document) = state.document.clone() else { return };
    match view {
        View::Understood => {}
        View::Series => {
            let Some(key) = state.track_key() else { return };
            let of = Arc::clone(&document);
            want(&mut state.made.track, jobs, "Preparing the series", key, move |key, progress| {
                Ok(Product::Track(key.clone(), Box::new(Track::new(&of, key, progress)?)))
            });
            for (slot, key) in state.beside_keys().into_iter().enumerate() {
                let (of, Some(slot)) = (Arc::clone(&document), state.made.beside.get_mut(slot)) else { continue };
                want(slot, jobs, "Preparing the series beside it", key, move |key, progress| {
                    Ok(Product::Beside(key.clone(), Box::new(Track::new(&of, key, progress)?)))
                });
            }
            if let Some(key) = state.marks_key() {
                let of = Arc::clone(&document);
                want(&mut state.made.marks, jobs, "Searching for changes", key, move |key, progress| {
                    Ok(Product::Marks(key.clone(), Box::new(ChangeMarks::new(&of, key, progress)?)))
                });
            }
            let Some(key) = state.anomalies_key() else { return };
            want(&mut state.made.anomalies, jobs, "Looking for anomalies", key, move |key, progress| {
                Ok(Product::Anomalies(key.clone(), Box::new(AnomalyMarks::new(&document, key, progress)?)))
            });
        }
        View::Quantiles => {
            let Some(key) = state.track_key() else { return };
            want(&mut state.made.quantiles, jobs, "Computing quantiles", key, move |key, progress| {
                Ok(Product::Quantiles(key.clone(), Box::new(QuantileProfile::new(&document, key, progress)?)))
            });
        }
        View::Distribution => {
            let Some(key) = state.distribution_key() else { return };
            want(&mut state.made.distribution, jobs, "Describing the samples", key, move |key, progress| {
                Ok(Product::Distribution(key.clone(), Box::new(Distribution::new(&document, key, progress)?)))
            });
        }
        View::Heat => {
            // while the time is being dragged the map of before is moved along
            let Some(key) = state.heat_key().filter(|_| !interacting) else { return };
            want(&mut state.made.heat, jobs, "Filling histograms", key, move |key, progress| {
                Ok(Product::Heat(key.clone(), Box::new(Heat::new(&document, key, progress)?)))
            });
        }
        View::Windows => {
            if let Some(key) = state.window_key() {
                let document = Arc::clone(&document);
                want(&mut state.made.windows, jobs, "Charging slices", key, move |key, progress| {
                    Ok(Product::Windows(key.clone(), Box::new(WindowAnalysis::new(&document, key, progress)?)))
                });
            }
            ask(state, jobs, state.losses_key());
        }
        View::Slo => ask(state, jobs, state.slo_key()),
        View::Trend => {
            // what was asked before an interaction ended would be asked again at its end
            for key in [state.trend_key(), state.forecast_key().filter(|_| !interacting), state.parts_key()] {
                ask(state, jobs, key);
            }
        }
        View::Compare => ask(state, jobs, state.compare_key()),
        View::Correlate => {
            let Some(key) = state.related_key() else { return };
            want(&mut state.made.related, jobs, "Correlating series", key, move |key, progress| {
                Ok(Product::Related(key.clone(), Box::new(Related::new(&document, key, progress)?)))
            });
        }
    }
}

fn ask(state: &mut State, jobs: &mut Jobs<Product>, key: Option<ToldKey>) {
    let (Some(key), Some(document)) = (key, state.document.clone()) else { return };
    let baseline = state.baseline.clone();
    let name = key.ask.job();
    want(state.made.told_mut(key.ask.topic()), jobs, name, key, move |key, progress| {
        Ok(Product::Told(key.clone(), Box::new(Told::new(&document, baseline.as_ref(), key, progress)?)))
    });
}

/// So many jobs of a slot may be on their way out when the next one starts.
const LEAVING: usize = 2;

fn want<K, T>(
    slot: &mut Slot<K, T>,
    jobs: &mut Jobs<Product>,
    name: &str,
    key: K,
    work: impl FnOnce(&K, &Progress) -> sre_stats::Result<Product> + Send + 'static,
) where
    K: PartialEq + Clone + Send + 'static,
{
    if slot.is_missing(&key) {
        if let Some((_, earlier)) = slot.job.take() {
            jobs.cancel(earlier);
            slot.leaving.push(earlier);
        }
        // while time is moved, a job for each frame would fill the memory and take the processor from the window
        slot.leaving.retain(|earlier| jobs.is_running(*earlier));
        if slot.leaving.len() >= LEAVING {
            return;
        }
        let wanted = key.clone();
        slot.job = Some((key, jobs.spawn(name, move |progress| work(&wanted, progress))));
    }
}
