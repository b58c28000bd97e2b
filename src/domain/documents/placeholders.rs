//! `{{TopicList}}` and its like in a document's content.

use std::collections::HashMap;

use crate::error::Result;
use crate::model::CustomerId;
use crate::store::{Conn, channels, customers, topics};

/// Longest name looked for between the braces, spaces included.
const LONGEST_NAME: usize = 40;
/// Beyond so many bytes no more is filled in: a short content could name a long list again and again.
const LARGEST: usize = 8 * 1024 * 1024;

/// Fills `{{TopicList}}` and `{{ChannelList}}` (markdown lists) and `{{CustomerName}}`, in any case.
/// Others stay as they are.
pub async fn fill(conn: &mut Conn, customer: CustomerId, text: &str) -> Result<String> {
    let mut values: HashMap<String, Option<String>> = HashMap::new();
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once("{{") {
        out.push_str(before);
        out.push_str("{{");
        rest = tail;
        let end = tail.as_bytes().windows(2).take(LONGEST_NAME).position(|it| it == b"}}");
        let Some(end) = end else { continue };
        let name = tail[..end].trim().to_ascii_lowercase();
        if !values.contains_key(&name) {
            let value = value(conn, customer, &name).await?;
            values.insert(name.clone(), value);
        }
        if let Some(Some(value)) = values.get(&name)
            && out.len() + value.len() <= LARGEST
        {
            out.truncate(out.len() - 2);
            out.push_str(value);
            rest = &tail[end + 2..];
        }
    }
    out.push_str(rest);
    Ok(out)
}

async fn value(conn: &mut Conn, customer: CustomerId, name: &str) -> Result<Option<String>> {
    let lines = match name {
        "topiclist" => {
            let topics = topics::list(conn, customer, "t.name_key ASC", i64::MAX, 0).await?;
            let line = |it: &topics::Topic| match &it.description {
                Some(description) => format!("- {}: {description}", it.name),
                None => format!("- {}", it.name),
            };
            topics.iter().map(line).collect::<Vec<_>>()
        }
        "channellist" => {
            let channels = channels::list(conn, customer).await?;
            channels.iter().map(|it| format!("- {} ({})", it.name, it.channel_type)).collect()
        }
        "customername" => vec![customers::get(conn, customer).await?.name],
        _ => return Ok(None),
    };
    Ok(Some(lines.join("\n")))
}
