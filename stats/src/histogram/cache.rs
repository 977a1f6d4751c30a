//! The running counts of a histogram, kept from one question to the next.

use std::sync::{Arc, OnceLock};

use super::binned::Binned;

/// What a layout keeps between questions. It is no part of the layout's value: a clone starts empty, and any two are equal.
///
/// Every function of a layout that changes its counts calls [`forget`](Self::forget); a question after the first costs a search.
#[derive(Debug, Default)]
pub(super) struct Cache(OnceLock<Arc<Binned>>);

impl Cache {
    /// What is kept, or what `make` gives, which is kept from now on.
    pub(super) fn get(&self, make: impl FnOnce() -> Binned) -> Arc<Binned> {
        Arc::clone(self.0.get_or_init(|| Arc::new(make())))
    }

    /// Forgets what is kept, because it is no longer true.
    #[inline]
    pub(super) fn forget(&mut self) {
        if self.0.get().is_some() {
            self.0 = OnceLock::new();
        }
    }
}

impl Clone for Cache {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Cache {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
