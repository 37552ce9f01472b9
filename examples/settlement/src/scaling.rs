//! `settlement scale`: what two acquirer processes on one PostgreSQL carry, beside what one does.

use std::time::Duration;

use settlement::scale::{Carried, MOST, Scale};
use settlement::server::Server;

/// What `settlement scale` was asked for.
pub(crate) struct Scaling {
    scale: Scale,
    /// How many processes, one measurement for each.
    processes: Vec<usize>,
}

impl Scaling {
    pub(crate) fn from_words(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut scale = Scale { program, url: String::new(), partitions: 2, time: Duration::from_secs(10) };
        let mut processes = vec![1, 2];
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} needs a value; see --help"))?;
            let number = |text: &str, most: usize| match text.parse::<usize>() {
                Ok(number) if (1..=most).contains(&number) => Ok(number),
                _ => Err(format!("{word} needs numbers from 1 to {most}, not {text}")),
            };
            match word.as_str() {
                "--store" => scale.url = if value == "postgres" { String::new() } else { value },
                "--partitions" => scale.partitions = number(&value, MOST)?,
                "--seconds" => {
                    scale.time = Duration::from_secs(number(&value, 3_600)?.try_into().unwrap_or(10))
                }
                "--processes" => {
                    processes = value.split(',').map(|text| number(text, MOST)).collect::<Result<_, _>>()?;
                }
                other => return Err(format!("scale has no option {other}; see --help")),
            }
        }
        Ok(Self { scale, processes })
    }

    /// Measures and prints. `false`: no PostgreSQL is installed here, and none was named.
    pub(crate) fn run(
        &self,
        print: &mut dyn FnMut(&str) -> Result<(), crate::Failure>,
    ) -> Result<bool, crate::Failure> {
        let mut scale = self.scale.clone();
        let own = if scale.url.is_empty() { server(&scale)? } else { None };
        match &own {
            Some(server) => scale.url = server.url(),
            None if scale.url.is_empty() => {
                print(
                    "no PostgreSQL is installed here (Debian: apt-get install postgresql); or --store URL\n",
                )?;
                return Ok(false);
            }
            None => {}
        }
        let mut first: Option<f64> = None;
        for processes in &self.processes {
            let carried = scale.measure(*processes)?;
            let rate = f64::from(carried.sales) / carried.took.as_secs_f64();
            let times = rate / *first.get_or_insert(rate);
            print(&line(&carried, scale.partitions, rate, times))?;
        }
        Ok(true)
    }
}

/// A server of its own on the disk of the program: a temporary folder may be in memory, where a flush is none.
fn server(scale: &Scale) -> Result<Option<Server>, String> {
    let beside =
        scale.program.parent().map_or_else(std::env::temp_dir, Into::into).join("settlement-ledgers");
    std::fs::create_dir_all(&beside).map_err(|error| format!("{}: {error}", beside.display()))?;
    Server::start(&beside)
}

fn line(carried: &Carried, partitions: usize, rate: f64, times: f64) -> String {
    let Carried { processes, sales, took, commits, flushes, waits, processor, machine } = carried;
    let of = |count: u64| u32::try_from(count).map_or(f64::MAX, f64::from);
    let each = |time: Duration| time.as_secs_f64() * 1e3 / f64::from((*sales).max(1));
    let [acquirers, others, server] = processor.map(each);
    let looks = waits.values().sum::<u64>();
    let share = |(name, met): (&String, &u64)| format!("{name} {:.0} %", of(*met) * 100.0 / of(looks.max(1)));
    let waits = waits.iter().map(share).collect::<Vec<_>>().join(", ");
    format!(
        "{processes} acquirer processes of {partitions} partitions: {rate:.0} sales/s, {times:.2} times the first; \
         {sales} in {:.1} s\n    {:.1} commits a sale, {:.2} commits a flush, {:.0} flushes/s\n    processor time a sale: \
         acquirers {acquirers:.2} ms, sessions of the server {server:.2} ms, terminals and issuers {others:.2} ms; \
         load before {machine}\n    sessions of the server: {waits}\n",
        took.as_secs_f64(),
        of(*commits) / f64::from((*sales).max(1)),
        of(*commits) / of(*flushes).max(1.0),
        of(*flushes) / took.as_secs_f64(),
    )
}
