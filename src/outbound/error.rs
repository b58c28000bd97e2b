//! Why a request out did not get its answer.

use std::error::Error as _;
use std::fmt;

/// Fit to be shown to the tenant: it names their own address, never a key or an address that was resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboundError {
    /// The address cannot be read.
    Address(String),
    /// The host is internal and the operator does not list it.
    Refused(String),
    /// No connection, or it broke before the answer's head.
    Unreachable(String),
    /// The answer broke off.
    Cut(String),
    TimedOut,
    /// The answer has more bytes than this.
    TooLarge(usize),
    /// The answer points elsewhere; redirects are not followed.
    Redirected(u16),
}

impl OutboundError {
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let mut cause = error.source();
        while let Some(inner) = cause {
            if let Some(ours) = inner.downcast_ref::<Self>() {
                return ours.clone();
            }
            cause = inner.source();
        }
        if error.is_timeout() {
            return Self::TimedOut;
        }
        let why = innermost(error);
        if error.is_body() || error.is_decode() { Self::Cut(why) } else { Self::Unreachable(why) }
    }

    /// Whether another try may go better.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Cut(_) | Self::TimedOut)
    }
}

/// The last cause says what happened; those before it name the address, with what is in its query.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if std::ptr::addr_eq(cause, error) { "the request failed".into() } else { cause.to_string() }
}

impl fmt::Display for OutboundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(why) => write!(f, "the address is not usable: {why}"),
            Self::Refused(host) => write!(
                f,
                "{host} is an internal address, which only the operator can allow (ANSWERPAL_OUTBOUND_ALLOW)"
            ),
            Self::Unreachable(why) => write!(f, "it cannot be reached: {why}"),
            Self::Cut(why) => write!(f, "the answer broke off: {why}"),
            Self::TimedOut => f.write_str("it took too long to answer"),
            Self::TooLarge(bytes) => write!(f, "the answer has more than {bytes} bytes"),
            Self::Redirected(status) => {
                write!(
                    f,
                    "it answered with a redirect ({status}), which is not followed: give the final address"
                )
            }
        }
    }
}

impl std::error::Error for OutboundError {}
