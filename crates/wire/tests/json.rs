//! The rules for request bodies.

use std::collections::HashMap;

use answerpal_wire::{FieldError, PageNumber, Timestamp, from_json, from_value};
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Loose {
    subject: Option<String>,
    #[serde(rename = "channelID")]
    channel_id: Option<i64>,
    escalated: bool,
    weight: Option<f64>,
    small: Option<u8>,
    status: Option<Status>,
    #[serde(rename = "uiDs", alias = "uids")]
    uids: Vec<Uid>,
    #[serde(alias = "channel", alias = "aChannel", alias = "zChannel")]
    channel_type: Option<String>,
    #[serde(alias = "text")]
    message: Option<String>,
    custom_fields_data: Option<Map<String, Value>>,
    extra: Option<Value>,
    named: HashMap<String, Uid>,
    page: Option<PageNumber>,
    close_date: Option<Timestamp>,
    maybe: Vec<Option<i64>>,
    pair: Option<(i64, String)>,
    id: Option<Id>,
    letter: Option<char>,
    wide: Option<u64>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Uid {
    uid: String,
    #[serde(rename = "isPrimary", default)]
    is_primary: bool,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Id(i64);

#[derive(Debug, PartialEq, Deserialize)]
enum Status {
    Open,
    Closed,
    #[serde(rename = "notSpam")]
    NotSpam,
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    from_json(text.as_bytes()).expect(text)
}

fn loose(text: &str) -> Loose {
    read(text)
}

fn refused<T: DeserializeOwned>(text: &str) -> (String, String) {
    match from_json::<T>(text.as_bytes()) {
        Ok(_) => panic!("accepted: {text}"),
        Err(FieldError { field, message }) => (field, message),
    }
}

#[track_caller]
fn refuses(text: &str, field: &str, message: &str) {
    assert_eq!(refused::<Loose>(text), (field.into(), message.into()));
}

#[test]
fn empty_bodies_are_an_empty_object() {
    for text in ["", " \r\n\t", "{}", "null", "\u{feff}", "\u{feff}{}"] {
        assert_eq!(loose(text), Loose::default(), "{text:?}");
    }
    assert_eq!(read::<Value>(""), json!({}));
    read::<()>("");
}

#[test]
fn malformed_and_misshapen_bodies_are_about_the_body() {
    let (field, message) = refused::<Loose>("{\"a\":1\n,}");
    assert_eq!(field, "body");
    assert!(message.starts_with("is not valid JSON: "), "{message}");
    assert!(message.ends_with("at line 2 column 2"), "{message}");
    for text in ["[]", "[1]", "1", "\"x\"", "true"] {
        refuses(text, "body", "must be a JSON object");
    }
    assert_eq!(refused::<Loose>("{} {}").0, "body");
    assert_eq!(refused::<Loose>(&"[".repeat(200_000)).0, "body");
    assert_eq!(refused::<Vec<Uid>>("{}").1, "must be a list");
    assert_eq!(refused::<Vec<Uid>>("[{}]").0, "[0].uid");
    assert_eq!(from_json::<Loose>(b"{\"subject\":\"\xff\"}").expect_err("latin").field, "body");
}

#[test]
fn names_match_in_any_case_at_every_level() {
    let read = loose(
        r#"{"SUBJECT":"s","ChannelId":5,"UIDs":[{"UID":"a","isprimary":true}],
            "named":{"Key":{"Uid":"b"}},"nobody":{"x":[null]}}"#,
    );
    assert_eq!(read.subject.as_deref(), Some("s"));
    assert_eq!(read.channel_id, Some(5));
    assert_eq!(read.uids, [Uid { uid: "a".into(), is_primary: true }]);
    assert_eq!(read.named["Key"].uid, "b");
    // U+212A is a capital k.
    #[derive(Deserialize)]
    struct Kelvin {
        k: i64,
        #[serde(rename = "äü")]
        umlauts: i64,
    }
    let kelvin: Kelvin = self::read("{\"\u{212a}\":3,\"ÄÜ\":4,\"ä\":5,\"äüä\":6}");
    assert_eq!((kelvin.k, kelvin.umlauts), (3, 4));
}

#[test]
fn the_exact_spelling_wins_then_the_last() {
    for text in [
        r#"{"subject":"yes","Subject":"no","SUBJECT":"no"}"#,
        r#"{"Subject":"no","subject":"yes"}"#,
        r#"{"Subject":"no","subject":"no","subject":"yes"}"#,
        r#"{"SUBJECT":"no","Subject":"no","sUBJECT":"yes"}"#,
        r#"{"Subject":"yes","subject":null}"#,
    ] {
        assert_eq!(loose(text).subject.as_deref(), Some("yes"), "{text}");
    }
}

#[test]
fn a_fields_own_name_wins_over_its_aliases() {
    for text in [
        r#"{"uiDs":[{"uid":"yes"}],"uids":[{"uid":"no"}]}"#,
        r#"{"uids":[{"uid":"no"}],"uiDs":[{"uid":"yes"}]}"#,
        r#"{"UIDS":[{"uid":"no"}],"uids":[{"uid":"yes"}]}"#,
        r#"{"uids":[{"uid":"yes"}]}"#,
        r#"{"uiDs":null,"uids":[{"uid":"yes"}]}"#,
    ] {
        assert_eq!(loose(text).uids[0].uid, "yes", "{text}");
    }
    for text in [
        r#"{"channel":"no","channelType":"yes"}"#,
        r#"{"channelType":"yes","channel":"no","aChannel":"no","zChannel":"no"}"#,
        r#"{"zChannel":"no","channelType":"yes"}"#,
        r#"{"Channel":"no","ChannelType":"yes"}"#,
        r#"{"zChannel":"no","aChannel":"no","channel":"yes"}"#,
        r#"{"aChannel":"yes"}"#,
    ] {
        assert_eq!(loose(text).channel_type.as_deref(), Some("yes"), "{text}");
    }
}

#[test]
fn null_means_not_given() {
    let read = loose(
        r#"{"subject":null,"escalated":null,"uiDs":null,"extra":null,"customFieldsData":null,
            "maybe":[1,null]}"#,
    );
    assert_eq!(read, Loose { maybe: vec![Some(1), None], ..Loose::default() });
    assert_eq!(refused::<Uid>(r#"{"uid":null}"#), ("uid".into(), "is required".into()));
}

#[test]
fn free_form_values_pass_untouched() {
    let free = json!({"Key": null, "key": 1, "KEY": {"subject": null, "Subject": [null, "5", 5.0]}});
    let read = loose(&json!({"CustomFieldsData": free, "extra": free}).to_string());
    assert_eq!(read.custom_fields_data.map(Value::Object).as_ref(), Some(&free));
    assert_eq!(read.extra, Some(free.clone()));
    let keys: Vec<_> = free.as_object().expect("object").keys().cloned().collect();
    assert_eq!(keys, ["Key", "key", "KEY"]);
    assert_eq!(from_value::<Value>(free.clone()), Ok(free));
    assert_eq!(self::read::<Vec<Value>>("[null,1]"), [Value::Null, json!(1)]);
}

#[test]
fn numbers_and_booleans_may_be_quoted() {
    for text in ["5", "\"5\"", "5.0", "\" 5 \"", "\"5.0\"", "\"+5\"", "5e0"] {
        assert_eq!(loose(&format!("{{\"channelID\":{text}}}")).channel_id, Some(5), "{text}");
    }
    for text in ["1.5", "\"1.5\"", "15e-1"] {
        assert_eq!(loose(&format!("{{\"weight\":{text}}}")).weight, Some(1.5), "{text}");
    }
    for text in ["true", "\"true\"", "\"True\"", "\" TRUE\""] {
        assert!(loose(&format!("{{\"escalated\":{text}}}")).escalated, "{text}");
    }
    assert!(!loose(r#"{"escalated":"FALSE"}"#).escalated);
    assert_eq!(loose(r#"{"id":"7"}"#).id, Some(Id(7)));
    assert_eq!(read::<HashMap<i64, i64>>(r#"{"1":"2"}"#), HashMap::from([(1, 2)]));
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    for text in ["1.5", "\"x\"", "\"\"", "\"1.5\"", "true", "[1]", "{}", "\"NaN\"", "\"inf\""] {
        refuses(&format!("{{\"CHANNELid\":{text}}}"), "channelID", "must be a whole number");
    }
    for text in ["300", "-1", "\"300\"", "1e300", "\"1e300\"", "99999999999999999999"] {
        refuses(&format!("{{\"small\":{text}}}"), "small", "is out of range");
    }
    for text in ["9223372036854775808", "-9223372036854775809", "\"-9223372036854775809\""] {
        refuses(&format!("{{\"channelID\":{text}}}"), "channelID", "is out of range");
    }
    refuses(r#"{"wide":18446744073709551616}"#, "wide", "is out of range");
    assert_eq!(loose(r#"{"wide":18446744073709551615}"#).wide, Some(u64::MAX));
    assert_eq!(loose(r#"{"channelID":-9223372036854775808}"#).channel_id, Some(i64::MIN));
    let digits = format!("{{\"channelID\":\"{}\"}}", "9".repeat(100));
    refuses(&digits, "channelID", "is out of range");
    for text in ["\"inf\"", "\"NaN\"", "\"\"", "true", "[]"] {
        refuses(&format!("{{\"weight\":{text}}}"), "weight", "must be a number");
    }
    refuses(r#"{"weight":"1e999"}"#, "weight", "is out of range");
    for text in ["1", "0", "\"1\"", "\"yes\"", "{}"] {
        refuses(&format!("{{\"escalated\":{text}}}"), "escalated", "must be true or false");
    }
    for text in ["1", "true", "[]", "{}"] {
        refuses(&format!("{{\"subject\":{text}}}"), "subject", "must be a string");
    }
    refuses(r#"{"letter":"xy"}"#, "letter", "must be a character");
    refuses(r#"{"page":"x"}"#, "page", "must be a whole number");
    refuses(r#"{"page":1.5}"#, "page", "must be a whole number");
    refuses(r#"{"page":[]}"#, "page", "must be a whole number");
    refuses(r#"{"pair":[1]}"#, "pair", "must be a list of length 2");
    refuses(r#"{"pair":[1,"a",2]}"#, "pair", "must be a list of length 2");
}

#[test]
fn paths_lead_to_the_field() {
    refuses(r#"{"UIDs":[{"uid":"a"},{}]}"#, "uiDs[1].uid", "is required");
    refuses(r#"{"uiDs":[{"UID":5}]}"#, "uiDs[0].uid", "must be a string");
    refuses(r#"{"uiDs":[5]}"#, "uiDs[0]", "must be a JSON object");
    refuses(r#"{"uiDs":{}}"#, "uiDs", "must be a list");
    refuses(r#"{"named":{"Ab":{"uid":"x","isPrimary":5}}}"#, "named.Ab.isPrimary", "must be true or false");
    refuses(r#"{"pair":["x","y"]}"#, "pair[0]", "must be a whole number");
    refuses(r#"{"id":"x"}"#, "id", "must be a whole number");
    assert_eq!(refused::<Vec<Vec<i64>>>("[[1],[2,\"x\"]]").0, "[1][1]");
    let error = from_json::<Loose>(br#"{"id":"x"}"#).expect_err("id");
    assert_eq!(error.to_string(), "id must be a whole number");
}

#[test]
fn nul_is_refused_wherever_it_would_be_kept() {
    let nul = "must not contain the NUL character";
    refuses(r#"{"subject":"a\u0000b"}"#, "subject", nul);
    refuses(r#"{"uiDs":[{"uid":"\u0000"}]}"#, "uiDs[0].uid", nul);
    refuses(r#"{"extra":"\u0000"}"#, "extra", nul);
    refuses(r#"{"extra":{"a":[1,{"b":"\u0000"}]}}"#, "extra.a[1].b", nul);
    refuses(r#"{"customFieldsData":{"a":{"b":"\u0000"}}}"#, "customFieldsData.a.b", nul);
    refuses(r#"{"customFieldsData":{"a\u0000":1}}"#, "customFieldsData", nul);
    refuses(r#"{"extra":{"a":{"\u0000":1}}}"#, "extra.a", nul);
    refuses(r#"{"named":{"\u0000":{"uid":""}}}"#, "named", nul);
    assert_eq!(refused::<String>(r#""\u0000""#), ("body".into(), nul.into()));
    assert_eq!(loose(r#"{"unknown":"\u0000"}"#), Loose::default());
}

#[test]
fn enums_match_in_any_case() {
    for text in ["Open", "open", "OPEN"] {
        assert_eq!(loose(&format!("{{\"status\":\"{text}\"}}")).status, Some(Status::Open));
    }
    assert_eq!(loose(r#"{"status":"NOTSPAM"}"#).status, Some(Status::NotSpam));
    for text in ["\"x\"", "1", "[]", "{}", "{\"a\":1,\"b\":2}", "\"\""] {
        let text = format!("{{\"status\":{text}}}");
        refuses(&text, "status", "must be one of Open, Closed, notSpam");
    }
}

#[test]
fn times_and_pages() {
    let time = "must be a date and time in ISO 8601, for example 2024-04-01T10:00:00Z";
    let read = loose(r#"{"closeDate":"1970-01-01T01:00:00+01:00","page":99999999999999999999}"#);
    assert_eq!((read.close_date, read.page), (Some(Timestamp(0)), Some(PageNumber(i64::MAX))));
    for text in ["\"\"", "\"tomorrow\"", "5", "{}", "[]"] {
        refuses(&format!("{{\"closeDate\":{text}}}"), "closeDate", time);
    }
}

#[test]
fn from_value_follows_the_same_rules() {
    let read: Loose = from_value(json!({"SUBJECT": "x", "channelid": "4"})).expect("fits");
    assert_eq!((read.subject.as_deref(), read.channel_id), (Some("x"), Some(4)));
    assert_eq!(from_value::<Loose>(Value::Null).expect_err("null").field, "body");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = from_json::<Loose>(&bytes);
        let _ = from_json::<Value>(&bytes);
    }

    #[test]
    fn no_json_panics(
        name in "subject|Channel|channelType|uiDs|uids|small|status|extra|named|pair|weight|page",
        value in "[-0-9.eE]{1,30}|\"[-0-9.eEtrua:TZ]{0,12}\"|\\[.{0,8}\\]|\\{\"uid\":.{0,5}\\}",
        other in "subject|channel|zChannel|UIDS|uids|small|status|extra|named|pair|weight|page",
    ) {
        let text = format!("{{\"{name}\":{value},\"{other}\":{value}}}");
        let _ = from_json::<Loose>(text.as_bytes());
    }

    #[test]
    fn integers_read_as_written(number: i64) {
        for text in [format!("{number}"), format!("\"{number}\"")] {
            prop_assert_eq!(from_json::<i64>(text.as_bytes()), Ok(number));
        }
    }
}
