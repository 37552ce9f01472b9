//! The scenario files, in the program.

/// Name and text of each.
pub const FILES: &[(&str, &str)] = &[
    ("S01.toml", include_str!("../../scenarios/S01.toml")),
    ("S02.toml", include_str!("../../scenarios/S02.toml")),
    ("S03.toml", include_str!("../../scenarios/S03.toml")),
    ("S04.toml", include_str!("../../scenarios/S04.toml")),
    ("S05.toml", include_str!("../../scenarios/S05.toml")),
    ("S06.toml", include_str!("../../scenarios/S06.toml")),
    ("S07.toml", include_str!("../../scenarios/S07.toml")),
    ("S08.toml", include_str!("../../scenarios/S08.toml")),
    ("S09.toml", include_str!("../../scenarios/S09.toml")),
    ("S10.toml", include_str!("../../scenarios/S10.toml")),
    ("S11.toml", include_str!("../../scenarios/S11.toml")),
    ("S12.toml", include_str!("../../scenarios/S12.toml")),
    ("S13.toml", include_str!("../../scenarios/S13.toml")),
    ("S14.toml", include_str!("../../scenarios/S14.toml")),
    ("S15.toml", include_str!("../../scenarios/S15.toml")),
    ("S16.toml", include_str!("../../scenarios/S16.toml")),
    ("S17.toml", include_str!("../../scenarios/S17.toml")),
    ("S18.toml", include_str!("../../scenarios/S18.toml")),
    ("S19.toml", include_str!("../../scenarios/S19.toml")),
    ("S20.toml", include_str!("../../scenarios/S20.toml")),
    ("S21.toml", include_str!("../../scenarios/S21.toml")),
    ("S22.toml", include_str!("../../scenarios/S22.toml")),
    ("S23.toml", include_str!("../../scenarios/S23.toml")),
    ("S24.toml", include_str!("../../scenarios/S24.toml")),
    ("S25.toml", include_str!("../../scenarios/S25.toml")),
    ("S26.toml", include_str!("../../scenarios/S26.toml")),
    ("S27.toml", include_str!("../../scenarios/S27.toml")),
    ("S28.toml", include_str!("../../scenarios/S28.toml")),
    ("S29.toml", include_str!("../../scenarios/S29.toml")),
    ("S30.toml", include_str!("../../scenarios/S30.toml")),
    ("S31.toml", include_str!("../../scenarios/S31.toml")),
    ("S32.toml", include_str!("../../scenarios/S32.toml")),
    ("S33.toml", include_str!("../../scenarios/S33.toml")),
    ("S34.toml", include_str!("../../scenarios/S34.toml")),
    ("S35.toml", include_str!("../../scenarios/S35.toml")),
    ("S36.toml", include_str!("../../scenarios/S36.toml")),
    ("S37.toml", include_str!("../../scenarios/S37.toml")),
    ("S38.toml", include_str!("../../scenarios/S38.toml")),
];

/// Tables of fees that scenarios use.
pub(super) const TABLES: &[(&str, &str)] =
    &[("fees-1", include_str!("../../fees/fees-1.toml")), ("fees-2", include_str!("../../fees/fees-2.toml"))];
