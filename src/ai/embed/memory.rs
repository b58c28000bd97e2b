//! The vectors that were made last: a message is classified, searched with and learned from in turn.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use super::Role;

/// Some 1.5 to 5 kB each.
const KEPT: usize = 2048;

/// Remembers the last vectors. A text is known by two hashes with secret keys: nobody can make two texts
/// that are taken for one.
#[derive(Default)]
pub struct Memory {
    keys: (RandomState, RandomState),
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    vectors: HashMap<Key, Vec<f32>>,
    order: VecDeque<Key>,
}

type Key = (u64, u64);

impl Memory {
    fn key(&self, space: &str, role: Role, text: &str) -> Key {
        let whole = (space, role, text);
        (self.keys.0.hash_one(whole), self.keys.1.hash_one(whole))
    }

    pub fn get(&self, space: &str, role: Role, text: &str) -> Option<Vec<f32>> {
        let key = self.key(space, role, text);
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).vectors.get(&key).cloned()
    }

    pub fn clear(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    pub fn put(&self, space: &str, role: Role, text: &str, vector: &[f32]) {
        let key = self.key(space, role, text);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.vectors.insert(key, vector.to_vec()).is_some() {
            return;
        }
        kept.order.push_back(key);
        if kept.order.len() > KEPT
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.vectors.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ones_are_known_by_space_role_and_text() {
        let memory = Memory::default();
        memory.put("a", Role::Query, "hello", &[1.0]);
        assert_eq!(memory.get("a", Role::Query, "hello"), Some(vec![1.0]));
        assert_eq!(memory.get("b", Role::Query, "hello"), None);
        assert_eq!(memory.get("a", Role::Passage, "hello"), None);
        for n in 0..KEPT {
            memory.put("a", Role::Query, &n.to_string(), &[0.0]);
        }
        assert_eq!(memory.get("a", Role::Query, "hello"), None);
        assert_eq!(memory.kept.lock().unwrap().vectors.len(), KEPT);
        memory.clear();
        assert_eq!(memory.get("a", Role::Query, "1"), None);
    }
}
