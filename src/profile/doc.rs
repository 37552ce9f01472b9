//! Profiles as owned data, read at run time.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::model::mti::Mti;
use crate::profile::rules::{Profile, Rule, When, rule};

/// A profile as owned data: what is read from a file, and becomes a [`Profile`] for a while or for good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProfileDoc {
    pub(super) name: String,
    /// The name of a built-in profile.
    pub(super) base: Option<String>,
    pub(super) rules: Vec<RuleDoc>,
}

/// What some message types carry.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct RuleDoc {
    pub(super) types: Vec<Mti>,
    pub(super) processing: String,
    pub(super) mandatory: Vec<u8>,
    pub(super) conditional: Vec<(u8, Condition)>,
    pub(super) optional: Option<Vec<u8>>,
    pub(super) echoed: Vec<u8>,
}

/// A [`When`] that owns its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Condition {
    With(u8),
    Without(u8),
    Is(u8, String),
    Approved,
}

impl ProfileDoc {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The profile, for as long as `read` runs. Nothing is leaked.
    pub fn with<R>(&self, read: impl FnOnce(&Profile<'_>) -> R) -> R {
        let conditions = self.conditions();
        let rules = self.rules(&conditions);
        read(&self.profile(&rules))
    }

    /// The profile for good: for one that is read once, at start-up. Its memory is never freed.
    #[must_use]
    pub fn leak(self) -> &'static Profile<'static> {
        let doc: &'static Self = Box::leak(Box::new(self));
        let rules = doc.rules(doc.conditions().leak()).leak();
        Box::leak(Box::new(doc.profile(rules)))
    }

    fn profile<'s>(&'s self, rules: &'s [Rule<'s>]) -> Profile<'s> {
        let profile = Profile::new(&self.name, rules);
        let base = self.base.as_deref().and_then(crate::profile::builtin::by_name);
        base.map_or(profile, |base| profile.with_base(base))
    }

    /// The conditions of each rule.
    fn conditions(&self) -> Vec<Vec<(u8, When<'_>)>> {
        self.rules.iter().map(RuleDoc::conditions).collect()
    }

    /// A rule for each message type.
    fn rules<'s>(&'s self, conditions: &'s [Vec<(u8, When<'s>)>]) -> Vec<Rule<'s>> {
        let pairs = self.rules.iter().zip(conditions);
        pairs.flat_map(|(doc, conditions)| doc.types.iter().map(|mti| doc.rule(*mti, conditions))).collect()
    }
}

impl RuleDoc {
    fn conditions(&self) -> Vec<(u8, When<'_>)> {
        self.conditional.iter().map(|(number, condition)| (*number, condition.when())).collect()
    }

    fn rule<'s>(&'s self, mti: Mti, conditions: &'s [(u8, When<'s>)]) -> Rule<'s> {
        let all = rule(&mti.digits()).processing(&self.processing).mandatory(&self.mandatory);
        let all = all.conditional(conditions).echoed(&self.echoed);
        self.optional.as_deref().map_or(all, |optional| all.optional(optional))
    }
}

impl Condition {
    fn when(&self) -> When<'_> {
        match self {
            Self::With(number) => When::With(*number),
            Self::Without(number) => When::Without(*number),
            Self::Is(number, value) => When::Is(*number, value),
            Self::Approved => When::Approved,
        }
    }
}
