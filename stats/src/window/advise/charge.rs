//! Incidents, and what slices of a width charge for them.

use crate::quantile::snapped_product;
use crate::time::Span;
use crate::window::closed_form::Ends;
use crate::window::rule::Rule;

/// The incidents that a width has to bear in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncidentPattern {
    /// Incidents of known lengths, such as [`BadTime::lengths`](crate::window::BadTime::lengths).
    Measured(Vec<Span>),
    /// Equal incidents.
    Equal {
        /// The length of each.
        length: Span,
        /// How many of them.
        count: u64,
    },
}

impl IncidentPattern {
    /// Distinct lengths with how often each occurs.
    pub(in crate::window) fn lengths(&self) -> Vec<(i64, u64)> {
        match self {
            Self::Equal { length, count } if length.0 > 0 && *count > 0 => vec![(length.0, *count)],
            Self::Equal { .. } => Vec::new(),
            Self::Measured(all) => {
                let mut sorted: Vec<i64> = all.iter().map(|d| d.0).filter(|d| *d > 0).collect();
                sorted.sort_unstable();
                sorted.chunk_by(|a, b| a == b).map(|c| (c[0], c.len() as u64)).collect()
            }
        }
    }
}

/// Whether a slice with exactly θ·w of bad time is bad.
pub(super) fn ends(rule: &Rule) -> Ends {
    if rule.is_strict() { Ends::Outside } else { Ends::Inside }
}

/// What incidents are charged, each at least a width from the next and in its own worst phase.
pub(super) struct Charge {
    /// Distinct lengths in ns, increasing, with how often each occurs.
    pub(super) lengths: Vec<(i64, u64)>,
    pub(super) theta: f64,
    pub(super) ends: Ends,
}

impl Charge {
    /// Slices of width w that are bad in the worst phase.
    pub(super) fn slices(&self, w: f64) -> f64 {
        let c = 1.0 - 2.0 * self.theta;
        let most = |d: i64| self.ends.slices(snapped_product(d as f64 / w + c)).1.max(0.0);
        self.lengths.iter().map(|&(d, n)| n as f64 * most(d)).sum()
    }

    /// The worst charge of slices of width w, in ns.
    pub(super) fn worst(&self, w: f64) -> f64 {
        w * self.slices(w)
    }

    /// The greatest width at which every incident is seen at some phase, in ns; infinite where any bad time is.
    pub(super) fn sight(&self) -> f64 {
        let Some(&(shortest, _)) = self.lengths.first() else { return f64::INFINITY };
        if self.theta <= 0.0 {
            return f64::INFINITY;
        }
        let reach = shortest as f64 / self.theta;
        // a strict rule does not see an incident that fills exactly its share
        if self.ends == Ends::Inside { reach } else { reach - 1.0 }
    }

    /// The greatest width at which every incident is seen at every phase, in ns: shared out between two slices, it still fills the share of
    /// one, d/2 ≥ θ·w.
    pub(super) fn sure_sight(&self) -> f64 {
        let Some(&(shortest, _)) = self.lengths.first() else { return f64::INFINITY };
        if self.theta <= 0.0 {
            return f64::INFINITY;
        }
        let reach = shortest as f64 / (2.0 * self.theta);
        if self.ends == Ends::Inside { reach } else { reach - 1.0 }
    }

    pub(super) fn sees_all(&self, w: f64) -> bool {
        w <= self.sight()
    }
}
