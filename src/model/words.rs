//! The closed vocabularies of the API. Each is written as the contract spells it and read in any case.

macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $($variant:ident),* $(,)? })*) => {
        $($(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name { $($variant),* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant)),* }
            }

            /// Any case.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str().eq_ignore_ascii_case(text.trim()))
            }
        }

        impl From<$name> for $crate::store::Value<'_> {
            fn from(it: $name) -> Self { it.as_str().into() }
        }

        impl $crate::store::ToColumn for $name {
            fn to_column(&self) -> $crate::store::Value<'_> { (*self).into() }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }

        $crate::column_via!($name, String, |it| $name::parse(&it).ok_or_else(|| {
            $crate::error::Error::internal(format!("{it:?} is no {}", stringify!($name)))
        })?);
        )*
    };
}

words! {
    /// What a rep may do.
    Role { Administrator, Supervisor, Agent }
    /// How a conversation is carried.
    ChannelType { Email, Chat, Phone, WhatsApp, Teams }
    /// Who wrote a message.
    SenderType { EndUser, CustomerRep, AI, System }
    CustomerType { Lead, Customer, Partner }
    /// What a uid is.
    UidType { Email, Phone, WhatsApp, Teams, Chat, Other }
    /// A pipeline stage's state on a message.
    StageStatus { Pending, Running, Done, Failed, Skipped }
    /// What became of a raw mail.
    MailState { Received, Processed, Dead }
    /// How a raw mail came.
    MailSource { Imap, Smtp, Import, Api }
    /// What a rep does on a ticket just now.
    PresenceState { Viewing, Replying }
    /// What became of an answer that the AI drafted: sent as it was, sent otherwise, not used, or neither yet.
    DraftOutcome { Unchanged, Edited, Discarded, Waiting }
    /// What a rep writes in the composer.
    ComposerKind { Reply, Note, Forward }
    /// What a rep is told of.
    NotificationKind { Mention, Assigned }
    /// Where a sent message is. `Unconfirmed`: it was handed over, and whether it was taken is not known.
    DeliveryStatus { Queued, Sent, Failed, Bounced, Unconfirmed }
    /// How a mail server is spoken to: TLS from the first byte, after STARTTLS, or not at all.
    Security { TLS, StartTLS, None }
    /// What becomes of a mail in its mailbox once it is stored.
    AfterFetch { Mark, Move, Keep }
    /// How a language model is spoken to.
    LlmProvider { OpenAI, Anthropic, Gemini, Ollama }
}
