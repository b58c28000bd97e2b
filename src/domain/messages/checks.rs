//! What the fields of a message must be.

use crate::domain::delivery::addresses;
use crate::domain::fields;
use crate::error::{Error, Result};
use crate::model::{ChannelType, Message};

/// Longest values that are not bodies, in characters.
pub(super) fn check_lengths(message: &Message) -> Result<()> {
    for (field, value, longest) in [
        ("subject", &message.subject, 1000),
        ("uid", &message.uid, 320),
        ("fromAddress", &message.from_address, 1000),
        ("fromName", &message.from_name, 300),
        ("toAddress", &message.to_address, 10_000),
        ("ccAddress", &message.cc_address, 10_000),
        ("bccAddress", &message.bcc_address, 10_000),
        ("fromNumber", &message.from_number, 100),
        ("toNumber", &message.to_number, 100),
        ("twilio_CallSid", &message.twilio_call_sid, 100),
        ("pageURL", &message.page_url, 4000),
    ] {
        if value.as_ref().is_some_and(|it| it.chars().count() > longest) {
            return Err(Error::invalid(field, format!("must have at most {longest} characters")));
        }
    }
    Ok(())
}

/// What is given as a message's language is a tag, also as some systems write it (`pt_BR`).
pub(super) fn check_language(message: &Message) -> Result<()> {
    match &message.lang {
        Some(tag) if !tag.trim().is_empty() => {
            fields::language("lang", &tag.trim().replace('_', "-")).map(drop)
        }
        _ => Ok(()),
    }
}

/// What is to go out as mail goes to addresses. What came in says whatever its sender wrote.
pub fn check_recipients(message: &Message) -> Result<()> {
    if message.incoming || message.channel_type != ChannelType::Email {
        return Ok(());
    }
    for (field, value) in [
        ("toAddress", &message.to_address),
        ("ccAddress", &message.cc_address),
        ("bccAddress", &message.bcc_address),
    ] {
        addresses(field, value.as_deref().unwrap_or_default())?;
    }
    Ok(())
}
