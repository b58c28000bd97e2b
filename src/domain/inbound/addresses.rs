//! Addresses as they are compared, and lists of them as they are kept.

use answerpal_mail::Address;

use crate::domain::reply_tokens::without_token;

/// Longest list that a message keeps.
const LONGEST_LIST: usize = 10_000;

/// What two addresses of one mailbox have in common: lower case, nothing after a `+`.
pub fn key(address: &str) -> String {
    without_token(address.trim()).to_lowercase()
}

/// `Anna <anna@example.com>, …`, cut where it gets too long.
pub fn list(addresses: &[Address]) -> Option<String> {
    let mut out = String::new();
    for it in addresses {
        let one = match &it.name {
            Some(name) => format!("{} <{}>", name.replace(['<', '>', ',', ';', '"'], " ").trim(), it.address),
            None => it.address.clone(),
        };
        if out.chars().count() + one.chars().count() + 2 > LONGEST_LIST {
            break;
        }
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&one);
    }
    (!out.is_empty()).then_some(out)
}

/// The keys of a list as it is kept.
pub fn keys(list: &str) -> impl Iterator<Item = String> + '_ {
    list.split([',', ';']).map(|it| {
        let inner = it.rsplit_once('<').and_then(|it| it.1.split_once('>')).map_or(it, |it| it.0);
        key(inner)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_back() {
        let of = |name: Option<&str>, address: &str| Address {
            name: name.map(Into::into),
            address: address.into(),
        };
        let text = list(&[of(Some("Berg, Anna"), "Anna+x@Example.com"), of(None, "b@c.example")]).unwrap();
        assert_eq!(text, "Berg  Anna <Anna+x@Example.com>, b@c.example");
        assert_eq!(keys(&text).collect::<Vec<_>>(), ["anna@example.com", "b@c.example"]);
    }
}
