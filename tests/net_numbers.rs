//! The largest and the smallest numbers that settings of connections take: none stops the program.
#![cfg(feature = "net")]

#[path = "common/exchange.rs"]
mod exchange;

use std::sync::Arc;
use std::time::Duration;

use cardwire::net::mux::Limits;
use cardwire::net::{Client, Pool, Server};

use exchange::{approve, holds, request};

/// Applies a number to every setting that counts, and a time to every one that waits.
macro_rules! set_all {
    ($builder:expr, $count:expr, $time:expr) => {
        $builder
            .limits(Limits::default().window($count).memory($count).remember($time))
            .window($count)
            .concurrency($count)
            .outbox($count)
            .read_buffer($count)
            .deduplicate($count, $time)
            .frame_timeout($time)
            .write_timeout($time)
            .idle_timeout($time)
            .connect_timeout($time)
            .handshake_timeout($time)
            .observer(Arc::new(()))
    };
}

#[tokio::test]
async fn the_largest_numbers_are_as_good_as_none() {
    let (count, time) = (usize::MAX, Duration::MAX);
    let server =
        set_all!(Server::bind("127.0.0.1:0"), count, time).connections(count).connections_per_peer(count);
    let server = server.serve_sync(approve).await.unwrap();
    let client = || set_all!(Client::builder(server.address()), count, time).reconnect(time, time);
    let pool = Pool::new([client().connect().await.unwrap(), client().connect().await.unwrap()]);
    for stan in 1..=20 {
        assert!(holds(&pool.request(request(stan), time).await.unwrap(), stan));
        assert!(holds(&pool.clients()[0].request(request(100 + stan), time).await.unwrap(), 100 + stan));
    }
}

/// Nothing fits, or everything is over at once: an outcome, and no panic.
#[tokio::test]
async fn the_smallest_numbers_have_an_outcome() {
    let server = Server::bind("127.0.0.1:0").observer(Arc::new(())).serve_sync(approve).await.unwrap();
    for (count, time) in [(0, Duration::from_secs(1)), (1, Duration::ZERO), (0, Duration::ZERO)] {
        let client = set_all!(Client::builder(server.address()), count, time).reconnect(time, time).start();
        let _ = client.request(request(1), Duration::from_millis(200)).await;
        let small =
            set_all!(Server::bind("127.0.0.1:0"), count, time).connections(count).connections_per_peer(count);
        let small = small.serve_sync(approve).await.unwrap();
        let client = Client::builder(small.address()).observer(Arc::new(())).start();
        let _ = client.request(request(1), Duration::from_millis(200)).await;
        let good = Client::builder(server.address()).connect().await.unwrap();
        assert!(holds(&good.request(request(2), Duration::MAX).await.unwrap(), 2));
    }
}
