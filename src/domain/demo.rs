//! Demonstration data: a made-up company with its customers, documents and two hundred tickets.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;

use answerpal_wire::time::{self, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::app::{App, write_private};
use crate::domain::caller::{Caller, Scopes};
use crate::domain::channels::{self, ChannelChange};
use crate::domain::custom_fields::{self, CustomFieldChange};
use crate::domain::customers;
use crate::domain::documents::{self, DocumentChange};
use crate::domain::end_users::{self, EndUserChange, UidChange};
use crate::domain::import::{self, Format, Options};
use crate::domain::reps;
use crate::domain::topic_links::{self, Wanted};
use crate::domain::topics::{self, TopicChange};
use crate::domain::{intake, message_topics};
use crate::error::{Error, Result};
use crate::model::{
    Actor, ChannelType, CustomerId, FieldType, MessageId, NewRep, Role, StageState, StageStatus, UidType,
};
use crate::store::{Tx, bulk as store, message_topics as link_store, messages as message_store, meta};

const SETUP: &str = include_str!("../../demo/setup.json");
const TICKETS: &str = include_str!("../../demo/tickets.jsonl");
const NAME: &str = "Kestelmeer Bank & Travel";
/// Taken while the demo data is loaded, and when it is whole.
const BEGUN: &str = "demo_begun";
const DONE: &str = "demo_done";

/// The Administrator of the demo.
pub struct Login {
    pub username: String,
    pub password: String,
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "as {} with the password {}", self.username, self.password)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Setup {
    channels: Vec<Channel>,
    reps: Vec<Rep>,
    end_users: Vec<Person>,
    topics: Vec<Topic>,
    /// Names of a topic and of a document that answers it.
    topic_documents: Vec<(String, String)>,
    documents: Vec<Document>,
    custom_fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Channel {
    channel_type: ChannelType,
    name: String,
    email_address: Option<String>,
    phone_number: Option<String>,
    hostnames: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rep {
    username: String,
    name: String,
    email: String,
    role: Role,
    email_signature_text: String,
    #[serde(rename = "emailSignatureHTML")]
    email_signature_html: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    firstname: Option<String>,
    lastname: Option<String>,
    name: Option<String>,
    company: Option<String>,
    lang: Option<String>,
    country: Option<String>,
    city: Option<String>,
    customer_type: Option<String>,
    customer_ref: Option<String>,
    #[serde(rename = "uiDs")]
    uids: Vec<Uid>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Uid {
    uid: String,
    uid_type: UidType,
    is_primary: bool,
}

#[derive(Deserialize)]
struct Topic {
    name: String,
    description: Option<String>,
}

#[derive(Deserialize)]
struct Document {
    name: String,
    description: Option<String>,
    content: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    field_name: String,
    field_type: FieldType,
    display_name: Option<String>,
    description: Option<String>,
    order: i64,
    options: Vec<String>,
}

/// Fills an empty installation; one whose filling was interrupted is filled on; any other is left alone.
/// The login where this installation holds the demo data and its password is still known.
pub async fn load(app: &App) -> Result<Option<Login>> {
    let mut conn = app.store.read().await?;
    let (begun, done) = (meta::is_claimed(&mut conn, BEGUN).await?, meta::is_claimed(&mut conn, DONE).await?);
    drop(conn);
    if !begun && !customers::is_empty(app).await? {
        tracing::warn!("there is a tenant already: the demo data is left out");
        return Ok(None);
    }
    if !begun {
        set_up(app).await?;
    }
    if !done {
        load_tickets(app).await?;
    }
    kept_login(app)
}

fn login_file(app: &App) -> PathBuf {
    app.config.data_dir.join("demo-login.txt")
}

fn kept_login(app: &App) -> Result<Option<Login>> {
    match std::fs::read_to_string(login_file(app)) {
        Ok(text) => Ok(text.trim().split_once('\n').map(|(username, password)| Login {
            username: username.to_owned(),
            password: password.trim().to_owned(),
        })),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Everything but the tickets, in one transaction.
async fn set_up(app: &App) -> Result<()> {
    let mut setup: Setup = serde_json::from_str(SETUP)?;
    let first = setup.reps.iter().position(|it| it.role == Role::Administrator);
    let first = first
        .map(|it| setup.reps.remove(it))
        .ok_or_else(|| Error::internal("the demo has no administrator"))?;
    let password = app.random.token()[..16].to_owned();
    let password_hash = reps::hash_password(app, &password).await?;
    // Before the tenant: a password that nobody knows would lock everybody out.
    match std::fs::remove_file(login_file(app)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => write_private(&login_file(app), &format!("{}\n{password}\n", first.username))?,
    }
    let inner = app.clone();
    app.store
        .write(move |tx| {
            Box::pin(async move {
                meta::claim(tx, BEGUN).await?;
                let administrator = new_rep(first, &password_hash);
                let (customer, _) = customers::set_up(tx, Some(NAME), None, administrator).await?;
                for rep in setup.reps {
                    reps::insert(tx, customer, Actor::System, &new_rep(rep, &password_hash)).await?;
                }
                for channel in setup.channels {
                    let change = ChannelChange {
                        channel_type: Some(channel.channel_type),
                        name: Some(channel.name),
                        email_address: channel.email_address,
                        phone_number: channel.phone_number,
                        hostnames: channel.hostnames,
                        ..ChannelChange::default()
                    };
                    channels::create(tx, &inner, customer, Actor::System, change).await?;
                }
                for field in setup.custom_fields {
                    let change = CustomFieldChange {
                        field_name: Some(field.field_name),
                        field_type: Some(field.field_type),
                        display_name: field.display_name,
                        description: field.description,
                        order: Some(field.order),
                        options: Some(field.options).filter(|it| !it.is_empty()),
                    };
                    custom_fields::create(tx, customer, Actor::System, change).await?;
                }
                for person in setup.end_users {
                    make_end_user(tx, customer, person).await?;
                }
                make_knowledge(tx, &inner, customer, setup.topics, setup.documents, setup.topic_documents)
                    .await
            })
        })
        .await
}

fn new_rep(rep: Rep, password_hash: &str) -> NewRep {
    NewRep {
        username: rep.username,
        name: Some(rep.name),
        email: Some(rep.email),
        role: rep.role,
        signature_text: Some(rep.email_signature_text),
        signature_html: Some(rep.email_signature_html),
        password_hash: password_hash.to_owned(),
        ..NewRep::default()
    }
}

async fn make_end_user(tx: &mut Tx, customer: CustomerId, person: Person) -> Result<()> {
    let uids = person.uids.into_iter().map(|it| UidChange {
        uid: Some(it.uid),
        uid_type: Some(it.uid_type),
        is_primary: Some(it.is_primary),
        ..UidChange::default()
    });
    let change = EndUserChange {
        firstname: person.firstname,
        lastname: person.lastname,
        name: person.name,
        company: person.company,
        lang: person.lang,
        country: person.country,
        city: person.city,
        customer_type: person.customer_type,
        customer_ref: person.customer_ref,
        uids: uids.collect(),
        ..EndUserChange::default()
    };
    end_users::create(tx, customer, Actor::System, change).await.map(drop)
}

async fn make_knowledge(
    tx: &mut Tx,
    app: &App,
    customer: CustomerId,
    topics: Vec<Topic>,
    documents: Vec<Document>,
    links: Vec<(String, String)>,
) -> Result<()> {
    let (mut topic_ids, mut document_ids) = (HashMap::new(), HashMap::new());
    for topic in topics {
        let change = TopicChange { name: Some(topic.name.clone()), description: topic.description };
        topic_ids.insert(topic.name, topics::create(tx, customer, Actor::System, change).await?.topic_id);
    }
    for it in documents {
        let change = DocumentChange {
            name: Some(it.name.clone()),
            description: it.description,
            content: Some(it.content),
            ..DocumentChange::default()
        };
        let document = documents::create(tx, app, customer, Actor::System, change).await?;
        document_ids.insert(it.name, document.document_id);
    }
    let known = |it: &(String, String)| Some((topic_ids.get(&it.0)?.0, document_ids.get(&it.1)?.0));
    let wanted = links.iter().filter_map(known).map(|(topic, document)| Wanted {
        topics: vec![topic],
        others: vec![document],
        topic_field: "topicID",
        other_field: "documentID",
    });
    let wanted: Vec<Wanted> = wanted.collect();
    topic_links::link(tx, customer, Actor::System, topic_links::DOCUMENTS, &wanted).await.map(drop)
}

async fn load_tickets(app: &App) -> Result<()> {
    let customer = store::find_customer(&mut *app.store.read().await?, None).await?;
    // What it teaches is chosen below.
    let options = Options { no_learning: true, ..Options::default() };
    let tickets = tickets_until(app.clock.now())?;
    let report =
        import::run(app, customer, std::io::Cursor::new(tickets), Format::Jsonl, options, &()).await?;
    if let Some(failure) = report.failures.first() {
        let text = format!("the demo's line {}: {} {}", failure.line, failure.field, failure.reason);
        return Err(Error::internal(text));
    }
    learn(app, customer).await?;
    app.store.write(|tx| Box::pin(async move { meta::claim(tx, DONE).await })).await?;
    Ok(())
}

/// The tickets, moved by whole days until the newest message is less than a day old, so that what tells of the
/// last days has something to tell.
fn tickets_until(now: Timestamp) -> Result<String> {
    const DAY: i64 = 86_400_000_000;
    let mut tickets =
        TICKETS.lines().map(serde_json::from_str).collect::<serde_json::Result<Vec<Value>>>()?;
    let mut dates: Vec<(&mut Value, i64)> = tickets
        .iter_mut()
        .flat_map(dates_of)
        .filter_map(|date| time::parse(date.as_str()?).map(|it| (date, it)))
        .collect();
    let newest = dates.iter().map(|it| it.1).max().unwrap_or(now.0);
    let moved_by = (now.0 - newest).div_euclid(DAY) * DAY;
    for (date, at) in &mut dates {
        **date = time::format(*at + moved_by).into();
    }
    Ok(tickets.iter().map(|it| format!("{it}\n")).collect())
}

/// When a ticket was opened and closed, and when each of its messages was sent.
fn dates_of(ticket: &mut Value) -> Vec<&mut Value> {
    let mut dates = Vec::new();
    for (name, value) in ticket.as_object_mut().into_iter().flatten() {
        match name.as_str() {
            "dateCreated" | "closeDate" => dates.push(value),
            "messages" => {
                let messages = value.as_array_mut().into_iter().flatten();
                dates.extend(messages.filter_map(|it| it.get_mut("date")));
            }
            _ => {}
        }
    }
    dates
}

/// So many of the newest messages that wait for an answer get one drafted.
const DRAFTED: usize = 20;

/// The topics of closed tickets count as said by a rep, and are learned; what the messages of the others
/// are about, the program finds out once it runs, and it drafts answers to the newest that wait for one.
async fn learn(app: &App, customer: CustomerId) -> Result<()> {
    let mut conn = app.store.read().await?;
    let messages = store::incoming_messages(&mut conn, customer).await?;
    let rep = store::reps_by_username(&mut conn, customer).await?.into_values().min();
    drop(conn);
    let rep = rep.ok_or_else(|| Error::internal("the demo has no rep"))?;
    let caller = Caller {
        customer,
        rep,
        role: Role::Administrator,
        scopes: Scopes::ALL,
        identity: "demo".into(),
        session: None,
    };
    let waiting: Vec<MessageId> =
        messages.iter().rev().filter(|it| it.2).map(|it| it.0).take(DRAFTED).collect();
    let messages: Vec<(MessageId, bool, bool)> =
        messages.into_iter().map(|it| (it.0, it.1, waiting.contains(&it.0))).collect();
    for chunk in messages.chunks(50) {
        let (caller, chunk) = (caller.clone(), chunk.to_vec());
        app.store
            .write(move |tx| {
                Box::pin(async move {
                    for (message, is_closed, is_drafted) in chunk {
                        sort(tx, &caller, message, is_closed, is_drafted).await?;
                    }
                    Ok(())
                })
            })
            .await?;
    }
    Ok(())
}

async fn sort(tx: &mut Tx, caller: &Caller, id: MessageId, is_closed: bool, is_drafted: bool) -> Result<()> {
    if is_closed {
        let links = link_store::of_messages(tx, caller.customer, vec![id.0]).await?;
        let topics = links.into_iter().map(|it| it.topic_id).collect();
        return message_topics::correct(tx, caller, id, topics).await;
    }
    let before = message_store::get(tx, caller.customer, id).await?;
    let mut after = before.clone();
    if is_drafted {
        after.received();
    } else {
        after.received_late();
    }
    after.set_stage(StageState::Spam, StageStatus::Skipped);
    message_store::update(tx, caller.customer, &before, &after).await?;
    intake::begin(tx, caller.customer, id, &after).await
}
