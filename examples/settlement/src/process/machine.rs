//! The state machine of a member of a topology, the one that the scenarios play.

use crate::clock::Stamp;
use crate::day;
use crate::journal::{Party, Record, RecordKind};
use crate::party::{
    Acquirer, AcquirerConfig, Bank, BankConfig, Hub, HubConfig, Machine, SwitchConfig, Terminal,
    TerminalConfig,
};
use crate::topology::Topology;

pub(super) fn machine(
    topology: &Topology,
    name: &str,
    journal: &[Record],
    now: Stamp,
) -> Result<Box<dyn Machine>, String> {
    let (member, timers) = (topology.party(name)?, topology.timers);
    Ok(match member.role {
        Party::Terminal => {
            let (terminal, merchant) = (member.terminal.clone(), member.merchant.clone());
            Box::new(Terminal::new(TerminalConfig { terminal, merchant, timers }))
        }
        Party::Acquirer => {
            let config = AcquirerConfig {
                institution: member.institution.clone(),
                merchants: member.accounts.keys().cloned().collect(),
                fee_basis_points: member.fee_basis_points,
                node: name.bytes().last().unwrap_or(b'1').wrapping_sub(b'0'),
                timers,
            };
            let acquirer = Acquirer::new(config).with_back_office(member.accounts.clone());
            Box::new(acquirer.with_routes(&member.routes))
        }
        Party::Issuer => {
            // The date that it began with is in its journal.
            let started = journal.iter().find(|record| record.kind == RecordKind::Started);
            let first = started.and_then(|record| record.date).unwrap_or_else(|| now.date());
            let parties = day::parties(first, timers).into_iter().flatten();
            let issuer = parties.into_iter().find(|machine| machine.party() == Party::Issuer);
            issuer.ok_or_else(|| format!("{name}: a test card is impossible"))?
        }
        Party::Hub => {
            let hub = Hub::new(HubConfig {
                institution: member.institution.clone(),
                fee_basis_points: member.fee_basis_points,
            });
            let hub = hub.with_caps(member.caps);
            Box::new(hub.with_switch(SwitchConfig { timers, stand_in: member.stand_in }))
        }
        Party::Bank => Box::new(Bank::new(BankConfig { accounts: member.keeps.iter().cloned().collect() })),
    })
}
