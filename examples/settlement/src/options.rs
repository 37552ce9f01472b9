//! The command line.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use settlement::ledger::Digest;
use settlement::party::Timers;
use settlement::wimm::Lang;

use crate::asking::Asking;
use crate::chaotic::Chaotic;
use crate::loading::{Fast, Loading};
use crate::nodes::NodeOptions;
use crate::scaling::Scaling;
use crate::simulating::Simulating;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
settlement - a payment day between a terminal, an acquirer and an issuer, over TCP on 127.0.0.1

The terminal speaks UnionPay POS, the hosts speak ISO 8583:1987. Sales are approved, declined by the
issuer's rules, lost and reversed; batches are closed, the settlement date is reconciled, the merchant
is paid. Then every sale gets an answer to 'where is my money', and the books are checked.

Usage: settlement [options]             play the day on a fresh ledger
       settlement --resume FILE         go on with a day that broke off, after a power cut, say
       settlement --check FILE          check the books of a ledger file
       settlement --where FILE          where is the money of each sale in it
       settlement where                 where is the money of a sale, by evidence alone
         --from FILES    captures, settlement files (IPM) and statements (camt.053, MT940), with commas between
         --ledger FILES  or what ledger files keep of what the acquirer saw; the answer is the same
         --rrn N         which sale: by its RRN (DE 37),
         --terminal T --date YYYY-MM-DD --amount 500.00
                         by terminal, day and amount,
         --stan N --batch N [--terminal T]
                         or by STAN and batch; without any of them all sales
         --each          questions from standard input, one a line: `rrn 632714100001`, `stan 1 batch 1`
         --as-of TIME    what is due by then: 2026-11-24T18:00
         --zone ZONE     of local times (default +08:00)
         --fees FILE     the table of fees that merchants agreed to
         --json          one object a line
       settlement scenarios             play each reason why money does not arrive, and prove the answer
         --only S02      one of them, with its whole story
         --json          one object a line
         --out FOLDER    keep capture, settlement files and statement, for `cardwire-recon` and `cardwire ipm`
         --table         causes and remedies, and the scenarios that show them

       settlement sim                   the network under everything that can happen (SIMULATION.md)
         --seeds 1..2000 these seeds; --budget S ends after so many seconds
         --seed N        one of them, with its story; --shrink leaves out what is not needed to fail
         --ablation      each rule that protects money is taken away, and must be missed
         --crash-points  each party of each scenario dies at each of its inputs; --only S02; --share 1/40

       settlement chaos                 the network as processes, killed, paused, cut off, out of disk (CHAOS.md)
         --kills N       kill a party so often (default 20); the other faults come with them
         --seed N        which faults strike whom and when; real processes are not the same twice, the plan is
         --store sqlite|postgres
                         histories in files, or in one database of a server that is started for that (postgres: a feature)
         --minutes M     spread over so many minutes (default: two kills in a second)
         --keep FOLDER   keep the ledgers, files and logs there also when every check holds
         --guard FOLDER  alone: when its input ends, end and unmount what a run left there (each run starts one for itself)

       settlement node PARTY            one party of a network as a process; what it does is typed, and ends with its input
                                        (or several: a line begins with the name of its party then)
         --topology FILE who is in the network: parties, links, folders (examples/settlement/topology.toml)
         --store URL     its history in PostgreSQL, postgres://user@127.0.0.1:5432/name, in the partition with its name
         --metrics ADDR  serve counters, gauges and alerts in the text format of Prometheus, at 127.0.0.1:9100, say
         --clock FILE    a clock that is wrong by as many seconds as the file says, each time it is read; for trials
         --log [json]    say on standard error what the party notes, without card data
       settlement probe --topology FILE ask every link whether somebody is there (0800/301); nothing changes
       settlement operators PARTY --topology FILE
                                        who did what and why, compared with the ledger

       settlement load                  how fast the purchase path is: acquirer and issuer as processes, over TCP
         --sales N       how many sales (default 100000)
         --in-flight N   how many at a time, one for each terminal (default 256)
         --connections N over how many connections of terminals (default 2)
         --memory        without a ledger; else each answer is on the disk before it leaves
         --kills N       kill a party so often meanwhile (kill -9), and start it again
         --keep FOLDER   keep the ledgers there, for `settlement where --ledger`
       settlement scale                 what more acquirer processes on one PostgreSQL carry
         --store URL     the database; a server of its own without it, if PostgreSQL is installed
         --processes 1,2 how many, one measurement each; --partitions 2 in each of them; --seconds 10
       settlement fast acquirer|issuer  one of the two, until its input ends: --listen ADDR --call ADDR --ledger FILE

  --ledger FILE       keep the ledger there (must not exist yet); default: a new file beside the program
  --head HEX          with --check: the head that was printed when the day was closed
  --capture FILE      write the frames there, as pcap (must not exist yet)
  --timeout-ms N      the shortest timer (default 300); the acquirer waits twice, the terminal three times
                      as long
  --lang en|zh        language of the screens (default: that of the locale; 界面语言)
  --no-colour         plain text (also: NO_COLOR, or when the output is no terminal)
  --help              this text

Exit status: 0 the books balance, every proof holds, 1 they do not, or somebody has to act on a sale, 2 it could not be done.
Test cards only. PIN blocks are clear test blocks, MACs and keys are left out; never use this with real cards.
";

/// Which scenarios, and how they are printed.
#[derive(Default)]
pub(crate) struct Wanted {
    pub(crate) lang: Lang,
    pub(crate) only: Option<String>,
    pub(crate) json: bool,
    pub(crate) table: bool,
    pub(crate) out: Option<PathBuf>,
}

impl Wanted {
    fn from_words(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut wanted = Self { lang: of_locale(), ..Self::default() };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value; see --help"));
            match word.as_str() {
                "--only" => wanted.only = Some(value()?),
                "--out" => wanted.out = Some(value()?.into()),
                "--json" => wanted.json = true,
                "--table" => wanted.table = true,
                "--lang" => wanted.lang = language(&value()?)?,
                other => return Err(format!("scenarios has no option {other}; see --help")),
            }
        }
        Ok(wanted)
    }
}

/// What to do.
pub(crate) enum Task {
    Help,
    Scenarios(Wanted),
    Day(PathBuf),
    Resume(PathBuf),
    Check(PathBuf, Option<Digest>),
    Where(Asking),
    Node(NodeOptions),
    Probe(PathBuf),
    Operators(NodeOptions),
    Scale(Scaling),
    Load(Loading),
    Fast(Fast),
    Sim(Simulating),
    Chaos(Chaotic),
}

/// The command line, understood.
pub(crate) struct Options {
    pub(crate) task: Task,
    /// Where the frames of the day go.
    pub(crate) capture: Option<PathBuf>,
    pub(crate) timers: Timers,
    pub(crate) lang: Lang,
    pub(crate) colour: bool,
}

impl Options {
    pub(crate) fn from_command_line() -> Result<Self, String> {
        let mut words = std::env::args().skip(1).peekable();
        let asks_for_help = std::env::args().any(|word| word == "--help" || word == "-h");
        match words.next_if(|word| !word.starts_with('-')) {
            // what follows is of no matter
            Some(_) if asks_for_help => Ok(Self::of(Task::Help)),
            Some(name) => Ok(Self::of(subcommand(&name, words)?)),
            None => Self::of_the_day(words),
        }
    }

    /// The options of the payment day and of questions about its ledger.
    fn of_the_day(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut task, mut capture, mut base, mut lang) = (None, None, 300, of_locale());
        let (mut kept, mut asked) = (None, None);
        let mut colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value; see --help"));
            match word.as_str() {
                "--help" | "-h" => task = Some(Task::Help),
                "--ledger" => task = Some(Task::Day(value()?.into())),
                "--resume" => task = Some(Task::Resume(value()?.into())),
                "--capture" => capture = Some(value()?.into()),
                "--check" => task = Some(Task::Check(value()?.into(), None)),
                "--head" => {
                    let head = value()?.parse();
                    kept =
                        Some(head.map_err(|()| "--head needs the 64 hexadecimal digits that were printed")?);
                }
                "--where" => asked = Some(PathBuf::from(value()?)),
                "--no-colour" | "--no-color" => colour = false,
                "--timeout-ms" => {
                    base = value()?
                        .parse()
                        .map_err(|_| "--timeout-ms needs a number of milliseconds".to_owned())?;
                }
                "--lang" => {
                    lang = language(&value()?)?;
                }
                other => return Err(format!("unknown option {other}; see --help")),
            }
        }
        let timers = Timers::from_base(Duration::from_millis(base));
        if !timers.nest() || base > 60_000 {
            return Err("--timeout-ms must be between 1 and 60000".to_owned());
        }
        let task = asked.map(|ledger| Task::Where(Asking::all_of(ledger, lang))).or(task);
        let task = match (task, kept) {
            (Some(Task::Check(file, _)), kept) => Task::Check(file, kept),
            (_, Some(_)) => return Err("--head goes with --check".to_owned()),
            (Some(task), None) => task,
            (None, None) => Task::Day(default_file()?),
        };
        Ok(Self { task, capture, timers, lang, colour })
    }
}

impl Options {
    fn of(task: Task) -> Self {
        let timers = Timers::from_base(Duration::from_millis(300));
        Self { task, capture: None, timers, lang: of_locale(), colour: false }
    }
}

/// The task of a subcommand.
fn subcommand(name: &str, words: impl Iterator<Item = String>) -> Result<Task, String> {
    Ok(match name {
        "scenarios" => Task::Scenarios(Wanted::from_words(words)?),
        "where" => Task::Where(Asking::from_words(words, of_locale())?),
        "node" => Task::Node(NodeOptions::from_words(words)?),
        "scale" => Task::Scale(Scaling::from_words(words)?),
        "load" => Task::Load(Loading::from_words(words)?),
        "fast" => Task::Fast(Fast::from_words(words)?),
        "chaos" => Task::Chaos(Chaotic::from_words(words)?),
        "sim" => Task::Sim(Simulating::from_words(words)?),
        "operators" => Task::Operators(NodeOptions::from_words(words)?),
        "probe" => match words.collect::<Vec<_>>().as_slice() {
            [option, file] if option == "--topology" => Task::Probe(file.into()),
            _ => return Err("probe needs --topology FILE".to_owned()),
        },
        other => return Err(format!("unknown option {other}; see --help")),
    })
}

/// A language by its tag.
pub(crate) fn language(tag: &str) -> Result<Lang, String> {
    match tag {
        "en" => Ok(Lang::English),
        "zh" => Ok(Lang::Chinese),
        other => Err(format!("--lang knows en and zh, not {other}")),
    }
}

/// The language of the locale.
fn of_locale() -> Lang {
    match cardwire::codes::Lang::of_locale(|name| std::env::var(name).ok()) {
        cardwire::codes::Lang::Zh => Lang::Chinese,
        _ => Lang::English,
    }
}

/// A new name beside the program, so that `cargo clean` takes it away, or in the temporary folder
/// if that cannot be written.
fn default_file() -> Result<PathBuf, String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let name = format!("day-{}-{}.sqlite", since.as_millis(), std::process::id());
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("settlement-ledgers")));
    let places = beside.into_iter().chain([std::env::temp_dir().join("settlement-ledgers")]);
    let usable = |place: &PathBuf| {
        let probe = place.join(format!("{name}.probe"));
        std::fs::create_dir_all(place).and_then(|()| std::fs::write(&probe, b"")).is_ok()
            && std::fs::remove_file(&probe).is_ok()
    };
    let place =
        places.into_iter().find(usable).ok_or("no folder for the ledger can be written; use --ledger")?;
    Ok(place.join(name))
}
