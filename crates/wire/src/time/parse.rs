//! Reading ISO 8601 as clients write it.

use chrono::{Datelike, NaiveDate};

use super::{DAY_SECONDS, SECOND, Timestamp};

/// Days from 0001-01-01 (day 1) to 1970-01-01.
const EPOCH_FROM_CE: i32 = 719_163;

/// Reads a date and time in ISO 8601 as microseconds since 1970.
///
/// `2024-04-01`, optionally with `T10:00`, `:30`, up to nine digits of fraction (cut to
/// microseconds) and `Z` or an offset (`+02:00`, `+0200`, `+02`). Without an offset it is UTC,
/// without a time midnight. `t`, `z` and a space for `T` do, and so does the space that an
/// unescaped `+` of an offset becomes in a URL's query. A second 60 is the next minute's first.
///
/// `None` for anything else, for days that no calendar has, and outside the years 0001 to 9999.
pub fn parse(text: &str) -> Option<i64> {
    let mut rest = Cursor(text.trim().as_bytes());
    let days = date(&mut rest)?;
    let mut seconds = i64::from(days) * DAY_SECONDS;
    let mut micros = 0;
    if !rest.0.is_empty() {
        if !(rest.eat(b'T') || rest.eat(b't') || rest.eat(b' ')) {
            return None;
        }
        seconds += time_of_day(&mut rest)?;
        micros = fraction(&mut rest)?;
        seconds -= offset(&mut rest)?;
    }
    let moment = seconds * SECOND + micros;
    let known = Timestamp::MIN.0..=Timestamp::MAX.0;
    (rest.0.is_empty() && known.contains(&moment)).then_some(moment)
}

fn date(rest: &mut Cursor<'_>) -> Option<i32> {
    let year = rest.number(4)?;
    rest.expect(b'-')?;
    let month = rest.number(2)?;
    rest.expect(b'-')?;
    let day = rest.number(2)?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(date.num_days_from_ce() - EPOCH_FROM_CE)
}

fn time_of_day(rest: &mut Cursor<'_>) -> Option<i64> {
    let hour = rest.number(2).filter(|&hour| hour < 24)?;
    rest.expect(b':')?;
    let minute = rest.number(2).filter(|&minute| minute < 60)?;
    let second = if rest.eat(b':') { rest.number(2).filter(|&second| second <= 60)? } else { 0 };
    Some(i64::from(hour * 3600 + minute * 60 + second))
}

/// The microseconds of a fraction, 0 where there is none.
fn fraction(rest: &mut Cursor<'_>) -> Option<i64> {
    if !(rest.eat(b'.') || rest.eat(b',')) {
        return Some(0);
    }
    let length = rest.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length > 9 {
        return None;
    }
    let number = i64::from(rest.number(length)?);
    // At most nine digits: the power is small.
    let nanos = number * 10_i64.pow(9 - u32::try_from(length).ok()?);
    Some(nanos / 1000)
}

/// The seconds that local time is ahead of UTC.
fn offset(rest: &mut Cursor<'_>) -> Option<i64> {
    if rest.0.is_empty() {
        return Some(0);
    }
    let spaced = rest.eat(b' ');
    if rest.eat(b'Z') || rest.eat(b'z') {
        return Some(0);
    }
    let sign = if rest.eat(b'-') {
        -1
    } else if rest.eat(b'+') || spaced {
        1
    } else {
        return None;
    };
    let hours = rest.number(2).filter(|&hours| hours < 24)?;
    let colon = rest.eat(b':');
    let minutes =
        if rest.0.is_empty() && !colon { 0 } else { rest.number(2).filter(|&minutes| minutes < 60)? };
    Some(sign * i64::from(hours * 3600 + minutes * 60))
}

/// The text still to be read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        match self.0.split_first() {
            Some((&first, rest)) if first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }

    /// The number of exactly that many digits (one to nine).
    fn number(&mut self, length: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(length)?;
        if digits.is_empty() {
            return None;
        }
        let mut number = 0;
        for byte in digits {
            if !byte.is_ascii_digit() {
                return None;
            }
            number = number * 10 + u32::from(byte - b'0');
        }
        self.0 = rest;
        Some(number)
    }
}
