//! Sending answers and composed messages.

use super::compose::{self, Body, Composed, addresses, prepared};
use super::{check_transport, outgoing, queue};
use crate::app::App;
use crate::domain::caller::Caller;
use crate::domain::events::note;
use crate::domain::{drafts, fields, messages, tickets};
use crate::error::{Error, Result};
use crate::model::{
    ChannelType, CustomerId, DeliveryStatus, Event, Message, MessageId, Refs, SenderType, Ticket,
};
use crate::store::{Conn, Tx, messages as store, tickets as ticket_store};

const SENT_ALREADY: &str = "This message was sent already.";

/// What the caller wants sent, read and composed before the transaction: `Err` counts only once the
/// state of the message allows sending at all.
pub struct Prepared(Result<Composed>);

impl Prepared {
    /// The given answer, or the one that waits on the message.
    pub async fn answer(conn: &mut Conn, caller: &Caller, id: MessageId, given: Option<String>) -> Self {
        Self(answer(conn, caller, id, given).await)
    }
}

async fn answer(conn: &mut Conn, caller: &Caller, id: MessageId, given: Option<String>) -> Result<Composed> {
    let message = messages::visible(conn, caller, id).await?;
    let given = given.filter(|it| !it.trim().is_empty());
    let source = match &given {
        Some(_) => None,
        None => Some(
            prepared(&message)
                .ok_or_else(|| Error::invalid("modifiedAnswer", "is required: no answer is prepared"))?
                .to_owned(),
        ),
    };
    let signature = match message.channel_type {
        ChannelType::Email => {
            compose::signature_of(conn, caller.customer, caller.rep, message.lang.as_deref()).await?
        }
        _ => None,
    };
    let answer = given.as_deref().or(source.as_deref()).unwrap_or_default();
    Ok(Composed { body: compose::body(answer, signature.as_ref()), source })
}

/// Sends the answer to a message as a message of its own. `given` is kept on the message it answers.
pub async fn send(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: MessageId,
    given: Option<String>,
    prepared_answer: Prepared,
) -> Result<MessageId> {
    let (ticket, original) = messages::lock(tx, caller, id).await?;
    if original.answered_by_message_id.is_some() {
        return Err(Error::Conflict("This message was answered already.".into()));
    }
    if original.is_draft {
        return Err(Error::Conflict("This message is a draft: nobody has to be answered.".into()));
    }
    check_transport(tx, caller.customer, &ticket).await?;
    let Composed { body, source } = prepared_answer.0?;
    if source.is_some() && source.as_deref() != prepared(&original) {
        return Err(Error::Conflict("The prepared answer has just changed: read it again.".into()));
    }
    let refs = app.refs.current(tx, caller.customer).await?;
    let mut reply = outgoing(tx, app, caller.customer, &ticket).await?;
    signed(&mut reply, caller, &refs, body);
    reply.reply_to_message_id = Some(id);
    reply.lang.clone_from(&original.lang);
    reply.subject = Some(answer_subject(original.subject.as_deref().or(ticket.subject.as_deref())));
    if ticket.channel_type == ChannelType::Email {
        reply.to_address = Some(recipient(&ticket, &original)?);
    }
    reply.message_id = messages::add(tx, caller.customer, caller.actor(), &ticket, &reply).await?;
    let mut answered = original.clone();
    answered.answered_by_message_id = Some(reply.message_id);
    let given = given.filter(|it| !it.trim().is_empty());
    drafts::note_answer(&mut answered, given, reply.message.as_deref().unwrap_or_default());
    store::update(tx, caller.customer, &original, &answered).await?;
    let event = Event::message("ticketMessage.answered", ticket.ticket_id, id)
        .with(serde_json::json!({ "replyMessageID": reply.message_id }));
    note(tx, caller.customer, caller.actor(), &[event]).await?;
    queue(tx, app, caller.customer, &reply).await?;
    Ok(reply.message_id)
}

fn signed(message: &mut Message, caller: &Caller, refs: &Refs, body: Body) {
    message.sender_type = SenderType::CustomerRep;
    message.customer_rep_id = Some(caller.rep);
    message.from_name = refs.reps.get(&caller.rep).cloned();
    message.incoming = false;
    message.preview = Some(tickets::preview(&body.message));
    message.message = Some(body.message);
    message.text_body = Some(body.text);
    message.html_body = Some(body.html);
}

/// `Re: …`, once.
pub(super) fn answer_subject(subject: Option<&str>) -> String {
    let subject = subject.unwrap_or_default().trim();
    if subject.get(..3).is_some_and(|it| it.eq_ignore_ascii_case("re:")) {
        return subject.to_owned();
    }
    format!("Re: {subject}").trim_end().to_owned()
}

/// Whom an answer to this message goes to.
pub(super) fn recipient(ticket: &Ticket, original: &Message) -> Result<String> {
    let own = if original.incoming { &original.from_address } else { &original.to_address };
    [own, &original.uid, &ticket.uid]
        .into_iter()
        .flatten()
        .find_map(|it| addresses("toAddress", it).ok().filter(|it| !it.is_empty()))
        .map(|it| it.join(", "))
        .ok_or_else(|| Error::Conflict("The conversation has no email address to answer to.".into()))
}

/// A message as somebody composed it; what is left out comes from the draft or the ticket.
#[derive(Default)]
pub struct Composition {
    pub to_address: Option<String>,
    pub cc_address: Option<String>,
    pub bcc_address: Option<String>,
    pub subject: Option<String>,
    /// Text or HTML.
    pub content: Option<String>,
}

impl Composition {
    /// Checks the addresses.
    pub fn checked(self) -> Result<Self> {
        let list = |field: &str, given: Option<String>| match given {
            Some(text) => Ok::<_, Error>(Some(addresses(field, &text)?.join(", "))),
            None => Ok(None),
        };
        Ok(Self {
            to_address: list("toAddress", self.to_address)?.filter(|it| !it.is_empty()),
            cc_address: list("ccAddress", self.cc_address)?,
            bcc_address: list("bccAddress", self.bcc_address)?,
            subject: self.subject.map(|it| fields::name("subject", &it, 1000)).transpose()?,
            content: self.content.filter(|it| !it.trim().is_empty()),
        })
    }

    /// Puts the body together: the content given, or the draft's.
    pub async fn prepared(&self, conn: &mut Conn, caller: &Caller, id: MessageId) -> Prepared {
        Prepared(self.composed(conn, caller, id).await)
    }

    async fn composed(&self, conn: &mut Conn, caller: &Caller, id: MessageId) -> Result<Composed> {
        let message = messages::visible(conn, caller, id).await?;
        let source = match &self.content {
            Some(_) => None,
            None if !message.is_draft => {
                return Err(Error::invalid("textBody", "or htmlBody is required: this message is no draft"));
            }
            None => Some(
                draft_content(&message)
                    .ok_or_else(|| Error::invalid("textBody", "or htmlBody is required: the draft is empty"))?
                    .to_owned(),
            ),
        };
        let content = self.content.as_deref().or(source.as_deref()).unwrap_or_default();
        let signature = match message.channel_type {
            ChannelType::Email => {
                let lang = language_of(conn, caller.customer, &message).await?;
                compose::signature_of(conn, caller.customer, caller.rep, lang.as_deref()).await?
            }
            _ => None,
        };
        Ok(Composed { body: compose::body(content, signature.as_ref()), source })
    }
}

/// The language that what is composed from a message speaks: its own, else that of what it answers, else that of
/// the newest message of the end user.
async fn language_of(conn: &mut Conn, customer: CustomerId, message: &Message) -> Result<Option<String>> {
    if message.lang.is_some() {
        return Ok(message.lang.clone());
    }
    let answered = match message.reply_to_message_id {
        Some(id) => Some(id),
        None => ticket_store::last_end_user_message(conn, customer, message.ticket_id).await?,
    };
    match answered {
        Some(id) => match store::get(conn, customer, id).await {
            Ok(answered) => Ok(answered.lang),
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        },
        None => Ok(None),
    }
}

fn draft_content(draft: &Message) -> Option<&str> {
    [&draft.html_body, &draft.text_body, &draft.message]
        .into_iter()
        .find_map(|it| it.as_deref().filter(|it| !it.trim().is_empty()))
}

/// Sends a composed message in the ticket of `id`: the draft `id` itself, or a new one.
pub async fn send_new(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    id: MessageId,
    composition: Composition,
    prepared: Prepared,
) -> Result<MessageId> {
    let (ticket, draft) = messages::lock(tx, caller, id).await?;
    if composition.content.is_none() && draft.delivery_status.is_some() {
        return Err(Error::Conflict(SENT_ALREADY.into()));
    }
    if draft.is_draft && draft.is_internal {
        return Err(Error::Conflict("An internal note is not sent.".into()));
    }
    check_transport(tx, caller.customer, &ticket).await?;
    let Composed { body, source } = prepared.0?;
    if source.is_some() && source.as_deref() != draft_content(&draft) {
        return Err(Error::Conflict("The draft has just changed: read it again.".into()));
    }
    let refs = app.refs.current(tx, caller.customer).await?;
    let mut message = outgoing(tx, app, caller.customer, &ticket).await?;
    signed(&mut message, caller, &refs, body);
    message.subject = match draft.reply_to_message_id.filter(|_| draft.is_draft) {
        Some(_) => Some(answer_subject(ticket.subject.as_deref())),
        None => ticket.subject.clone(),
    };
    if draft.is_draft {
        message = as_sent(&draft, message);
    }
    message.lang = language_of(tx, caller.customer, &draft).await?;
    message.subject = composition.subject.or(message.subject);
    message.cc_address = composition.cc_address.or(message.cc_address);
    message.bcc_address = composition.bcc_address.or(message.bcc_address);
    if ticket.channel_type == ChannelType::Email {
        message.to_address = match composition.to_address {
            Some(given) => Some(given),
            None => Some(recipient(&ticket, &draft)?),
        };
    }
    messages::check_recipients(&message)?;
    if draft.is_draft {
        store::update(tx, caller.customer, &draft, &message).await?;
        let event = Event::message("ticketMessage.updated", ticket.ticket_id, id)
            .with(serde_json::json!({ "isDraft": { "from": true, "to": false } }));
        note(tx, caller.customer, caller.actor(), &[event]).await?;
        let now = tx.now;
        let after = tickets::with_message(&ticket, id, &message, now);
        tickets::change(tx, caller.customer, caller.actor(), &ticket, &after).await?;
        tickets::reindex(tx, caller.customer, ticket.ticket_id).await?;
    } else {
        message.message_id = messages::add(tx, caller.customer, caller.actor(), &ticket, &message).await?;
    }
    note_question(tx, caller, &message).await?;
    queue(tx, app, caller.customer, &message).await?;
    Ok(message.message_id)
}

/// What a composed answer replies to is answered by it.
async fn note_question(tx: &mut Tx, caller: &Caller, reply: &Message) -> Result<()> {
    let Some(question) = reply.reply_to_message_id else { return Ok(()) };
    let before = store::get(tx, caller.customer, question).await?;
    let waits = before.incoming && before.answered_by_message_id.is_none();
    if before.ticket_id != reply.ticket_id || !waits {
        return Ok(());
    }
    let mut after = before.clone();
    after.answered_by_message_id = Some(reply.message_id);
    let html = reply.html_body.clone().or_else(|| reply.message.clone());
    drafts::note_answer(&mut after, html, reply.message.as_deref().unwrap_or_default());
    store::update(tx, caller.customer, &before, &after).await?;
    let event = Event::message("ticketMessage.answered", before.ticket_id, question)
        .with(serde_json::json!({ "replyMessageID": reply.message_id }));
    note(tx, caller.customer, caller.actor(), &[event]).await
}

/// The draft with what sending gives it.
fn as_sent(draft: &Message, sent: Message) -> Message {
    Message {
        is_draft: false,
        incoming: false,
        sender_type: sent.sender_type,
        customer_rep_id: sent.customer_rep_id,
        message_date: sent.message_date,
        channel_id: sent.channel_id,
        channel_type: sent.channel_type,
        from_address: sent.from_address,
        from_name: sent.from_name,
        subject: draft.subject.clone().or(sent.subject),
        message: sent.message,
        text_body: sent.text_body,
        html_body: sent.html_body,
        preview: sent.preview,
        message_identifier: sent.message_identifier,
        delivery_status: Some(DeliveryStatus::Queued),
        ai_spam_status: None,
        ai_topics_status: None,
        ai_reply_status: None,
        ..draft.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::answer_subject;

    #[test]
    fn a_subject_is_answered_once() {
        assert_eq!(answer_subject(Some("Lost bag")), "Re: Lost bag");
        assert_eq!(answer_subject(Some("RE: Lost bag")), "RE: Lost bag");
        assert_eq!(answer_subject(Some("Ré")), "Re: Ré");
        assert_eq!(answer_subject(None), "Re:");
    }
}
