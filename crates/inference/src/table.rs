//! Tables of which a text needs a few rows: those of words.
//!
//! A row is read from the file where it lies. Through the program's memory each would bring the pages around it
//! with it, until most of the table counts as memory of the program.

use std::borrow::Cow;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Rows of one length.
pub struct Table {
    bytes: Cow<'static, [u8]>,
    row: usize,
    /// Where the same bytes lie in a file.
    place: Option<(&'static File, u64)>,
}

impl Table {
    /// Of rows of `row` bytes. They are read from `place` where that is given, else and where that fails from memory.
    pub fn new(bytes: Cow<'static, [u8]>, row: usize, place: Option<(&'static File, u64)>) -> Self {
        Self { bytes, row, place }
    }

    /// Looks at a row, in `room` where it has to be read.
    pub fn row<'a>(&'a self, number: usize, room: &'a mut Vec<u8>) -> &'a [u8] {
        let at = number * self.row;
        if let Some((file, start)) = self.place {
            room.resize(self.row, 0);
            if file.read_exact_at(room, start + at as u64).is_ok() {
                return room;
            }
        }
        &self.bytes[at..at + self.row]
    }
}

/// The file that this program was started from, and where in it these bytes of the program's own lie. None where the
/// system does not tell.
pub fn own_file(bytes: &'static [u8]) -> Option<(File, u64)> {
    let place = place(&std::fs::read_to_string("/proc/self/maps").ok()?, bytes.as_ptr().addr() as u64)?;
    let file = File::open("/proc/self/exe").ok()?;
    // A loader may have been started in the program's place.
    let mut start = vec![0; bytes.len().min(4096)];
    file.read_exact_at(&mut start, place).ok()?;
    (start == bytes[..start.len()]).then_some((file, place))
}

/// Where an address lies in the file that is mapped there.
fn place(maps: &str, address: u64) -> Option<u64> {
    maps.lines().find_map(|line| {
        let mut columns = line.split_ascii_whitespace();
        let (start, end) = columns.next()?.split_once('-')?;
        let number = |hex: &str| u64::from_str_radix(hex, 16).ok();
        let (start, end, offset) = (number(start)?, number(end)?, number(columns.nth(1)?)?);
        (start..end).contains(&address).then(|| offset + address - start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_from_the_file_and_from_memory_where_it_ends() {
        let path = std::env::temp_dir().join(format!("answerpal-table-{}", std::process::id()));
        std::fs::write(&path, b"--AAABBB").unwrap();
        let file = Box::leak(Box::new(File::open(&path).unwrap()));
        std::fs::remove_file(&path).unwrap();
        let table = Table::new(b"aaabbbccc".into(), 3, Some((file, 2)));
        let read = |table: &Table, number| table.row(number, &mut Vec::new()).to_vec();
        assert_eq!([0, 1, 2].map(|it| read(&table, it)), [b"AAA", b"BBB", b"ccc"]);
        assert_eq!(read(&Table::new(b"aaabbb".into(), 3, None), 1), b"bbb");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_is_built_into_a_program_is_found_in_its_file() {
        static OWN: &[u8] = include_bytes!("space.bin");
        let (file, start) = own_file(OWN).expect("the system tells");
        let mut read = vec![0; OWN.len()];
        file.read_exact_at(&mut read, start).unwrap();
        assert_eq!(read, OWN);
    }

    #[test]
    fn a_place_in_a_file_is_read_from_the_list_of_mappings() {
        let maps = "1000-3000 r--p 00000000 08:01 7 /bin/it\n3000-4000 r-xp 00002800 08:01 7 /bin/it\n";
        assert_eq!(
            [0xfff, 0x1010, 0x3004, 0x4000].map(|it| place(maps, it)),
            [None, Some(0x10), Some(0x2804), None]
        );
    }
}
