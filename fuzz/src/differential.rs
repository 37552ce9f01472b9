//! The parser and the reference parser agree: verdict, values, and where and why a message is wrong.

/// Reads with both, and compares.
pub fn differential(data: &[u8]) {
    let Some((spec, wire)) = crate::named_spec(data) else { return };
    crate::reference::compare::compare(spec, wire);
}
