//! `cardwire test`: requests sent to a host, and what is expected of their responses.

mod case;
mod report;
mod verdict;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cardwire::Spec;
use cardwire::net::Client;

use self::case::{Case, Outcome as Expected};
use self::report::Report;
use self::verdict::Verdict;
use super::fresh::Fresh;
use crate::failure::{Failure, Outcome, complain};
use crate::input::{self, files};
use crate::keys::{KeyArgs, Keys};
use crate::link::{LinkArgs, address, block_on};
use crate::output::Output;
use crate::specs::SpecArgs;

/// Test a host: send the requests of some cases, and hold the responses against what is expected.
#[derive(clap::Args)]
#[command(after_help = CASES)]
pub(crate) struct Test {
    /// Host and port.
    #[arg(value_name = "HOST:PORT", value_parser = address)]
    address: String,
    /// Files of cases; `-` or none is standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    link: LinkArgs,
    #[command(flatten)]
    keys: KeyArgs,
    /// The profile that every response must fit: iso87, unionpay-pos, or a TOML file.
    #[arg(short, long, value_name = "PROFILE")]
    profile: Option<String>,
    /// Write the results as JUnit XML, too.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// The first number that "auto" gives DE 11; by the clock, if not said.
    #[arg(long, value_name = "STAN", value_parser = clap::value_parser!(u32).range(1..=999_999))]
    first_stan: Option<u32>,
    /// End at the first case that fails.
    #[arg(long)]
    fail_fast: bool,
}

const CASES: &str = r#"A case is a JSON object on a line:

  {"name":"declined","send":{"mti":"0200","fields":{"2":"4111111111111111","4":"500000","7":"auto","11":"auto"}},
   "expect":{"mti":"0210","39":"51","38":"absent","11":"echo"},"within":"500ms"}

or a row of CSV, whose empty cells say nothing:

  name,mti,2,4,7,11,expect mti,expect 39,expect 38,expect 11,within
  declined,0200,4111111111111111,500000,auto,auto,0210,51,absent,echo,500ms

"auto" in 7, 11, 12, 13 or 37 is a fresh value. What is expected of an element or a part (55.9F36) is a value, a start
(63*), >=N, <=N, present, absent, or echo: the value of the request. "expect":{"response":"none"} is silence.

Exit code 1 when a case fails."#;

/// What is done to a case.
struct Bench {
    client: Client,
    spec: &'static Spec<'static>,
    keys: Option<&'static Keys>,
    timeout: Duration,
}

impl Test {
    pub(super) fn run(&self, output: &mut Output) -> Outcome {
        let spec = self.spec.required()?;
        let keys = self.keys.chosen()?;
        let mut cases = Vec::new();
        let mut is_bad = false;
        for file in files(&self.files) {
            let (name, stream) = input::open(&file)?;
            for read in case::read(stream, &name, spec)? {
                match read {
                    Ok(case) => cases.push(case),
                    Err(words) => {
                        is_bad = true;
                        complain(words);
                    }
                }
            }
        }
        if is_bad {
            // nothing is sent of a pack that cannot be run as it is
            return Err(Failure::Told);
        }
        if cases.is_empty() {
            return Err(Failure::data("there is no case"));
        }
        let profile = self.profile.as_deref();
        for case in &mut cases {
            case.load_profile(profile)?;
        }
        let report = block_on(self.play(output, spec, keys, &cases))?;
        output.line(report.summary())?;
        if let Some(file) = &self.junit {
            std::fs::write(file, report.junit()).map_err(|error| Failure::io(file.display(), error))?;
        }
        if report.has_failed() { Err(Failure::Told) } else { Ok(()) }
    }

    async fn play(
        &self,
        output: &mut Output,
        spec: &'static Spec<'static>,
        keys: Option<&'static Keys>,
        cases: &[Case],
    ) -> Outcome<Report> {
        let client = self.link.connect(&self.address, spec).await?;
        let bench = Bench { client, spec, keys, timeout: self.link.timeout };
        let mut fresh = Fresh::new(self.first_stan);
        let mut report = Report::default();
        for case in cases {
            let verdict = bench.play(case, &mut fresh).await;
            let has_failed = verdict.has_failed();
            report.tell(output, case, &verdict)?;
            output.flush()?;
            report.put(case, verdict);
            if has_failed && self.fail_fast {
                break;
            }
        }
        report.left_out(cases.len());
        bench.client.shutdown(Duration::from_secs(1)).await;
        Ok(report)
    }
}

impl Bench {
    async fn play(&self, case: &Case, fresh: &mut Fresh) -> Verdict {
        let request = match fresh.message(&case.send, (self.spec, self.keys)) {
            Ok(request) => request,
            Err(words) => {
                return Verdict::failed(Duration::ZERO, format!("the request cannot be built: {words}"));
            }
        };
        let limit = case.within.unwrap_or(self.timeout);
        let start = Instant::now();
        let response = self.client.request(request.as_slice(), limit).await;
        let time = start.elapsed();
        match (response, case.outcome) {
            (Ok(_), Expected::Silence) => Verdict::failed(time, "expected no response, found one".into()),
            (Err(_), Expected::Silence) if time >= limit => Verdict { time, faults: Vec::new() },
            (Err(error), _) => Verdict::failed(time, error.to_string()),
            (Ok(response), Expected::Response) => {
                let faults = verdict::faults((self.spec, self.keys), case, &request, &response.message());
                Verdict { time, faults }
            }
        }
    }
}
