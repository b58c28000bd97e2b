//! What is sent and answered of end users.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::end_users::{EndUserChange, UidChange};
use crate::error::{Error, Result};
use crate::model::{CustomerType, EndUser, EndUserId, EndUserUid, EndUserUidId, UidType};

/// An address of an end user.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndUserUidOut {
    #[serde(rename = "endUserUIDID")]
    end_user_uid_id: EndUserUidId,
    #[schema(example = "anna@example.com")]
    uid: String,
    uid_type: UidType,
    is_primary: bool,
}

impl From<EndUserUid> for EndUserUidOut {
    fn from(it: EndUserUid) -> Self {
        Self {
            end_user_uid_id: it.end_user_uid_id,
            uid: it.uid,
            uid_type: it.uid_type,
            is_primary: it.is_primary,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndUserOut {
    #[serde(rename = "endUserID")]
    end_user_id: EndUserId,
    #[schema(example = "Anna")]
    firstname: Option<String>,
    #[schema(example = "Peeters")]
    lastname: Option<String>,
    #[schema(example = "Anna Peeters")]
    name: Option<String>,
    gender: Option<String>,
    other_contact_details: Option<String>,
    customer_ref: Option<String>,
    customer_type: Option<CustomerType>,
    country: Option<String>,
    #[schema(example = "nl")]
    lang: Option<String>,
    company: Option<String>,
    street: Option<String>,
    house_number: Option<String>,
    postal_code: Option<String>,
    city: Option<String>,
    /// What drafts are to know of this end user.
    #[serde(rename = "aIDocumentation")]
    ai_documentation: Option<String>,
    #[serde(rename = "uiDs")]
    ui_ds: Vec<EndUserUidOut>,
    /// The same as `uiDs`.
    uids: Vec<EndUserUidOut>,
}

impl EndUserOut {
    pub fn new(it: EndUser, uids: Vec<EndUserUid>) -> Self {
        let uids: Vec<EndUserUidOut> = uids.into_iter().map(EndUserUidOut::from).collect();
        Self {
            end_user_id: it.end_user_id,
            firstname: it.firstname,
            lastname: it.lastname,
            name: it.name,
            gender: it.gender,
            other_contact_details: it.other_contact_details,
            customer_ref: it.customer_ref,
            customer_type: it.customer_type,
            country: it.country,
            lang: it.lang,
            company: it.company,
            street: it.street,
            house_number: it.house_number,
            postal_code: it.postal_code,
            city: it.city,
            ai_documentation: it.ai_documentation,
            ui_ds: uids.clone(),
            uids,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndUserUidIn {
    /// Names one that is there; without it the `uid` does.
    #[serde(rename = "endUserUIDID")]
    end_user_uid_id: Option<i64>,
    #[schema(example = "anna@example.com")]
    uid: Option<String>,
    /// What the uid looks like where it is left out.
    #[schema(value_type = Option<UidType>)]
    uid_type: Option<String>,
    is_primary: Option<bool>,
    /// Removes it.
    mark_as_deleted: Option<bool>,
}

/// Texts have at most 200 characters (`otherContactDetails` 10,000, `aIDocumentation` 100,000); an
/// empty one clears the field.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndUserIn {
    firstname: Option<String>,
    lastname: Option<String>,
    /// First and last name where it is left out.
    name: Option<String>,
    gender: Option<String>,
    other_contact_details: Option<String>,
    customer_ref: Option<String>,
    #[schema(value_type = Option<CustomerType>)]
    customer_type: Option<String>,
    country: Option<String>,
    lang: Option<String>,
    company: Option<String>,
    street: Option<String>,
    house_number: Option<String>,
    postal_code: Option<String>,
    city: Option<String>,
    #[serde(rename = "aIDocumentation")]
    ai_documentation: Option<String>,
    /// `uids` does as well.
    #[serde(rename = "uiDs")]
    ui_ds: Option<Vec<EndUserUidIn>>,
}

impl EndUserIn {
    pub fn into_change(self) -> Result<EndUserChange> {
        let uids = self.ui_ds.unwrap_or_default().into_iter().enumerate().map(|(index, it)| {
            Ok(UidChange {
                id: it.end_user_uid_id.filter(|it| *it != 0).map(EndUserUidId),
                uid: it.uid,
                uid_type: uid_type(&format!("uiDs[{index}].uidType"), it.uid_type)?,
                is_primary: it.is_primary,
                is_deleted: it.mark_as_deleted.unwrap_or(false),
            })
        });
        Ok(EndUserChange {
            uids: uids.collect::<Result<_>>()?,
            firstname: self.firstname,
            lastname: self.lastname,
            name: self.name,
            gender: self.gender,
            other_contact_details: self.other_contact_details,
            customer_ref: self.customer_ref,
            customer_type: self.customer_type,
            country: self.country,
            lang: self.lang,
            company: self.company,
            street: self.street,
            house_number: self.house_number,
            postal_code: self.postal_code,
            city: self.city,
            ai_documentation: self.ai_documentation,
        })
    }
}

/// An empty text means not given.
pub fn uid_type(field: &str, given: Option<String>) -> Result<Option<UidType>> {
    let Some(given) = given.filter(|it| !it.trim().is_empty()) else { return Ok(None) };
    let names: Vec<&str> = UidType::ALL.iter().map(|it| it.as_str()).collect();
    let wrong = || Error::invalid(field, format!("must be one of {}", names.join(", ")));
    UidType::parse(&given).ok_or_else(wrong).map(Some)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct EndUserQuery {
    #[param(value_type = Option<i64>)]
    pub page_number: Option<answerpal_wire::paging::PageNumber>,
    #[param(value_type = Option<i64>)]
    pub page_size: Option<answerpal_wire::paging::PageNumber>,
    /// Any property of an end user but its uids.
    pub sort_by: Option<String>,
    /// `asc` or `desc`.
    pub sort_order: Option<String>,
    /// Words that names, uids, company or customerRef contain, in any case.
    pub search: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ByUidQuery {
    /// Required.
    #[param(required = true)]
    pub uid: Option<String>,
}
