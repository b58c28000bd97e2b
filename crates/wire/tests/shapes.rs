//! Request types of other shapes than a plain struct.

use answerpal_wire::{FieldError, from_json, from_value};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Debug, PartialEq, Deserialize)]
enum Shape {
    Unit,
    New(i64),
    Pair(i64, i64),
    Fields {
        width: i64,
    },
    #[serde(other)]
    Other,
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    from_json(text.as_bytes()).expect(text)
}

fn refused<T: DeserializeOwned>(text: &str) -> (String, String) {
    match from_json::<T>(text.as_bytes()) {
        Ok(_) => panic!("accepted: {text}"),
        Err(FieldError { field, message }) => (field, message),
    }
}

#[test]
fn several_aliased_fields_at_several_levels() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        #[serde(alias = "a")]
        left: i64,
        #[serde(alias = "b")]
        right: i64,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer {
        #[serde(alias = "list")]
        items: Vec<Inner>,
    }
    let text = r#"{"list":[],"items":[{"a":0,"left":1,"right":2,"b":0},{"b":4,"a":3}]}"#;
    let expected = Outer { items: vec![Inner { left: 1, right: 2 }, Inner { left: 3, right: 4 }] };
    assert_eq!(read::<Outer>(text), expected);
    let value = serde_json::from_str(text).expect("json");
    assert_eq!(from_value::<Outer>(value), Ok(expected));
}

#[test]
fn enums_with_values() {
    assert_eq!(read::<Shape>("\"unit\""), Shape::Unit);
    assert_eq!(read::<Shape>(r#"{"Unit":null}"#), Shape::Unit);
    assert_eq!(read::<Shape>(r#"{"new":"1"}"#), Shape::New(1));
    assert_eq!(read::<Shape>(r#"{"PAIR":[1,2]}"#), Shape::Pair(1, 2));
    assert_eq!(read::<Shape>(r#"{"fields":{"WIDTH":1}}"#), Shape::Fields { width: 1 });
    assert_eq!(read::<Shape>("\"anything\""), Shape::Other);
    assert_eq!(refused::<Shape>(r#"{"fields":{}}"#).0, "Fields.width");
    assert_eq!(refused::<Shape>(r#"{"new":"x"}"#).0, "New");
}

#[test]
fn custom_messages_pass_through() {
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "String")]
    struct Email {}
    impl TryFrom<String> for Email {
        type Error = &'static str;
        fn try_from(text: String) -> Result<Self, Self::Error> {
            if text.contains('@') { Ok(Self {}) } else { Err("must be an email address") }
        }
    }
    #[derive(Debug, Deserialize)]
    struct Form {
        #[serde(rename = "eMail")]
        _email: Email,
    }
    read::<Form>(r#"{"email":"a@b"}"#);
    let expected = ("eMail".to_owned(), "must be an email address".to_owned());
    assert_eq!(refused::<Form>(r#"{"email":"a"}"#), expected);
}
