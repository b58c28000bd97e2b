//! Typed ids, so that a ticket's id is never taken for a message's.

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => {
        $($(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = i64)]
        pub struct $name(pub i64);

        impl From<$name> for $crate::store::Value<'_> {
            fn from(it: $name) -> Self { $crate::store::Value::Int(it.0) }
        }

        impl $crate::store::ToColumn for $name {
            fn to_column(&self) -> $crate::store::Value<'_> { (*self).into() }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        $crate::column_via!($name, i64, |it| $name(it));
        )*
    };
}

ids! {
    /// A tenant.
    CustomerId,
    /// A rep (agent, supervisor, administrator) of a tenant. 0 is nobody.
    CustomerRepId,
    ApiKeyId,
    /// A sign-in of a browser.
    SessionId,
    SavedViewId,
    CannedResponseId,
    NotificationId,
    /// An action on many tickets that may be undone.
    BulkUndoId,
    EndUserMergeId,
    ChannelId,
    EndUserId,
    EndUserUidId,
    TopicId,
    DocumentId,
    /// A draft of a reply.
    DraftId,
    AutoReplyRuleId,
    /// What a person taught about topics.
    ExampleId,
    /// What a person taught about spam.
    SpamLessonId,
    CustomFieldId,
    TicketId,
    MessageId,
    MessageTopicId,
    AttachmentId,
    ReceivedMailId,
}
