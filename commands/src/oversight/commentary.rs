//! What figures mean for children and families.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Checks, Command, Date, Personal};

/// A figure that a commentary speaks of, as it stood when the commentary was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// What it counts: 'open cases on 31 December 2017', 'Coast'.
    pub label: String,
    /// The figure: a count, or a share between 0 and 1.
    pub value: f64,
    /// For a share, how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numerator: Option<u64>,
    /// For a share, out of how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denominator: Option<u64>,
}

/// A manager or analyst says what the figures of a report mean for children and families. The figures are kept with it:
/// a report asked for later may have learned of more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCommentary {
    /// The measure's short name, as reports give it: `partner-led`.
    pub measure: String,
    /// The first day of the period that the figures tell of.
    pub from: Date,
    /// The last day of the period.
    pub to: Date,
    /// The figures that the commentary speaks of. When left out, the service keeps the measure's figures of the period as
    /// they are known when it is recorded: of the whole authority, and of each locality.
    #[serde(default)]
    pub figures: Vec<Figure>,
    /// What they mean for children and families.
    pub meaning: Personal<String>,
}

impl Command for RecordCommentary {
    fn check(&self, checks: &mut Checks) {
        checks.short_name("measure", &self.measure);
        checks.narrative("meaning", &self.meaning);
        checks.require(
            self.from <= self.to,
            "to",
            "period-ends-after-it-begins",
            "Give a last day that is not before the first.",
        );
        checks.each("figures", &self.figures, |checks, figure| {
            checks.line("label", &figure.label);
            checks.require(
                figure.numerator.is_none() || figure.denominator.is_some(),
                "denominator",
                "share-of-something",
                "Say out of how many.",
            );
        });
    }

    fn example() -> Self {
        Self {
            measure: "partner-led".to_owned(),
            from: jiff::civil::date(2017, 10, 1),
            to: jiff::civil::date(2017, 12, 31),
            figures: vec![Figure {
                label: "plans led by other agencies on 31 December 2017".to_owned(),
                value: 0.15,
                numerator: Some(97),
                denominator: Some(646),
            }],
            meaning: "Schools open cases but hand them over: families tell their story twice. Schools say that they lack \
                      the confidence to hold a plan; the training in January is for them."
                .into(),
        }
    }
}
