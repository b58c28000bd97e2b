//! Page numbers and sizes.

use answerpal_wire::Paging;
use proptest::prelude::*;

fn paging(number: Option<i64>, size: Option<i64>) -> (u64, u64) {
    let paging = Paging::new(number, size, 10, 1000);
    (paging.number, paging.size)
}

#[test]
fn numbers_and_sizes_are_clamped() {
    assert_eq!(paging(None, None), (1, 10));
    assert_eq!(paging(Some(0), Some(0)), (1, 10));
    assert_eq!(paging(Some(-5), Some(i64::MIN)), (1, 10));
    assert_eq!(paging(Some(3), Some(25)), (3, 25));
    assert_eq!(paging(Some(i64::MAX), Some(1001)), (i64::MAX as u64, 1000));
    assert_eq!(Paging::new(None, None, 0, 0).size, 1);
    assert_eq!(Paging::new(None, None, 20, 5).size, 5);
}

#[test]
fn offsets_and_totals() {
    let page = |number, size| Paging { number, size };
    assert_eq!(page(1, 10).offset(), 0);
    assert_eq!(page(3, 25).offset(), 50);
    assert_eq!(page(0, 25).offset(), 0);
    assert_eq!(page(u64::MAX, u64::MAX).offset(), i64::MAX);
    assert_eq!(page(1, u64::MAX).limit(), i64::MAX);
    assert_eq!(page(1, 10).limit(), 10);
    for (total, pages) in [(0, 0), (1, 1), (10, 1), (11, 2), (u64::MAX, u64::MAX.div_ceil(10))] {
        assert_eq!(page(1, 10).total_pages(total), pages, "{total}");
    }
    assert_eq!(page(1, 0).total_pages(5), 5);
}

proptest! {
    #[test]
    fn pages_never_overlap(number in 1i64..1_000_000, size in 1i64..1000) {
        let page = Paging::new(Some(number), Some(size), 10, 1000);
        let next = Paging::new(Some(number + 1), Some(size), 10, 1000);
        prop_assert_eq!(page.offset() + page.limit(), next.offset());
    }

    #[test]
    fn nothing_overflows(number: Option<i64>, size: Option<i64>, default: u64, max: u64, total: u64) {
        let page = Paging::new(number, size, default, max);
        prop_assert!(page.number >= 1 && page.size >= 1 && page.offset() >= 0);
        let _ = page.total_pages(total);
    }
}
