//! A day of a million sales (or as many as the first argument says): time of reading, matching and printing, and the
//! peak of memory. The second number is processor time, which other work on the machine changes less. One in a thousand is missing in clearing, one in a thousand is cleared twice.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use cardwire_recon::engine::rules::{DEFAULT, Rules};
use cardwire_recon::engine::run::{Intake, Settings};
use cardwire_recon::gather::{Files, gather};
use cardwire_recon::output::ndjson;
use cardwire_recon::read::{self, Options};
use cardwire_recon::record::{Currency, Side, Tokenizer};

fn main() -> io::Result<()> {
    let count = env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("million-{count}"));
    let files = write(&folder, count)?;
    let start = Instant::now();
    println!("written                      {}", times(start));
    let mut intake = Intake::new(Currency::new("CNY").expect("a currency"));
    let tokenizer = Tokenizer::new(b"the key of the bench");
    let sides =
        files.map(|(side, path)| Files { options: Options::new(side, tokenizer.clone()), paths: vec![path] });
    gather(&mut intake, &sides).map_err(io::Error::other)?;
    println!("read                         {}", times(start));
    let run = intake.run(Settings {
        rules: Rules::parse(DEFAULT).expect("the default rules"),
        as_of: Some("2026-03-18T10:00:00".parse().expect("a time")),
        zone: read::zone("+08:00").expect("a zone"),
        decisions: hashbrown::HashMap::new(),
    });
    println!("matched                      {}", times(start));
    let out = File::create(folder.join("lines.ndjson"))?;
    let totals = ndjson::write(&run, &mut BufWriter::new(out))?;
    println!("printed                      {}", times(start));
    println!("exceptions {}, peak memory {}", totals.exceptions, peak());
    assert!(totals.identities.iter().all(|identity| identity.holds), "identities hold");
    fs::remove_dir_all(folder)
}

/// Time since the start, and processor time of this process in hundredths of a second, as Linux counts it.
fn times(start: Instant) -> String {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    format!("{:>6.2} s {:>6}.{:02} s", start.elapsed().as_secs_f64(), ticks / 100, ticks % 100)
}

/// The peak of resident memory, as Linux tells it.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known here".to_owned(), |text| text.trim().to_owned())
}

fn write(folder: &Path, count: u64) -> io::Result<[(Side, PathBuf); 3]> {
    fs::create_dir_all(folder)?;
    let [switch, clearing, bank] = ["switch.csv", "clearing.csv", "bank.csv"].map(|name| folder.join(name));
    let create = |path: &Path| File::create(path).map(BufWriter::new);
    let (mut messages, mut records, mut entries) = (create(&switch)?, create(&clearing)?, create(&bank)?);
    writeln!(
        messages,
        "time,from,to,mti,de3,stan,rrn,amount,currency,response,approval,terminal,merchant,settlement_date,card"
    )?;
    writeln!(records, "kind,rrn,stan,terminal,merchant,gross,fee,net,currency,settlement_date,payout")?;
    writeln!(entries, "booked,amount,currency,account,text")?;
    let mut paid = 0;
    for number in 0..count {
        let (stan, terminal) = (number / 10_000 + 1, number % 10_000);
        let merchant = terminal / 10;
        let amount = 100 + number * 7_919 % 99_900;
        let time = format!(
            "2026-03-16T{:02}:{:02}:{:02}+08:00",
            number / 50_000 % 24,
            number / 60 % 60,
            number % 60
        );
        let keys = format!("{amount},CNY");
        let place = format!("2{terminal:07},8981101599{merchant:05}");
        let card = format!("62123456789{:05}", number % 90_000 + 10_000);
        writeln!(messages, "{time},T,A,0200,000000,{stan:06},,{keys},,,{place},,{card}")?;
        writeln!(
            messages,
            "{time},A,T,0210,000000,{stan:06},R{number:011},{keys},00,A{:05},{place},2026-03-16,",
            number % 100_000
        )?;
        let fee = (amount * 60 + 5_000) / 10_000;
        let times = match number % 1_000 {
            500 => 0,
            501 => 2,
            _ => 1,
        };
        for _ in 0..times {
            writeln!(
                records,
                "sale,R{number:011},{stan:06},{place},{amount},{fee},{},CNY,2026-03-16,PO-{:06}",
                amount - fee,
                number / 1_000
            )?;
            paid += amount - fee;
        }
        if number % 1_000 == 999 || number + 1 == count {
            writeln!(entries, "2026-03-17,{paid},CNY,ACC-1,PO-{:06} POS", number / 1_000)?;
            paid = 0;
        }
    }
    messages.flush()?;
    records.flush()?;
    entries.flush()?;
    Ok([(Side::Switch, switch), (Side::Clearing, clearing), (Side::Bank, bank)])
}
