//! Statistics for reliability engineering.
