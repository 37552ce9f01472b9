//! A host that connects to the other party, instead of being connected to.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use cardwire::Message;
use cardwire::net::{ClientBuilder, Handler, Reply};

use super::Issuer;
use super::connection::Connection;
use super::initiate::{Plan, Template, is_accepted, send_all};
use crate::failure::Outcome;

/// A request of the connection itself that waits for its response.
type Waiting = Arc<Mutex<Option<(Vec<u8>, Instant)>>>;

/// Calls, serves and says what is to be said, until there were enough requests.
pub(super) async fn call(builder: ClientBuilder, issuer: Arc<Issuer>, address: String) -> Outcome {
    let (spec, plan) = (issuer.spec, &issuer.plan);
    issuer.log.say(format!("connecting to {address}"));
    let connection =
        Connection { issuer: Arc::clone(&issuer), peer: address.clone(), party: None, is_dialled: true };
    let connection = Arc::new(connection);
    let handler = Arc::clone(&connection);
    let mut builder = builder
        .spec(spec)
        .framing(issuer.framing)
        .limits(Plan::limits())
        .correlation(plan.correlation.clone())
        .header(&plan.station)
        .observer(connection)
        .on_request(move |request: &Message<'_>, reply: Reply<'_>| handler.handle(request, reply));
    if plan.sign_on.is_some() {
        let waiting = Waiting::default();
        let (shared, name, since) = (Arc::clone(&issuer), address.clone(), Arc::clone(&waiting));
        let accepted = move |response: &Message<'_>| {
            told(&shared, &name, &since, response);
            is_accepted(response)
        };
        let make = made(&issuer, &address, waiting, |plan| plan.sign_on.as_ref());
        builder = builder.sign_on(make, accepted, plan.timeout);
    }
    if let Some((idle, _)) = &plan.echo {
        let waiting = Waiting::default();
        let (shared, name, since) = (Arc::clone(&issuer), address.clone(), Arc::clone(&waiting));
        let make = made(&issuer, &address, waiting, |plan| plan.echo.as_ref().map(|(_, echo)| echo));
        builder = builder.echo_test(*idle, make, plan.timeout).check(move |response| {
            told(&shared, &name, &since, response);
            Ok(())
        });
    }
    let client = builder.start();
    if !plan.send.is_empty() {
        let (issuer, client) = (Arc::clone(&issuer), client.clone());
        tokio::spawn(async move {
            client.up().await;
            send_all(issuer, (*client).clone(), address).await;
        });
    }
    issuer.enough.notified().await;
    client.shutdown(super::GRACE).await;
    Ok(())
}

/// Makes a request of the connection, and notes that it waits.
fn made(
    issuer: &Arc<Issuer>,
    address: &str,
    waiting: Waiting,
    template: impl Fn(&Plan) -> Option<&Template> + Send + Sync + 'static,
) -> impl Fn() -> Vec<u8> + Send + Sync + 'static {
    let (issuer, address) = (Arc::clone(issuer), address.to_owned());
    move || {
        let wire =
            template(&issuer.plan).map_or_else(|| Ok(Vec::new()), |template| issuer.plan.wire(template));
        match wire {
            Ok(wire) => {
                let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
                *waiting = Some((wire.clone(), Instant::now()));
                wire
            }
            // no message is none that could be sent
            Err(text) => {
                issuer.remark(format_args!("{address} not sent: {text}"));
                Vec::new()
            }
        }
    }
}

/// Says of a response to a request of the connection that it has come; of others nothing.
fn told(issuer: &Issuer, address: &str, waiting: &Waiting, response: &Message<'_>) {
    let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
    let is_response = |(wire, _): &mut (Vec<u8>, Instant)| {
        let request = Message::parse(issuer.spec, wire).ok();
        let key = request.and_then(|request| issuer.plan.correlation.trace(&request));
        key.is_some_and(|key| issuer.plan.correlation.mismatch(&key, response).is_none())
    };
    if let Some((wire, since)) = waiting.take_if(is_response) {
        let (named, words, time) = (issuer.named(&wire), issuer.plan.words(&wire, response), since.elapsed());
        let millis = format!("{}.{:03}", time.as_millis(), time.subsec_micros() % 1000);
        issuer.remark(format_args!("{address} sent {named} -> {words}, {millis} ms"));
    }
}
