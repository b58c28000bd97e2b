//! What goes into a statement and what comes out of a row, the same on both engines.

use std::borrow::Cow;

use crate::error::Error;

/// A parameter of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Int(i64),
    Real(f64),
    Bool(bool),
    Text(Cow<'a, str>),
    Blob(Cow<'a, [u8]>),
    /// For `= ANY($n)`.
    Ints(Cow<'a, [i64]>),
    /// For `= ANY($n)`.
    Texts(Cow<'a, [String]>),
}

impl Value<'_> {
    /// The same, borrowing nothing.
    pub fn to_owned_value(&self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Int(it) => Value::Int(*it),
            Self::Real(it) => Value::Real(*it),
            Self::Bool(it) => Value::Bool(*it),
            Self::Text(it) => Value::Text(Cow::Owned(it.clone().into_owned())),
            Self::Blob(it) => Value::Blob(Cow::Owned(it.clone().into_owned())),
            Self::Ints(it) => Value::Ints(Cow::Owned(it.clone().into_owned())),
            Self::Texts(it) => Value::Texts(Cow::Owned(it.clone().into_owned())),
        }
    }
}

macro_rules! value_from {
    ($($source:ty => |$it:ident| $value:expr;)*) => {
        $(impl<'a> From<$source> for Value<'a> {
            fn from($it: $source) -> Self { $value }
        })*
    };
}

value_from! {
    i64 => |it| Value::Int(it);
    i32 => |it| Value::Int(it.into());
    u32 => |it| Value::Int(it.into());
    f64 => |it| Value::Real(it);
    bool => |it| Value::Bool(it);
    String => |it| Value::Text(Cow::Owned(it));
    &'a str => |it| Value::Text(Cow::Borrowed(it));
    &'a String => |it| Value::Text(Cow::Borrowed(it));
    Cow<'a, str> => |it| Value::Text(it);
    Vec<u8> => |it| Value::Blob(Cow::Owned(it));
    &'a [u8] => |it| Value::Blob(Cow::Borrowed(it));
    &'a Vec<u8> => |it| Value::Blob(Cow::Borrowed(it));
    Vec<i64> => |it| Value::Ints(Cow::Owned(it));
    &'a [i64] => |it| Value::Ints(Cow::Borrowed(it));
    Vec<String> => |it| Value::Texts(Cow::Owned(it));
    answerpal_wire::time::Timestamp => |it| Value::Int(it.0);
    &'a serde_json::Value => |it| Value::Text(Cow::Owned(it.to_string()));
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(it: Option<T>) -> Self {
        it.map_or(Value::Null, Into::into)
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(it: &'a Option<String>) -> Self {
        it.as_deref().map_or(Value::Null, Into::into)
    }
}

impl<'a> From<&'a Option<serde_json::Value>> for Value<'a> {
    fn from(it: &'a Option<serde_json::Value>) -> Self {
        it.as_ref().map_or(Value::Null, Into::into)
    }
}

/// Parameters of a statement: `params![ticket_id, &subject, now]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::store::Value::from($value)),*] };
}

/// A row under the cursor of either engine.
pub enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

/// Reads the columns of a row from left to right.
pub struct Columns<'a> {
    row: Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    pub fn new(row: Row<'a>) -> Self {
        Self { row, next: 0 }
    }

    /// How many columns the row has.
    fn width(&self) -> usize {
        match &self.row {
            Row::Sqlite(row) => row.as_ref().column_count(),
            Row::Postgres(row) => row.len(),
        }
    }

    /// The next column. An error means that the statement and its reader disagree.
    pub fn take<T: FromColumn>(&mut self) -> Result<T, Error> {
        let index = self.next;
        self.next += 1;
        T::from_column(&self.row, index)
    }
}

/// A type that one column can hold.
pub trait FromColumn: Sized {
    fn from_column(row: &Row<'_>, index: usize) -> Result<Self, Error>;
}

macro_rules! from_column {
    ($($target:ty),*) => {
        $(impl FromColumn for $target {
            fn from_column(row: &Row<'_>, index: usize) -> Result<Self, Error> {
                match row {
                    Row::Sqlite(row) => Ok(row.get(index)?),
                    Row::Postgres(row) => Ok(row.try_get(index)?),
                }
            }
        }
        impl FromColumn for Option<$target> {
            fn from_column(row: &Row<'_>, index: usize) -> Result<Self, Error> {
                match row {
                    Row::Sqlite(row) => Ok(row.get(index)?),
                    Row::Postgres(row) => Ok(row.try_get(index)?),
                }
            }
        })*
    };
}

from_column!(i64, f64, bool, String, Vec<u8>);

/// For rows whose columns are known at run time only. SQLite gives its booleans as integers.
impl FromColumn for Value<'static> {
    fn from_column(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        use rusqlite::types::ValueRef;
        use tokio_postgres::types::Type;
        Ok(match row {
            Row::Sqlite(row) => match row.get_ref(index)? {
                ValueRef::Null => Self::Null,
                ValueRef::Integer(it) => Self::Int(it),
                ValueRef::Real(it) => Self::Real(it),
                ValueRef::Text(it) => String::from_utf8_lossy(it).into_owned().into(),
                ValueRef::Blob(it) => it.to_vec().into(),
            },
            Row::Postgres(row) => match *row.columns()[index].type_() {
                Type::BOOL => row.try_get::<_, Option<bool>>(index)?.into(),
                Type::INT8 => row.try_get::<_, Option<i64>>(index)?.into(),
                Type::FLOAT8 => row.try_get::<_, Option<f64>>(index)?.into(),
                Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.into(),
                _ => row.try_get::<_, Option<String>>(index)?.into(),
            },
        })
    }
}

/// A type that can be written to one column.
pub trait ToColumn {
    fn to_column(&self) -> Value<'_>;
}

macro_rules! to_column {
    ($($source:ty => |$it:ident| $value:expr;)*) => {
        $(impl ToColumn for $source {
            fn to_column(&self) -> Value<'_> { let $it = self; $value }
        })*
    };
}

to_column! {
    i64 => |it| Value::Int(*it);
    f64 => |it| Value::Real(*it);
    bool => |it| Value::Bool(*it);
    String => |it| it.as_str().into();
    Vec<u8> => |it| it.into();
    answerpal_wire::time::Timestamp => |it| Value::Int(it.0);
    serde_json::Value => |it| it.into();
}

impl<T: ToColumn> ToColumn for Option<T> {
    fn to_column(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToColumn::to_column)
    }
}

/// Lets a type be stored through another one that a column can hold.
#[macro_export]
macro_rules! column_via {
    ($target:ty, $column:ty, |$it:ident| $read:expr) => {
        impl $crate::store::FromColumn for $target {
            fn from_column(row: &$crate::store::Row<'_>, index: usize) -> Result<Self, $crate::error::Error> {
                let $it = <$column as $crate::store::FromColumn>::from_column(row, index)?;
                Ok($read)
            }
        }
        impl $crate::store::FromColumn for Option<$target> {
            fn from_column(row: &$crate::store::Row<'_>, index: usize) -> Result<Self, $crate::error::Error> {
                let it = <Option<$column> as $crate::store::FromColumn>::from_column(row, index)?;
                it.map(|$it| Ok($read)).transpose()
            }
        }
    };
}

column_via!(answerpal_wire::time::Timestamp, i64, |it| answerpal_wire::time::Timestamp(it));
column_via!(serde_json::Value, String, |it| serde_json::from_str(&it)?);

/// A type that a row, or its first columns, can be read into.
pub trait FromRow: Sized {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self, Error>;
}

impl FromRow for Vec<Value<'static>> {
    fn from_row(columns: &mut Columns<'_>) -> Result<Self, Error> {
        (0..columns.width()).map(|_| columns.take()).collect()
    }
}

macro_rules! from_row_tuple {
    ($($name:ident),*) => {
        impl<$($name: FromColumn),*> FromRow for ($($name,)*) {
            fn from_row(columns: &mut Columns<'_>) -> Result<Self, Error> {
                Ok(($(columns.take::<$name>()?,)*))
            }
        }
    };
}

from_row_tuple!(A);
from_row_tuple!(A, B);
from_row_tuple!(A, B, C);
from_row_tuple!(A, B, C, D);
from_row_tuple!(A, B, C, D, E);
from_row_tuple!(A, B, C, D, E, F);

/// Declares a row type with the list of its columns (`COLUMNS`, qualified by the alias `t`) and its
/// reader. Field names are column names, in order.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* pub $first:ident: $first_type:ty $(, $(#[$rest_meta:meta])* pub $rest:ident: $rest_type:ty)* $(,)?)? }) => {
        $(#[$meta])*
        pub struct $name { $($(#[$field_meta])* pub $first: $first_type $(, $(#[$rest_meta])* pub $rest: $rest_type)*)? }

        impl $name {
            /// The columns of this row type, for a statement whose table has the alias `t`.
            pub const COLUMNS: &'static str = concat!($("t.", stringify!($first) $(, ", t.", stringify!($rest))*)?);

            /// The bare names of the columns, for an insert.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($first) $(, stringify!($rest))*)?];

            /// What the columns hold, in the order of `NAMES`.
            pub fn values(&self) -> Vec<$crate::store::Value<'_>> {
                vec![$($crate::store::ToColumn::to_column(&self.$first) $(, $crate::store::ToColumn::to_column(&self.$rest))*)?]
            }
        }

        impl $crate::store::FromRow for $name {
            fn from_row(columns: &mut $crate::store::Columns<'_>) -> Result<Self, $crate::error::Error> {
                Ok(Self { $($first: columns.take()? $(, $rest: columns.take()?)*)? })
            }
        }
    };
}
