//! Reps.

use super::Role;

/// What a new rep has.
#[derive(Clone)]
pub struct NewRep {
    pub username: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone_number: Option<String>,
    pub other_details: Option<String>,
    pub role: Role,
    pub is_active: bool,
    pub is_available: bool,
    pub signature_html: Option<String>,
    pub signature_text: Option<String>,
    pub password_hash: String,
}

impl Default for NewRep {
    fn default() -> Self {
        Self {
            username: String::new(),
            name: None,
            email: None,
            phone_number: None,
            other_details: None,
            role: Role::Agent,
            is_active: true,
            is_available: true,
            signature_html: None,
            signature_text: None,
            password_hash: String::new(),
        }
    }
}
