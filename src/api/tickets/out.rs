//! A ticket as it is answered.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::api::reply::Page;
use crate::api::ticket_messages::listed::ListedMessageOut;
use crate::app::App;
use crate::domain::tickets::split_topics;
use crate::error::Result;
use crate::model::{
    ChannelId, ChannelType, CustomerId, CustomerRepId, CustomerType, EndUserId, MessageId, Refs, TicketId,
    Timestamp,
};
use crate::store::Conn;
use crate::store::tickets::{self as store, Listed, ListedEndUser};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TicketOut {
    #[serde(rename = "ticketID")]
    #[schema(example = 123)]
    pub ticket_id: TicketId,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    /// `Open`, `Pending`, `Escalated`, `Closed`, or a word of the tenant's own.
    #[schema(example = "Open")]
    status: String,
    #[schema(example = "Login not working")]
    subject: Option<String>,
    #[serde(rename = "channelID")]
    channel_id: ChannelId,
    /// The same word as `channelType`.
    channel: ChannelType,
    channel_type: ChannelType,
    channel_name: Option<String>,
    #[serde(rename = "endUserID")]
    end_user_id: Option<EndUserId>,
    end_users: Vec<TicketEndUserOut>,
    /// Null while nobody has it.
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<CustomerRepId>,
    customer_rep_name: Option<String>,
    escalated: bool,
    is_spam: bool,
    is_closed: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    close_date: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    last_message_date: Timestamp,
    #[serde(rename = "lastEndUserMessageID")]
    last_end_user_message_id: Option<MessageId>,
    /// The address that the conversation belongs to.
    uid: Option<String>,
    /// The first 200 characters of the newest message.
    preview: Option<String>,
    summary: Option<String>,
    /// Names of the topics of its messages, oldest first.
    topics: Vec<String>,
    /// Newest first.
    ai_feedback_comments: Vec<String>,
    /// As it was given.
    #[schema(value_type = Option<Object>)]
    custom_fields_data: Option<Box<RawValue>>,
    /// Where a search found it: HTML in which the only markup is `<mark>` around each hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_snippet: Option<String>,
    /// Its conversation, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Page<ListedMessageOut>>,
}

/// What a ticket shows of its end user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TicketEndUserOut {
    #[serde(rename = "endUserID")]
    end_user_id: EndUserId,
    name: Option<String>,
    firstname: Option<String>,
    lastname: Option<String>,
    company: Option<String>,
    lang: Option<String>,
    customer_type: Option<CustomerType>,
}

impl From<ListedEndUser> for TicketEndUserOut {
    fn from(it: ListedEndUser) -> Self {
        Self {
            end_user_id: it.end_user_id,
            name: it.name,
            firstname: it.firstname,
            lastname: it.lastname,
            company: it.company,
            lang: it.lang,
            customer_type: it.customer_type,
        }
    }
}

impl TicketOut {
    fn new(refs: &Refs, comments: Vec<String>, listed: Listed) -> Result<Self> {
        let ticket = listed.ticket;
        let rep = Some(ticket.customer_rep_id).filter(|it| it.0 != 0);
        let topics = split_topics(&ticket.topic_ids).filter_map(|it| refs.topics.get(&it).cloned()).collect();
        Ok(Self {
            ticket_id: ticket.ticket_id,
            date_created: ticket.date_created,
            status: ticket.status,
            subject: ticket.subject,
            channel_id: ticket.channel_id,
            channel: ticket.channel_type,
            channel_type: ticket.channel_type,
            channel_name: refs.channels.get(&ticket.channel_id).map(|it| it.0.clone()),
            // Not the ticket's own: a deleted end user is taken off its tickets a few at a time.
            end_user_id: listed.end_user.as_ref().map(|it| it.end_user_id),
            end_users: listed.end_user.into_iter().map(Into::into).collect(),
            customer_rep_id: rep,
            customer_rep_name: rep.and_then(|it| refs.reps.get(&it).cloned()),
            escalated: ticket.escalated,
            is_spam: ticket.is_spam,
            is_closed: ticket.is_closed,
            close_date: ticket.close_date,
            last_message_date: ticket.last_message_date,
            last_end_user_message_id: ticket.last_end_user_message_id,
            uid: ticket.uid,
            preview: ticket.preview,
            summary: ticket.summary,
            topics,
            ai_feedback_comments: comments,
            custom_fields_data: ticket.custom_fields_data.map(RawValue::from_string).transpose()?,
            search_snippet: None,
            messages: None,
        })
    }
}

/// Tickets of one tenant as they are answered, in the order given.
pub async fn tickets_out(
    app: &App,
    conn: &mut Conn,
    customer: CustomerId,
    tickets: Vec<Listed>,
) -> Result<Vec<TicketOut>> {
    let Some(first) = tickets.first() else { return Ok(Vec::new()) };
    let refs = app.refs.at(conn, customer, first.refs_version).await?;
    let commented: Vec<i64> =
        tickets.iter().filter(|it| it.ticket.comment_count > 0).map(|it| it.ticket.ticket_id.0).collect();
    let mut comments: HashMap<TicketId, Vec<String>> = HashMap::new();
    if !commented.is_empty() {
        for (ticket, comment) in store::comments(conn, customer, commented).await? {
            comments.entry(ticket).or_default().push(comment);
        }
    }
    let out = |it: Listed| {
        let comments = comments.remove(&it.ticket.ticket_id).unwrap_or_default();
        TicketOut::new(&refs, comments, it)
    };
    tickets.into_iter().map(out).collect()
}

/// One ticket as it is answered.
pub async fn ticket_out(
    app: &App,
    conn: &mut Conn,
    customer: CustomerId,
    ticket: TicketId,
) -> Result<TicketOut> {
    let listed = store::listed(conn, customer, ticket).await?;
    let mut out = tickets_out(app, conn, customer, vec![listed]).await?;
    out.pop().ok_or(crate::error::Error::NotFound)
}
