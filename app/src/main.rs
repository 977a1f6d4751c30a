//! The desktop program and the command line.
fn main() {}
