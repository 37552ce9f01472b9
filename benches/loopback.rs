//! Round trips over loopback: messages of 20 fields, built, parsed and checked on both sides.
//!
//! ```text
//! cargo bench --features net --bench loopback            # everything, about 20 seconds
//! cargo bench --features net --bench loopback -- 256 5   # 256 in flight, 5 seconds
//! loopback turns 256 15                                  # 256 in flight, 15 turns, their medians
//! loopback count 64 12800                                # so many round trips, for benches/record/count.sh
//! ```
//!
//! Per round trip the client builds and checks a request, the server parses it and builds a response
//! from it, and the client parses that and reads the response code. The requests are sent by one task,
//! which awaits the oldest, or by a task for each. "A thread each" gives client and server a runtime
//! of one thread; otherwise both share a pool of two.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use cardwire::net::{Client, Pending, Reply, Server};
use cardwire::spec::{ISO87_ASCII, ISO87_BCD};
use cardwire::{Bitmap, Builder, Framing, Message, MessageForm, Mti, Spec, Value, de};
use tokio::runtime::{Builder as RuntimeBuilder, Runtime};
use tokio::sync::Semaphore;

/// What is measured.
#[derive(Clone)]
struct Case {
    name: &'static str,
    in_flight: u64,
    seconds: u64,
    spec: &'static Spec<'static>,
    echo: bool,
    one_write: bool,
    /// So many round trips, instead of as many as the time allows.
    trips: Option<u64>,
    /// Round trips a second, instead of as many as can be.
    rate: Option<u64>,
    thread_each: bool,
    task_each: bool,
    /// Built by forms, in place of builders.
    forms: bool,
}

const CASE: Case = Case {
    name: "20 fields, ASCII",
    in_flight: 256,
    seconds: 3,
    spec: &ISO87_ASCII,
    echo: false,
    one_write: false,
    trips: None,
    rate: None,
    thread_each: true,
    task_each: false,
    forms: false,
};

fn main() {
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    if std::env::args().any(|argument| argument == "--test") {
        run(&Case { name: "a test", seconds: 0, ..CASE });
        return;
    }
    println!(
        "{:<64}{:>12}{:>10}{:>10}{:>10}{:>10}{:>10}",
        "", "trips/s", "p50 us", "p99 us", "p99.9 us", "cpu us", "batch"
    );
    if let ([in_flight, trips], true) = (&arguments[..], std::env::args().any(|argument| argument == "count"))
    {
        let one = RuntimeBuilder::new_current_thread().enable_all().build().unwrap();
        let task_each = std::env::args().any(|argument| argument == "tasks");
        let case = Case { in_flight: *in_flight, trips: Some(*trips), forms: true, task_each, ..CASE };
        measure(&case, &one, &one);
        return;
    }
    if let ([in_flight, turns], true) = (&arguments[..], std::env::args().any(|argument| argument == "turns"))
    {
        medians(*in_flight, *turns);
        return;
    }
    if let [in_flight, seconds, ..] = arguments[..] {
        for (thread_each, task_each, forms) in
            [(true, false, false), (true, false, true), (false, false, false), (true, true, false)]
        {
            run(&Case { in_flight, seconds, thread_each, task_each, forms, ..CASE });
        }
        return;
    }
    for in_flight in [1, 64, 256, 1024] {
        run(&Case { in_flight, ..CASE });
    }
    for in_flight in [1, 64, 256, 1024] {
        run(&Case { name: "the same by forms", in_flight, forms: true, ..CASE });
    }
    for in_flight in [1, 256] {
        run(&Case { in_flight, thread_each: false, ..CASE });
    }
    run(&Case { task_each: true, ..CASE });
    run(&Case { name: "20 fields, BCD", spec: &ISO87_BCD, ..CASE });
    run(&Case { name: "0800 of 3 fields, ASCII", echo: true, ..CASE });
    run(&Case { name: "one write per message", one_write: true, ..CASE });
    let full = run(&CASE);
    run(&Case { name: "half load", rate: Some(full / 2), task_each: true, ..CASE });
}

/// Builders and forms take turns; the middle of each.
fn medians(in_flight: u64, turns: u64) {
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..turns {
        for (forms, rates) in [false, true].into_iter().zip(&mut rates) {
            rates.push(run(&Case { in_flight, forms, seconds: 2, ..CASE }));
        }
    }
    for (how, rates) in ["builders", "forms"].into_iter().zip(&mut rates) {
        rates.sort_unstable();
        let (least, most) = (rates[0], rates[rates.len() - 1]);
        println!(
            "{how}, {in_flight} in flight, {turns} turns: median {}, {least} to {most}",
            rates[rates.len() / 2]
        );
    }
}

/// The rate of round trips per second.
fn run(case: &Case) -> u64 {
    let thread = || RuntimeBuilder::new_multi_thread().enable_all().worker_threads(1).build().unwrap();
    let pool = || RuntimeBuilder::new_multi_thread().enable_all().worker_threads(2).build().unwrap();
    match case.thread_each {
        true => measure(case, &thread(), &thread()),
        false => {
            let pool = pool();
            measure(case, &pool, &pool)
        }
    }
}

fn measure(case: &Case, near: &Runtime, far: &Runtime) -> u64 {
    let server = Server::bind("127.0.0.1:0").spec(case.spec).one_write_per_frame(case.one_write);
    let server = match case.forms {
        true => far.block_on(server.serve_sync(response_by_form)),
        false => far.block_on(server.serve_sync(response)),
    };
    let server = server.unwrap();
    let client = Client::builder(server.address())
        .framing(Framing::BINARY2)
        .spec(case.spec)
        .window(usize::try_from(case.in_flight).unwrap())
        .one_write_per_frame(case.one_write);
    let client = near.block_on(client.connect()).unwrap();
    let measured = near.block_on(near.spawn(load(case.clone(), client))).unwrap();
    far.block_on(server.shutdown(Duration::ZERO));
    measured
}

async fn load(case: Case, client: Client) -> u64 {
    let stan = Arc::new(AtomicU64::new(0));
    let pace = case.rate.map(|rate| {
        let permits = Arc::new(Semaphore::new(0));
        let given = Arc::clone(&permits);
        let pacer = tokio::spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(1));
            loop {
                tick.tick().await;
                given.add_permits(usize::try_from(rate / 1000).unwrap());
            }
        });
        (permits, pacer)
    });
    let (began, cpu) = (Instant::now(), cpu_time());
    let until = began + Duration::from_secs(case.seconds);
    let callers = if case.task_each { case.in_flight } else { 0 };
    let callers: Vec<_> = (0..callers)
        .map(|_| {
            let (client, stan) = (client.clone(), Arc::clone(&stan));
            let permits = pace.as_ref().map(|(permits, _)| Arc::clone(permits));
            tokio::spawn(call(case.clone(), client, stan, permits, until))
        })
        .collect();
    let mut times = if case.task_each { Vec::new() } else { pipeline(&case, &client, until).await };
    for caller in callers {
        times.extend(caller.await.unwrap());
    }
    let (took, cpu) = (began.elapsed(), cpu_time() - cpu);
    if let Some((_, pacer)) = pace {
        pacer.abort();
    }
    times.sort_unstable();
    let share = |permille: usize| f64::from(times[(times.len() - 1) * permille / 1000]) / 1000.0;
    let (trips, totals) = (times.len() as f64, client.totals());
    let tasks = if case.task_each { ", a task each" } else { "" };
    let threads = if case.thread_each { "a thread each" } else { "a pool of 2" };
    println!(
        "{:<64}{:>12.0}{:>10.1}{:>10.1}{:>10.1}{:>10.2}{:>10.1}",
        format!("{}, {} in flight{tasks}, {threads}", case.name, case.in_flight),
        trips / took.as_secs_f64(),
        share(500),
        share(990),
        share(999),
        cpu.as_secs_f64() * 1e6 / trips,
        totals.requests as f64 / totals.writes as f64,
    );
    (trips / took.as_secs_f64()) as u64
}

/// One request after the other; the times they took, in nanoseconds.
async fn call(
    case: Case,
    client: Client,
    stan: Arc<AtomicU64>,
    permits: Option<Arc<Semaphore>>,
    until: Instant,
) -> Vec<u32> {
    let mut times = Vec::with_capacity(1 << 16);
    let mut number = 0;
    let is_over =
        |number| case.trips.map_or_else(|| Instant::now() >= until && number > 0, |trips| number >= trips);
    while !is_over(number) {
        if let Some(permits) = &permits {
            permits.acquire().await.unwrap().forget();
        }
        let began = Instant::now();
        number = stan.fetch_add(1, Ordering::Relaxed) % 1_000_000;
        let reply = send(&case, &client, number).await.unwrap();
        assert!(reply.message().get(de::RESPONSE_CODE).is_some_and(|code| code == "00"));
        times.push(u32::try_from(began.elapsed().as_nanos()).unwrap());
    }
    times
}

/// So many requests in flight, from one task; the times they took, in nanoseconds.
async fn pipeline(case: &Case, client: &Client, until: Instant) -> Vec<u32> {
    let mut sent = VecDeque::new();
    let mut times = Vec::with_capacity(1 << 20);
    let (mut now, mut number) = (Instant::now(), 0);
    loop {
        let is_over = |number| case.trips.map_or(now >= until && number > 0, |trips| number >= trips);
        while sent.len() as u64 != case.in_flight && !is_over(number) {
            number += 1;
            sent.push_back((now, send(case, client, number % 1_000_000)));
        }
        let Some((began, pending)) = sent.pop_front() else { return times };
        let reply = pending.await.unwrap();
        assert!(reply.message().get(de::RESPONSE_CODE).is_some_and(|code| code == "00"));
        now = Instant::now();
        times.push(u32::try_from((now - began).as_nanos()).unwrap());
    }
}

fn send(case: &Case, client: &Client, stan: u64) -> Pending {
    if case.forms {
        let values = VALUES.map(|(number, text)| match number {
            de::STAN => (number, Value::from(stan)),
            _ => (number, text.into()),
        });
        return client.request(FORM.fill(&values), Duration::from_secs(10));
    }
    let mut builder = Builder::new(case.spec, Mti::FINANCIAL_REQUEST);
    if case.echo {
        echo(&mut builder, stan)
    } else {
        request(&mut builder, stan)
    }
    client.request(&builder, Duration::from_secs(10))
}

/// The elements of a request and their values, but for the trace number.
const VALUES: [(u8, &str); 20] = [
    (de::PAN, "4111111111111111"),
    (de::PROCESSING_CODE, "000000"),
    (de::AMOUNT, "000000012500"),
    (de::TRANSMISSION_TIME, "0415123456"),
    (de::STAN, ""),
    (de::TIME_LOCAL, "123456"),
    (de::DATE_LOCAL, "0415"),
    (de::EXPIRY, "2912"),
    (de::MERCHANT_TYPE, "5411"),
    (de::ENTRY_MODE, "051"),
    (de::CONDITION_CODE, "00"),
    (de::ACQUIRER, "12345678901"),
    (de::TRACK2, "4111111111111111=29122011234567890"),
    (de::RRN, "610512123456"),
    (de::TERMINAL, "TERM0001"),
    (de::MERCHANT, "MERCHANT0000001"),
    (43, "ACME STORES INC        MONTEVIDEO     UY"),
    (48, "LOYALTY 0123456789; POINTS 000120; LANE 07; CASHIER MARIA S."),
    (de::CURRENCY, "840"),
    (60, "SOFTWARE 4.12.7; BUILD 20260415; KERNEL 2.9; LANG ES."),
];

static FORM: LazyLock<MessageForm<'static>> = LazyLock::new(|| {
    MessageForm::new(&ISO87_ASCII, Mti::FINANCIAL_REQUEST, &VALUES.map(|(number, _)| number)).unwrap()
});

fn request(builder: &mut Builder<'_>, stan: u64) {
    for (number, text) in VALUES {
        match number {
            de::STAN => builder.set(number, stan),
            _ => builder.set(number, text),
        };
    }
}

fn echo(builder: &mut Builder<'_>, stan: u64) {
    builder.mti(Mti::NETWORK_REQUEST).set(de::TRANSMISSION_TIME, "1123061759");
    builder.set(de::STAN, stan).set(de::NETWORK_CODE, "301");
}

/// What a response carries over.
const ECHOED: [u8; 18] = [2, 3, 4, 7, 11, 12, 13, 14, 18, 22, 25, 32, 37, 41, 42, 48, 49, 60];

static ECHOED_SET: LazyLock<Bitmap> = LazyLock::new(|| Bitmap::from(ECHOED));

fn response_by_form(_: &Message<'_>, reply: Reply<'_>) {
    reply.respond(&ECHOED_SET, &[(de::APPROVAL_CODE, "123456"), (de::RESPONSE_CODE, "00")]).unwrap();
}

fn response(request: &Message<'_>, reply: Reply<'_>) {
    let mut builder = Builder::reply_to(request);
    builder.echo(request, &ECHOED).set(de::APPROVAL_CODE, "123456").set(de::RESPONSE_CODE, "00");
    reply.send(&builder).unwrap();
}

/// Processor time of this process, user and system.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = ticks.skip(11).take(2).filter_map(|text| text.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
