//! Mergeable histograms: what must be stored, merged and asked again later.
