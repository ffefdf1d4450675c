use caseledger_commands::workforce::*;
use caseledger_commands::{AgencyId, Date, PractitionerId, TeamId};
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::testing::{self, Circumstances, Given, given, some_id};

fn council() -> AgencyId {
    some_id(0xa1).into()
}
fn police() -> AgencyId {
    some_id(0xa3).into()
}
fn coast() -> TeamId {
    some_id(0xb1).into()
}
fn constables() -> TeamId {
    some_id(0xb9).into()
}
fn asha() -> PractitionerId {
    some_id(0xc1).into()
}

fn council_registered() -> WorkforceEvent {
    AgencyRegistered { agency: council(), name: "Northshire Council".into(), kind: AgencyKind::Authority }
        .into()
}

fn police_registered() -> WorkforceEvent {
    AgencyRegistered { agency: police(), name: "Northshire Police".into(), kind: AgencyKind::Police }.into()
}

fn coast_registered() -> WorkforceEvent {
    TeamRegistered { team: coast(), name: "Coast team".into(), locality: "Coast".into(), agency: council() }
        .into()
}

fn constables_registered() -> WorkforceEvent {
    let name = "Neighbourhood constables".into();
    TeamRegistered { team: constables(), name, locality: "Riverside".into(), agency: police() }.into()
}

fn asha_registered() -> WorkforceEvent {
    let (name, agency, team) = ("Asha Rahman".into(), police(), constables());
    PractitionerRegistered { practitioner: asha(), name, agency, team, is_manager: false }.into()
}

fn asha_seconded() -> WorkforceEvent {
    SecondmentRecorded {
        practitioner: asha(),
        home_agency: police(),
        home_team: constables(),
        host_agency: council(),
        host_team: coast(),
        from: date(2017, 9, 1),
        to: date(2018, 2, 28),
    }
    .into()
}

fn asha_ended() -> WorkforceEvent {
    PractitionerEnded { practitioner: asha(), last_day: date(2018, 3, 30) }.into()
}

/// Two agencies with a team each, and a constable.
fn register() -> Vec<WorkforceEvent> {
    vec![
        council_registered(),
        police_registered(),
        coast_registered(),
        constables_registered(),
        asha_registered(),
    ]
}

fn with(further: impl IntoIterator<Item = WorkforceEvent>) -> Given<Workforce> {
    given(register().into_iter().chain(further))
}

fn register_agency() -> RegisterAgency {
    RegisterAgency { agency: police(), name: "Northshire Police".into(), kind: AgencyKind::Police }
}

fn register_team() -> RegisterTeam {
    RegisterTeam { team: coast(), name: "Coast team".into(), locality: "Coast".into(), agency: council() }
}

fn register_asha() -> RegisterPractitioner {
    RegisterPractitioner {
        practitioner: asha(),
        name: "Asha Rahman".into(),
        agency: police(),
        team: constables(),
        is_manager: false,
    }
}

fn second_asha() -> RecordSecondment {
    RecordSecondment {
        practitioner: asha(),
        host_agency: council(),
        host_team: coast(),
        from: date(2017, 9, 1),
        to: date(2018, 2, 28),
    }
}

fn train_asha(completed_on: Date) -> RecordTraining {
    RecordTraining { practitioner: asha(), course: "neglect-toolkit".into(), completed_on }
}

#[test]
fn an_agency_is_registered_once() {
    given::<Workforce>([]).when(register_agency()).then([police_registered()]);
    given::<Workforce>([police_registered()]).when(register_agency()).then_nothing();
    for changed in [
        RegisterAgency { name: "Northshire Constabulary".into(), ..register_agency() },
        RegisterAgency { kind: AgencyKind::Other, ..register_agency() },
    ] {
        given::<Workforce>([police_registered()]).when(changed).then_refused("registered-once", "agency");
    }
}

#[test]
fn a_team_is_registered_once() {
    given::<Workforce>([council_registered()]).when(register_team()).then([coast_registered()]);
    with([]).when(register_team()).then_nothing();
    for changed in [
        RegisterTeam { name: "Shore team".into(), ..register_team() },
        RegisterTeam { locality: "Riverside".into(), ..register_team() },
        RegisterTeam { agency: police(), ..register_team() },
    ] {
        with([]).when(changed).then_refused("registered-once", "team");
    }
}

#[test]
fn a_team_works_in_a_locality_of_the_authority() {
    let elsewhere = RegisterTeam { locality: "Harbour".into(), ..register_team() };
    given::<Workforce>([council_registered()])
        .when(elsewhere)
        .then_refused("locality-of-the-authority", "locality");
}

#[test]
fn a_team_whose_locality_has_left_the_settings_may_be_repeated() {
    with([])
        .with(|circumstances| circumstances.authority.localities.clear())
        .when(register_team())
        .then_nothing();
}

#[test]
fn a_team_belongs_to_a_registered_agency() {
    given::<Workforce>([police_registered()])
        .when(register_team())
        .then_refused("agency-registered", "agency");
}

#[test]
fn a_practitioner_is_registered_once() {
    given::<Workforce>([police_registered(), constables_registered()])
        .when(register_asha())
        .then([asha_registered()]);
    with([]).when(register_asha()).then_nothing();
    for changed in [
        RegisterPractitioner { name: "Asha Khan".into(), ..register_asha() },
        RegisterPractitioner { agency: council(), ..register_asha() },
        RegisterPractitioner { team: coast(), ..register_asha() },
        RegisterPractitioner { is_manager: true, ..register_asha() },
    ] {
        with([]).when(changed).then_refused("registered-once", "practitioner");
    }
}

#[test]
fn a_practitioner_belongs_to_a_registered_team_of_a_registered_agency() {
    given::<Workforce>([]).when(register_asha()).then_refused("agency-registered", "agency");
    given::<Workforce>([police_registered()]).when(register_asha()).then_refused("team-registered", "team");
    let ben = RegisterPractitioner { practitioner: some_id(0xc2).into(), team: coast(), ..register_asha() };
    with([]).when(ben).then_refused("team-of-its-agency", "team");
}

#[test]
fn a_secondment_names_home_and_host() {
    with([]).when(second_asha()).then([asha_seconded()]);
    with([asha_seconded()]).when(second_asha()).then_nothing();
}

#[test]
fn a_secondment_is_of_a_registered_practitioner_to_a_registered_team() {
    let nobody = RecordSecondment { practitioner: some_id(0xc2).into(), ..second_asha() };
    with([]).when(nobody).then_refused("practitioner-registered", "practitioner");
    let nowhere = RecordSecondment { host_agency: some_id(0xa9).into(), ..second_asha() };
    with([]).when(nowhere).then_refused("agency-registered", "host_agency");
    let no_team = RecordSecondment { host_team: some_id(0xb7).into(), ..second_asha() };
    with([]).when(no_team).then_refused("team-registered", "host_team");
    let other_team = RecordSecondment { host_agency: police(), ..second_asha() };
    with([]).when(other_team).then_refused("team-of-its-agency", "host_team");
}

#[test]
fn nobody_is_seconded_to_their_own_team() {
    let home = RecordSecondment { host_agency: police(), host_team: constables(), ..second_asha() };
    with([]).when(home).then_refused("secondment-to-another-team", "host_team");
}

#[test]
fn nobody_is_seconded_twice_at_once() {
    for (from, to) in [
        (date(2018, 2, 28), date(2018, 6, 30)),
        (date(2017, 3, 1), date(2017, 9, 1)),
        (date(2017, 10, 1), date(2017, 10, 2)),
        (date(2017, 1, 1), date(2018, 12, 31)),
    ] {
        let again = RecordSecondment { from, to, ..second_asha() };
        with([asha_seconded()]).when(again).then_refused("one-secondment-at-a-time", "from");
    }
    for (from, to) in [(date(2018, 3, 1), date(2018, 6, 30)), (date(2017, 3, 1), date(2017, 8, 31))] {
        let later = RecordSecondment { from, to, ..second_asha() };
        assert_eq!(with([asha_seconded()]).when(later).events().len(), 1);
    }
}

#[test]
fn a_secondment_ends_before_the_practitioner_leaves() {
    let long = RecordSecondment { to: date(2018, 3, 31), ..second_asha() };
    with([asha_ended()]).when(long).then_refused("secondment-within-service", "to");
    let just = RecordSecondment { to: date(2018, 3, 30), ..second_asha() };
    assert_eq!(with([asha_ended()]).when(just).events().len(), 1);
}

#[test]
fn training_is_recorded_when_it_is_finished() {
    let recorded = |completed_on| TrainingRecorded {
        practitioner: asha(),
        course: "neglect-toolkit".into(),
        completed_on,
    };
    let today = date(2017, 7, 3);
    with([]).when(train_asha(today)).then([recorded(today)]);
    with([recorded(today).into()]).when(train_asha(today)).then_nothing();
    with([]).when(train_asha(date(2017, 7, 4))).then_refused("not-in-the-future", "completed_on");
    let refreshed = with([recorded(date(2016, 7, 4)).into()]).when(train_asha(today));
    refreshed.then([recorded(today)]);
}

#[test]
fn training_is_of_a_registered_practitioner_while_they_work_here() {
    let nobody = RecordTraining { practitioner: some_id(0xc2).into(), ..train_asha(date(2017, 7, 3)) };
    with([]).when(nobody).then_refused("practitioner-registered", "practitioner");
    let late = with([asha_ended()]).on("2018-05-01T10:00:00Z").when(train_asha(date(2018, 3, 31)));
    late.then_refused("training-within-service", "completed_on");
}

#[test]
fn a_practitioner_ends_once_and_may_end_ahead() {
    let end = |last_day| EndPractitioner { practitioner: asha(), last_day };
    with([]).when(end(date(2018, 3, 30))).then([asha_ended()]);
    with([asha_ended()]).when(end(date(2018, 3, 30))).then_nothing();
    with([asha_ended()]).when(end(date(2018, 3, 31))).then_refused("practitioner-ends-once", "last_day");
    given::<Workforce>([])
        .when(end(date(2018, 3, 30)))
        .then_refused("practitioner-registered", "practitioner");
}

#[test]
fn a_seconded_practitioner_works_for_the_host_until_the_last_day() {
    let register: Workforce = testing::fold(register().into_iter().chain([asha_seconded(), asha_ended()]));
    let at_home = Posting { team: constables(), agency: police(), seconded_from: None };
    let away = Posting { team: coast(), agency: council(), seconded_from: Some(police()) };
    assert_eq!(register.posting(asha(), date(2017, 8, 31)), Some(at_home));
    assert_eq!(register.posting(asha(), date(2017, 9, 1)), Some(away));
    assert_eq!(register.posting(asha(), date(2018, 2, 28)), Some(away));
    assert_eq!(register.posting(asha(), date(2018, 3, 1)), Some(at_home));
    assert_eq!(register.posting(asha(), date(2018, 3, 30)), Some(at_home));
    assert_eq!(register.posting(asha(), date(2018, 3, 31)), None);
}

#[test]
fn every_agency_but_the_authority_is_a_partner() {
    let register: Workforce = testing::fold(register());
    assert!(
        register.is_partner(police())
            && !register.is_partner(council())
            && !register.is_partner(some_id(9).into())
    );
}

#[test]
fn a_manager_is_one_until_the_last_day_and_training_counts_from_its_day() {
    let WorkforceEvent::PractitionerRegistered(asha_as_worker) = asha_registered() else { unreachable!() };
    let manager = PractitionerRegistered { is_manager: true, ..asha_as_worker };
    let trained = TrainingRecorded {
        practitioner: asha(),
        course: "neglect-toolkit".into(),
        completed_on: date(2017, 10, 12),
    };
    let events = [manager.into(), trained.into(), asha_ended()];
    let register: Workforce = testing::fold(events);
    assert!(
        register.is_manager(asha(), date(2018, 3, 30)) && !register.is_manager(asha(), date(2018, 3, 31))
    );
    let asha = register.practitioner(asha()).unwrap();
    assert!(asha.trained_in("neglect-toolkit", date(2017, 10, 12)));
    assert!(
        !asha.trained_in("neglect-toolkit", date(2017, 10, 11))
            && !asha.trained_in("first-aid", date(2018, 1, 1))
    );
    assert!(
        !testing::fold::<Workforce>([asha_registered()]).is_manager(some_id(0xc1).into(), date(2018, 1, 1))
    );
}

#[test]
fn events_are_written_as_they_always_were() {
    let trained = TrainingRecorded {
        practitioner: asha(),
        course: "neglect-toolkit".into(),
        completed_on: date(2017, 10, 12),
    };
    let samples = [
        council_registered(),
        coast_registered(),
        asha_registered(),
        asha_seconded(),
        trained.into(),
        asha_ended(),
    ];
    testing::golden("workforce", WorkforceEvent::NAMES, &samples);
}

/// Commands over a register so small that they meet: two agencies, three teams, two practitioners, twenty days.
fn any_command() -> impl Strategy<Value = WorkforceCommand> {
    let agency = || (0xa1_u64..=0xa2).prop_map(|n| AgencyId::from(some_id(n)));
    let team = || (0xb1_u64..=0xb3).prop_map(|n| TeamId::from(some_id(n)));
    let practitioner = || (0xc1_u64..=0xc2).prop_map(|n| PractitionerId::from(some_id(n)));
    let day = || (1_i8..=20).prop_map(|day| date(2017, 6, day));
    let locality = prop_oneof![9 => Just("Coast".to_owned()), 1 => Just("Harbour".to_owned())];
    prop_oneof![
        2 => agency().prop_map(|agency| {
            RegisterAgency { agency, name: "Agency".into(), kind: AgencyKind::Authority }.into()
        }),
        2 => (team(), agency(), locality).prop_map(|(team, agency, locality)| {
            RegisterTeam { team, name: "Team".into(), locality, agency }.into()
        }),
        2 => (practitioner(), agency(), team(), any::<bool>()).prop_map(|(practitioner, agency, team, is_manager)| {
            RegisterPractitioner { practitioner, name: "Name".into(), agency, team, is_manager }.into()
        }),
        3 => (practitioner(), agency(), team(), day(), day()).prop_map(|(practitioner, host_agency, host_team, a, b)| {
            RecordSecondment { practitioner, host_agency, host_team, from: a.min(b), to: a.max(b) }.into()
        }),
        1 => (practitioner(), day()).prop_map(|(practitioner, completed_on)| {
            RecordTraining { practitioner, course: "course".into(), completed_on }.into()
        }),
        1 => (practitioner(), day()).prop_map(|(practitioner, last_day)| EndPractitioner { practitioner, last_day }.into()),
    ]
}

proptest! {
    #[test]
    fn whatever_is_asked_the_register_stays_sound(commands in proptest::collection::vec(any_command(), 0..60)) {
        let circumstances = Circumstances::default();
        let (register, _) = testing::play::<Workforce>(&commands, &circumstances);
        testing::repeats_emit_nothing::<Workforce>(&commands, &circumstances);
        for team in register.teams.values() {
            prop_assert!(register.agency(team.agency).is_some());
            prop_assert!(circumstances.authority.has_locality(&team.locality));
        }
        for practitioner in register.practitioners.values() {
            prop_assert_eq!(register.team(practitioner.team).map(|team| team.agency), Some(practitioner.agency));
            for (index, one) in practitioner.secondments.iter().enumerate() {
                prop_assert!(practitioner.secondments[..index].iter().all(|other| !one.overlaps(other)));
            }
        }
    }
}
