//! What a family meets from first contact to lasting change, and each refusal on the way.

mod ending;
mod front_door;
mod help;
mod histories;

use std::sync::Arc;

use caseledger_commands::case::*;
use caseledger_commands::codes::Need;
use caseledger_commands::panel::SchedulePanel;
use caseledger_commands::person::RegisterPerson;
use caseledger_commands::workforce::{AgencyKind, RegisterAgency, RegisterPractitioner, RegisterTeam};
use caseledger_commands::{Command, CommandSet, PersonId};

use super::*;
use crate::Facts;
use crate::panel::PanelMeeting;
use crate::person::Person;
use crate::testing::{Circumstances, Given, given, moment, some_id};
use crate::workforce::Workforce;

/// The family, the teams and agencies, and the panel's meeting that the examples name.
fn known() -> Facts {
    let example = AllocateCase::example();
    let authority = example.lead_agency;
    let partner = some_id(0xa9).into();
    let mut register = given::<Workforce>([]);
    for (agency, kind) in [(authority, AgencyKind::Authority), (partner, AgencyKind::Charity)] {
        register = register.when(RegisterAgency { agency, name: format!("The {kind:?}"), kind }).and();
    }
    let team = RegisterTeam { team: example.team, agency: authority, ..RegisterTeam::example() };
    register = register.when(team).and();
    register = register
        .when(RegisterPractitioner {
            practitioner: example.lead_practitioner,
            agency: authority,
            team: example.team,
            ..RegisterPractitioner::example()
        })
        .and();
    let person = given::<Person>([]).when(RegisterPerson::example()).and().state().clone();
    let family = [child(), parent(), AddFamilyMember::example().person];
    let panel = given::<PanelMeeting>([]).on("2017-02-01T09:00:00Z").when(SchedulePanel::example()).and();
    Facts {
        workforce: Some(Arc::new(register.state().clone())),
        people: family.into_iter().map(|id| (id, Arc::new(person.clone()))).collect(),
        panels: [(ReferToPanel::example().panel_meeting, Arc::new(panel.state().clone()))].into(),
        ..Facts::default()
    }
}

/// A case that nobody has opened, where the family is registered.
fn fresh() -> Given<Case> {
    given::<Case>([]).on("2017-03-01T10:00:00Z").with(|circumstances| circumstances.facts = known())
}

fn child() -> PersonId {
    ReceiveReferral::example().children[0]
}

fn parent() -> PersonId {
    ReceiveReferral::example().adults[0]
}

fn stranger() -> PersonId {
    some_id(0xfe).into()
}

fn by(subject: &str) -> impl Fn(&mut Circumstances) + '_ {
    move |circumstances| circumstances.actor.subject = subject.to_owned()
}

/// Goes through a family's story, each command on its day and by its actor, as long as `until` has not come.
fn story(until: &str) -> Given<Case> {
    let steps: Vec<(&str, &str, CaseCommand)> = vec![
        ("2017-03-01T09:00:00Z", "referrer", ReceiveReferral::example().into()),
        ("2017-03-01T12:00:00Z", "worker", AcknowledgeReferral::example().into()),
        ("2017-03-01T13:00:00Z", "worker", RequestMoreInformation::example().into()),
        ("2017-03-02T09:00:00Z", "referrer", ProvideInformation::example().into()),
        ("2017-03-02T10:00:00Z", "worker", ReferToPanel::example().into()),
        ("2017-03-03T10:00:00Z", "chair", DecideTriage::example().into()),
        ("2017-03-06T10:00:00Z", "manager", AllocateCase::example().into()),
        ("2017-03-07T10:00:00Z", "worker", AddFamilyMember::example().into()),
        (
            "2017-03-08T10:00:00Z",
            "worker",
            EndFamilyMembership { person: AddFamilyMember::example().person, reason: "Moved out.".into() }
                .into(),
        ),
        ("2017-03-09T10:00:00Z", "worker", StartAssessment::example().into()),
        (
            "2017-03-20T10:00:00Z",
            "worker",
            RecordVoiceOfChild {
                said: Some("I like mornings with dad.".into()),
                ..RecordVoiceOfChild::example()
            }
            .into(),
        ),
        ("2017-04-10T10:00:00Z", "worker", CompleteAssessment::example().into()),
        ("2017-04-11T10:00:00Z", "manager", ReturnAssessment::example().into()),
        ("2017-04-13T10:00:00Z", "worker", CompleteAssessment::example().into()),
        ("2017-04-18T10:00:00Z", "manager", AuthoriseAssessment::example().into()),
        ("2017-04-20T10:00:00Z", "worker", AgreePlan::example().into()),
        ("2017-04-24T10:00:00Z", "worker", RecordContact::example().into()),
        ("2017-05-02T10:00:00Z", "worker", RescheduleAction::example().into()),
        ("2017-05-20T10:00:00Z", "worker", CompleteAction::example().into()),
        ("2017-06-16T10:00:00Z", "worker", ReviewPlan::example().into()),
        ("2017-07-03T10:00:00Z", "manager", closing()),
        ("2017-07-03T11:00:00Z", "process", ScheduleSustainedOutcomeCheck::example().into()),
    ];
    let mut given = fresh();
    for (when, who, command) in steps {
        given = given.on(when).with(by(who));
        if command.name() == until {
            return given;
        }
        given = given.when(command).and();
    }
    assert_eq!(until, "", "no step of the story is called {until}");
    given
}

fn closing() -> CaseCommand {
    CloseCase {
        reason: ClosureReason::NeedsMet,
        needs_met: vec![Need::FamilyInAcuteStress],
        ..CloseCase::example()
    }
    .into()
}

fn status(given: &Given<Case>) -> Status {
    given.state().status.expect("the case exists")
}
