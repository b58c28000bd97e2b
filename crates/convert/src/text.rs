//! Plain text and tables in it.

use crate::Refusal;
use crate::tidy::Table;

/// The text of bytes: by their byte order mark, else UTF-8, else the Windows code page of the West.
pub fn decode(content: &[u8]) -> Result<String, Refusal> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(content) {
        return Ok(encoding.decode(content).0.into_owned());
    }
    match std::str::from_utf8(content) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Ok(encoding_rs::WINDOWS_1252.decode_without_bom_handling(content).0.into_owned()),
    }
}

/// A table of values separated by commas, semicolons or tabs: whichever the first line has most of.
pub fn csv(text: &str) -> Result<String, Refusal> {
    let first = text.lines().find(|it| !it.trim().is_empty()).unwrap_or_default();
    let count = |it: u8| first.bytes().filter(|byte| *byte == it).count();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|it| count(*it)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut table = Table::default();
    for record in reader.records() {
        let record = record.map_err(|_| Refusal::Broken("CSV"))?;
        table.row(record.iter().map(str::to_owned).collect())?;
    }
    Ok(table.markdown())
}
