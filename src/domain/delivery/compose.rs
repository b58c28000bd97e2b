//! What an answer looks like when it goes out.

use crate::domain::{fields, html};
use crate::error::{Error, Result};
use crate::model::{CustomerId, CustomerRepId, Message};
use crate::store::reps::signatures::{self, Signature};
use crate::store::{Conn, customers};

/// Recipients of one field.
const MOST_ADDRESSES: usize = 50;

/// The texts of a message that goes out.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// Without the signature.
    pub message: String,
    pub text: String,
    pub html: String,
}

/// A body with what it was made of.
pub struct Composed {
    pub body: Body,
    /// The prepared answer, which must still be the one when it is sent; None where it was given.
    pub source: Option<String>,
}

/// The answer that waits on a message: as a person changed it, else as it was drafted.
pub fn prepared(message: &Message) -> Option<&str> {
    let texts = [&message.ai_modified_response, &message.ai_generated_response];
    texts.into_iter().flatten().map(|it| it.trim()).find(|it| !it.is_empty())
}

/// The body of an answer given as text or HTML.
pub fn body(answer: &str, signature: Option<&Signature>) -> Body {
    let (mut html, message) = if html::is_html(answer) {
        (html::sanitised(answer), html::to_text(answer))
    } else {
        (html::from_text(answer), answer.trim().to_owned())
    };
    let mut text = message.clone();
    if let Some(signature) = signature {
        let given = (signature.signature_html.as_deref(), signature.signature_text.as_deref());
        let (signature_html, signature_text) = match given {
            (Some(html), Some(text)) => (html::sanitised(html), text.to_owned()),
            (Some(html), None) => (html::sanitised(html), html::to_text(html)),
            (None, Some(text)) => (html::from_text(text), text.to_owned()),
            (None, None) => (String::new(), String::new()),
        };
        if !signature_html.is_empty() {
            html.push_str("<br>");
            html.push_str(&signature_html);
        }
        if !signature_text.trim().is_empty() {
            text.push_str("\n\n-- \n");
            text.push_str(signature_text.trim());
        }
    }
    Body { message, text, html }
}

/// The rep's signature in the language of the conversation (the tenant's where that is not known), else
/// the one for every language.
pub async fn signature_of(
    conn: &mut Conn,
    customer: CustomerId,
    rep: CustomerRepId,
    lang: Option<&str>,
) -> Result<Option<Signature>> {
    let mut signatures = signatures::list(conn, customer, rep).await?;
    if signatures.is_empty() {
        return Ok(None);
    }
    let wanted = match lang {
        Some(lang) => lang.to_lowercase(),
        None => customers::get(conn, customer).await?.default_lang.unwrap_or_default().to_lowercase(),
    };
    let base = wanted.split('-').next().unwrap_or_default();
    let at = [wanted.as_str(), base, ""]
        .into_iter()
        .find_map(|lang| signatures.iter().position(|it| it.lang.eq_ignore_ascii_case(lang)));
    Ok(at.map(|it| signatures.swap_remove(it)))
}

/// The addresses of a field: separated by commas or semicolons, each bare or `Name <address>`.
pub fn addresses(field: &str, text: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for part in text.split([',', ';']).map(str::trim).filter(|it| !it.is_empty()) {
        let bare = match (part.rfind('<'), part.strip_suffix('>')) {
            (Some(at), Some(cut)) => &cut[at + 1..],
            _ => part,
        };
        let address = fields::email(field, bare.trim())?;
        if !found.contains(&address) {
            found.push(address);
        }
    }
    if found.len() > MOST_ADDRESSES {
        return Err(Error::invalid(field, format!("must have at most {MOST_ADDRESSES} addresses")));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_gets_its_signature_in_both_forms() {
        let signature = Signature {
            lang: String::new(),
            signature_html: Some("<b>Jo</b><script>x</script>".into()),
            signature_text: None,
        };
        let body = body("Hello <you>", Some(&signature));
        assert_eq!(body.html, "<p>Hello &lt;you&gt;</p><br><b>Jo</b>");
        assert_eq!((body.message.as_str(), body.text.as_str()), ("Hello <you>", "Hello <you>\n\n-- \nJo"));
    }

    #[test]
    fn addresses_are_read_bare_and_with_names() {
        let found = addresses("to", "Anna <anna@Example.com>; b@example.com, anna@example.com").unwrap();
        assert_eq!(found, ["anna@example.com", "b@example.com"]);
        assert!(addresses("to", "nobody").is_err());
    }
}
