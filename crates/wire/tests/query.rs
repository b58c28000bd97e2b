//! The rules for a URL's query.

use answerpal_wire::{FieldError, PageNumber, Timestamp, from_query};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Filter {
    status: Vec<String>,
    #[serde(rename = "channelIDs")]
    channel_ids: Vec<i64>,
    is_spam: Option<bool>,
    all: bool,
    #[serde(rename = "customerRepID")]
    customer_rep_id: Option<i64>,
    sort_order: Option<Order>,
    search: Option<String>,
    name: String,
    page_number: Option<PageNumber>,
    created_from: Option<Timestamp>,
    #[serde(alias = "channel")]
    channel_type: Option<String>,
    id: Option<Id>,
    orders: Option<Vec<Order>>,
    free: Option<Value>,
    ratio: Option<f64>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Id(u8);

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    Asc,
    Desc,
}

fn read(query: &str) -> Filter {
    from_query(query).expect(query)
}

#[track_caller]
fn refuses(query: &str, field: &str, message: &str) {
    let expected = FieldError { field: field.into(), message: message.into() };
    assert_eq!(from_query::<Filter>(query), Err(expected));
}

#[test]
fn repeated_names_are_lists() {
    let filter = read("status=Open&status=Escalated&channelIDs=1&CHANNELIDS=2");
    assert_eq!(filter.status, ["Open", "Escalated"]);
    assert_eq!(filter.channel_ids, [1, 2]);
    assert_eq!(read("status=a,b&Status=c").status, ["a,b", "c"]);
    assert_eq!(read("status=&status=b&status").status, ["b"]);
    assert_eq!(read("status[]=a&status%5B%5D=b&status[0]=c&status[x]=d").status, ["a", "b", "c"]);
    assert_eq!(read("orders=asc&orders=DESC").orders, Some(vec![Order::Asc, Order::Desc]));
}

#[test]
fn single_fields_take_the_last_value() {
    let filter = read("search=a&Search=b+c%20%C3%A4&customerRepID=1&customerrepid=2");
    assert_eq!(filter.search.as_deref(), Some("b c ä"));
    assert_eq!(filter.customer_rep_id, Some(2));
    assert_eq!(read("free=1&free=2").free, Some(Value::from("2")));
    assert_eq!(read("channel=a&channelType=b&channel=c").channel_type.as_deref(), Some("b"));
    assert_eq!(read("channel=a").channel_type.as_deref(), Some("a"));
}

#[test]
fn empty_values_and_unknown_names_count_for_nothing() {
    let query = "?&&=&search=&isSpam=&customerRepID&pageNumber=&createdFrom=&unknown=5&sortOrder=";
    assert_eq!(read(query), Filter::default());
    assert_eq!(read(""), Filter::default());
    assert_eq!(read("name=x&name=").name, "x");
}

#[test]
fn scalars_read_leniently() {
    for (text, value) in [("true", true), ("True", true), ("1", true), ("FALSE", false), ("0", false)] {
        let filter = read(&format!("isspam={text}&all={text}"));
        assert_eq!((filter.is_spam, filter.all), (Some(value), value), "{text}");
    }
    assert_eq!(read("sortorder=DESC").sort_order, Some(Order::Desc));
    assert_eq!(read("customerRepID=+5").customer_rep_id, Some(5));
    assert_eq!(read("id=7").id, Some(Id(7)));
    assert_eq!(read("ratio=0.5").ratio, Some(0.5));
    assert_eq!(read("pageNumber=99999999999999999999").page_number, Some(PageNumber(i64::MAX)));
    assert_eq!(read("pageNumber=-99999999999999999999").page_number, Some(PageNumber(i64::MIN)));
    let hour = Some(Timestamp(3_600_000_000));
    assert_eq!(read("createdFrom=1970-01-01T01:00:00Z").created_from, hour);
    assert_eq!(read("createdFrom=1970-01-01T02:00:00+01:00").created_from, hour);
    assert_eq!(read("search=%ff%").search.as_deref(), Some("\u{fffd}%"));
}

#[test]
fn errors_name_the_field() {
    refuses("ISSPAM=yes", "isSpam", "must be true or false");
    refuses("channelids=1&channelids=x", "channelIDs", "must be a whole number");
    refuses("id=256", "id", "is out of range");
    refuses("sortOrder=up", "sortOrder", "must be one of asc, desc");
    refuses("search=a%00", "search", "must not contain the NUL character");
    refuses("status=a%00", "status", "must not contain the NUL character");
    refuses("free=a%00", "free", "must not contain the NUL character");
    refuses("pageNumber=x", "pageNumber", "must be a whole number");
    #[derive(Debug, PartialEq, Deserialize)]
    struct Needs {
        #[serde(rename = "ticketId")]
        ticket_id: i64,
    }
    assert_eq!(from_query("TICKETID=5"), Ok(Needs { ticket_id: 5 }));
    let error = from_query::<Needs>("ticketId=").expect_err("missing");
    assert_eq!((error.field.as_str(), error.message.as_str()), ("ticketId", "is required"));
    assert_eq!(from_query::<Vec<i64>>("a=1").expect_err("list").field, "query");
}

proptest! {
    #[test]
    fn no_text_panics(query: String) {
        let _ = from_query::<Filter>(&query);
        let _ = from_query::<Value>(&query);
    }

    #[test]
    fn no_query_panics(query in "((status|channelIDs|isSpam|channel|channelType|free|id)(\\[\\])?=[a-z0-9%+]{0,4}&){0,6}") {
        let _ = from_query::<Filter>(&query);
    }

    #[test]
    fn values_survive_encoding(values in prop::collection::vec("[^\0]{1,8}", 0..4)) {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for value in &values {
            query.append_pair("Status", value);
        }
        prop_assert_eq!(read(&query.finish()).status, values);
    }
}
