//! Hands one mail over: what deliveries of messages and of other mail share.
//!
//! A mark is written before the content goes out. What a worker leaves behind without the mark was not
//! sent and is sent again; with it, whether it arrived is not known, and it is shown as `Unconfirmed`
//! rather than sent twice.

use std::time::Duration;

use crate::app::App;
use crate::channels::email::compose::Outgoing;
use crate::channels::email::dkim::DkimKey;
use crate::channels::email::servers::SmtpServer;
use crate::channels::email::smtp::{Recipients, Refusal, Session, told};
use crate::domain::governor;
use crate::domain::transport::Route;
use crate::error::Result;
use crate::model::job::JobError;
use crate::model::{CustomerId, DeliveryStatus, Message, MessageId, Timestamp};
use crate::store::outbox::{self as store, Kind, Progress, SinkMail};

const FIRST_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// A server that takes nothing for three days, which is what so many tries last, will not.
const MOST_TRIES: i64 = 80;
/// Larger mails are not kept in the sink.
const MOST_KEPT: usize = 2 * 1024 * 1024;
const MINUTE: i64 = 60_000_000;
const LONGEST_DETAIL: usize = 1000;
const LOST: &str = "The server stopped while the mail was handed over: whether it arrived is not known.";

/// A mail that is due.
pub struct Parcel<'a> {
    pub customer: CustomerId,
    pub kind: Kind,
    pub id: i64,
    /// Where it is a ticket's.
    pub message: Option<&'a Message>,
    pub route: Route,
    /// What it is signed with.
    pub dkim: Option<DkimKey>,
}

impl Parcel<'_> {
    /// Whether it still has to go, and how far it came before.
    pub async fn pending(&self, app: &App) -> Result<Option<Progress>, JobError> {
        let mut conn = app.store.read().await?;
        let progress = store::progress(&mut conn, self.customer, self.kind, self.id).await?;
        drop(conn);
        let queued = progress.filter(|it| it.delivery_status == Some(DeliveryStatus::Queued));
        if queued.as_ref().is_some_and(|it| it.delivery_begun_at.is_some()) {
            tracing::warn!(kind = self.kind.as_str(), id = self.id, "a mail is unconfirmed");
            self.settle(app, DeliveryStatus::Unconfirmed, Some(LOST)).await?;
            return Ok(None);
        }
        Ok(queued)
    }

    /// Hands it over.
    pub async fn carry(&self, app: &App, progress: &Progress, mail: &Outgoing) -> Result<(), JobError> {
        let signed = mail.to_bytes().and_then(|it| match &self.dkim {
            Some(key) => key.sign(&it, app.clock.now()),
            None => Ok(it),
        });
        let content = match signed {
            Ok(content) => content,
            Err(why) => return Ok(self.settle(app, DeliveryStatus::Failed, Some(&why)).await?),
        };
        match &self.route {
            Route::Sink => Ok(self.sink(app, mail, &content).await?),
            Route::Smtp(server) => self.smtp(app, progress, mail, &content, server).await,
        }
    }

    async fn sink(&self, app: &App, mail: &Outgoing, content: &[u8]) -> Result<()> {
        let raw = (content.len() <= MOST_KEPT).then(|| app.key.seal(&app.random, content)).transpose()?;
        let shown = SinkMail {
            sink_mail_id: 0,
            message_id: self.message.map(|it| it.message_id),
            from_address: mail.from_address.clone(),
            to_addresses: mail.recipients().join(", "),
            subject: mail.subject.clone(),
            message_identifier: mail.message_id.clone(),
            size_bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
            created_at: Timestamp(0),
        };
        let (customer, kind, id) = (self.customer, self.kind, self.id);
        let message = self.message.cloned();
        app.store
            .write(move |tx| {
                Box::pin(async move {
                    store::insert_sink(tx, customer, &shown, raw.as_deref()).await?;
                    record(tx, customer, kind, id, message, DeliveryStatus::Sent, None).await
                })
            })
            .await
    }

    async fn smtp(
        &self,
        app: &App,
        progress: &Progress,
        mail: &Outgoing,
        content: &[u8],
        server: &SmtpServer,
    ) -> Result<(), JobError> {
        let before: Vec<&str> = progress.delivered_to.as_deref().unwrap_or_default().lines().collect();
        let mut to = mail.recipients();
        to.retain(|it| !before.contains(&it.as_str()));
        let most = i64::from(app.config.mails_per_minute);
        let minute = app.clock.now().0 / MINUTE;
        // Looked at before there is a connection, taken when the mail really goes.
        if most > 0 && store::sent_in(&mut *app.store.read().await?, minute).await? >= most {
            return self.held_by_governor(app, most, minute).await;
        }
        let outcome = self.try_once(app, mail, &to, content, server).await?;
        let Some(outcome) = outcome else { return Ok(()) };
        let (result, recipients) = match outcome {
            Ok((words, recipients)) => (Ok(words), recipients),
            Err((refusal, recipients)) => (Err(refusal), recipients),
        };
        let never = told(recipients.never.iter());
        match result {
            Ok(_) if !recipients.later.is_empty() => {
                let done: Vec<&str> =
                    before.into_iter().chain(recipients.accepted.iter().map(String::as_str)).collect();
                let why = told(recipients.later.iter().chain(&recipients.never));
                self.again(app, progress, &why, Some(&done.join("\n"))).await
            }
            Ok(words) => {
                let detail = if never.is_empty() { words } else { never };
                Ok(self.settle(app, DeliveryStatus::Sent, Some(&detail)).await?)
            }
            Err(Refusal::Never(why)) if before.is_empty() => {
                Ok(self.settle(app, DeliveryStatus::Failed, Some(&why)).await?)
            }
            // Others have it: what is refused is told with it.
            Err(Refusal::Never(why)) => Ok(self.settle(app, DeliveryStatus::Sent, Some(&why)).await?),
            Err(Refusal::Unknown(why)) => {
                Ok(self.settle(app, DeliveryStatus::Unconfirmed, Some(&why)).await?)
            }
            Err(Refusal::Later(why) | Refusal::Server(why)) => {
                self.again(app, progress, &why, progress.delivered_to.as_deref()).await
            }
        }
    }

    /// One conversation with the server; None where the mail must not go any more.
    async fn try_once(
        &self,
        app: &App,
        mail: &Outgoing,
        to: &[String],
        content: &[u8],
        server: &SmtpServer,
    ) -> Result<Option<Outcome>, JobError> {
        let session = match Session::open(&app.network, server).await {
            Ok(session) => session,
            Err(refusal) => return Ok(Some(Err((refusal, Recipients::default())))),
        };
        let ready = match session.prepare(&mail.from_address, to).await {
            Ok(ready) => ready,
            Err(refused) => return Ok(Some(Err(refused))),
        };
        let (customer, kind, id) = (self.customer, self.kind, self.id);
        let most = i64::from(app.config.mails_per_minute);
        let minute = app.clock.now().0 / MINUTE;
        let begun = app
            .store
            .write(move |tx| {
                Box::pin(async move {
                    if most > 0 && !store::take_turn(tx, minute, most).await? {
                        return Ok(None);
                    }
                    store::begin(tx, customer, kind, id).await.map(Some)
                })
            })
            .await;
        match begun {
            Ok(Some(true)) => Ok(Some(ready.hand_over(content).await)),
            Ok(Some(false)) => {
                ready.abandon();
                Ok(None)
            }
            Ok(None) => {
                ready.abandon();
                self.held_by_governor(app, most, minute).await.map(|()| None)
            }
            Err(error) => {
                ready.abandon();
                Err(error.into())
            }
        }
    }

    /// Waits for the next minute: this one has had its mails.
    async fn held_by_governor(&self, app: &App, most: i64, minute: i64) -> Result<(), JobError> {
        metrics::counter!("answerpal_mails_held_total").increment(1);
        tracing::warn!(most, "the governor holds mail back: the limit of mails a minute is reached");
        let (customer, turn) = (self.customer, app.random.token());
        app.store
            .write(move |tx| Box::pin(async move { governor::alert(tx, customer, most, &turn).await }))
            .await?;
        self.hold(app, Timestamp((minute + 1) * MINUTE), governor::reason(most)).await
    }

    /// Lets it wait until then, with the reason on it.
    pub async fn hold(&self, app: &App, until: Timestamp, why: String) -> Result<(), JobError> {
        let (customer, kind, id, shown) = (self.customer, self.kind, self.id, why.clone());
        app.store
            .write(move |tx| {
                Box::pin(async move {
                    let done = store::progress(tx, customer, kind, id).await?.and_then(|it| it.delivered_to);
                    store::wait_again(tx, customer, kind, id, &shown, done.as_deref(), false).await
                })
            })
            .await?;
        Err(JobError::Later(until, why))
    }

    /// Another try later, unless it has been tried for too long.
    async fn again(
        &self,
        app: &App,
        progress: &Progress,
        why: &str,
        delivered_to: Option<&str>,
    ) -> Result<(), JobError> {
        let now = app.clock.now();
        let why = shortened(why);
        if progress.delivery_tries >= MOST_TRIES {
            let status = if delivered_to.is_some() { DeliveryStatus::Sent } else { DeliveryStatus::Failed };
            let why = format!("Given up after three days. {why}");
            return Ok(self.settle(app, status, Some(&why)).await?);
        }
        let tries = u32::try_from(progress.delivery_tries).unwrap_or_default().min(16);
        let wait = (FIRST_WAIT * 2_u32.pow(tries)).min(LONGEST_WAIT);
        tracing::warn!(
            kind = self.kind.as_str(),
            id = self.id,
            why,
            "a mail was not taken; it will be tried again"
        );
        let (customer, kind, id, shown) = (self.customer, self.kind, self.id, why.clone());
        let delivered_to = delivered_to.map(str::to_owned);
        app.store
            .write(move |tx| {
                Box::pin(async move {
                    store::wait_again(tx, customer, kind, id, &shown, delivered_to.as_deref(), true).await
                })
            })
            .await?;
        Err(JobError::Later(Timestamp(now.0 + wait.as_micros() as i64), why))
    }

    /// Records what became of it.
    pub async fn settle(&self, app: &App, status: DeliveryStatus, detail: Option<&str>) -> Result<()> {
        metrics::counter!("answerpal_mails_total", "result" => status.as_str()).increment(1);
        let (customer, kind, id) = (self.customer, self.kind, self.id);
        let message = self.message.cloned();
        let detail = detail.map(shortened);
        app.store
            .write(move |tx| {
                Box::pin(
                    async move { record(tx, customer, kind, id, message, status, detail.as_deref()).await },
                )
            })
            .await
    }
}

type Outcome = Result<(String, Recipients), (Refusal, Recipients)>;

async fn record(
    tx: &mut crate::store::Tx,
    customer: CustomerId,
    kind: Kind,
    id: i64,
    message: Option<Message>,
    status: DeliveryStatus,
    detail: Option<&str>,
) -> Result<()> {
    match message {
        Some(message) => crate::domain::delivery::settled(tx, customer, &message, status, detail).await,
        None => store::settle(tx, customer, kind, id, status, detail).await.map(|_| ()),
    }
}

/// Fit to be shown.
fn shortened(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).take(LONGEST_DETAIL).collect()
}

/// The job of a message's delivery.
pub fn of_message(
    customer: CustomerId,
    message: &Message,
    route: Route,
    dkim: Option<DkimKey>,
) -> Parcel<'_> {
    let MessageId(id) = message.message_id;
    Parcel { customer, kind: Kind::Message, id, message: Some(message), route, dkim }
}
