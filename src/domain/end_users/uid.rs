//! What a uid is: an address in one form, so that it is found whichever way it was written.

use crate::domain::fields;
use crate::error::Error;
use crate::model::UidType;
use crate::store::tickets::uid_key;

const LONGEST_UID: usize = 254;
/// Digits of a phone number (E.164 allows 15).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 6..=15;

/// The uid as it is kept, the key it is found by, and its type: that given, else what it looks like
/// (`@` is an email address, digits are a phone number). The error says why it is none.
pub fn normalise_uid(text: &str, uid_type: Option<UidType>) -> Result<(String, String, UidType), String> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST_UID || text.contains(char::is_control) {
        return Err(format!("must have 1 to {LONGEST_UID} characters"));
    }
    let uid_type = uid_type.unwrap_or_else(|| infer(text));
    let uid = match uid_type {
        UidType::Email => fields::email("uid", text).map_err(reason)?,
        UidType::Phone => phone(text)?,
        UidType::WhatsApp => phone(text.strip_prefix("whatsapp:").unwrap_or(text))?,
        UidType::Teams | UidType::Chat | UidType::Other => text.to_owned(),
    };
    let key = uid_key(&uid);
    Ok((uid, key, uid_type))
}

fn infer(text: &str) -> UidType {
    if text.contains('@') {
        UidType::Email
    } else if phone(text).is_ok() {
        UidType::Phone
    } else {
        UidType::Other
    }
}

/// `+` and digits. Numbers that no country gives out are fine: providers use such for tests.
fn phone(text: &str) -> Result<String, String> {
    let number = fields::phone("uid", text).map_err(reason)?;
    if PHONE_DIGITS.contains(&number.trim_start_matches('+').len()) {
        return Ok(number);
    }
    Err("must be a phone number of 6 to 15 digits".into())
}

fn reason(error: Error) -> String {
    match error {
        Error::Invalid { message, .. } => message,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_brought_into_one_form() {
        let normal = |text: &str, kind| normalise_uid(text, kind).unwrap();
        let email = normal(" Anna@Example.COM ", None);
        assert_eq!(email, ("Anna@example.com".into(), "anna@example.com".into(), UidType::Email));
        let phone = normal("+32 900 00 042", None);
        assert_eq!(phone, ("+3290000042".into(), "+3290000042".into(), UidType::Phone));
        assert_eq!(normal("whatsapp:+32 90000042", Some(UidType::WhatsApp)).0, "+3290000042");
        assert_eq!(normal("Visitor-7", None), ("Visitor-7".into(), "visitor-7".into(), UidType::Other));
        assert_eq!(normal("12345", None).2, UidType::Other);
        assert_eq!(normal("a@b", Some(UidType::Chat)).2, UidType::Chat);
    }

    #[test]
    fn what_is_no_address_of_its_type_is_refused() {
        for (text, kind) in [
            ("", None),
            ("  ", None),
            ("a b@x.de", None),
            ("anna", Some(UidType::Email)),
            ("12345", Some(UidType::Phone)),
            ("call me", Some(UidType::WhatsApp)),
            ("a\u{7}b", None),
        ] {
            assert!(normalise_uid(text, kind).is_err(), "{text:?}");
        }
        assert!(normalise_uid(&"x".repeat(255), None).is_err());
    }
}
