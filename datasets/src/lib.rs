//! Seeded generators and recorders of the sample data.
