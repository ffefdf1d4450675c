//! Step-up and step-down, closure, and what may be recorded at any time.

use caseledger_commands::Role;
use jiff::civil::date;

use super::*;

#[test]
fn a_step_up_takes_along_what_the_protocol_asks_for() {
    let case = story("record-contact");
    let mut thin = RequestStepUp::example();
    thin.pack.retain(|item| item.item != "chronology");
    let refusal = case.when(thin).then_refused("handover-pack-complete", "pack");
    assert_eq!(refusal, CaseRefusal::PackIncomplete(vec!["chronology".to_owned()]));
    let mut unknown = RequestStepUp::example();
    unknown.pack[0].item = "horoscope".to_owned();
    case.when(unknown).then_refused("item-of-the-protocol", "pack[0].item");
    let pending = case.when(RequestStepUp::example()).and();
    assert_eq!(status(&pending), Status::StepUpPending);
    pending.when(closing()).then_refused("command-fits-status", "");
}

#[test]
fn a_step_up_is_declined_withdrawn_or_accepted() {
    let pending = story("record-contact").when(RequestStepUp::example()).and();
    assert_eq!(status(&pending.when(DeclineStepUp::example()).and()), Status::Supported);
    assert_eq!(status(&pending.when(WithdrawStepUp::example()).and()), Status::Supported);
    let other = AcceptStepUp { transfer: Some(some_id(7).into()), note: None };
    pending.when(other).then_refused("transfer-is-the-pending-one", "transfer");
    let accepted = pending.when(AcceptStepUp::example()).and();
    assert_eq!(status(&accepted), Status::SteppedUp);
    accepted.when(RecordVoiceOfChild::example()).then_refused("assessment-is-open", "");
}

#[test]
fn a_step_down_says_what_is_missing_and_asks_for_it() {
    let stepped_up =
        story("record-contact").when(RequestStepUp::example()).and().when(AcceptStepUp::example()).and();
    let nothing = ReceiveStepDown { pack: vec![], ..ReceiveStepDown::example() };
    let received = stepped_up.when(nothing);
    let CaseEvent::StepDownReceived(event) = &received.events()[0] else { panic!("another event") };
    let item = event.missing[0].clone();
    let pending = received.and();
    assert_eq!(status(&pending), Status::StepDownPending);
    let query = QueryStepDown { items: vec![item.clone()], ..QueryStepDown::example() };
    assert_eq!(pending.when(query).events().len(), 1);
    let strange = QueryStepDown { items: vec!["horoscope".into()], ..QueryStepDown::example() };
    pending.when(strange).then_refused("item-of-the-protocol", "items[0]");
    let more = ReceiveStepDown {
        pack: vec![PackItem { item: item.clone(), content: None }],
        ..ReceiveStepDown::example()
    };
    let more = pending.when(more).and();
    assert!(more.state().transfer.as_ref().is_some_and(|transfer| !transfer.missing.contains(&item)));
    let unknown = AcceptStepDown { level_of_need: 9, ..AcceptStepDown::example() };
    more.when(unknown).then_refused("level-of-need-known", "level_of_need");
    assert_eq!(status(&more.when(AcceptStepDown::example()).and()), Status::Supported);
}

#[test]
fn what_arrives_of_a_pack_adds_to_what_came_before() {
    let stepped_up =
        story("record-contact").when(RequestStepUp::example()).and().when(AcceptStepUp::example()).and();
    let protocol = Circumstances::default().authority.step_down_protocol;
    let pack = |items: &[usize]| {
        let pack = items.iter().map(|nth| PackItem { item: protocol[*nth].id.clone(), content: None });
        ReceiveStepDown { pack: pack.collect(), ..ReceiveStepDown::example() }
    };
    let missing = |given: &Given<Case>| given.state().transfer.clone().map(|transfer| transfer.missing.len());
    let first = stepped_up.when(pack(&[0, 1])).and();
    assert_eq!(missing(&first), Some(protocol.len() - 2));
    let second = first.when(pack(&[2])).and();
    assert_eq!(missing(&second), Some(protocol.len() - 3));
}

#[test]
fn a_case_closes_when_everything_has_ended_and_everybody_was_asked() {
    let case = story("close-case");
    let unasked = |change: fn(&mut CloseCase)| {
        let CaseCommand::CloseCase(mut close) = closing() else { unreachable!() };
        change(&mut close);
        close
    };
    case.when(unasked(|close| close.final_scores.clear())).then_refused("each-goal-scored", "final_scores");
    case.when(unasked(|close| close.family_views.clear()))
        .then_refused("each-family-members-view", "family_views");
    story("complete-action").when(closing()).then_refused("every-action-ended-at-closure", "");
    story("authorise-assessment").when(closing()).then_refused("no-open-assessment-at-closure", "");
}

#[test]
fn a_closed_case_takes_only_what_the_table_allows() {
    let closed = story("");
    closed.when(RecordContact::example()).then_refused("command-fits-status", "");
    assert_eq!(closed.when(RecordFeedback { person: None, ..RecordFeedback::example() }).events().len(), 1);
    closed.when(ScheduleSustainedOutcomeCheck::example()).then_nothing();
    assert_eq!(closed.state().sustained_check_due, Some(date(2018, 1, 3)));
    let unknown = CheckSustainedOutcome {
        scores: vec![GoalScore { goal: some_id(7).into(), score: 5, evidence: None }],
        ..CheckSustainedOutcome::example()
    };
    closed.when(unknown).then_refused("goal-of-the-plan", "scores[0].goal");
}

#[test]
fn a_case_is_reopened_within_the_authoritys_limit() {
    let closed = story("");
    assert_eq!(status(&closed.when(ReopenCase::example()).and()), Status::Supported);
    closed.on("2019-07-03T10:00:00Z").when(ReopenCase::example()).then_refused("reopened-within-limit", "");
}

#[test]
fn a_restriction_names_who_may_still_see_and_ends() {
    let case = story("record-contact");
    case.when(LiftRestriction::example()).then_nothing();
    let until = |until: caseledger_commands::Date| RestrictCase { until, ..RestrictCase::example() };
    case.when(until(date(2017, 1, 1))).then_refused("restriction-lies-ahead", "until");
    assert_eq!(case.when(until(date(2017, 4, 24))).events().len(), 1, "until this evening");
    let restricted = case.when(until(date(2017, 12, 31))).and();
    restricted.when(until(date(2017, 12, 31))).then_nothing();
    assert_eq!(restricted.when(LiftRestriction::example()).and().state().restriction, None);
}

#[test]
fn a_correction_points_at_an_event_of_the_case() {
    let case = story("acknowledge-referral");
    let at = |sequence| CorrectRecord { sequence, ..CorrectRecord::example() };
    assert_eq!(case.when(at(1)).events().len(), 1);
    case.when(at(2)).then_refused("correction-names-an-event", "sequence");
    case.when(at(0)).then_refused("correction-names-an-event", "sequence");
}

#[test]
fn feedback_comes_from_someone_of_the_family_or_beside_it() {
    let strange = RecordFeedback { person: Some(stranger()), ..RecordFeedback::example() };
    story("record-contact").when(strange).then_refused("person-of-the-family", "person");
}

#[test]
fn what_is_due_follows_from_where_the_case_stands() {
    let due = |before| {
        let given = story(before);
        let due = given.state().due(&Circumstances::default().authority);
        due.into_iter().map(|due| (due.what, due.on)).collect::<Vec<_>>()
    };
    assert_eq!(
        due("acknowledge-referral"),
        [(DueKind::AcknowledgeReferral, date(2017, 3, 2)), (DueKind::DecideTriage, date(2017, 3, 2))]
    );
    assert_eq!(due("record-voice-of-child"), [(DueKind::CompleteAssessment, date(2017, 5, 16))]);
    assert_eq!(
        due("reschedule-action"),
        [(DueKind::ReviewPlan, date(2017, 6, 16)), (DueKind::Action, date(2017, 5, 12))]
    );
    assert_eq!(due(""), [(DueKind::CheckSustainedOutcome, date(2018, 1, 3))]);
}

#[test]
fn what_may_be_done_is_told_by_the_status() {
    assert_eq!(given::<Case>([]).state().allowed_commands(), ["receive-referral", "import-case"]);
    let allowed = story("agree-plan").state().allowed_commands();
    assert!(allowed.contains(&"agree-plan") && !allowed.contains(&"decide-triage"));
    assert!(!allowed.contains(&"note-audit"), "only processes send it");
}

#[test]
fn a_case_is_closed_by_a_manager_and_by_nobody_else() {
    let worker =
        story("close-case").with(|circumstances| circumstances.actor.roles = vec![Role::Practitioner]);
    worker.when(closing()).then_refused("decided-by-a-manager", "");
    let oversight = RecordManagementOversight { directions: vec![], ..RecordManagementOversight::example() };
    worker.when(oversight).then_refused("decided-by-a-manager", "");
    let assessed = story("authorise-assessment")
        .with(|circumstances| circumstances.actor.roles = vec![Role::Practitioner]);
    assessed.when(AuthoriseAssessment::example()).then_refused("decided-by-a-manager", "");
    assessed.when(ReturnAssessment::example()).then_refused("decided-by-a-manager", "");
}

#[test]
fn only_the_family_says_how_it_was() {
    let CaseCommand::CloseCase(mut close) = closing() else { unreachable!() };
    close.family_views[0].person = stranger();
    story("close-case").when(close).then_refused("person-of-the-family", "family_views[0].person");
}

#[test]
fn the_work_happens_in_its_order() {
    let earlier = |given: Given<Case>, when: &str| {
        let when = moment(when);
        given.with(move |circumstances| circumstances.occurred_at = Some(when))
    };
    let rule = "in-the-order-of-the-work";
    earlier(story("complete-assessment"), "2017-03-08T10:00:00Z")
        .when(CompleteAssessment::example())
        .then_refused(rule, "occurred_at");
    earlier(story("close-case"), "2017-03-02T10:00:00Z").when(closing()).then_refused(rule, "occurred_at");
    let closed = earlier(story(""), "2017-07-02T10:00:00Z");
    closed.when(ReopenCase::example()).then_refused(rule, "occurred_at");
    closed.when(CheckSustainedOutcome::example()).then_refused(rule, "occurred_at");
    let same_day = earlier(story(""), "2017-07-03T08:00:00Z");
    assert_eq!(same_day.when(ReopenCase::example()).events().len(), 1);
}

#[test]
fn the_team_that_was_asked_answers_a_step_up() {
    let pending = story("record-contact").when(RequestStepUp::example()).and();
    let of = |team| pending.clone().with(move |circumstances| circumstances.actor.team = team);
    let other = of(Some(some_id(7).into()));
    other.when(AcceptStepUp::example()).then_refused("receiving-team-answers", "");
    other.when(DeclineStepUp::example()).then_refused("receiving-team-answers", "");
    let asked = of(RequestStepUp::example().receiving_team);
    assert_eq!(asked.when(AcceptStepUp::example()).events().len(), 1);
    assert_eq!(pending.when(AcceptStepUp::example()).events().len(), 1, "a service belongs to no team");
}

#[test]
fn a_transfers_id_is_used_once() {
    let named = RequestStepUp { transfer: Some(some_id(5).into()), ..RequestStepUp::example() };
    let pending = story("record-contact").when(named.clone()).and();
    pending.when(named.clone()).then_nothing();
    let back = pending.when(WithdrawStepUp::example()).and();
    back.when(named).then_refused("id-used-once", "transfer");
}

#[test]
fn without_consent_to_sharing_a_step_up_states_its_lawful_basis() {
    let withdrawn = story("record-contact").when(WithdrawConsent::example()).and();
    withdrawn.when(RequestStepUp::example()).then_refused("consent-before-help", "");
    let basis = Some("Risk of significant harm.".into());
    let on_a_basis = RequestStepUp { lawful_basis: basis, ..RequestStepUp::example() };
    assert_eq!(status(&withdrawn.when(on_a_basis).and()), Status::StepUpPending);
}

#[test]
fn what_came_with_the_pack_is_not_asked_for_again() {
    let stepped_up =
        story("record-contact").when(RequestStepUp::example()).and().when(AcceptStepUp::example()).and();
    let item = ReceiveStepDown::example().pack[0].item.clone();
    let pending = stepped_up.when(ReceiveStepDown::example()).and();
    let again = QueryStepDown { items: vec![item], ..QueryStepDown::example() };
    pending.when(again).then_refused("not-asked-again", "items[0]");
}

#[test]
fn an_assessment_that_was_open_at_a_step_up_is_brought_to_its_end() {
    let assessing = story("complete-assessment").when(RequestStepUp::example()).and();
    let stepped_up = assessing.when(AcceptStepUp::example()).and();
    let written = stepped_up.when(CompleteAssessment::example()).and();
    written.when(closing()).then_refused("no-open-assessment-at-closure", "");
    let authorised = written.with(by("manager")).when(AuthoriseAssessment::example()).and();
    assert_eq!(status(&authorised), Status::SteppedUp);
    let CaseCommand::CloseCase(mut close) = closing() else { unreachable!() };
    close.final_scores.clear();
    assert_eq!(status(&authorised.when(close).and()), Status::Closed);
}

#[test]
fn a_step_down_that_is_not_taken_up_ends_with_the_case() {
    let CaseCommand::CloseCase(mut close) = closing() else { unreachable!() };
    close.final_scores.clear();
    let offered = story("acknowledge-referral").when(ReceiveStepDown::example()).and();
    let ended = offered.when(close.clone()).and();
    assert_eq!((status(&ended), ended.state().transfer.as_ref()), (Status::Closed, None));
    ended.when(ScheduleSustainedOutcomeCheck::example()).then_nothing();
    ended.when(ReopenCase::example()).then_refused("reopens-what-was-accepted", "");

    let back = story("start-assessment")
        .when(RequestStepUp::example())
        .and()
        .when(AcceptStepUp::example())
        .and()
        .when(ReceiveStepDown::example())
        .and();
    let reopened = back.when(close).and().when(ReopenCase::example()).and();
    assert_eq!(status(&reopened), Status::SteppedUp);
}

#[test]
fn what_comes_from_social_care_needs_consent_to_be_accepted() {
    let offered = story("acknowledge-referral")
        .when(WithdrawConsent::example())
        .and()
        .when(ReceiveStepDown::example())
        .and();
    offered.when(AcceptStepDown::example()).then_refused("consent-before-help", "");
}

#[test]
fn a_step_up_and_a_step_down_are_due_an_answer() {
    let due = |given: &Given<Case>| {
        let due = given.state().due(&Circumstances::default().authority).into_iter();
        due.filter(|due| due.what != DueKind::ReviewPlan && due.what != DueKind::Action)
            .map(|due| (due.what, due.on))
            .collect::<Vec<_>>()
    };
    let up = story("record-contact").when(RequestStepUp::example());
    let CaseEvent::StepUpRequested(asked) = &up.events()[0] else { panic!("another event") };
    let answer = (DueKind::AnswerStepUp, asked.answer_due);
    let up = up.and();
    assert_eq!(due(&up), [answer]);
    let down = up.when(AcceptStepUp::example()).and().when(ReceiveStepDown::example());
    let CaseEvent::StepDownReceived(asked) = &down.events()[0] else { panic!("another event") };
    let answer = (DueKind::AnswerStepDown, asked.answer_due);
    assert_eq!(due(&down.and()), [answer]);
}

#[test]
fn no_review_is_due_while_social_care_works_with_the_family() {
    let reviews = |given: &Given<Case>| {
        let due = given.state().due(&Circumstances::default().authority).into_iter();
        due.filter(|due| due.what == DueKind::ReviewPlan).count()
    };
    let pending = story("record-contact").when(RequestStepUp::example()).and();
    assert_eq!(reviews(&pending), 1);
    let stepped_up = pending.when(AcceptStepUp::example()).and();
    assert_eq!(reviews(&stepped_up), 0);
    let offered = stepped_up.when(ReceiveStepDown::example()).and();
    assert_eq!(reviews(&offered), 0);
    assert_eq!(reviews(&offered.when(AcceptStepDown::example()).and()), 1);
}

#[test]
fn a_case_that_was_not_allocated_is_not_reallocated_beside_a_transfer() {
    let elsewhere = || ReallocateCase { lead_agency: some_id(0xa9).into(), ..ReallocateCase::example() };
    let rule = "reallocates-what-was-allocated";
    let accepted = story("allocate-case").when(RequestStepUp::example()).and();
    accepted.when(elsewhere()).then_refused(rule, "");
    let back = accepted.when(DeclineStepUp::example()).and();
    assert_eq!(back.when(AllocateCase::example()).events().len(), 1);
    let offered = story("acknowledge-referral").when(ReceiveStepDown::example()).and();
    offered.when(elsewhere()).then_refused(rule, "");
    let held = story("record-contact").when(RequestStepUp::example()).and();
    assert_eq!(held.when(elsewhere()).events().len(), 1);
}

#[test]
fn an_imported_case_without_a_registered_team_gets_one_by_a_reallocation() {
    let asked =
        ImportCase { team: None, lead_practitioner: None, lead_agency: None, ..ImportCase::example() };
    let imported = fresh().when(asked).and();
    assert_eq!(imported.when(ReallocateCase::example()).events().len(), 1);
    let pending = imported.when(RequestStepUp::example()).and();
    assert_eq!(pending.when(ReallocateCase::example()).events().len(), 1);
}

#[test]
fn one_step_up_waits_for_its_answer_at_a_time() {
    let pending = story("record-contact").when(RequestStepUp::example()).and();
    let other = RequestStepUp { transfer: Some(some_id(7).into()), ..RequestStepUp::example() };
    pending.when(other).then_refused("command-fits-status", "");
    pending.when(RequestStepUp::example()).then_refused("command-fits-status", "");
}

#[test]
fn an_assessment_goes_on_beside_a_step_up_and_the_case_goes_on_from_it() {
    let pending = story("authorise-assessment").when(RequestStepUp::example()).and();
    let authorised = pending.when(AuthoriseAssessment::example()).and();
    assert_eq!(status(&authorised), Status::StepUpPending);
    assert_eq!(status(&authorised.when(DeclineStepUp::example()).and()), Status::Planning);
    assert_eq!(status(&pending.when(DeclineStepUp::example()).and()), Status::Assessing);
}
