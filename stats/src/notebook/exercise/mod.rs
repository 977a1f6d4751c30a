//! Exercises of the course: a checker for each says whether an answer is right and, if not, what went wrong, without giving
//! the answer away.
//!
//! What is expected is computed by the library and not written down beside the question.

pub mod capstone;
pub mod chapter_1;
pub mod chapter_10;
pub mod chapter_11;
pub mod chapter_12;
pub mod chapter_13;
pub mod chapter_2;
pub mod chapter_3;
pub mod chapter_4;
pub mod chapter_5;
pub mod chapter_6;
pub mod chapter_7;
pub mod chapter_8;
pub mod chapter_9;
mod marked;

pub use marked::{Marked, close};
