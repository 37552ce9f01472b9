//! Crash points: each party of a scenario dies at each of its inputs, before and after it is stored. People ask once; what
//! the dead forget is asked again at the end, as on any next day. Then the books are proved.

use super::stage::Stage;
use super::step::Doing;
use super::{Scenario, ScenarioError, bad, books, evidence, step};
use crate::journal::Party;
use crate::local::{Death, Moment};
use crate::party::{Command, Desk};

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Points {
    /// So many were played.
    pub plays: usize,
    /// What did not hold, and where.
    pub failed: Vec<String>,
}

impl Scenario {
    /// Plays every `of`-th point, the `which`-th of each `of`.
    ///
    /// # Errors
    /// When its steps cannot be read, or a party stops.
    pub fn crash_points(&self, of: u64, which: u64) -> Result<Points, ScenarioError> {
        let wrong = |error: ScenarioError| bad(format_args!("{}: {error}", self.id));
        let mut points = Points::default();
        let mut number = 0;
        for party in Party::NETWORK {
            let inputs = self.dies(Death { party, input: 0, moment: Moment::Before }).map_err(wrong)?;
            for input in 1..=inputs.world.handled(party) {
                for moment in [Moment::Before, Moment::After, Moment::Amid(1)] {
                    number += 1;
                    if number % of != which {
                        continue;
                    }
                    points.plays += 1;
                    let stage = self.dies(Death { party, input, moment }).map_err(wrong)?;
                    let checks = books::checks(&stage, &evidence::Read::now(&stage)?)?;
                    let failed = checks.into_iter().filter(|check| !check.holds);
                    let point = format!("{party}:{input} {moment:?}");
                    points.failed.extend(failed.map(|c| format!("{point}: {}: {}", c.rule, c.figures)));
                }
            }
        }
        Ok(points)
    }

    fn dies(&self, death: Death) -> Result<Stage, ScenarioError> {
        let mut stage = Stage::open(self)?;
        stage.world.kill(death);
        for line in step::steps(&self.steps)? {
            stage.run_to(line.at)?;
            // Without what the dead forgot, a reversal by mistake can be of a sale that stands.
            if let Doing::Reverse(sale) = line.doing {
                stage.unaware.extend(stage.slip(sale).map(|slip| (slip.stan, slip.batch)));
            }
            // What is about a sale that the dead never made cannot be done.
            let done = stage.perform(&line.doing);
            let is_about = matches!(
                line.doing,
                Doing::Reverse(_)
                    | Doing::Again(..)
                    | Doing::Correct(_)
                    | Doing::Request(..)
                    | Doing::CompleteInPart(..)
            );
            if !is_about {
                done?;
            }
        }
        stage.settle_down()?;
        next_day(&mut stage)?;
        Ok(stage)
    }
}

/// A whole day: the line is made anew, the terminals sign on and close what is open, the date is ended, what is due is
/// presented, ordered and booked.
fn next_day(stage: &mut Stage) -> Result<(), ScenarioError> {
    let desk = |party, desk| Doing::Ask(party, Command::Desk(desk));
    let tills = || (0..2).map(|till| Doing::Terminal(till, Command::SignOn));
    let close = || (0..2).map(|till| Doing::Terminal(till, Command::CloseBatch));
    let date = [Doing::Ask(Party::Issuer, Command::CutOver)];
    let pay = || Doing::Ask(Party::Acquirer, Command::Pay);
    let plan = [Doing::Ask(Party::Issuer, Command::Repair), Doing::Link(false), Doing::Link(true)];
    let money = [desk(Party::Acquirer, Desk::Present), desk(Party::Hub, Desk::Run), pay()];
    let bank = [desk(Party::Bank, Desk::Run), pay(), desk(Party::Bank, Desk::Run)];
    for doing in
        plan.into_iter().chain(tills()).chain(tills()).chain(close()).chain(date).chain(money).chain(bank)
    {
        stage.perform(&doing)?;
        stage.settle_down()?;
    }
    Ok(())
}
