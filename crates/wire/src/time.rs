//! Points in time: microseconds since 1970 in the process, ISO 8601 in UTC on the wire.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

mod parse;

pub use parse::parse;

const SECOND: i64 = 1_000_000;
const DAY_SECONDS: i64 = 86_400;
const EXPECTED: &str = "a date and time in ISO 8601, for example 2024-04-01T10:00:00Z";

/// A point in time, in microseconds since 1970-01-01T00:00:00Z.
///
/// Serialises as [`format()`] writes it, without allocating, and deserialises what [`parse`] reads.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The first moment that has a form on the wire, 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800 * SECOND);
    /// The last one, 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(253_402_300_800 * SECOND - 1);
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Rendered::new(self.0).as_str())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Rendered::new(self.0).as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not `deserialize_str`, so that a number too is answered with the form expected.
        deserializer.deserialize_any(TimestampVisitor)
    }
}

struct TimestampVisitor;

impl Visitor<'_> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        parse(text).map(Timestamp).ok_or_else(|| E::custom(format_args!("must be {EXPECTED}")))
    }
}

/// Formats microseconds since 1970 as RFC 3339 in UTC with `Z`: no fraction where there is none,
/// else three digits where they suffice, else six.
///
/// Moments outside the years 0001 to 9999 are written as the nearest one inside.
pub fn format(micros: i64) -> String {
    Rendered::new(micros).as_str().to_owned()
}

/// The text of a moment, on the stack.
struct Rendered {
    bytes: [u8; 27],
    length: usize,
}

impl Rendered {
    fn new(micros: i64) -> Self {
        let micros = micros.clamp(Timestamp::MIN.0, Timestamp::MAX.0);
        let (seconds, fraction) = (micros.div_euclid(SECOND), micros.rem_euclid(SECOND));
        let (days, second) = (seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS));
        let (year, month, day) = civil(days);
        let mut bytes = *b"0000-00-00T00:00:00.000000Z";
        digits(&mut bytes[0..4], year);
        digits(&mut bytes[5..7], month);
        digits(&mut bytes[8..10], day);
        digits(&mut bytes[11..13], second / 3600);
        digits(&mut bytes[14..16], second / 60 % 60);
        digits(&mut bytes[17..19], second % 60);
        let length = if fraction == 0 {
            20
        } else if fraction % 1000 == 0 {
            digits(&mut bytes[20..23], fraction / 1000);
            24
        } else {
            digits(&mut bytes[20..26], fraction);
            27
        };
        bytes[length - 1] = b'Z';
        Self { bytes, length }
    }

    fn as_str(&self) -> &str {
        // All ASCII, so never the default.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

/// Writes a number right-aligned over zeros.
fn digits(field: &mut [u8], mut number: i64) {
    for byte in field.iter_mut().rev() {
        *byte = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month and day of a day counted from 1970-01-01 (proleptic Gregorian; Howard Hinnant's
/// `civil_from_days`, for days from the year 0 on).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}
