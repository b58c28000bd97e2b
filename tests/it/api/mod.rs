//! One file per resource, as the API's addresses are.

mod auth;
mod channels;
mod topics;
