//! The names that tickets refer to.

use std::collections::HashMap;

use super::{ChannelId, ChannelType, CustomField, CustomerRepId, TopicId};

/// The names of one tenant at one version.
#[derive(Default)]
pub struct Refs {
    pub version: i64,
    pub channels: HashMap<ChannelId, (String, ChannelType)>,
    pub reps: HashMap<CustomerRepId, String>,
    pub topics: HashMap<TopicId, String>,
    /// Definitions of custom fields, in their order.
    pub fields: Vec<CustomField>,
}
