//! Why planning ends before there is a plan.

use zccache_plugin_sdk::answer;
use zccache_plugin_sdk::contract::Refusal;
use zccache_plugin_sdk::dialogue::Unanswered;

/// Planning ends here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Questions are open.
    Need,
    /// The call is not cacheable.
    Bypass(Refusal),
}

impl From<Unanswered> for Stop {
    fn from(_: Unanswered) -> Self {
        Stop::Need
    }
}

/// A bypass, as the error of whatever was being found out.
pub(crate) fn bypass<T>(reason: &str, detail: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Bypass(answer::refusal(reason, detail)))
}
