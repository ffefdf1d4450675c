//! What managers and analysts say that the figures mean, and what they do about them.

use caseledger_commands::oversight::{
    AgreeImprovementAction, Figure, OversightCommand, ProgressRating, RecordCommentary, ReportProgress,
};
use jiff::ToSpan;
use jiff::civil::date;
use uuid::Uuid;

use super::{Chance, Lane, Script, Step, World, moment};

/// What was said of the number of open cases, month by month from April.
const COMMENTARY: &[&str] = &[
    "The refreshed service has opened its doors. Most of these families came by themselves or through schools.",
    "Police notifications reach us within a day now. Families are met sooner; the first visits are often at the door.",
    "Growth is even over the localities but for Moorland, where the bus is the reason families give for missing us.",
    "Summer: fewer from schools, more from families themselves. Caseloads are at the line that supervision allows.",
    "Fewer referrals in the holidays; plans that rest on school stood still, and it shows in the reviews.",
    "Schools are back, and a third of September's families had been worried about since July.",
    "The panel now sees the harder half only. Families wait for it eight working days on average: too long for some.",
    "More families than ever, and more come back within the year. The question is whether we close too soon.",
    "More than twice as many families as in April are being helped. For children it means that help came before harm; \
     whether it came well, the audits must tell.",
];

/// What is to become better: the measure, what is done, how it will show, and how it goes by December.
const IMPROVEMENTS: &[(&str, &str, &str, ProgressRating, &str)] = &[
    (
        "partner-led",
        "Train the designated leads of twenty schools to hold a plan, with a worker beside them for the first.",
        "A quarter of plans led by other agencies by the end of July 2018.",
        ProgressRating::AtRisk,
        "Nine schools trained, four hold a plan. Heads ask who pays for the hours.",
    ),
    (
        "assessments-hear-every-child",
        "No assessment is authorised without each child's voice, or a reason that the manager has questioned.",
        "Voices in nineteen assessments of twenty by March 2018.",
        ProgressRating::OnTrack,
        "Two months in a row better; the youngest children remain the gap.",
    ),
    (
        "step-up-packs-complete",
        "One protocol for step-up and step-down, with a named person on each side.",
        "Complete packs in nine requests of ten.",
        ProgressRating::OffTrack,
        "Agreed in principle; the duty team has had three managers since.",
    ),
];

/// All that is said and agreed in the year.
pub fn script(world: &World<'_>) -> Vec<Step> {
    let mut script = Script::new(Lane::House);
    for (index, meaning) in COMMENTARY.iter().enumerate() {
        let month = i8::try_from(index + 4).unwrap_or(12);
        let from = date(2017, month, 1);
        let to = from.last_of_month();
        // The analyst writes in the first days of the next month; of December on its last working day.
        let day = if month == 12 { date(2017, 12, 29) } else { world.days.after(to, 3) };
        let value = u32::try_from(world.cohort.open_on(day.min(to))).unwrap_or(u32::MAX);
        let command = RecordCommentary {
            measure: "open-cases".to_owned(),
            from,
            to: to.min(day),
            figures: vec![Figure {
                label: format!("open cases on {}", day.min(to)),
                value: f64::from(value),
                numerator: None,
                denominator: None,
            }],
            meaning: (*meaning).into(),
        };
        script.then::<OversightCommand>(moment(day, 16), &world.roster.analyst, Uuid::nil(), command);
    }
    improve(world, &mut script);
    script.finish()
}

fn improve(world: &World<'_>, script: &mut Script) {
    let mut chance = Chance::stream(world.seed, 8_000_000);
    let manager = &world.roster.teams[0].manager;
    for (index, (measure, what, success, rating, progress)) in IMPROVEMENTS.iter().enumerate() {
        let begun = world
            .days
            .after(date(2017, 9, 4).saturating_add(i64::try_from(index * 21).unwrap_or(0).days()), 1);
        let action = chance.id(moment(begun, 11)).into();
        let agreed = AgreeImprovementAction {
            action,
            measure: (*measure).to_owned(),
            what: (*what).into(),
            success: (*success).into(),
            owner: manager.id,
            due: date(2018, 7, 31),
        };
        script.then::<OversightCommand>(moment(begun, 11), &manager.actor, Uuid::nil(), agreed);
        let told = ReportProgress { action, rating: *rating, progress: (*progress).into() };
        script.then::<OversightCommand>(moment(date(2017, 12, 11), 11), &manager.actor, Uuid::nil(), told);
    }
}
