//! Realistic volume, for measuring: a tenant with as many tickets as wanted, three messages each.

mod conversations;
mod texts;

use std::sync::Arc;

use serde::Serialize;

use crate::app::App;
use crate::domain::bulk::{self, Conversation};
use crate::domain::channels::{self, ChannelChange};
use crate::domain::customers::{self, NewCustomer};
use crate::domain::progress::Progress;
use crate::domain::reps;
use crate::domain::topics::{self, TopicChange};
use crate::error::Result;
use crate::model::{
    Actor, ChannelId, ChannelType, CustomerId, CustomerRepId, EndUserId, NewRep, Role, TopicId,
};
use crate::store::{bulk as store, counts};

use conversations::Maker;

/// In the text of exactly fifty tickets.
pub const RARE_WORD: &str = "zylophone";
/// In the text of three tickets in ten.
pub const COMMON_WORD: &str = "parcel";

/// Tickets in one transaction.
const BATCH: usize = 2000;
const REPS: usize = 20;
const TOPICS: usize = 25;
const SETUP: &str = include_str!("../../../demo/setup.json");

pub struct Options {
    pub tickets: usize,
    pub seed: u64,
    /// None makes the tenant `bench`.
    pub customer: Option<CustomerId>,
    /// Of the reps that are made.
    pub password: String,
}

/// What was made.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    #[serde(rename = "customerID")]
    pub customer: CustomerId,
    pub tickets: usize,
    pub messages: usize,
    pub end_users: usize,
    pub rare_word: &'static str,
    pub common_word: &'static str,
    /// The Administrator of a tenant that was made.
    pub username: Option<&'static str>,
}

/// A rep as mails name them.
#[derive(Clone)]
struct Person {
    id: CustomerRepId,
    name: String,
}

/// What the tickets refer to.
struct Tenant {
    customer: CustomerId,
    channels: Vec<(ChannelId, ChannelType)>,
    reps: Vec<Person>,
    topics: Vec<TopicId>,
    address: String,
}

const ADDRESS: &str = "support@bench.example.com";
const USERNAME: &str = "bench";

pub async fn run(app: &App, options: Options, progress: &dyn Progress) -> Result<Summary> {
    let (customer, username) = match options.customer {
        Some(customer) => (customer, None),
        None => {
            let new = NewCustomer {
                name: "Bench".into(),
                hostname: Some("bench.example.com".into()),
                username: USERNAME.into(),
                password: options.password.clone(),
            };
            (customers::create(app, new).await?.0, Some(USERNAME))
        }
    };
    let tenant = furnish(app, customer, &options.password).await?;
    let now = app.clock.now();
    let mut maker = Maker::new(tenant, app.store.dialect(), options.seed, options.tickets, now);
    maker = make_end_users(app, maker, (options.tickets / 5).max(1), progress).await?;
    let end_users = maker.end_users.len();
    make_tickets(app, Arc::new(maker), progress).await?;
    if app.store.dialect().counts_are_deltas() {
        // As the workers of a server do all the time.
        app.store.write(move |tx| Box::pin(async move { counts::fold(tx, customer).await })).await?;
    }
    Ok(Summary {
        customer,
        tickets: options.tickets,
        messages: options.tickets * 3,
        end_users,
        rare_word: RARE_WORD,
        common_word: COMMON_WORD,
        username,
    })
}

/// Gives a tenant channels, reps and topics; a second run adds others.
async fn furnish(app: &App, customer: CustomerId, password: &str) -> Result<Tenant> {
    let password_hash = reps::hash_password(app, password).await?;
    let setup: serde_json::Value = serde_json::from_str(SETUP)?;
    let names = setup["topics"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
    let names: Vec<String> = names.take(TOPICS).map(str::to_owned).collect();
    let texts = texts::Texts::new();
    let people: Vec<String> = (0..REPS)
        .map(|it| {
            let (first, last) = texts.name(it * 37 + 11);
            format!("{first} {last}")
        })
        .collect();
    let (inner, suffix) = (app.clone(), app.random.token()[..6].to_lowercase());
    app.store
        .write(move |tx| {
            Box::pin(async move {
                let (mut channels, mut reps, mut topics) = (Vec::new(), Vec::new(), Vec::new());
                for (kind, name) in [
                    (ChannelType::Email, "Support mailbox"),
                    (ChannelType::Email, "Sales mailbox"),
                    (ChannelType::Chat, "Website chat"),
                    (ChannelType::Phone, "Phone desk"),
                    (ChannelType::WhatsApp, "WhatsApp"),
                ] {
                    let change = ChannelChange {
                        channel_type: Some(kind),
                        name: Some(name.into()),
                        ..ChannelChange::default()
                    };
                    let channel = channels::create(tx, &inner, customer, Actor::System, change).await?;
                    channels.push((channel.channel_id, kind));
                }
                for (number, name) in people.into_iter().enumerate() {
                    let new = NewRep {
                        username: format!("bench-{}-{suffix}", number + 1),
                        name: Some(name.clone()),
                        role: if number < 2 { Role::Supervisor } else { Role::Agent },
                        password_hash: password_hash.clone(),
                        ..NewRep::default()
                    };
                    let id = reps::insert(tx, customer, Actor::System, &new).await?;
                    reps.push(Person { id, name });
                }
                let known = crate::store::refs::load(tx, customer).await?.topics;
                for name in names {
                    let found = known.iter().find(|it| it.1.eq_ignore_ascii_case(&name));
                    topics.push(match found {
                        Some((topic, _)) => *topic,
                        None => {
                            let change = TopicChange { name: Some(name), description: None };
                            topics::create(tx, customer, Actor::System, change).await?.topic_id
                        }
                    });
                }
                Ok(Tenant { customer, channels, reps, topics, address: ADDRESS.into() })
            })
        })
        .await
}

async fn make_end_users(app: &App, maker: Maker, n: usize, progress: &dyn Progress) -> Result<Maker> {
    progress.begin("Making end users", n as u64);
    let mut maker = Arc::new(maker);
    let mut ids: Vec<EndUserId> = Vec::with_capacity(n);
    while ids.len() < n {
        let (count, making) = (BATCH.min(n - ids.len()), maker.clone());
        let made = app
            .store
            .write(move |tx| {
                Box::pin(async move {
                    let ids = store::reserve_ids(tx, "end_users", "end_user_id", count).await?;
                    let ids: Vec<EndUserId> = ids.into_iter().map(EndUserId).collect();
                    let rows: Vec<_> = ids.iter().map(|it| making.end_user(*it)).collect();
                    store::insert_end_users(tx, making.tenant.customer, &rows).await?;
                    Ok(ids)
                })
            })
            .await?;
        ids.extend(made);
        progress.advance(count as u64);
    }
    loop {
        match Arc::try_unwrap(maker) {
            Ok(mut owned) => {
                owned.end_users = ids;
                return Ok(owned);
            }
            // The last transaction lets go of it a moment after it answered.
            Err(shared) => {
                maker = shared;
                tokio::task::yield_now().await;
            }
        }
    }
}

/// The next batch is made on another thread while one is written.
async fn make_tickets(app: &App, maker: Arc<Maker>, progress: &dyn Progress) -> Result<()> {
    progress.begin("Making tickets", maker.tickets as u64);
    let (customer, tickets) = (maker.tenant.customer, maker.tickets);
    let make = |from: usize| {
        let maker = maker.clone();
        tokio::task::spawn_blocking(move || -> Vec<Conversation> {
            (from..(from + BATCH).min(tickets)).map(|it| maker.conversation(it)).collect()
        })
    };
    let mut next = make(0);
    let mut done = 0;
    while done < tickets {
        let mut batch = next.await?;
        let count = batch.len();
        next = make(done + count);
        app.store
            .write(move |tx| Box::pin(async move { bulk::insert(tx, customer, &mut batch).await }))
            .await?;
        done += count;
        progress.advance(count as u64);
    }
    next.await?;
    Ok(())
}
