//! The register: agencies, teams and the people who work with families.

use serde_json::json;

use super::family::ids;
use super::town::Town;

pub fn the_register_is_kept(town: &Town) {
    let administrator = town.administrator();
    let police = json!({ "agency": ids::POLICE, "name": "Northshire Police", "kind": "police" });
    let known = administrator.opens("workforce/register-agency", police.clone());
    town.sets_its_calendar_by(&known.answer().json());
    // The agencies and teams of the settings are registered when the service starts.
    known.is_so_already();
    let mut other = police;
    other["name"] = json!("Another Police");
    administrator.opens("workforce/register-agency", other).is_refused("registered-once", "agency");
    let library = json!({ "agency": ids::NOBODY, "name": "Northshire libraries", "kind": "other" });
    administrator.opens("workforce/register-agency", library).is_accepted(&["AgencyRegistered"]);

    let team = json!({ "team": ids::CHARITYS_TEAM, "name": "Families Forward, coast", "locality": "Coast",
        "agency": ids::CHARITY });
    let mut elsewhere = team.clone();
    elsewhere["locality"] = json!("Atlantis");
    administrator
        .opens("workforce/register-team", elsewhere)
        .is_refused("locality-of-the-authority", "locality");
    administrator.opens("workforce/register-team", team).is_accepted(&["TeamRegistered"]);

    people_are_registered(town);
    people_move(town);

    town.practitioner().reads("/v1/workforce").is_ok();
    // An analyst gets the names of teams with their figures, and no people.
    town.analyst().reads("/v1/workforce").is_forbidden();
}

fn people_are_registered(town: &Town) {
    let person = |id: &str, name: &str, agency: &str, team: &str, is_manager: bool| json!({ "practitioner": id, "name": name, "agency": agency, "team": team, "is_manager": is_manager });
    let administrator = town.administrator();
    let register = "workforce/register-practitioner";
    let priya = person(ids::PRACTITIONER, "Priya Nair", ids::AUTHORITY, ids::COAST, false);
    town.practitioner().opens(register, priya.clone()).is_forbidden();
    let mut wrong = priya.clone();
    wrong["agency"] = json!("01590000-0000-7000-8000-00000000eeee");
    administrator.opens(register, wrong).is_refused("agency-registered", "agency");
    let mut wrong = priya.clone();
    wrong["team"] = json!(ids::NOBODY);
    administrator.opens(register, wrong).is_refused("team-registered", "team");
    let mut wrong = priya.clone();
    wrong["team"] = json!(ids::CHARITYS_TEAM);
    administrator.opens(register, wrong).is_refused("team-of-its-agency", "team");
    administrator.opens(register, priya.clone()).is_accepted(&["PractitionerRegistered"]);
    administrator.opens(register, priya.clone()).is_so_already();
    let mut renamed = priya;
    renamed["name"] = json!("Priya Nair-Brown");
    administrator.opens(register, renamed).is_refused("registered-once", "practitioner");

    // Another system keeps the register of everybody else, and hands it in.
    let service = town.posting_service();
    for someone in [
        person(ids::PARTNER, "Sam Whitcombe", ids::CHARITY, ids::CHARITYS_TEAM, false),
        person(ids::MANAGER, "Grace Holt", ids::AUTHORITY, ids::COAST, true),
        person(ids::CHAIR, "Martin Udo", ids::AUTHORITY, ids::RIVERSIDE, true),
        person(ids::AUDITOR, "Helen Strand", ids::AUTHORITY, ids::RIVERSIDE, true),
        person(ids::COLLEAGUE, "Jo Ferris", ids::AUTHORITY, ids::COAST, false),
    ] {
        service.opens(register, someone).is_accepted(&["PractitionerRegistered"]);
    }
}

fn people_move(town: &Town) {
    let administrator = town.administrator();
    let second = |team: &str, agency: &str, from: i64, to: i64| {
        json!({ "practitioner": ids::COLLEAGUE, "host_agency": agency, "host_team": team, "from": town.day(from),
            "to": town.day(to) })
    };
    let secondment = "workforce/record-secondment";
    administrator
        .opens(secondment, second(ids::COAST, ids::AUTHORITY, 90, 60))
        .is_refused("secondment-to-another-team", "host_team");
    administrator
        .opens(secondment, second(ids::CHARITYS_TEAM, ids::CHARITY, 60, 90))
        .is_invalid("secondment-ends-after-it-begins", "to");
    administrator
        .opens(secondment, second(ids::CHARITYS_TEAM, ids::CHARITY, 90, 60))
        .is_accepted(&["SecondmentRecorded"]);
    administrator
        .opens(secondment, second(ids::CHARITYS_TEAM, ids::CHARITY, 70, 50))
        .is_refused("one-secondment-at-a-time", "from");
    let mut unknown = second(ids::CHARITYS_TEAM, ids::CHARITY, 30, 20);
    unknown["practitioner"] = json!(ids::NOBODY);
    administrator.opens(secondment, unknown).is_refused("practitioner-registered", "practitioner");
}

/// A colleague learns something, and leaves.
pub fn a_colleague_leaves(town: &Town) {
    let administrator = town.administrator();
    let trained = |days_ago: i64| json!({ "practitioner": ids::COLLEAGUE, "course": "neglect-toolkit", "completed_on": town.day(days_ago) });
    let training = "workforce/record-training";
    town.manager().opens(training, trained(-3)).is_refused("not-in-the-future", "completed_on");
    town.manager().opens(training, trained(30)).is_accepted(&["TrainingRecorded"]);

    let leaves = |days_ago: i64| json!({ "practitioner": ids::COLLEAGUE, "last_day": town.day(days_ago) });
    let ending = "workforce/end-practitioner";
    administrator.opens(ending, leaves(10)).is_accepted(&["PractitionerEnded"]);
    administrator.opens(ending, leaves(9)).is_refused("practitioner-ends-once", "last_day");
    town.manager().opens(training, trained(2)).is_refused("training-within-service", "completed_on");
    let beyond = json!({ "practitioner": ids::COLLEAGUE, "host_agency": ids::CHARITY, "host_team": ids::CHARITYS_TEAM,
        "from": town.day(12), "to": town.day(2) });
    administrator.opens("workforce/record-secondment", beyond).is_refused("secondment-within-service", "to");
}
