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
        (html::sanitised(answer), answerpal_mail::html_text(answer))
    } else {
        (html::from_text(answer), answer.trim().to_owned())
    };
    let mut text = message.clone();
    let (signature_html, signature_text) = ends(signature);
    html.push_str(&signature_html);
    text.push_str(&signature_text);
    Body { message, text, html }
}

/// What a signature adds to HTML and to text.
fn ends(signature: Option<&Signature>) -> (String, String) {
    let Some(signature) = signature else { return (String::new(), String::new()) };
    let given = (signature.signature_html.as_deref(), signature.signature_text.as_deref());
    let (html, text) = match given {
        (Some(html), Some(text)) => (html::sanitised(html), text.to_owned()),
        (Some(html), None) => (html::sanitised(html), answerpal_mail::html_text(html)),
        (None, Some(text)) => (html::from_text(text), text.to_owned()),
        (None, None) => (String::new(), String::new()),
    };
    let html = if html.is_empty() { html } else { format!("<br>{html}") };
    let text = if text.trim().is_empty() { String::new() } else { format!("\n\n-- \n{}", text.trim()) };
    (html, text)
}

/// The bodies of a sent message as they were given: without the signature, which sending adds again. HTML
/// that only says what the text says is left out, so that changing the text is enough.
pub fn unsigned(message: &mut Message, signature: Option<&Signature>) {
    let (html_end, text_end) = ends(signature);
    for (body, end) in [(&mut message.html_body, html_end), (&mut message.text_body, text_end)] {
        if let Some(text) = body
            && let Some(without) = text.strip_suffix(&end)
        {
            *text = without.to_owned();
        }
    }
    if message.html_body == message.text_body.as_deref().map(html::from_text) {
        message.html_body = None;
    }
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
    let base = fields::base_language(&wanted);
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
