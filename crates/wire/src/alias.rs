//! Fields with aliases, given under several of their names.
//!
//! serde lists the names of a struct's fields flat, each field's own name and its aliases side by
//! side, and does not say where one field ends. The struct's visitor does when it gets two names
//! of one field: its «duplicate field» error carries the field's own name. That is learned here,
//! and the input read again with only the best of the names.

use serde_json::Value;

/// What is given for a field under one of its names.
pub(crate) struct Slot {
    pub(crate) value: Value,
    /// Whether the name was spelled exactly so.
    pub(crate) exact: bool,
    /// Where in the object it stood.
    pub(crate) position: usize,
}

/// Neighbouring names of a struct that are all the same field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    structure: &'static str,
    names: &'static [&'static str],
    first: usize,
    last: usize,
    canonical: usize,
}

impl Group {
    /// The names at `one` and `other` are both the field that its struct calls `canonical`.
    pub(crate) fn new(
        structure: &'static str,
        names: &'static [&'static str],
        (one, other): (usize, usize),
        canonical: &str,
    ) -> Self {
        let canonical = names.iter().position(|&name| name == canonical);
        let canonical = canonical.unwrap_or(other);
        Self {
            structure,
            names,
            first: one.min(other).min(canonical),
            last: one.max(other).max(canonical),
            canonical,
        }
    }

    fn is_of(&self, structure: &str, names: &[&str]) -> bool {
        self.structure == structure && self.names == names
    }
}

/// Remembers which names are one field; false where that was known, so reading again is no use.
pub(crate) fn learn(groups: &mut Vec<Group>, clash: Group) -> bool {
    let overlapping = groups.iter_mut().find(|group| {
        group.is_of(clash.structure, clash.names) && group.first <= clash.last && clash.first <= group.last
    });
    let Some(group) = overlapping else {
        groups.push(clash);
        return true;
    };
    let wider = clash.first < group.first || clash.last > group.last;
    group.first = group.first.min(clash.first);
    group.last = group.last.max(clash.last);
    wider
}

/// Leaves one name of each known field: the field's own name before its aliases and the exact
/// spelling before others, then the last given.
pub(crate) fn resolve(groups: &[Group], structure: &str, names: &[&str], slots: &mut [Option<Slot>]) {
    for group in groups {
        if !group.is_of(structure, names) {
            continue;
        }
        let best = (group.first..=group.last)
            .filter_map(|index| slots[index].as_ref().map(|slot| (index, slot)))
            .max_by_key(|(index, slot)| {
                let own = *index == group.canonical;
                (slot.exact && own, slot.exact, own, slot.position)
            })
            .map(|(index, _)| index);
        for (offset, slot) in slots[group.first..=group.last].iter_mut().enumerate() {
            if Some(group.first + offset) != best {
                *slot = None;
            }
        }
    }
}
