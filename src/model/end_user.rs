//! An end user: who writes to the tenant, and the addresses they write from.

use super::{CustomerType, EndUserId, EndUserUidId, Timestamp, UidType};
use crate::row;

row! {
    /// An end user as it is stored, without its uids.
    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct EndUser {
        pub end_user_id: EndUserId,
        pub firstname: Option<String>,
        pub lastname: Option<String>,
        pub name: Option<String>,
        pub gender: Option<String>,
        pub other_contact_details: Option<String>,
        pub customer_ref: Option<String>,
        pub customer_type: Option<CustomerType>,
        pub country: Option<String>,
        pub lang: Option<String>,
        pub company: Option<String>,
        pub street: Option<String>,
        pub house_number: Option<String>,
        pub postal_code: Option<String>,
        pub city: Option<String>,
        pub ai_documentation: Option<String>,
        pub created_at: Timestamp,
    }
}

impl EndUser {
    /// One of whom nothing is known yet.
    pub fn new(created_at: Timestamp) -> Self {
        Self {
            end_user_id: EndUserId(0),
            firstname: None,
            lastname: None,
            name: None,
            gender: None,
            other_contact_details: None,
            customer_ref: None,
            customer_type: None,
            country: None,
            lang: None,
            company: None,
            street: None,
            house_number: None,
            postal_code: None,
            city: None,
            ai_documentation: None,
            created_at,
        }
    }
}

row! {
    /// An address of an end user: email address, phone number, chat name.
    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct EndUserUid {
        pub end_user_uid_id: EndUserUidId,
        pub end_user_id: EndUserId,
        pub uid: String,
        /// What the uid is found by; unique in its tenant.
        pub uid_key: String,
        pub uid_type: UidType,
        /// One of an end user's uids is.
        pub is_primary: bool,
    }
}
