//! Where the pages that clients read began and ended, for a minute, so that who walks a list page by page goes
//! on from there: no ticket twice and none left out while others write, and no page dearer than the first.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use crate::model::{CustomerId, Timestamp};
use crate::store::Value;

const KEPT_MICROS: i64 = 60 * 1_000_000;
const MOST: usize = 20_000;

/// A page of a list as one caller asked for it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PageKey {
    pub customer: CustomerId,
    /// The caller's identity.
    pub identity: String,
    /// Filter, order and page size.
    pub list: String,
    pub number: u64,
}

/// Where a row stands in its list: its sort value and id.
pub type Place = (Value<'static>, i64);

/// The places of the first and the last row of a page.
#[derive(Clone, PartialEq, Debug)]
pub struct PageEnds {
    pub first: Place,
    pub last: Place,
}

#[derive(Default)]
pub struct PageMemory(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    ends: HashMap<PageKey, (i64, PageEnds)>,
    /// When each was noted, oldest first; a page that was noted again since is there twice.
    noted: VecDeque<(i64, PageKey)>,
}

impl PageMemory {
    /// Where a page began and ended, if it was read within the last minute.
    pub fn ends_of(&self, key: &PageKey, now: Timestamp) -> Option<PageEnds> {
        let pages = self.0.lock().ok()?;
        let (at, ends) = pages.ends.get(key)?;
        (now.0 - at < KEPT_MICROS).then(|| ends.clone())
    }

    pub fn note(&self, key: PageKey, ends: PageEnds, now: Timestamp) {
        let Ok(mut pages) = self.0.lock() else { return };
        pages.noted.push_back((now.0, key.clone()));
        pages.ends.insert(key, (now.0, ends));
        pages.forget(now.0 - KEPT_MICROS);
    }
}

impl Pages {
    fn forget(&mut self, before: i64) {
        while self.noted.len() > MOST || self.noted.front().is_some_and(|it| it.0 <= before) {
            let Some((at, key)) = self.noted.pop_front() else { return };
            if self.ends.get(&key).is_some_and(|it| it.0 == at) {
                self.ends.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> PageKey {
        PageKey { customer: CustomerId(1), identity: "rep:1".into(), list: "all".into(), number }
    }

    fn ends(ticket: i64) -> PageEnds {
        let place = |it| (Value::Int(7), it);
        PageEnds { first: place(ticket), last: place(ticket - 1) }
    }

    #[test]
    fn forgets_after_a_minute_and_beyond_its_size() {
        let memory = PageMemory::default();
        memory.note(key(1), ends(5), Timestamp(0));
        assert_eq!(memory.ends_of(&key(1), Timestamp(KEPT_MICROS - 1)), Some(ends(5)));
        assert_eq!(memory.ends_of(&key(1), Timestamp(KEPT_MICROS)), None);
        assert_eq!(memory.ends_of(&key(2), Timestamp(0)), None);
        memory.note(key(1), ends(6), Timestamp(KEPT_MICROS));
        assert_eq!(memory.ends_of(&key(1), Timestamp(KEPT_MICROS)), Some(ends(6)));
        for number in 0..2 * MOST as u64 {
            memory.note(key(number), ends(1), Timestamp(KEPT_MICROS + 1));
        }
        let pages = memory.0.lock().unwrap();
        assert!(pages.ends.len() <= MOST && pages.noted.len() <= MOST);
    }
}
