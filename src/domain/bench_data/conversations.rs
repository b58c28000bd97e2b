//! Makes conversations, the same ones for the same seed and number.

use super::texts::{Dice, Texts, Zipf};
use super::{COMMON_WORD, Person, RARE_WORD, Tenant};
use crate::domain::bulk::{Conversation, blank_message, blank_ticket};
use crate::domain::end_users::normalise_uid;
use crate::model::ticket::{CLOSED, ESCALATED, OPEN};
use crate::model::{
    ChannelType, CustomerRepId, DeliveryStatus, EndUser, EndUserId, EndUserUid, EndUserUidId, Message,
    SenderType, Ticket, Timestamp, TopicId,
};
use crate::store::dialect::Dialect;

const HOUR: i64 = 3_600_000_000;
/// How far back the first ticket is.
const SPAN: i64 = 730 * 24 * HOUR;
const GREETINGS: [&str; 5] = ["Hello,", "Hi,", "Dear support team,", "Good morning,", "Hallo,"];

/// What all conversations are made of.
pub struct Maker {
    pub tenant: Tenant,
    pub texts: Texts,
    pub end_users: Vec<EndUserId>,
    pub dialect: Dialect,
    pub seed: u64,
    pub tickets: usize,
    pub now: Timestamp,
    topics: Zipf<TopicId>,
    reps: Zipf<Person>,
}

impl Maker {
    pub fn new(tenant: Tenant, dialect: Dialect, seed: u64, tickets: usize, now: Timestamp) -> Self {
        let (topics, reps) = (Zipf::new(tenant.topics.clone()), Zipf::new(tenant.reps.clone()));
        Self { tenant, texts: Texts::new(), end_users: Vec::new(), dialect, seed, tickets, now, topics, reps }
    }

    pub fn end_user(&self, id: EndUserId) -> (EndUser, EndUserUid) {
        let (first, last) = self.texts.name(id.0 as usize);
        let address = address_of(first, last, id);
        let (uid, uid_key, uid_type) =
            normalise_uid(&address, None).unwrap_or((address.clone(), address, crate::model::UidType::Other));
        let end_user = EndUser {
            end_user_id: id,
            firstname: Some(first.into()),
            lastname: Some(last.into()),
            name: Some(format!("{first} {last}")),
            ..EndUser::new(Timestamp(self.now.0 - SPAN))
        };
        let end_user_uid_id = EndUserUidId(0);
        (end_user, EndUserUid { end_user_uid_id, end_user_id: id, uid, uid_key, uid_type, is_primary: true })
    }

    /// The conversation of this number, from 0.
    pub fn conversation(&self, number: usize) -> Conversation {
        let mut dice = Dice::new(self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number as u64);
        let dice = &mut dice;
        // Some write often, most once or twice.
        let skewed = (dice.unit() * dice.unit() * self.end_users.len() as f64) as usize;
        let end_user = self.end_users[skewed.min(self.end_users.len() - 1)];
        let (first, last) = self.texts.name(end_user.0 as usize);
        let name = format!("{first} {last}");
        let uid = address_of(first, last, end_user);
        let created = self.now.0 - SPAN + SPAN / self.tickets as i64 * number as i64;
        let created = Timestamp(created.min(self.now.0 - 1));
        let rep = dice.zipf(&self.reps).clone();
        let channel = self.channel(dice);
        let mut ticket = blank_ticket(channel, created, OPEN.into());
        ticket.subject = Some(self.texts.sentence(dice).trim_end_matches(['.', '!']).to_owned());
        ticket.end_user_id = Some(end_user);
        ticket.uid = Some(uid.clone());
        ticket.customer_rep_id = if dice.unit() < 0.85 { rep.id } else { CustomerRepId(0) };
        let messages = self.messages(dice, number, &ticket, &name, &uid, &rep);
        set_state(&mut ticket, dice.unit(), messages.last().map_or(created, |it| it.0.message_date));
        let mut conversation = Conversation { ticket, messages, documents: Vec::new() };
        conversation.index(self.dialect, self.tenant.customer, &[name, first.into(), last.into()]);
        conversation
    }

    fn channel(&self, dice: &mut Dice) -> (crate::model::ChannelId, ChannelType) {
        // Most write mail.
        let channels = &self.tenant.channels;
        if dice.unit() < 0.5 { channels[0] } else { *dice.pick(channels) }
    }

    fn messages(
        &self,
        dice: &mut Dice,
        number: usize,
        ticket: &Ticket,
        name: &str,
        uid: &str,
        rep: &Person,
    ) -> Vec<(Message, Vec<TopicId>)> {
        let channel = (ticket.channel_id, ticket.channel_type);
        let mut date = ticket.date_created.0;
        let mut messages = Vec::with_capacity(3);
        for place in 0..3 {
            let incoming = place != 1;
            let text = match place {
                0 => self.question(dice, number, name),
                1 => self.answer(dice, name, rep),
                _ => format!("{} {}.", self.texts.sentence(dice), self.texts.words(dice, 6)),
            };
            let sender = if incoming { SenderType::EndUser } else { SenderType::CustomerRep };
            let mut message = blank_message(channel, Timestamp(date.min(self.now.0)), sender, Some(text));
            let reply = |it: &String| format!("Re: {it}");
            message.subject =
                if place == 0 { ticket.subject.clone() } else { ticket.subject.as_ref().map(reply) };
            message.uid = Some(uid.to_owned());
            let (end_user, desk) = ((name, uid), (rep.name.as_str(), self.tenant.address.as_str()));
            let (from, to) = if incoming { (end_user, desk) } else { (desk, end_user) };
            message.from_name = Some(from.0.to_owned());
            message.from_address = Some(from.1.to_owned());
            message.to_address = Some(to.1.to_owned());
            if !incoming {
                message.customer_rep_id = Some(rep.id);
                message.delivery_status = Some(DeliveryStatus::Sent);
            }
            messages.push((message, self.topics(dice, place)));
            date += HOUR / 6 + (dice.unit() * dice.unit() * 20.0 * HOUR as f64) as i64;
        }
        messages
    }

    fn topics(&self, dice: &mut Dice, place: usize) -> Vec<TopicId> {
        let mut topics = Vec::new();
        if place == 0 {
            topics.push(*dice.zipf(&self.topics));
            let second = *dice.zipf(&self.topics);
            if dice.unit() < 0.2 && !topics.contains(&second) {
                topics.push(second);
            }
        }
        topics
    }

    fn question(&self, dice: &mut Dice, number: usize, name: &str) -> String {
        let mut text = format!(
            "{}\n\n{} {}.",
            dice.pick(&GREETINGS),
            self.texts.sentence(dice),
            self.texts.words(dice, 10)
        );
        if dice.unit() < 0.3 {
            text.push_str(&format!(" It is about my {COMMON_WORD}."));
        }
        if is_rare(number, self.tickets) {
            text.push_str(&format!(" It has a {RARE_WORD} in it."));
        }
        text.push_str("\n\nKind regards,\n");
        text.push_str(name);
        text
    }

    fn answer(&self, dice: &mut Dice, name: &str, rep: &Person) -> String {
        let (one, two) = (self.texts.sentence(dice), self.texts.sentence(dice));
        format!("Dear {name},\n\n{one} {two}\n\nKind regards,\n{}", rep.name)
    }
}

/// Fifty tickets, spread evenly.
fn is_rare(number: usize, tickets: usize) -> bool {
    let every = (tickets / 50).max(1);
    number.is_multiple_of(every) && number / every < 50
}

fn address_of(first: &str, last: &str, id: EndUserId) -> String {
    let plain = |it: &str| it.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    format!("{}.{}.{id}@example.com", plain(first), plain(last))
}

fn set_state(ticket: &mut Ticket, chance: f64, last: Timestamp) {
    ticket.is_spam = chance < 0.02;
    let status = match chance {
        it if it < 0.57 => CLOSED,
        it if it < 0.82 => OPEN,
        it if it < 0.94 => "Pending",
        _ => ESCALATED,
    };
    ticket.set_status(status.into(), last);
}
