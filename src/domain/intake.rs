//! The pipeline's records: which stage a message is at, how each ended, and what comes next. A stage's
//! outcome, its effect and the next stage's job are one transaction, so that each takes effect once
//! however often it is begun.

use serde_json::{Value, json};

use crate::domain::events::note;
use crate::domain::messages;
use crate::error::{Error, Result};
use crate::model::stage::{STAGES, Stage};
use crate::model::{Actor, CustomerId, Event, Message, MessageId, MessageStage, StageStatus, Ticket};
use crate::store::{BoxFuture, Conn, Tx, jobs, message_stages as store, messages as message_store};

/// What a stage does to its message, in the transaction that ends the stage. It gets ticket and message
/// as they are then, locked, and gives the message as it is to be written.
pub type Effect =
    Box<dyn for<'t> FnOnce(&'t mut Tx, Ticket, Message) -> BoxFuture<'t, Result<Message>> + Send>;

/// How a stage ended.
pub struct Outcome {
    status: StageStatus,
    stops: bool,
    reason: Option<String>,
    evidence: Option<Value>,
    effect: Option<Effect>,
}

impl Outcome {
    /// It did its work; the next stage begins.
    pub fn done() -> Self {
        Self { status: StageStatus::Done, stops: false, reason: None, evidence: None, effect: None }
    }

    /// There was nothing for it to do; the next stage begins.
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self { status: StageStatus::Skipped, reason: Some(reason.into()), ..Self::done() }
    }

    /// It did its work, and the later stages are skipped for this reason.
    pub fn stop(reason: impl Into<String>) -> Self {
        Self { stops: true, reason: Some(reason.into()), ..Self::done() }
    }

    /// What explains it, as JSON.
    #[must_use]
    pub fn explained(mut self, evidence: Value) -> Self {
        self.evidence = Some(evidence);
        self
    }

    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// What it does to the message.
    #[must_use]
    pub fn with<F>(mut self, effect: F) -> Self
    where
        F: for<'t> FnOnce(&'t mut Tx, Ticket, Message) -> BoxFuture<'t, Result<Message>> + Send + 'static,
    {
        self.effect = Some(Box::new(effect));
        self
    }
}

/// Lets the pipeline of a new message begin, where it has one.
pub async fn begin(tx: &mut Tx, customer: CustomerId, id: MessageId, message: &Message) -> Result<()> {
    let has_one = STAGES.iter().any(|it| it.state.is_some() && it.awaits(message));
    if has_one { enqueue_next(tx, customer, id, message, STAGES).await } else { Ok(()) }
}

async fn enqueue_next(
    tx: &mut Tx,
    customer: CustomerId,
    id: MessageId,
    message: &Message,
    stages: &[Stage],
) -> Result<()> {
    let Some(next) = stages.iter().find(|it| it.awaits(message)) else { return Ok(()) };
    let now = tx.now;
    jobs::enqueue(tx, customer, next.job, id.0, now, Some(&id.to_string())).await
}

/// Whether the stage has ended for this message.
pub async fn has_ended(
    conn: &mut Conn,
    customer: CustomerId,
    message: MessageId,
    stage: &Stage,
) -> Result<bool> {
    let noted = store::get(conn, customer, message, stage.name).await?;
    Ok(noted.is_some_and(|it| matches!(it.status, StageStatus::Done | StageStatus::Skipped)))
}

/// Lets the pipeline go on after a stage that has ended in another way than by its job.
pub async fn pass(tx: &mut Tx, customer: CustomerId, id: MessageId, rest: &[Stage]) -> Result<()> {
    let message = message_store::get(tx, customer, id).await?;
    enqueue_next(tx, customer, id, &message, rest).await
}

/// Shows that a stage runs.
pub async fn show_running(
    tx: &mut Tx,
    customer: CustomerId,
    message: MessageId,
    stage: &Stage,
) -> Result<()> {
    let (_, before) = messages::lock_any(tx, customer, message).await?;
    let mut after = before.clone();
    if let Some(state) = stage.state.filter(|it| before.stage(*it) != Some(StageStatus::Running)) {
        after.set_stage(state, StageStatus::Running);
    }
    message_store::update(tx, customer, &before, &after).await
}

/// Ends a stage: its effect, its state with what explains it, and the job of the next. Nothing happens
/// where another run has ended it, or the message is gone.
pub async fn end_stage(
    tx: &mut Tx,
    customer: CustomerId,
    id: MessageId,
    (stage, rest): (&Stage, &[Stage]),
    tries: i64,
    outcome: Outcome,
) -> Result<()> {
    let (ticket, before) = match messages::lock_any(tx, customer, id).await {
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    if has_ended(tx, customer, id, stage).await? {
        // Somebody asked for it in the meantime: the pipeline goes on.
        return enqueue_next(tx, customer, id, &before, rest).await;
    }
    let stops = outcome.stops;
    let (mut after, note) = apply(tx, customer, (ticket, &before), stage, tries, outcome).await?;
    if stops {
        skip_rest(tx, customer, &note, &mut after, rest).await?;
    }
    message_store::update(tx, customer, &before, &after).await?;
    if stops { Ok(()) } else { enqueue_next(tx, customer, id, &after, rest).await }
}

/// Ends a stage again because somebody asked for it: effect, state and what explains it are new. The later
/// stages take their course.
pub async fn redo_stage(
    tx: &mut Tx,
    customer: CustomerId,
    id: MessageId,
    stage: &Stage,
    outcome: Outcome,
) -> Result<()> {
    let (ticket, before) = messages::lock_any(tx, customer, id).await?;
    let (after, _) = apply(tx, customer, (ticket, &before), stage, 1, outcome).await?;
    message_store::update(tx, customer, &before, &after).await
}

/// The effect, the state and the note of a stage that ended; gives the message as it is to be written.
async fn apply(
    tx: &mut Tx,
    customer: CustomerId,
    (ticket, before): (Ticket, &Message),
    stage: &Stage,
    tries: i64,
    outcome: Outcome,
) -> Result<(Message, MessageStage)> {
    let mut after = match outcome.effect {
        Some(effect) => effect(tx, ticket, before.clone()).await?,
        None => before.clone(),
    };
    if let Some(state) = stage.state {
        after.set_stage(state, outcome.status);
    }
    let note = MessageStage {
        message_id: before.message_id,
        stage: stage.name.to_owned(),
        status: outcome.status,
        reason: outcome.reason,
        evidence: outcome.evidence.map(|it| it.to_string()),
        tries,
        ended_at: tx.now,
    };
    store::put(tx, customer, &note).await?;
    Ok((after, note))
}

async fn skip_rest(
    tx: &mut Tx,
    customer: CustomerId,
    stopped: &MessageStage,
    message: &mut Message,
    rest: &[Stage],
) -> Result<()> {
    for stage in rest {
        let Some(state) = stage.state.filter(|_| stage.awaits(message)) else { continue };
        message.set_stage(state, StageStatus::Skipped);
        let skipped = MessageStage {
            stage: stage.name.to_owned(),
            status: StageStatus::Skipped,
            evidence: None,
            tries: 0,
            ..stopped.clone()
        };
        store::put(tx, customer, &skipped).await?;
    }
    Ok(())
}

/// Lets the stages begin after all that one before them stopped for one of these reasons. Nothing happens where
/// they have begun meanwhile.
pub async fn go_on(
    tx: &mut Tx,
    customer: CustomerId,
    id: MessageId,
    before: &Message,
    reasons: &[&str],
) -> Result<()> {
    let mut after = before.clone();
    let mut stopped = Vec::new();
    for stage in STAGES {
        let Some(state) = stage.state.filter(|it| before.stage(*it) == Some(StageStatus::Skipped)) else {
            continue;
        };
        let noted = store::get(tx, customer, id, stage.name).await?;
        let reason = noted.and_then(|it| it.reason);
        if reason.is_some_and(|it| reasons.contains(&it.as_str())) {
            after.set_stage(state, StageStatus::Pending);
            stopped.push(stage);
        }
    }
    for stage in &stopped {
        store::delete(tx, customer, id, stage.name).await?;
    }
    let Some(first) = stopped.first() else { return Ok(()) };
    message_store::update(tx, customer, before, &after).await?;
    let now = tx.now;
    // Without a key: the one of the job that was stopped may be used up.
    jobs::enqueue(tx, customer, first.job, id.0, now, None).await
}

/// Notes why a stage waits for another try.
pub async fn note_retry(
    tx: &mut Tx,
    customer: CustomerId,
    id: MessageId,
    stage: &Stage,
    tries: i64,
    why: String,
) -> Result<()> {
    if has_ended(tx, customer, id, stage).await? {
        return Ok(());
    }
    let note = MessageStage {
        message_id: id,
        stage: stage.name.to_owned(),
        status: StageStatus::Pending,
        reason: Some(why),
        evidence: None,
        tries,
        ended_at: tx.now,
    };
    store::put(tx, customer, &note).await
}

/// Says that a stage failed for good, which people see, and lets the next one begin: the message keeps
/// its place.
pub async fn give_up(
    tx: &mut Tx,
    customer: CustomerId,
    id: MessageId,
    (stage, rest): (&Stage, &[Stage]),
    tries: i64,
    why: &str,
) -> Result<()> {
    let (_, before) = match messages::lock_any(tx, customer, id).await {
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    if has_ended(tx, customer, id, stage).await? {
        return Ok(());
    }
    let mut after = before.clone();
    if let Some(state) = stage.state {
        after.set_stage(state, StageStatus::Failed);
    }
    let failed = MessageStage {
        message_id: id,
        stage: stage.name.to_owned(),
        status: StageStatus::Failed,
        reason: Some(why.to_owned()),
        evidence: None,
        tries,
        ended_at: tx.now,
    };
    store::put(tx, customer, &failed).await?;
    message_store::update(tx, customer, &before, &after).await?;
    let event = Event::message("ticketMessage.stageFailed", before.ticket_id, id);
    let event = event.with(json!({ "stage": stage.name, "reason": why }));
    note(tx, customer, Actor::System, &[event]).await?;
    enqueue_next(tx, customer, id, &after, rest).await
}
