//! Watches the mailboxes of channels: new mail is fetched as it arrives (IDLE), else every minute. Of all
//! processes one watches a mailbox: who has its lease.

use std::collections::HashMap;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::fetch_mail::pass;
use super::jitter::jittered;
use crate::app::App;
use crate::channels::email::imap::{ImapServer, Mailbox};
use crate::domain::mailboxes;
use crate::error::{Error, Result};
use crate::model::{Channel, ChannelId, CustomerId};
use crate::store::mailboxes as store;

/// How often it is looked which mailboxes there are.
const LOOKED: Duration = Duration::from_secs(5);
/// For servers without IDLE.
const POLL: Duration = Duration::from_secs(60);
/// Well before it ends.
const LEASE_EXTENDED: Duration = Duration::from_secs(7);

type Key = (CustomerId, ChannelId);
/// Where a mailbox is, or why that is not known.
type Server = Result<ImapServer, String>;

struct Watcher {
    /// Of the channel's settings: with others it is another mailbox.
    digest: Vec<u8>,
    task: JoinHandle<()>,
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // At whatever it is: what is not stored is fetched again.
        self.task.abort();
    }
}

pub async fn run(app: App, mut stopped: watch::Receiver<bool>) {
    let mut watchers: HashMap<Key, Watcher> = HashMap::new();
    while !*stopped.borrow() {
        if let Err(error) = look(&app, &mut watchers).await {
            tracing::warn!(%error, "the mailboxes cannot be listed now");
        }
        tokio::select! {
            _ = stopped.changed() => {}
            () = tokio::time::sleep(jittered(&app, LOOKED)) => {}
        }
    }
}

async fn look(app: &App, watchers: &mut HashMap<Key, Watcher>) -> Result<()> {
    let channels = store::watched(&mut *app.store.read().await?).await?;
    let mut wanted: HashMap<Key, (Vec<u8>, Channel, Server)> = HashMap::new();
    for channel in channels {
        let server = match mailboxes::server(app, &channel) {
            Err(Error::Conflict(_)) => continue,
            // Its watcher notes on the channel why there is none.
            other => other.map_err(|it| it.to_string()),
        };
        let mut digest = Sha256::new();
        digest.update(serde_json::to_vec(&channel.settings)?);
        digest.update(channel.secrets.as_deref().unwrap_or_default());
        digest.update(channel.email_address.as_deref().unwrap_or_default());
        wanted
            .insert((channel.customer_id, channel.channel_id), (digest.finalize().to_vec(), channel, server));
    }
    watchers.retain(|key, it| {
        wanted.get(key).is_some_and(|wanted| wanted.0 == it.digest) && !it.task.is_finished()
    });
    for (key, (digest, channel, server)) in wanted {
        watchers.entry(key).or_insert_with(|| {
            let task = tokio::spawn(watch_one(app.clone(), channel, server));
            Watcher { digest, task }
        });
    }
    metrics::gauge!("answerpal_mailboxes_watched").set(watchers.len() as f64);
    Ok(())
}

async fn watch_one(app: App, channel: Channel, server: Server) {
    let (customer, id) = (channel.customer_id, channel.channel_id);
    let holder = app.random.token();
    loop {
        let wait = match mailboxes::lease(&app, customer, id, &holder).await {
            Ok(true) => match connected(&app, &channel, server.as_ref(), &holder).await {
                Ok(()) => POLL,
                Err(why) => {
                    tracing::warn!(%customer, channel = %id, why, "a mailbox cannot be watched now");
                    metrics::counter!("answerpal_mailbox_failures_total").increment(1);
                    back_off(&app, customer, id, &why).await
                }
            },
            // Another process watches it.
            Ok(false) => LEASE_EXTENDED,
            Err(error) => {
                tracing::warn!(%error, "the lease of a mailbox cannot be had now");
                LEASE_EXTENDED
            }
        };
        tokio::time::sleep(jittered(&app, wait)).await;
    }
}

async fn back_off(app: &App, customer: CustomerId, id: ChannelId, why: &str) -> Duration {
    match mailboxes::failed(app, customer, id, why).await {
        Ok(due) => Duration::from_micros((due.0 - app.clock.now().0).max(0).unsigned_abs()),
        Err(error) => {
            tracing::warn!(%error, "a mailbox's failure cannot be noted");
            POLL
        }
    }
}

/// Reads what is new, again and again, for as long as the connection and the lease hold. Without IDLE
/// only once.
async fn connected(
    app: &App,
    channel: &Channel,
    server: Result<&ImapServer, &String>,
    holder: &str,
) -> Result<(), String> {
    let customer = channel.customer_id;
    let mut mailbox = Mailbox::open(&app.network, server.map_err(Clone::clone)?).await?;
    loop {
        pass(app, customer, channel, &mut mailbox, holder).await?;
        if !mailbox.can_idle() {
            mailbox.close().await;
            return Ok(());
        }
        mailbox = idle(app, channel, mailbox, holder).await?;
    }
}

/// Waits for new mail while the lease is kept.
async fn idle(app: &App, channel: &Channel, mailbox: Mailbox, holder: &str) -> Result<Mailbox, String> {
    let idle = mailbox.idle();
    tokio::pin!(idle);
    let mut extend = tokio::time::interval_at(Instant::now() + LEASE_EXTENDED, LEASE_EXTENDED);
    loop {
        tokio::select! {
            woken = &mut idle => return woken.map_err(|it| it.to_string()),
            _ = extend.tick() => {
                let kept = mailboxes::lease(app, channel.customer_id, channel.channel_id, holder).await;
                if !kept.map_err(|it| it.to_string())? {
                    return Err("another process watches this mailbox now".into());
                }
            }
        }
    }
}
