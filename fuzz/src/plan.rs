//! A parser that has a plan for a bitmap reads as one that has none.

use cardwire::Parser;

use crate::common::alike::reads_as_the_walk_does;

/// Reads an input until it is planned for, then what a changed octet here and there makes of it.
pub fn plan(data: &[u8]) {
    let Some((spec, wire)) = crate::named_spec(data) else { return };
    let mut parser = Parser::new(spec);
    for _ in 0..3 {
        reads_as_the_walk_does(&mut parser, wire);
    }
    let mut changed = wire.to_vec();
    for index in (0..wire.len()).step_by(wire.len() / 12 + 1) {
        changed[index] ^= [0x01, 0x80, 0x0F, 0x40][index % 4];
        reads_as_the_walk_does(&mut parser, &changed);
        changed[index] = wire[index];
        reads_as_the_walk_does(&mut parser, &wire[..index]);
    }
    changed.push(b'0');
    reads_as_the_walk_does(&mut parser, &changed);
    reads_as_the_walk_does(&mut parser, wire);
}
