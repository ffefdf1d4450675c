//! Figures, and what managers and analysts say that they mean.

use serde_json::{Value, json};

use super::days;
use super::family::ids;
use super::town::{Persona, Thing, Town};

const ACTION: &str = "01590000-0000-7000-8000-0000000e0041";

pub fn the_figures_are_spoken_of(town: &Town, case: &Thing) {
    town.today();
    let (analyst, manager) = (town.analyst(), town.manager());
    // Any past day can be asked for: the case was open on the day of its review, and is closed now.
    let told = |reader: Persona<'_>, day: i64| {
        reader.sees(&format!("/v1/reports/open-cases?at={}", town.day(day))).is_ok()
    };
    let open = |reader, day| told(reader, day)["value"].clone();
    assert_eq!(open(town.inspector(), days::REVIEW), 1);
    assert_eq!(open(town.inspector(), days::REFERRAL + 30), 0);
    // One family could be recognised by its figure: an analyst hears that there is one too small to tell.
    let small = told(analyst, days::REVIEW);
    assert_eq!((&small["value"], &small["suppressed"]), (&Value::Null, &json!(true)), "{small}");
    // Back on its second case, another family's, and the one that came from another record.
    assert_eq!(open(manager, 0), 3);
    let behind = format!("/v1/reports/open-cases/cases?at={}", town.day(days::REVIEW));
    let drilled = manager.sees(&behind).is_ok();
    assert_eq!(drilled["cases"][0]["case"], json!(case.id), "from the figure to its cases: {drilled}");
    assert!(drilled["cases"][0]["positions"].as_array().is_some_and(|events| !events.is_empty()));

    // An analyst reads figures and no people: not a case, not a name, not the way from a figure to its cases.
    analyst.sees(&behind).is_forbidden();
    for path in ["", "/timeline"] {
        analyst.sees(&case.path(path)).is_concealed();
    }
    analyst.searches(json!({ "name": "Hartley" })).is_forbidden();
    analyst.sees("/v1/worklists/due").is_forbidden();
    analyst.reads(&format!("/v1/reports/open-cases?at={}", town.day(-2))).is_problem(400, "bad-parameter");
    analyst.reads("/v1/reports/no-such-measure").is_concealed();
    town.school().reads("/v1/reports").is_forbidden();

    commentary_is_kept_with_its_figures(town);
    something_is_improved(town);
}

fn commentary_is_kept_with_its_figures(town: &Town) {
    let analyst = town.analyst();
    let said = |to: i64, figures: Value| {
        json!({ "measure": "partner-led", "from": town.day(90), "to": town.day(to), "figures": figures,
            "meaning": "Schools open cases but hand them over: families tell their story twice." })
    };
    let figures = json!([{ "label": "plans led by other agencies", "value": 0.15, "numerator": 97, "denominator": 646 }]);
    let say = |message: Value| analyst.opens("oversight/record-commentary", message);
    town.inspector().opens("oversight/record-commentary", said(0, figures.clone())).is_forbidden();
    say(said(-5, figures.clone())).is_refused("not-in-the-future", "to");
    let mut unheard_of = said(0, figures.clone());
    unheard_of["measure"] = json!("moonlight");
    say(unheard_of).is_refused("measure-exists", "measure");
    // No plan was led by anybody before there were cases.
    let mut before = said(0, json!([]));
    (before["from"], before["to"]) = (json!("2001-01-01"), json!("2001-12-31"));
    say(before).is_refused("commentary-keeps-its-figures", "figures");
    say(said(0, figures.clone())).is_accepted(&["CommentaryRecorded"]);
    say(said(0, figures)).is_so_already();
    // Without figures, the service keeps those that the reports tell.
    let mut open = said(0, json!([]));
    open["measure"] = json!("open-cases");
    say(open).is_accepted(&["CommentaryRecorded"]);
    let spoken = town.manager().sees("/v1/reports/open-cases/commentary").is_ok();
    let figure = &spoken["commentary"][0]["figures"][0];
    assert_eq!(
        (&figure["label"], &figure["then"]["value"]),
        (&json!("The whole authority"), &json!(3)),
        "{spoken}"
    );
    assert_eq!(figure["now"]["value"], 3, "{spoken}");
    let kept = town.data_protection_officer().reads("/v1/oversight").is_ok();
    assert_eq!(kept["commentaries"][0]["figures"][0]["numerator"], 97, "{kept}");
    town.practitioner().reads("/v1/oversight").is_forbidden();
}

fn something_is_improved(town: &Town) {
    let manager = town.manager();
    let agreed = |owner: &str, due: i64| {
        json!({ "action": ACTION, "measure": "partner-led", "what": "Train twenty schools to hold a plan.",
            "success": "A quarter of plans by July.", "owner": owner, "due": town.day(due) })
    };
    let agree = |message: Value| manager.opens("oversight/agree-improvement-action", message);
    town.analyst().opens("oversight/agree-improvement-action", agreed(ids::MANAGER, -90)).is_forbidden();
    agree(agreed(ids::COAST, -90)).is_refused("practitioner-works-here", "owner");
    agree(agreed(ids::MANAGER, 9)).is_refused("due-after-agreed", "due");
    agree(agreed(ids::MANAGER, -90)).is_accepted(&["ImprovementActionAgreed"]);
    agree(agreed(ids::CHAIR, -90)).is_refused("action-agreed-once", "action");
    let goes = |action: &str| json!({ "action": action, "rating": "on-track", "progress": "Twelve schools trained." });
    manager.opens("oversight/report-progress", goes(ids::NOBODY)).is_refused("action-exists", "action");
    manager.opens("oversight/report-progress", goes(ACTION)).is_accepted(&["ProgressReported"]);
    let done = |outcome: &str| json!({ "action": ACTION, "outcome": outcome });
    manager
        .opens("oversight/complete-improvement-action", done("Twenty-two schools hold plans."))
        .is_accepted(&["ImprovementActionCompleted"]);
    manager
        .opens("oversight/complete-improvement-action", done("None does."))
        .is_refused("action-not-completed", "action");
}
