//! Services and what they need.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::quantile::Quantile;

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The share of time that it is up by itself, while everything that it needs is; `None` where that is not known.
    pub availability: Option<Quantile>,
    /// Its layer: a service may need its own layer and those below, which have smaller numbers.
    pub layer: Option<i64>,
}

/// What a service needs: so many of some others, by their numbers in the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The service that needs.
    pub service: usize,
    /// What it needs; more than one is a redundancy group.
    pub on: Vec<usize>,
    /// How many of them have to be up, at least 1.
    pub at_least: usize,
    /// Whether the service goes on without.
    pub soft: bool,
}

/// A graph of services.
///
/// ```
/// use sre_stats::slo::dependencies::Graph;
/// let mut graph = Graph::default();
/// graph.describe("web", Some("99.9%".parse()?), None)?;
/// graph.need("web", &["db-a", "db-b"], 1, false)?;
/// assert_eq!(graph.services().len(), 3);
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    services: Vec<Service>,
    needs: Vec<Need>,
    by_name: BTreeMap<String, usize>,
}

impl Graph {
    /// The services, in the order in which they were first named.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// What they need, in order.
    pub fn needs(&self) -> &[Need] {
        &self.needs
    }

    /// The number of a service.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The number of a service, which joins the graph where it is new.
    pub(super) fn named(&mut self, name: &str) -> usize {
        if let Some(at) = self.find(name) {
            return at;
        }
        self.services.push(Service { name: name.to_owned(), availability: None, layer: None });
        self.by_name.insert(name.to_owned(), self.services.len() - 1);
        self.services.len() - 1
    }

    /// Says what is known of a service; what is not given stays as it was.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where something else was said before, [`Argument`](crate::ErrorKind::Argument)
    /// for an empty name.
    pub fn describe(&mut self, name: &str, availability: Option<Quantile>, layer: Option<i64>) -> Result<()> {
        if name.trim().is_empty() {
            return Err(Error::argument("a service needs a name"));
        }
        let at = self.named(name);
        let Some(service) = self.services.get_mut(at) else { return Ok(()) };
        if let (Some(old), Some(new)) = (service.availability, availability)
            && old != new
        {
            return Err(Error::mismatch(format!("“{name}” has two availabilities, {} and {}", old.p(), new.p())));
        }
        if let (Some(old), Some(new)) = (service.layer, layer)
            && old != new
        {
            return Err(Error::mismatch(format!("“{name}” lies in two layers, {old} and {new}")));
        }
        service.availability = availability.or(service.availability);
        service.layer = layer.or(service.layer);
        Ok(())
    }

    /// Adds that a service needs at least so many of some others; who is not in the graph yet joins it.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for an empty name or group, a member named twice, or a number that the group
    /// does not have.
    pub fn need(&mut self, service: &str, on: &[&str], at_least: usize, soft: bool) -> Result<()> {
        if service.trim().is_empty() || on.iter().any(|name| name.trim().is_empty()) {
            return Err(Error::argument("a service needs a name"));
        }
        if at_least == 0 || at_least > on.len() {
            return Err(Error::argument(format!("“{service}” needs at least {at_least} of {}", on.len()))
                .hint("a number from 1 to as many as the group has"));
        }
        let from = self.named(service);
        let mut members: Vec<usize> = on.iter().map(|name| self.named(name)).collect();
        members.sort_unstable();
        if members.windows(2).any(|w| w.first() == w.last()) {
            return Err(Error::argument(format!("“{service}” needs a service twice in one group")));
        }
        let need = Need { service: from, on: members, at_least, soft };
        if !self.needs.contains(&need) {
            self.needs.push(need);
        }
        Ok(())
    }

    /// The name of a service by its number.
    pub(super) fn name(&self, at: usize) -> &str {
        self.services.get(at).map_or("", |s| s.name.as_str())
    }

    /// What each service cannot do without.
    pub(super) fn hard(&self) -> Vec<Vec<&Need>> {
        let mut out = vec![Vec::new(); self.services.len()];
        for need in self.needs.iter().filter(|n| !n.soft) {
            if let Some(list) = out.get_mut(need.service) {
                list.push(need);
            }
        }
        out
    }
}
