//! Connections between clients and service are cut, most often while an answer is on its way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::What;
use crate::round::Stage;

/// A proxy that cuts connections.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    cuts: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Listens, and passes connections on.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn before(instance: SocketAddr, seed: u64) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let cuts = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&cuts);
        let task = tokio::spawn(async move {
            let mut chance = ChaCha8Rng::seed_from_u64(seed);
            while let Ok((client, _)) = listener.accept().await {
                let seed = chance.random();
                tokio::spawn(pass(client, instance, seed, Arc::clone(&counted)));
            }
        });
        Ok(Self { address, cuts, task })
    }

    /// How many connections it has cut.
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }
}

/// Passes bytes both ways until it cuts.
async fn pass(client: TcpStream, instance: SocketAddr, seed: u64, cuts: Arc<AtomicU64>) {
    let Ok(server) = TcpStream::connect(instance).await else { return };
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let asks = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
    });
    let mut buffer = vec![0; 4_096];
    while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
        match chance.random_range(0..100) {
            // The command was taken, and the client never hears of it, or only a part.
            0..15 => {
                let part = chance.random_range(0..length);
                let _ = to_client.write_all(&buffer[..part]).await;
                cuts.fetch_add(1, Ordering::Relaxed);
                break;
            }
            15..20 => sleep(Duration::from_millis(chance.random_range(1..300))).await,
            _ => {}
        }
        if to_client.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
    asks.abort();
}

/// Lets the proxies cut; now and then a whole instance goes besides.
pub async fn inflict(stage: &Stage, chance: &mut ChaCha8Rng, until: Instant) -> What {
    while Instant::now() < until {
        let next = Instant::now() + Duration::from_millis(chance.random_range(1_500..4_000));
        sleep_until(next.min(until)).await;
        if chance.random_bool(0.3) {
            stage.instances[chance.random_range(0..stage.instances.len())].kill();
        }
    }
    let cuts: u64 = stage.proxies.iter().map(Proxy::cuts).sum();
    let wrong = if cuts == 0 { vec!["no connection was cut".to_owned()] } else { vec![] };
    What { told: format!("cut {cuts} connections"), wrong }
}
