//! The spec that a command works with: a built-in name.

use cardwire::{Profile, Spec, profile, spec};

use crate::failure::{Failure, Outcome};

/// Which spec.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct SpecArgs {
    /// The spec: a name of `cardwire spec list`.
    #[arg(short, long, value_name = "SPEC", env = "CARDWIRE_SPEC")]
    pub(crate) spec: Option<String>,
}

impl SpecArgs {
    /// The spec, which must have been said.
    pub(crate) fn required(&self) -> Outcome<&'static Spec<'static>> {
        match &self.spec {
            Some(name) => load(name),
            None => Err(Failure::usage(
                "say which spec: --spec iso87-ascii, or CARDWIRE_SPEC; `cardwire spec list` names them",
            )),
        }
    }
}

/// The spec of that name.
pub(crate) fn load(name: &str) -> Outcome<&'static Spec<'static>> {
    match spec::by_name(name) {
        Some(spec) => Ok(spec),
        None => {
            let names: Vec<&str> = spec::builtin().map(Spec::name).collect();
            Err(Failure::usage(format_args!("no spec is called '{name}'; there are {}", names.join(", "))))
        }
    }
}

/// The profile of that name.
pub(crate) fn profile(name: &str) -> Outcome<&'static Profile<'static>> {
    PROFILES.into_iter().find(|profile| profile.name() == name).ok_or_else(|| {
        Failure::usage(format_args!(
            "no profile is called '{name}'; there are {}",
            PROFILES.map(Profile::name).join(", ")
        ))
    })
}

const PROFILES: [&Profile<'static>; 2] = [&profile::ISO87_PROFILE, &profile::UNIONPAY_PROFILE];
