//! What a server says of metrics' kinds and units: `/api/v1/metadata`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;

use super::client::Client;
use crate::error::{ErrorKind, Result};
use crate::load::exposition::{Declared, Family, declared};
use crate::load::samples::Samples;
use crate::progress::Progress;

/// More names than this are asked for all at once.
const FEW: usize = 20;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: BTreeMap<String, Vec<Entry>>,
}

#[derive(Deserialize, PartialEq, Eq)]
struct Entry {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    unit: String,
}

/// Gives series the kind and unit that the server knows of their metrics, and tells how many it knew; `None` where it knows none.
///
/// # Errors
/// [`Cancelled`](crate::ErrorKind::Cancelled) alone: what is not known here is told from names and values.
pub(super) fn describe(client: &mut Client, all: &mut [Samples], progress: &Progress) -> Result<Option<usize>> {
    let names: BTreeSet<String> = all.iter().map(|s| s.name.clone()).filter(|n| !n.is_empty()).collect();
    if names.is_empty() {
        return Ok(None);
    }
    // OpenMetrics declares a family, Prometheus' own text a metric
    let wanted: BTreeSet<&str> = names.iter().flat_map(|name| [name.as_str(), family(name)]).collect();
    let questions: Vec<Vec<(&str, String)>> = if wanted.len() > FEW {
        vec![Vec::new()]
    } else {
        wanted.iter().map(|name| vec![("metric", (*name).to_owned())]).collect()
    };
    let mut families: HashMap<String, Family> = HashMap::new();
    for question in questions {
        let answer = match client.look_up("metadata", &question, progress) {
            Ok(body) => serde_json::from_slice::<Answer>(&body).ok(),
            Err(e) if e.kind() == ErrorKind::Cancelled => return Err(e),
            Err(_) => None,
        };
        let Some(answer) = answer else { return Ok(None) };
        for (name, entries) in answer.data {
            // targets may disagree: then nothing is known
            if let [first, rest @ ..] = entries.as_slice()
                && rest.iter().all(|e| e == first)
            {
                let unit = Some(&first.unit).filter(|u| !u.is_empty()).and_then(|u| u.parse().ok());
                families.insert(name, Family { kind: Some(Declared::of(&first.kind)), unit });
            }
        }
    }
    let mut known = BTreeSet::new();
    for s in all {
        (s.kind, s.unit) = declared(&s.name, &s.labels, &families);
        if s.kind.is_some() {
            known.insert(s.name.as_str());
        }
    }
    Ok(Some(known.len()).filter(|n| *n > 0))
}

/// The family of a part.
fn family(name: &str) -> &str {
    ["_total", "_bucket", "_gcount", "_gsum", "_count", "_sum"]
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name)
}
