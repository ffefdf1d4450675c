//! What families say.

use crate::measures::case::tables::FEEDBACK;
use crate::measures::dimension::Dimension;
use crate::measures::measure::{Better, Group, Measure, Shape, Unit, When};

/// Who said it.
const FROM: Dimension = Dimension::plain("from", "Who said it", "from_whom", "u.from_whom");

/// Who said something.
pub(super) static FEEDBACK_GIVEN: Measure = Measure {
    id: "feedback",
    group: Group::Voices,
    title: "How often families and those who work with them said what the help was like",
    numerator: "Feedback given in the period.",
    denominator: None,
    when: When::InPeriod,
    unit: Unit::Number("voices"),
    better: Better::Higher,
    events: &["FeedbackReceived"],
    dimensions: &[FROM],
    of: &FEEDBACK,
    day: "given_on",
    among: "1 = 1",
    shape: Shape::Count,
};

/// What they said on a scale.
pub(super) static SCORE: Measure = Measure {
    id: "feedback-score",
    group: Group::Voices,
    title: "How families and those who work with them rate the help",
    numerator: "Their scores, on average.",
    denominator: Some("Feedback with a score given in the period."),
    when: When::InPeriod,
    unit: Unit::Points,
    better: Better::Higher,
    events: &["FeedbackReceived"],
    dimensions: &[FROM],
    of: &FEEDBACK,
    day: "given_on",
    among: "u.score IS NOT NULL",
    shape: Shape::Mean { of: "u.score" },
};
