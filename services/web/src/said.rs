//! How each measure's figure is said in a sentence.

/// A figure in a sentence: `{}` is the amount, with its unit where it is a mean.
pub struct Said {
    /// For one thing.
    pub one: &'static str,
    /// For any other amount.
    pub many: &'static str,
}

/// How the figure of that measure is said; `None` for one that is told by its title.
pub fn said(measure: &str) -> Option<&'static Said> {
    SAID.iter().find(|(id, _)| *id == measure).map(|(_, said)| said)
}

const fn both(text: &'static str) -> Said {
    Said { one: text, many: text }
}

const SAID: &[(&str, Said)] = &[
    ("open-cases", Said { one: "{} family was being helped", many: "{} families were being helped" }),
    ("new-cases", Said { one: "Work began with {} family", many: "Work began with {} families" }),
    ("ended-cases", Said { one: "Work ended with {} family", many: "Work ended with {} families" }),
    ("partner-led", both("{} of plans were led by partners")),
    ("referrals", Said { one: "{} family was referred", many: "{} families were referred" }),
    ("referrals-acknowledged-in-time", both("{} of referrals were acknowledged in time")),
    ("acknowledgement-time", both("Referrers waited {} on average to hear that their referral had arrived")),
    ("referrals-decided-in-time", both("{} of referrals were decided on in time")),
    ("decision-time", both("Families waited {} on average for a decision on their referral")),
    ("panel-decision-time", both("Families waited {} on average for a decision of the panel")),
    (
        "triage-decisions",
        Said { one: "{} decision was made on a referral", many: "{} decisions were made on referrals" },
    ),
    ("referrers-told", both("Referrers were told of {} of the decisions on their referrals")),
    ("repeat-referrals", both("{} of referrals were of families referred in the year before")),
    ("referrals-accepted", both("{} of decisions accepted the family for early help")),
    ("stepped-up-at-triage", both("{} of decisions passed the family to statutory social care")),
    (
        "back-at-higher-level",
        both("{} of families sent to universal services came back within 90 days at a higher level"),
    ),
    (
        "assessments-completed",
        Said { one: "{} assessment was completed", many: "{} assessments were completed" },
    ),
    ("assessments-in-time", both("{} of assessments were completed in time")),
    ("assessment-time", both("Assessments took {} on average")),
    ("assessments-overdue", both("{} of families being assessed had an overdue assessment")),
    ("assessments-hear-every-child", both("{} of assessments heard every child")),
    ("children-heard-alone", both("{} of the children who were heard were seen alone")),
    ("assessments-returned", both("Managers gave back {} of assessments")),
    ("neglect-toolkit-used", both("{} of assessments of neglect used the neglect toolkit")),
    ("actions-overdue", both("{} of actions were overdue")),
    ("actions-rescheduled", both("{} of actions had been put off")),
    ("actions-done-in-time", both("{} of actions were done by their date")),
    ("reviews-in-time", both("{} of reviews were held in time")),
    ("reviews-with-progress", both("{} of reviews saw progress")),
    ("reviews-overdue", both("{} of plans had an overdue review")),
    ("drift", both("{} of cases were drifting")),
    ("step-ups", Said { one: "{} step-up was requested", many: "{} step-ups were requested" }),
    ("step-up-packs-complete", both("{} of step-ups had a complete handover pack")),
    ("step-ups-answered-in-time", both("{} of step-ups were answered in time")),
    ("step-up-answer-time", both("Step-ups waited {} on average for an answer")),
    (
        "step-ups-waiting",
        Said { one: "{} step-up was waiting for an answer", many: "{} step-ups were waiting for an answer" },
    ),
    ("declined-step-ups", both("Statutory social care declined {} of step-ups")),
    (
        "step-downs",
        Said {
            one: "Statutory social care handed over {} family",
            many: "Statutory social care handed over {} families",
        },
    ),
    ("step-down-packs-complete", both("{} of step-downs came with a complete handover pack")),
    ("returned-within-3-months", both("{} of step-downs went back within three months")),
    ("returned-within-6-months", both("{} of step-downs went back within six months")),
    ("returned-within-12-months", both("{} of step-downs went back within twelve months")),
    ("needs-met", both("{} of needs were met when the case was closed")),
    ("distance-travelled", both("Families came {} closer to their goals on average")),
    ("closures-with-family-views", both("The family was heard in {} of closures")),
    ("outcomes-sustained", both("It had stayed better for {} of families")),
    ("re-referred", both("{} of families came back within twelve months of closure")),
    (
        "domestic-abuse-notifications",
        Said {
            one: "{} domestic abuse notification came with a referral",
            many: "{} domestic abuse notifications came with referrals",
        },
    ),
    ("domestic-abuse-answered-in-time", both("{} of domestic abuse notifications were answered in time")),
    ("domestic-abuse-response-time", both("Domestic abuse notifications waited {} on average for an answer")),
    ("undated-actions", both("{} of actions had no due date")),
    ("cases-without-level", both("{} of open cases had no level of need")),
    ("cases-without-source", both("Of {} of open cases nobody knew who referred them")),
    ("cases-without-lead", both("{} of open cases had no lead practitioner")),
    ("children-without-birth-date", both("Of {} of children in open cases no date of birth was known")),
    ("children-without-ethnicity", both("Of {} of children in open cases no ethnicity was known")),
    ("children-without-gender", both("Of {} of children in open cases no gender was known")),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_sentence_has_its_amount_and_stands_once() {
        let mut ids = BTreeSet::new();
        for (id, said) in SAID {
            assert!(ids.insert(id), "{id} stands twice");
            for text in [said.one, said.many] {
                assert_eq!(text.matches("{}").count(), 1, "{id}");
                assert!(!text.ends_with('.'), "{id}: the sentence goes on with the time");
            }
        }
    }
}
