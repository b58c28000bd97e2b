//! The stages that an incoming message goes through, in their order, and what is noted of each.

use super::{ChannelType, Message, MessageId, StageStatus, Timestamp, job};
use crate::row;

/// A stage of the pipeline. `intake` says what it does.
#[derive(Debug)]
pub struct Stage {
    pub name: &'static str,
    /// The kind of the job that runs it. Subject: the message.
    pub job: &'static str,
    /// Which of the message's states tells of it; the others are seen in what is noted only.
    pub state: Option<StageState>,
    /// So often it is tried before it has failed and the next stage begins.
    pub tries: i64,
    /// Whether it takes long enough for people to see that it runs.
    pub is_slow: bool,
    /// Whether it has to do with e-mail only.
    pub is_of_mail: bool,
}

/// The state of a message that tells of a stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StageState {
    /// `aISpamStatus`
    Spam,
    /// `aITopicsStatus`
    Topics,
    /// `aIReplyStatus`
    Reply,
}

/// What is asked of others before a mail is judged.
pub const PRE_SPAM: Stage = Stage {
    name: "preSpam",
    job: job::INTAKE_PRE_SPAM,
    state: None,
    tries: 4,
    is_slow: false,
    is_of_mail: true,
};
pub const SPAM: Stage = Stage {
    name: "spam",
    job: job::INTAKE_SPAM,
    state: Some(StageState::Spam),
    tries: 4,
    is_slow: false,
    is_of_mail: false,
};
/// What follows from the verdict.
pub const POST_SPAM: Stage = Stage {
    name: "postSpam",
    job: job::INTAKE_POST_SPAM,
    state: None,
    tries: 4,
    is_slow: false,
    is_of_mail: true,
};
pub const TOPICS: Stage = Stage {
    name: "topics",
    job: job::INTAKE_TOPICS,
    state: Some(StageState::Topics),
    tries: 6,
    is_slow: false,
    is_of_mail: false,
};
pub const REPLY: Stage = Stage {
    name: "reply",
    job: job::INTAKE_REPLY,
    state: Some(StageState::Reply),
    tries: 6,
    is_slow: true,
    is_of_mail: false,
};

pub const SUMMARY: Stage = Stage {
    name: "summary",
    job: job::INTAKE_SUMMARY,
    state: None,
    tries: 4,
    is_slow: false,
    is_of_mail: false,
};

/// All of them, in the order of the pipeline.
pub const STAGES: &[Stage] = &[PRE_SPAM, SPAM, POST_SPAM, TOPICS, REPLY, SUMMARY];

/// The stage that jobs of this kind run, and those that come after it.
pub fn of_job(kind: &str) -> Option<(&'static Stage, &'static [Stage])> {
    let at = STAGES.iter().position(|it| it.job == kind)?;
    Some((&STAGES[at], &STAGES[at + 1..]))
}

impl Stage {
    /// Whether a message still has this stage before it. A stage without a state always has its turn, those around
    /// the spam filter with it.
    pub fn awaits(&self, message: &Message) -> bool {
        if self.is_of_mail && (message.channel_type != ChannelType::Email || !message.incoming) {
            return false;
        }
        let is_unfiltered = message.ai_spam_status == Some(StageStatus::Skipped);
        let Some(state) = self.state else { return !self.is_of_mail || !is_unfiltered };
        matches!(message.stage(state), Some(StageStatus::Pending | StageStatus::Running))
    }
}

impl Message {
    pub fn stage(&self, state: StageState) -> Option<StageStatus> {
        match state {
            StageState::Spam => self.ai_spam_status,
            StageState::Topics => self.ai_topics_status,
            StageState::Reply => self.ai_reply_status,
        }
    }

    pub fn set_stage(&mut self, state: StageState, status: StageStatus) {
        let field = match state {
            StageState::Spam => &mut self.ai_spam_status,
            StageState::Topics => &mut self.ai_topics_status,
            StageState::Reply => &mut self.ai_reply_status,
        };
        *field = Some(status);
    }

    /// An end user's message goes through the whole pipeline.
    pub fn received(&mut self) {
        for state in STAGES.iter().filter_map(|it| it.state) {
            self.set_stage(state, StageStatus::Pending);
        }
    }

    /// Mail that was answered elsewhere or long ago: it is sorted, and nobody gets a reply.
    pub fn received_late(&mut self) {
        self.received();
        self.set_stage(StageState::Reply, StageStatus::Skipped);
    }
}

row! {
    /// How one stage went for one message.
    #[derive(Clone, Debug)]
    pub struct MessageStage {
        pub message_id: MessageId,
        /// The stage's name.
        pub stage: String,
        pub status: StageStatus,
        /// Why it was skipped, stopped the others, failed, or waits for another try.
        pub reason: Option<String>,
        /// JSON text: what explains the outcome (scores, tags, thresholds).
        pub evidence: Option<String>,
        /// How often it was begun.
        pub tries: i64,
        pub ended_at: Timestamp,
    }
}
