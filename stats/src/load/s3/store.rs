//! What a load asks of S3, from the names that it was given to the sentence in its report.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::client::Client;
use super::list;
use super::object::Object;
use crate::error::{Error, Result};
use crate::load::files::{Named, before_wildcard};
use crate::load::options::{Format, LoadOptions};
use crate::load::parts::Place;
use crate::load::report::{LoadReport, counted};
use crate::load::server::bucket_and_key;
use crate::progress::Progress;

/// The objects of one load. Nothing is asked before a name wants it.
pub(crate) struct Store {
    options: LoadOptions,
    progress: Progress,
    client: RefCell<Option<Arc<Client>>>,
    /// Objects that were found to be there, and are not read yet.
    opened: RefCell<HashMap<String, Object>>,
    objects: Cell<u64>,
    bytes: Cell<u64>,
}

impl Store {
    pub(crate) fn new(options: &LoadOptions, progress: &Progress) -> Self {
        Self {
            options: options.clone(),
            progress: progress.clone(),
            client: RefCell::default(),
            opened: RefCell::default(),
            objects: Cell::new(0),
            bytes: Cell::new(0),
        }
    }

    fn client(&self) -> Result<Arc<Client>> {
        let mut own = self.client.borrow_mut();
        if let Some(client) = own.as_ref() {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(Client::new(&self.options.server)?);
        *own = Some(Arc::clone(&client));
        Ok(client)
    }

    /// The objects that a name stands for: itself, those below it as below a folder, or those that fit a pattern.
    pub(crate) fn expand(&self, name: &str) -> Result<Vec<Named>> {
        self.found(name).map_err(|e| e.in_file(name))
    }

    fn found(&self, name: &str) -> Result<Vec<Named>> {
        let (bucket, key) = split(name)?;
        let client = self.client()?;
        if let Some(start) = key.find(['*', '?', '[']) {
            let pattern = glob::Pattern::new(key).map_err(|e| Error::argument(format!("not a pattern: {e}")))?;
            let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
            let keys = list::keys(&client, bucket, key.get(..start).unwrap_or_default(), &self.progress)?;
            let fits = keys.into_iter().filter(|k| k == key || pattern.matches_with(k, options)).collect();
            return Self::named(bucket, fits, before_wildcard(key), "no object fits this pattern");
        }
        let is_folder = key.is_empty() || key.ends_with('/');
        if !is_folder && let Some(object) = Object::open(&client, bucket, key, &self.progress)? {
            self.opened.borrow_mut().insert(name.to_owned(), object);
            return Ok(vec![Named::alone(name.into())]);
        }
        let prefix = if is_folder { key.to_owned() } else { format!("{key}/") };
        let keys = list::keys(&client, bucket, &prefix, &self.progress)?;
        // as in folders: what is hidden, or not finished, is passed over
        let is_hidden =
            |k: &String| k.get(prefix.len()..).unwrap_or_default().split('/').any(|n| n.starts_with(['.', '_']));
        let below = keys.into_iter().filter(|k| !is_hidden(k) && !k.ends_with('/')).collect();
        Self::named(bucket, below, &prefix, "there is no such object, and none below it")
    }

    /// The objects of these keys, which all begin with what was named.
    fn named(bucket: &str, keys: Vec<String>, above: &str, none: &str) -> Result<Vec<Named>> {
        if keys.is_empty() {
            return Err(Error::empty(none).hint("check the bucket and the key"));
        }
        Ok(keys
            .into_iter()
            .map(|key| {
                let below = key.strip_prefix(above).unwrap_or_default();
                Named::found(format!("s3://{bucket}/{key}").into(), Path::new(below))
            })
            .collect())
    }

    /// Gives an object to what reads it, as a file and its size, with what its folders say of it.
    pub(crate) fn read<T>(
        &self,
        name: &str,
        folders: &[(String, String)],
        work: impl FnOnce(Place<'_>, u64) -> Result<T>,
    ) -> Result<T> {
        let object = self.object(name).map_err(|e| e.in_file(name))?;
        self.objects.set(self.objects.get() + 1);
        self.bytes.set(self.bytes.get() + object.size());
        let in_parts = object.in_parts && self.options.format.is_none_or(|format| format == Format::Parquet);
        if in_parts {
            return work(Place { path: object.path(), parts: Some(&object), folders }, object.size());
        }
        object.whole().map_err(|e| e.in_file(name))?;
        work(Place::whole(object.path(), folders), object.size())
    }

    fn object(&self, name: &str) -> Result<Object> {
        if let Some(object) = self.opened.borrow_mut().remove(name) {
            return Ok(object);
        }
        let (bucket, key) = split(name)?;
        let found = Object::open(&self.client()?, bucket, key, &self.progress)?;
        found.ok_or_else(|| Error::empty("the object is gone").hint("was it deleted meanwhile?"))
    }

    /// Says what was fetched.
    pub(crate) fn tell(&self, report: &mut LoadReport) {
        let own = self.client.borrow();
        let Some(client) = own.as_ref() else { return };
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let (requests, bytes) = (client.requests.load(Ordering::Relaxed), client.bytes.load(Ordering::Relaxed));
        let fetched = format!(
            "{:.3} of {:.3} MB of {}, in {}",
            megabytes(bytes),
            megabytes(self.bytes.get()),
            counted(self.objects.get(), "object"),
            counted(requests, "request")
        );
        report.understand("fetched", fetched, "of Parquet only what is asked for");
        let set = &client.asker.setting;
        let (place, why) = match &set.endpoint {
            Some(url) => (url.origin().ascii_serialization(), "AWS_ENDPOINT_URL"),
            None => (set.region.clone(), "AWS_REGION, or AWS's default"),
        };
        report.understand("S3", place, why);
        let (what, why) = client.authorisation();
        report.understand("authorisation", what, why);
    }
}

/// Bucket and key of a name.
fn split(name: &str) -> Result<(&str, &str)> {
    let (bucket, key) = bucket_and_key(name).ok_or_else(|| Error::argument("this is no name in S3"))?;
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    if bucket.len() < 3 || bucket.len() > 255 || !bucket.bytes().all(known) || bucket.starts_with('.') {
        return Err(Error::argument(format!("“{bucket}” is no name of a bucket")).hint("write s3://BUCKET/KEY"));
    }
    Ok((bucket, key))
}
