//! What is read, held against what stands in a text.

mod pieces;
