//! Sessions of one transaction found by RRN, by what they say about their original, or by terminal and time.

use hashbrown::HashMap;

use super::kind::{Step, is_about_another, original};
use super::session::{Session, agree};
use super::{Role, Seen, outcome};
use crate::engine::books::Books;
use crate::engine::intern::Sym;
use crate::engine::rules::Rules;

const DAY: i64 = 86_400_000;
/// Gateways pass a request on within this time.
const HOP: i64 = 120_000;
/// How many sessions of one number are looked at, the latest ones: work stays in proportion to the input.
const LATEST: usize = 256;
/// How far apart sessions of one RRN may lie.
const SAME_RRN: i64 = 2 * DAY;

/// One session, and those that change it in the order of time.
pub(super) struct Group {
    pub(super) base: Session,
    pub(super) step: Step,
    pub(super) children: Vec<(Step, Session)>,
}

/// Approval code and card of a session: by them another session finds it, or it finds another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Approved {
    pub(crate) message: u32,
    pub(crate) approval: Sym,
    pub(crate) token: Sym,
    /// Whether the session looks for the one that it changes.
    pub(crate) seeks: bool,
}

fn approved(books: &Books, sessions: &[Session], steps: &[Step]) -> Vec<Approved> {
    let mut found = Vec::new();
    for (session, step) in sessions.iter().zip(steps) {
        let Some(token) = session.token else { continue };
        for index in &session.messages {
            let approval = books.messages.get(*index as usize).and_then(|message| message.approval);
            let seeks = step.is_child();
            found.extend(approval.map(|approval| Approved { message: *index, approval, token, seeks }));
        }
    }
    found
}

/// Puts sessions together; says which approval codes they have, if that is `asked`.
pub(super) fn join(
    books: &Books,
    rules: &Rules,
    sessions: Vec<Session>,
    asked: Option<&mut Vec<Approved>>,
) -> Vec<Group> {
    let sessions = hops(same_rrn(books, sessions));
    let steps: Vec<Step> = sessions.iter().map(|session| Step::of(books, rules, session)).collect();
    if let Some(asked) = asked {
        *asked = approved(books, &sessions, &steps);
    }
    let parents = parents(books, rules, &sessions, &steps);
    let mut slots: Vec<Option<Group>> = sessions
        .into_iter()
        .zip(steps)
        .map(|(base, step)| Some(Group { base, step, children: Vec::new() }))
        .collect();
    // a reversal is part of what it reverses; everything else changes the transaction as a whole
    let to_parent = |place: usize| parents.get(place).copied().flatten();
    for place in 0..slots.len() {
        let Some(parent) = to_parent(place) else { continue };
        if !slots.get(place).and_then(Option::as_ref).is_some_and(|group| group.step == Step::Reversal) {
            continue;
        }
        if let Some(reversal) = slots.get_mut(place).and_then(Option::take)
            && let Some(group) = slots.get_mut(parent).and_then(Option::as_mut)
        {
            group.base.absorb(reversal.base);
        }
    }
    let parents = further_completions(books, rules, &slots, parents);
    for place in 0..slots.len() {
        if parents.get(place).copied().flatten().is_none() {
            continue;
        }
        let top = root(&parents, place);
        if let Some(child) = slots.get_mut(place).and_then(Option::take)
            && let Some(group) = slots.get_mut(top).and_then(Option::as_mut)
        {
            group.children.push((child.step, child.base));
        }
    }
    let mut groups: Vec<Group> = slots.into_iter().flatten().collect();
    for group in &mut groups {
        group.children.sort_by_key(|(_, session)| session.start);
    }
    groups
}

/// A pre-authorization may be completed in parts. The first completion that was approved is one transaction with it;
/// each further one is a transaction of its own, and whatever changes it belongs to that.
fn further_completions(
    books: &Books,
    rules: &Rules,
    slots: &[Option<Group>],
    mut parents: Vec<Option<usize>>,
) -> Vec<Option<usize>> {
    let start = |place: &usize| slots.get(*place).and_then(Option::as_ref).and_then(|group| group.base.start);
    let stands = |place: &usize| {
        let group = slots.get(*place).and_then(Option::as_ref);
        group.is_some_and(|of| of.step == Step::Completion && outcome::stands(books, rules, &of.base))
    };
    let mut completions: Vec<usize> = (0..slots.len()).filter(stands).collect();
    completions.sort_by_key(start);
    let mut completed = hashbrown::HashSet::new();
    for place in completions {
        if let Some(parent) = parents.get_mut(place)
            && parent.is_some_and(|of| !completed.insert(of))
        {
            *parent = None;
        }
    }
    parents
}

/// The session at the top of those that a session changes; parents come before their children in time.
fn root(parents: &[Option<usize>], place: usize) -> usize {
    let mut found = place;
    let mut left = parents.len();
    while let Some(parent) = parents.get(found).copied().flatten().filter(|_| left > 0) {
        found = parent;
        left -= 1;
    }
    found
}

/// Sessions with one RRN are hops of one transaction, unless both were requested on the same link.
fn same_rrn(books: &Books, sessions: Vec<Session>) -> Vec<Session> {
    let mut by_rrn: HashMap<Sym, Vec<usize>> = HashMap::new();
    let mut kept: Vec<Session> = Vec::with_capacity(sessions.len());
    // sessions with a request first, so that responses and reversals find it, and in the order of time
    let mut sessions = sessions;
    sessions.sort_by(|one, other| {
        let order = |session: &Session| (!session.has_request, session.start, session.amount);
        let content =
            |session: &Session| [session.terminal, session.stan].map(|sym| books.text(sym).to_owned());
        order(one).cmp(&order(other)).then_with(|| content(one).cmp(&content(other)))
    });
    for session in sessions {
        if let Some(rrn) = session.rrn {
            let known = by_rrn.entry(rrn).or_default();
            let home = known
                .iter()
                .copied()
                .rev()
                .take(LATEST)
                .find(|place| kept.get(*place).is_some_and(|other| are_hops(other, &session)));
            if let Some(home) = home.and_then(|place| kept.get_mut(place)) {
                home.absorb(session);
                continue;
            }
            known.push(kept.len());
        }
        kept.push(session);
    }
    kept
}

fn are_hops(one: &Session, other: &Session) -> bool {
    let gap = one.start.zip(other.start).map_or(0, |(one, other)| (one - other).abs());
    one.request_links & other.request_links == 0
        && gap <= SAME_RRN
        && (agree(one.amount, other.amount) || (gap <= HOP && is_same_till(one, other)))
        && agree(one.code, other.code)
        && agree(one.terminal, other.terminal)
        && agree(one.merchant, other.merchant)
        && agree(one.token, other.token)
}

/// Both say where it was, and it was there: an amount that was altered on the way makes no second transaction of it.
fn is_same_till(one: &Session, other: &Session) -> bool {
    let same = |one: Option<Sym>, other: Option<Sym>| one.is_some() && one == other;
    same(one.terminal, other.terminal)
        && same(one.merchant, other.merchant)
        && one.has_request
        && other.has_request
}

/// Requests without an RRN on the terminal's link, and the same on a link behind it with another STAN: one of each
/// within two minutes, and no other that could be meant.
fn hops(sessions: Vec<Session>) -> Vec<Session> {
    type Place = (Option<Sym>, Option<i64>, Option<Sym>);
    let key = |session: &Session| -> Place { (session.terminal, session.amount, session.code) };
    let mut fronts: HashMap<Place, Vec<usize>> = HashMap::new();
    let mut backs: HashMap<Place, Vec<usize>> = HashMap::new();
    for (place, session) in sessions.iter().enumerate().filter(|(_, session)| session.terminal.is_some()) {
        match session.request_links {
            1 if session.rrn.is_none() => fronts.entry(key(session)).or_default().push(place),
            links if links != 0 && links & 1 == 0 => backs.entry(key(session)).or_default().push(place),
            _ => {}
        }
    }
    // sessions stand in the order of time, so do the places of each key
    let time = |place: &usize| sessions.get(*place).and_then(|session| session.start).unwrap_or(i64::MIN);
    let within = |places: &[usize], from: i64, until: i64| {
        let start = places.partition_point(|place| time(place) < from);
        let end = places.partition_point(|place| time(place) <= until);
        places.get(start..end).map(|places| (places.first().copied(), places.len()))
    };
    let mut homes: HashMap<usize, usize> = HashMap::new();
    for (place, fronts) in &fronts {
        let Some(backs) = backs.get(place) else { continue };
        for back in backs {
            let at = time(back);
            if let Some((Some(front), 1)) = within(fronts, at.saturating_sub(HOP), at)
                && let Some((_, 1)) = within(backs, time(&front), time(&front).saturating_add(HOP))
            {
                homes.insert(*back, front);
            }
        }
    }
    merge(sessions, &homes)
}

fn merge(sessions: Vec<Session>, homes: &HashMap<usize, usize>) -> Vec<Session> {
    if homes.is_empty() {
        return sessions;
    }
    let mut slots: Vec<Option<Session>> = sessions.into_iter().map(Some).collect();
    for (&from, &to) in homes {
        if let Some(session) = slots.get_mut(from).and_then(Option::take)
            && let Some(home) = slots.get_mut(to).and_then(Option::as_mut)
        {
            home.absorb(session);
        }
    }
    slots.into_iter().flatten().collect()
}

/// A number without the zeros before it.
fn number(text: &str) -> &str {
    text.trim().trim_start_matches('0')
}

/// Where originals are looked up.
struct Index<'s> {
    sessions: &'s [Session],
    steps: &'s [Step],
    by_stan: HashMap<(Option<Sym>, Sym), Vec<usize>>,
    by_rrn: HashMap<Sym, Vec<usize>>,
    by_approval: HashMap<(Sym, Sym), Vec<usize>>,
}

/// The session that each session changes.
fn parents(books: &Books, rules: &Rules, sessions: &[Session], steps: &[Step]) -> Vec<Option<usize>> {
    if steps.iter().all(|step| !step.is_child()) {
        return vec![None; sessions.len()];
    }
    let mut index = Index {
        sessions,
        steps,
        by_stan: HashMap::new(),
        by_rrn: HashMap::new(),
        by_approval: HashMap::new(),
    };
    for (place, session) in sessions.iter().enumerate() {
        if let Some(stan) = session.stan {
            index.by_stan.entry((session.terminal, stan)).or_default().push(place);
        }
        if let Some(rrn) = session.rrn {
            index.by_rrn.entry(rrn).or_default().push(place);
        }
        if let Some(token) = session.token {
            let approvals =
                session.messages.iter().filter_map(|index| books.messages.get(*index as usize)?.approval);
            for approval in approvals {
                let known = index.by_approval.entry((approval, token)).or_default();
                if known.last() != Some(&place) {
                    known.push(place);
                }
            }
        }
    }
    let is_child = |place: usize| steps.get(place).is_some_and(|step| step.is_child());
    (0..sessions.len())
        .map(|place| if is_child(place) { index.parent(books, rules, place) } else { None })
        .collect()
}

impl Index<'_> {
    fn parent(&self, books: &Books, rules: &Rules, place: usize) -> Option<usize> {
        let session = self.sessions.get(place)?;
        let step = *self.steps.get(place)?;
        let seen = session.messages.iter().filter_map(|index| Seen::new(books, rules, *index));
        for seen in seen {
            let repeats = |original: &&crate::record::Original| {
                let own = books.text(session.stan);
                let is_own = original.stan.as_deref().is_some_and(|stan| number(stan) == number(own));
                step == Step::Reversal && !is_own && is_about_another(books, &seen)
            };
            if let Some(original) = original(&seen).filter(|original| !repeats(original)) {
                let named = |text: &Option<crate::record::Text>| books.names.find(text.as_deref()?);
                let rrn = named(&original.rrn).and_then(|rrn| self.by_rrn.get(&rrn));
                let stan = named(&original.stan).and_then(|stan| self.by_stan.get(&(session.terminal, stan)));
                let found = rrn.into_iter().chain(stan).find_map(|places| {
                    self.before(places, place, step, |other| {
                        agree(named(&original.batch), other.batch) && agree(original.date, other.date)
                    })
                });
                if found.is_some() {
                    return found;
                }
            }
            if seen.role == Role::Request || seen.role == Role::Reversal {
                let approval = seen.message.approval.zip(session.token);
                let found = approval
                    .and_then(|key| self.by_approval.get(&key))
                    .and_then(|places| self.before(places, place, step, |_| true));
                if found.is_some() {
                    return found;
                }
            }
        }
        let rrn = session.rrn.and_then(|rrn| self.by_rrn.get(&rrn));
        let by_rrn = rrn.and_then(|places| self.before(places, place, step, |_| true));
        let stan = session.stan.filter(|_| step == Step::Reversal);
        let by_stan = stan.and_then(|stan| self.by_stan.get(&(session.terminal, stan)));
        let is_of_batch = |other: &Session| agree(session.batch, other.batch);
        by_rrn.or_else(|| by_stan.and_then(|places| self.before(places, place, step, is_of_batch)))
    }

    /// The latest session before another one that it can change.
    fn before(
        &self,
        places: &[usize],
        child: usize,
        step: Step,
        fits: impl Fn(&Session) -> bool,
    ) -> Option<usize> {
        let session = self.sessions.get(child)?;
        let can_be = |place: &usize| {
            let (Some(other), Some(of)) = (self.sessions.get(*place), self.steps.get(*place)) else {
                return false;
            };
            let suits = match step {
                Step::Completion | Step::Cancel | Step::Increment => {
                    matches!(of, Step::Preauth) || (step == Step::Cancel && *of == Step::Sale)
                }
                Step::Void | Step::Adjust => matches!(of, Step::Sale | Step::Completion),
                _ => *of != Step::Reversal,
            };
            let is_before = match (other.start, session.start) {
                (Some(other), Some(session)) => other <= session,
                _ => true,
            };
            *place != child && suits && is_before && agree(other.terminal, session.terminal) && fits(other)
        };
        places.iter().copied().rev().take(LATEST).find(can_be)
    }
}
