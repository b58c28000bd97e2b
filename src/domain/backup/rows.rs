//! A row as a line of JSON, and the digest of a table.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::crypto::hex;
use crate::error::{Error, Result};
use crate::store::Value;
use crate::store::dump::{Column, Kind};

/// Appends a row and a line end. Numbers with a fraction are text, because JSON readers round them;
/// text loses the character 0, which PostgreSQL cannot keep.
pub fn encode(row: &[Value<'_>], out: &mut Vec<u8>) -> Result<()> {
    out.push(b'[');
    for (index, value) in row.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Int(it) => out.extend_from_slice(it.to_string().as_bytes()),
            Value::Bool(it) => out.extend_from_slice(if *it { b"true" } else { b"false" }),
            Value::Real(it) => serde_json::to_writer(&mut *out, &it.to_string())?,
            Value::Text(it) if it.contains('\0') => {
                serde_json::to_writer(&mut *out, &it.replace('\0', ""))?;
            }
            Value::Text(it) => serde_json::to_writer(&mut *out, it)?,
            Value::Blob(it) => serde_json::to_writer(&mut *out, &STANDARD.encode(it))?,
            Value::Ints(_) | Value::Texts(_) => return Err(Error::internal("a column holds no list")),
        }
    }
    out.extend_from_slice(b"]\n");
    Ok(())
}

/// Appends the values of a line; an error says what is wrong with it.
pub fn decode(line: &[u8], columns: &[Column], out: &mut Vec<Value<'static>>) -> Result<(), String> {
    let values: Vec<serde_json::Value> = serde_json::from_slice(line).map_err(|it| it.to_string())?;
    if values.len() != columns.len() {
        return Err(format!("has {} values for {} columns", values.len(), columns.len()));
    }
    for (value, column) in values.into_iter().zip(columns) {
        let value = convert(value, column.kind);
        out.push(value.ok_or_else(|| format!("holds no {:?} in {}", column.kind, column.name))?);
    }
    Ok(())
}

fn convert(value: serde_json::Value, kind: Kind) -> Option<Value<'static>> {
    Some(match (kind, value) {
        (_, serde_json::Value::Null) => Value::Null,
        (Kind::Integer, serde_json::Value::Number(it)) => Value::Int(it.as_i64()?),
        (Kind::Boolean, serde_json::Value::Bool(it)) => Value::Bool(it),
        (Kind::Text, serde_json::Value::String(it)) => Value::Text(Cow::Owned(it)),
        (Kind::Real, serde_json::Value::String(it)) => Value::Real(it.parse().ok()?),
        (Kind::Blob, serde_json::Value::String(it)) => Value::Blob(Cow::Owned(STANDARD.decode(it).ok()?)),
        _ => return None,
    })
}

/// The sum of the lines' digests, whatever their order.
#[derive(Default)]
pub struct TableDigest {
    sum: u128,
    pub rows: u64,
}

impl TableDigest {
    pub fn add(&mut self, line: &[u8]) {
        let digest = Sha256::digest(line);
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(half));
        self.rows += 1;
    }

    pub fn to_hex(&self) -> String {
        hex(&self.sum.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: Kind) -> Column {
        Column { name: "c".into(), kind }
    }

    #[test]
    fn a_row_comes_back_as_it_was() {
        let row: Vec<Value<'_>> = vec![
            Value::Int(i64::MAX),
            Value::Real(0.1 + 0.2),
            Value::Bool(true),
            "Zoë \"\\\n\u{2028}".into(),
            vec![0_u8, 255, 7].into(),
            Value::Null,
        ];
        let kinds = [Kind::Integer, Kind::Real, Kind::Boolean, Kind::Text, Kind::Blob, Kind::Text];
        let (mut line, mut back) = (Vec::new(), Vec::new());
        encode(&row, &mut line).unwrap();
        decode(&line, &kinds.map(column), &mut back).unwrap();
        assert_eq!(back, row);
    }

    #[test]
    fn a_line_of_another_table_is_refused() {
        let mut out = Vec::new();
        assert!(decode(b"[1,2]", &[column(Kind::Integer)], &mut out).unwrap_err().contains("2 values for 1"));
        assert!(decode(b"[\"x\"]", &[column(Kind::Integer)], &mut out).unwrap_err().contains("no Integer"));
        assert!(decode(b"[1", &[column(Kind::Integer)], &mut out).is_err());
    }

    #[test]
    fn the_digest_does_not_depend_on_the_order() {
        let (mut a, mut b) = (TableDigest::default(), TableDigest::default());
        a.add(b"1");
        a.add(b"2");
        b.add(b"2");
        b.add(b"1");
        assert_eq!(a.to_hex(), b.to_hex());
        b.add(b"1");
        assert_ne!(a.to_hex(), b.to_hex());
    }
}
