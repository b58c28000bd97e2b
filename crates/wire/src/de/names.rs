//! Comparing names without regard to case.

/// Whether two names are the same but for case.
pub(super) fn same(left: &str, right: &str) -> bool {
    if left.eq_ignore_ascii_case(right) {
        return true;
    }
    if left.is_ascii() && right.is_ascii() {
        return false;
    }
    let mut known = right.chars().flat_map(char::to_lowercase);
    // Stops at the first difference, so that a long unknown name costs little.
    let equal = left.chars().flat_map(char::to_lowercase).all(|letter| known.next() == Some(letter));
    equal && known.next().is_none()
}

/// Which of the names is meant, and whether it is spelled exactly so. `hint` is tried first.
pub(super) fn find(names: &[&str], name: &str, hint: usize) -> Option<(usize, bool)> {
    if names.get(hint).is_some_and(|&known| known == name) {
        return Some((hint, true));
    }
    let mut found = None;
    for (index, known) in names.iter().enumerate() {
        if same(name, known) {
            if *known == name {
                return Some((index, true));
            }
            found = found.or(Some((index, false)));
        }
    }
    found
}
