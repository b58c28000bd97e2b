//! Where the pages that clients read ended, for a minute, so that who walks a list page by page goes on
//! from there: no ticket twice and none left out while others write, and no page dearer than the first.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use crate::model::{CustomerId, TicketId, Timestamp};
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

/// The last row of a page: its sort value and id.
#[derive(Clone, PartialEq, Debug)]
pub struct PageEnd {
    pub value: Value<'static>,
    pub ticket: TicketId,
}

#[derive(Default)]
pub struct PageMemory(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    ends: HashMap<PageKey, (i64, PageEnd)>,
    /// When each was noted, oldest first; a page that was noted again since is there twice.
    noted: VecDeque<(i64, PageKey)>,
}

impl PageMemory {
    /// Where a page ended, if it was read within the last minute.
    pub fn end_of(&self, key: &PageKey, now: Timestamp) -> Option<PageEnd> {
        let pages = self.0.lock().ok()?;
        let (at, end) = pages.ends.get(key)?;
        (now.0 - at < KEPT_MICROS).then(|| end.clone())
    }

    pub fn note(&self, key: PageKey, end: PageEnd, now: Timestamp) {
        let Ok(mut pages) = self.0.lock() else { return };
        pages.noted.push_back((now.0, key.clone()));
        pages.ends.insert(key, (now.0, end));
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

    fn end(ticket: i64) -> PageEnd {
        PageEnd { value: Value::Int(7), ticket: TicketId(ticket) }
    }

    #[test]
    fn forgets_after_a_minute_and_beyond_its_size() {
        let memory = PageMemory::default();
        memory.note(key(1), end(5), Timestamp(0));
        assert_eq!(memory.end_of(&key(1), Timestamp(KEPT_MICROS - 1)), Some(end(5)));
        assert_eq!(memory.end_of(&key(1), Timestamp(KEPT_MICROS)), None);
        assert_eq!(memory.end_of(&key(2), Timestamp(0)), None);
        memory.note(key(1), end(6), Timestamp(KEPT_MICROS));
        assert_eq!(memory.end_of(&key(1), Timestamp(KEPT_MICROS)), Some(end(6)));
        for number in 0..2 * MOST as u64 {
            memory.note(key(number), end(1), Timestamp(KEPT_MICROS + 1));
        }
        let pages = memory.0.lock().unwrap();
        assert!(pages.ends.len() <= MOST && pages.noted.len() <= MOST);
    }
}
