//! Every format that `load` reads, on input that is cut, flipped, spliced, that lies about its lengths or is packed several times over: no
//! panic, no hang, an error that names the file, and no more memory than 4 × the input + 64 MB; containers,
//! which pack, have a bound that stands at their target.
//!
//! Each target is a test of its own with a few hundred mutations, the same ones every time;
//! `SRE_STATS_FUZZ_SECONDS=600 cargo test -p sre-stats --test fuzz_parsers csv` runs one for ten minutes, from another seed each time. Input
//! that once failed is kept in `fuzz_corpus/TARGET/`, and read first under every option of its target.
//!
//! Seeds are recordings (`datasets/recorded`) and forms that are in none of them. Targets run one after the other, since what all threads
//! allocate is counted.
#![allow(unsafe_code, clippy::unwrap_used)]

#[cfg(feature = "frame")]
mod columnar;
#[path = "../fuzz/mod.rs"]
mod fuzz;
mod histograms;
mod limits;
mod packed;
mod prometheus;
mod records;
mod run;
mod system;
mod tables;
mod target;
mod telemetry;
mod testers;
