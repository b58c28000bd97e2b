//! How sure the classifier may be: scores to probabilities that hold.

/// What the model says of a text, before calibration.
pub struct Seen {
    /// Scores of the topics, then of none.
    pub scores: Vec<f32>,
}

/// Turns scores into probabilities, and an error rate into a threshold.
#[derive(Debug, Clone)]
pub struct Calibration {
    pub temperature: f32,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { temperature: 1.0 }
    }
}

impl Calibration {
    /// How probable it is that the text fits no topic.
    pub fn none(&self, _seen: &Seen) -> f32 {
        0.0
    }

    /// The least probability to act on.
    pub fn threshold(&self, error_rate: f32) -> f32 {
        1.0 - error_rate
    }
}
