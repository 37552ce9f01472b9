//! No card data in errors or in `Debug`.

use super::*;
use crate::net::Rejection;
use std::format;
use std::string::String;

#[tokio::test(start_paused = true)]
async fn errors_and_debug_show_no_card_data() {
    let mut bench = Bench::with(1 << 16, Hooks::NONE, |settings| {
        settings.check = Some(Arc::new(|_| Err(Rejection::Mac)));
        settings.correlation = crate::net::Correlation::on(&[de::PAN, de::STAN]);
    });
    let sent = bench.request(request(1), SECOND);
    let seen = bench.host.next().await;
    let seen = Message::parse(&ISO87_ASCII, &seen).unwrap();
    let response = Builder::reply_to(&seen).echo(&seen, &[de::PAN, de::STAN]).to_vec().unwrap();
    bench.host.send(&response).await;
    let refused = sent.await.unwrap().unwrap_err();
    let unknown = bench.peer.request(request(2), SECOND).await.unwrap_err();
    let mut shown = String::new();
    for error in [
        refused,
        unknown,
        SendError::from(
            Builder::new(&ISO87_ASCII, Mti::NETWORK_REQUEST)
                .set(de::PAN, "41111111111111112222")
                .to_vec()
                .unwrap_err(),
        ),
    ] {
        shown += &format!("{error} {error:?}");
    }
    let request = request(3);
    let received =
        Received::new(&ISO87_ASCII, &[0x60], &Message::parse(&ISO87_ASCII, &request).unwrap(), None);
    shown += &format!("{received:?} {:?} {:?}", bench.peer, bench.peer.state.settings);
    assert!(shown.contains("its authentication code does not match"));
    assert!(!shown.contains("4111") && !shown.contains("52, 49, 49"), "{shown}");
}
