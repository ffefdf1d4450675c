//! Assessment, plan, review and contact.

use jiff::civil::date;

use super::*;

#[test]
fn one_assessment_is_open_at_a_time() {
    story("record-voice-of-child")
        .when(StartAssessment::example())
        .then_refused("one-open-assessment", "assessment");
}

#[test]
fn an_assessment_is_due_by_the_authoritys_timescale_of_45_working_days() {
    let started = story("start-assessment").when(StartAssessment::example());
    let CaseEvent::AssessmentStarted(event) = &started.events()[0] else { panic!("another event") };
    // 45 working days after 9 March 2017, with Good Friday, Easter Monday and the early May holiday between.
    assert_eq!((event.started_on, event.due), (date(2017, 3, 9), date(2017, 5, 16)));
}

#[test]
fn an_assessment_is_about_children_of_the_family() {
    let stranger = StartAssessment { children: vec![stranger()], ..StartAssessment::example() };
    story("start-assessment").when(stranger).then_refused("person-of-the-family", "children[0]");
    let adult = StartAssessment { children: vec![parent()], ..StartAssessment::example() };
    story("start-assessment").when(adult).then_refused("child-of-the-family", "children[0]");
    let voice =
        RecordVoiceOfChild { child: parent(), said: Some("Tired.".into()), ..RecordVoiceOfChild::example() };
    story("record-voice-of-child").when(voice).then_refused("person-of-the-family", "child");
}

#[test]
fn every_child_is_heard_or_it_is_said_why_not() {
    let unheard = story("record-voice-of-child");
    unheard.when(CompleteAssessment::example()).then_refused("voice-of-each-child", "voice_gaps");
    let gap = VoiceGap { child: child(), reason: "In hospital until May.".into() };
    let explained = CompleteAssessment { voice_gaps: vec![gap], ..CompleteAssessment::example() };
    assert_eq!(unheard.when(explained).events().len(), 1);
    let gap = VoiceGap { child: stranger(), reason: "Who?".into() };
    let strange = CompleteAssessment { voice_gaps: vec![gap], ..CompleteAssessment::example() };
    unheard.when(strange).then_refused("person-of-the-family", "voice_gaps[0].child");
}

#[test]
fn an_assessment_is_authorised_by_a_manager_who_did_not_write_it() {
    let written = story("authorise-assessment");
    let own = written.clone().with(by("worker"));
    own.when(AuthoriseAssessment::example()).then_refused("authorised-by-another", "");
    own.when(ReturnAssessment::example()).then_refused("authorised-by-another", "");
    let authorised = written.when(AuthoriseAssessment::example()).and();
    authorised.when(AuthoriseAssessment::example()).then_nothing();
    let of = |assessment| AuthoriseAssessment { assessment: Some(assessment), comment: None };
    authorised.when(of(authorised.state().assessments[0].id)).then_nothing();
    authorised.when(of(some_id(7).into())).then_refused("command-fits-status", "");
    let other = AuthoriseAssessment { assessment: Some(some_id(7).into()), comment: None };
    written.when(other).then_refused("assessment-is-the-current-one", "assessment");
    story("record-voice-of-child")
        .when(AuthoriseAssessment::example())
        .then_refused("assessment-awaits-manager", "");
}

#[test]
fn what_is_not_open_is_not_completed() {
    let written = story("authorise-assessment");
    written.when(CompleteAssessment::example()).then_refused("assessment-is-open", "");
    story("start-assessment").when(CompleteAssessment::example()).then_refused("command-fits-status", "");
    let other = CompleteAssessment { assessment: Some(some_id(7).into()), ..CompleteAssessment::example() };
    story("complete-assessment").when(other).then_refused("assessment-is-the-current-one", "assessment");
}

fn plan_with(change: impl FnOnce(&mut AgreePlan)) -> AgreePlan {
    let mut plan = AgreePlan::example();
    change(&mut plan);
    plan
}

#[test]
fn every_action_of_a_plan_has_an_owner_and_a_due_date() {
    let before = story("agree-plan");
    let unowned = plan_with(|plan| plan.actions[0].owner = None);
    before.when(unowned).then_refused("action-has-an-owner", "actions[0].owner");
    let undated = plan_with(|plan| plan.actions[0].due = None);
    before.when(undated).then_refused("action-has-a-due-date", "actions[0].due");
    let passed = plan_with(|plan| plan.actions[0].due = Some(date(2017, 1, 1)));
    before.when(passed).then_refused("day-lies-ahead", "actions[0].due");
    let strange = plan_with(|plan| plan.actions[0].owner = Some(Owner::FamilyMember(stranger())));
    before.when(strange).then_refused("person-of-the-family", "actions[0].owner");
    let aimless = plan_with(|plan| plan.actions[0].goal = Some(some_id(7).into()));
    before.when(aimless).then_refused("goal-of-the-plan", "actions[0].goal");
    let twice = plan_with(|plan| plan.actions.push(plan.actions[0].clone()));
    before.when(twice).then_refused("id-used-once", "actions[1].id");
    let late = plan_with(|plan| plan.next_review = date(2017, 1, 1));
    before.when(late).then_refused("day-lies-ahead", "next_review");
}

#[test]
fn what_is_due_today_is_not_late() {
    let today = date(2017, 4, 20);
    let at_once = plan_with(|plan| {
        plan.actions[0].due = Some(today);
        plan.next_review = today;
    });
    assert_eq!(story("agree-plan").when(at_once).events().len(), 1);
    let today = date(2017, 5, 2);
    let moved = RescheduleAction { due: today, ..RescheduleAction::example() };
    assert_eq!(story("reschedule-action").when(moved).events().len(), 1);
    let today = date(2017, 6, 16);
    let reviewed = ReviewPlan { next_review: Some(today), ..ReviewPlan::example() };
    assert_eq!(story("review-plan").when(reviewed).events().len(), 1);
}

#[test]
fn a_plan_follows_an_authorised_assessment() {
    story("start-assessment").when(AgreePlan::example()).then_refused("command-fits-status", "");
}

#[test]
fn ids_that_a_client_leaves_out_are_given_and_are_not_alike() {
    let plan = plan_with(|plan| {
        plan.goals[0].id = None;
        plan.actions[0].goal = None;
        plan.actions[0].id = None;
        plan.actions.push(plan.actions[0].clone());
    });
    let agreed = story("agree-plan").when(plan).and();
    let state = agreed.state();
    assert_eq!((state.actions.len(), state.goals_not_ended().count()), (2, 1));
}

#[test]
fn a_plan_changes_in_goals_and_actions_that_it_has() {
    let case = story("reschedule-action");
    assert_eq!(case.when(ChangePlan::example()).events().len(), 1);
    let goal = AlteredGoal { goal: some_id(7).into(), aim: None, measure: None, reason: "Unclear.".into() };
    let strange = ChangePlan { altered_goals: vec![goal], added_actions: vec![], ..ChangePlan::example() };
    case.when(strange).then_refused("goal-of-the-plan", "altered_goals[0].goal");
}

#[test]
fn a_reschedule_keeps_the_earlier_date() {
    let moved = story("reschedule-action").when(RescheduleAction::example());
    let CaseEvent::ActionRescheduled(event) = &moved.events()[0] else { panic!("another event") };
    assert_eq!((event.earlier, event.due), (Some(date(2017, 5, 12)), date(2017, 5, 26)));
    moved.and().when(RescheduleAction::example()).then_nothing();
    let passed = RescheduleAction { due: date(2017, 1, 1), ..RescheduleAction::example() };
    story("reschedule-action").when(passed).then_refused("day-lies-ahead", "due");
}

#[test]
fn an_action_ends_once() {
    let case = story("review-plan");
    case.when(CompleteAction::example()).then_nothing();
    case.when(CancelAction::example()).then_refused("action-not-ended", "action");
    case.when(RescheduleAction::example()).then_refused("action-not-ended", "action");
    let unknown = CompleteAction { action: some_id(7).into(), outcome: "Done.".into() };
    case.when(unknown).then_refused("action-of-the-case", "action");
    let cancelled = story("complete-action").when(CancelAction::example()).and();
    cancelled.when(CancelAction::example()).then_nothing();
}

#[test]
fn a_review_scores_each_goal_and_hears_each_child() {
    let case = story("review-plan");
    let unscored = ReviewPlan { scores: vec![], ..ReviewPlan::example() };
    case.when(unscored).then_refused("each-goal-scored", "scores");
    let unheard = ReviewPlan { child_views: vec![], ..ReviewPlan::example() };
    case.when(unheard).then_refused("each-childs-view", "child_views");
    let mut strange = ReviewPlan::example();
    strange.scores[0].goal = some_id(7).into();
    case.when(strange).then_refused("goal-of-the-plan", "scores[0].goal");
    let passed = ReviewPlan { next_review: Some(date(2017, 1, 1)), ..ReviewPlan::example() };
    case.when(passed).then_refused("day-lies-ahead", "next_review");
}

#[test]
fn a_contact_names_people_of_the_family() {
    let strange = RecordContact { children_seen: vec![stranger()], ..RecordContact::example() };
    story("record-contact").when(strange).then_refused("person-of-the-family", "children_seen[0]");
    let parent_as_child = RecordContact { children_seen: vec![parent()], ..RecordContact::example() };
    story("record-contact").when(parent_as_child).then_refused("child-of-the-family", "children_seen[0]");
    let strange = RecordContact { adults: vec![stranger()], ..RecordContact::example() };
    story("record-contact").when(strange).then_refused("person-of-the-family", "adults[0]");
}

#[test]
fn a_managers_direction_has_an_owner_and_a_due_date() {
    let case = story("record-contact");
    assert_eq!(case.when(RecordManagementOversight::example()).events().len(), 1);
    let mut undated = RecordManagementOversight::example();
    undated.directions[0].due = None;
    case.when(undated).then_refused("action-has-a-due-date", "directions[0].due");
}

#[test]
fn a_supervision_and_an_audit_are_noted_once() {
    let noted =
        story("record-contact").when(NoteSupervision::example()).and().when(NoteAudit::example()).and();
    noted.when(NoteSupervision::example()).then_nothing();
    noted.when(NoteAudit::example()).then_nothing();
}

#[test]
fn whoever_wrote_an_assessment_is_the_person_and_not_the_service_that_sent_it() {
    let behalf = |person: &'static str| {
        move |circumstances: &mut Circumstances| {
            circumstances.actor.subject = "portal".to_owned();
            circumstances.actor.on_behalf_of = Some(person.to_owned());
        }
    };
    let written =
        story("complete-assessment").with(behalf("priya")).when(CompleteAssessment::example()).and();
    let own = written.clone().with(behalf("priya"));
    own.when(AuthoriseAssessment::example()).then_refused("authorised-by-another", "");
    assert_eq!(written.with(behalf("malik")).when(AuthoriseAssessment::example()).events().len(), 1);
}

#[test]
fn an_assessment_that_is_begun_again_by_its_id_is_nothing() {
    let named = StartAssessment { assessment: Some(some_id(5).into()), ..StartAssessment::example() };
    let started = story("start-assessment").when(named.clone()).and();
    started.when(named.clone()).then_nothing();
    let other = StartAssessment { assessment: Some(some_id(6).into()), ..named };
    started.when(other).then_refused("one-open-assessment", "assessment");
}

#[test]
fn a_plan_is_agreed_once_an_assessment() {
    let agreed = story("record-contact");
    agreed.when(AgreePlan::example()).then_nothing();
    let mut other = AgreePlan::example();
    other.goals[0].id = Some(some_id(5).into());
    other.actions.clear();
    agreed.when(other.clone()).then_refused("one-plan-an-assessment", "");
    let assessed_anew = agreed
        .with(by("worker"))
        .when(StartAssessment { assessment: None, ..StartAssessment::example() })
        .and()
        .when(RecordVoiceOfChild::example())
        .and()
        .when(CompleteAssessment::example())
        .and()
        .with(by("manager"))
        .when(AuthoriseAssessment::example())
        .and();
    assert_eq!(status(&assessed_anew), Status::Supported);
    assert_eq!(assessed_anew.when(other).events().len(), 1);
}

#[test]
fn what_is_not_planned_is_neither_changed_nor_reviewed() {
    let assessing = story("record-voice-of-child");
    assessing.when(ChangePlan::example()).then_refused("case-has-a-plan", "");
    assessing.when(ReviewPlan::example()).then_refused("case-has-a-plan", "");
}

#[test]
fn a_change_names_the_field_at_fault() {
    let case = story("reschedule-action");
    let with = |change: fn(&mut ChangePlan)| {
        let mut asked = ChangePlan::example();
        change(&mut asked);
        case.when(asked)
    };
    with(|asked| asked.added_actions[0].action.due = None)
        .then_refused("action-has-a-due-date", "added_actions[0].action.due");
    let goal =
        |id| AddedGoal { goal: Goal { id, ..AgreePlan::example().goals[0].clone() }, reason: "New.".into() };
    let taken =
        ChangePlan { added_goals: vec![goal(AgreePlan::example().goals[0].id)], ..ChangePlan::default() };
    case.when(taken).then_refused("id-used-once", "added_goals[0].goal.id");
    let mut of_another = goal(None);
    of_another.goal.person = Some(stranger());
    let strange = ChangePlan { added_goals: vec![of_another], ..ChangePlan::default() };
    case.when(strange).then_refused("person-of-the-family", "added_goals[0].goal.person");
    let ended = EndedGoal { goal: some_id(7).into(), reached: true, reason: "Done.".into() };
    let strange = ChangePlan { ended_goals: vec![ended], ..ChangePlan::default() };
    case.when(strange).then_refused("goal-of-the-plan", "ended_goals[0].goal");
    let altered = |action| AlteredAction { action, what: None, owner: None, reason: "Clearer.".into() };
    let strange = ChangePlan { altered_actions: vec![altered(some_id(7).into())], ..ChangePlan::default() };
    case.when(strange).then_refused("action-of-the-case", "altered_actions[0].action");
    let of_another = AlteredAction {
        owner: Some(Owner::FamilyMember(stranger())),
        ..altered(CompleteAction::example().action)
    };
    let strange = ChangePlan { altered_actions: vec![of_another], ..ChangePlan::default() };
    case.when(strange).then_refused("person-of-the-family", "altered_actions[0].owner");
    let over = AgreePlan::example().goals[0].id.unwrap();
    let over = EndedGoal { goal: over, reached: false, reason: "She has another aim now.".into() };
    let pointless = ChangePlan { ended_goals: vec![over], ..ChangePlan::example() };
    case.when(pointless).then_refused("goal-of-the-plan", "added_actions[0].action.goal");
    let done = ChangePlan {
        altered_actions: vec![altered(CompleteAction::example().action)],
        ..ChangePlan::default()
    };
    story("review-plan").when(done).then_refused("action-not-ended", "altered_actions[0].action");
}

#[test]
fn a_plan_change_ends_goals_alters_owners_and_serves_new_goals() {
    let case = story("reschedule-action");
    let goal = Goal { id: Some(some_id(5).into()), ..AgreePlan::example().goals[0].clone() };
    let action = Action { id: None, goal: goal.id, ..AgreePlan::example().actions[0].clone() };
    let owner = Owner::FamilyMember(parent());
    let altered = CompleteAction::example().action;
    let asked = ChangePlan {
        added_goals: vec![AddedGoal { goal, reason: "She asked.".into() }],
        added_actions: vec![AddedAction { action, reason: "For it.".into() }],
        altered_actions: vec![AlteredAction {
            action: altered,
            what: None,
            owner: Some(owner),
            reason: "Hers.".into(),
        }],
        ended_goals: AgreePlan::example()
            .goals
            .iter()
            .filter_map(|goal| Some(EndedGoal { goal: goal.id?, reached: true, reason: "Reached.".into() }))
            .collect(),
        ..ChangePlan::default()
    };
    let changed = case.when(asked).and();
    let state = changed.state();
    assert_eq!(state.goals_not_ended().collect::<Vec<_>>(), [some_id(5).into()]);
    assert_eq!(state.actions[&altered].owner, Some(owner));
    assert_eq!(state.open_actions().count(), 2);
}

#[test]
fn a_review_names_people_of_the_family() {
    let case = story("review-plan");
    let mut strange = ReviewPlan::example();
    strange.child_views[0].person = stranger();
    case.when(strange).then_refused("person-of-the-family", "child_views[0].person");
    let mut strange = ReviewPlan::example();
    strange.attended[1].family_member = Some(stranger());
    case.when(strange).then_refused("person-of-the-family", "attended[1].family_member");
}

/// Only a case from another record can have a plan without an assessment of ours.
#[test]
fn an_imported_plan_is_not_replaced_without_an_assessment() {
    let import = ImportCase { assessment: None, ..ImportCase::example() };
    let imported = given::<Case>([]).with(|circumstances| circumstances.facts = known()).when(import).and();
    assert_eq!(status(&imported), Status::Supported);
    let mut plan = AgreePlan { next_review: date(2017, 12, 1), ..AgreePlan::example() };
    plan.actions.clear();
    imported.when(plan).then_refused("plan-after-assessment", "");
}
