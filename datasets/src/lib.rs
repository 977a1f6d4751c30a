//! Seeded generators and recorders of the sample data of sre-stats.

pub mod clock;
