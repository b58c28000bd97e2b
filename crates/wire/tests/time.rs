//! Points in time on the wire.

use answerpal_wire::Timestamp;
use answerpal_wire::time::{format, parse};
use chrono::{DateTime, SecondsFormat, Utc};
use proptest::prelude::*;

const APRIL: i64 = 1_711_965_600_000_000;

#[test]
fn formats_as_short_as_exact() {
    assert_eq!(format(APRIL), "2024-04-01T10:00:00Z");
    assert_eq!(format(APRIL + 120_000), "2024-04-01T10:00:00.120Z");
    assert_eq!(format(APRIL + 120_001), "2024-04-01T10:00:00.120001Z");
    assert_eq!(format(-1), "1969-12-31T23:59:59.999999Z");
    assert_eq!(format(0), "1970-01-01T00:00:00Z");
    assert_eq!(format(Timestamp::MIN.0), "0001-01-01T00:00:00Z");
    assert_eq!(format(Timestamp::MAX.0), "9999-12-31T23:59:59.999999Z");
    assert_eq!(format(i64::MIN), "0001-01-01T00:00:00Z");
    assert_eq!(format(i64::MAX), "9999-12-31T23:59:59.999999Z");
}

#[test]
fn parses_what_clients_write() {
    for text in [
        "2024-04-01T10:00:00Z",
        "2024-04-01t10:00:00z",
        "2024-04-01 10:00:00Z",
        "2024-04-01T10:00:00",
        "2024-04-01T10:00",
        "2024-04-01T10:00Z",
        " 2024-04-01T10:00:00.0000000Z ",
        "2024-04-01T12:00:00+02:00",
        "2024-04-01T12:00:00 02:00",
        "2024-04-01 12:00:00 +02:00",
        "2024-04-01T12:00:00+0200",
        "2024-04-01T12:00:00+02",
        "2024-04-01T04:30:00-05:30",
        "2024-03-31T23:00:00-11:00",
        "2024-04-01T09:59:60Z",
    ] {
        assert_eq!(parse(text), Some(APRIL), "{text}");
    }
    assert_eq!(parse("2024-04-01"), Some(APRIL - 36_000_000_000));
    assert_eq!(parse("2024-04-01T10:00:00.5Z"), Some(APRIL + 500_000));
    assert_eq!(parse("2024-04-01T10:00:00,5Z"), Some(APRIL + 500_000));
    assert_eq!(parse("2024-04-01T10:00:00.123456789Z"), Some(APRIL + 123_456));
    assert_eq!(parse("2024-02-29"), parse("2024-02-29T00:00"));
}

#[test]
fn refuses_everything_else() {
    for text in [
        "",
        " ",
        "x",
        "2024",
        "2024-04",
        "2024-4-1",
        "24-04-01",
        "2024/04/01",
        "2024-13-01",
        "2023-02-29",
        "2024-04-31",
        "2024-00-01",
        "2024-04-00",
        "0000-01-01",
        "10000-01-01",
        "-2024-04-01",
        "2024-04-01T",
        "2024-04-01T10",
        "2024-04-01T24:00:00Z",
        "2024-04-01T10:60Z",
        "2024-04-01T10:00:61Z",
        "2024-04-01T10:00:00.Z",
        "2024-04-01T10:00:00.1234567890Z",
        "2024-04-01T10:00:00ZZ",
        "2024-04-01T10:00:00+",
        "2024-04-01T10:00:00+2",
        "2024-04-01T10:00:00+02:",
        "2024-04-01T10:00:00+02:0",
        "2024-04-01T10:00:00+24:00",
        "2024-04-01T10:00:00+02:60",
        "2024-04-01T10:00:00 x",
        "2024-04-01Z",
        "1711965600",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T23:59:60Z",
        "٢٠٢٤-04-01",
        "2024-04-01T10:00:00\0",
    ] {
        assert_eq!(parse(text), None, "{text:?}");
    }
}

#[test]
fn timestamps_on_the_wire() {
    let text = "\"2024-04-01T10:00:00.001Z\"";
    let moment = Timestamp(APRIL + 1000);
    assert_eq!(serde_json::to_string(&moment).expect("text"), text);
    assert_eq!(serde_json::from_str::<Timestamp>(text).expect("moment"), moment);
    assert_eq!(format!("{moment}"), text.trim_matches('"'));
    let error = serde_json::from_str::<Timestamp>("\"x\"").expect_err("no moment").to_string();
    assert!(
        error.starts_with("must be a date and time in ISO 8601, for example 2024-04-01T10:00:00Z"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn round_trips(micros in Timestamp::MIN.0..=Timestamp::MAX.0) {
        for micros in [micros, micros - micros.rem_euclid(1000), micros - micros.rem_euclid(1_000_000)] {
            prop_assert_eq!(parse(&format(micros)), Some(micros));
        }
    }

    #[test]
    fn agrees_with_chrono(micros in Timestamp::MIN.0..=Timestamp::MAX.0, minutes in -1439i64..=1439) {
        let moment: DateTime<Utc> = DateTime::from_timestamp_micros(micros).expect("in range");
        prop_assert_eq!(format(micros), moment.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        let offset = chrono::FixedOffset::east_opt(i32::try_from(minutes).expect("small") * 60).expect("in range");
        let local = moment.with_timezone(&offset).to_rfc3339();
        if local.len() <= 32 && !local.starts_with(['+', '-']) && !local.starts_with("0000") {
            prop_assert_eq!(parse(&local), Some(micros), "{}", local);
        }
    }

    #[test]
    fn no_text_panics(text: String, like in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-9:.+-Z ]{0,20}") {
        let _ = parse(&text);
        let _ = parse(&like);
    }
}
