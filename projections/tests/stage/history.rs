//! A random history: commands as clients might give them, decided by the aggregates, and what followed appended.

use std::collections::BTreeMap;
use std::sync::Arc;

use caseledger_aggregates::audit::Audit;
use caseledger_aggregates::case::{Case, Status};
use caseledger_aggregates::oversight::Oversight;
use caseledger_aggregates::panel::PanelMeeting;
use caseledger_aggregates::person::Person;
use caseledger_aggregates::supervision::Supervision;
use caseledger_aggregates::workforce::Workforce;
use caseledger_aggregates::{Authority, Context, Decider, Event, Facts};
use caseledger_commands::case::{AddFamilyMember, ReceiveReferral};
use caseledger_commands::person::RegisterPerson;
use caseledger_commands::{Actor, Command, CommandSet, PersonId, Role, Timestamp};
use caseledger_log::NewEvent;
use caseledger_projections::measures::CATALOGUE;
use jiff::{SignedDuration, ToSpan};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Stage;

const TEAMS: [(u128, &str); 3] = [(0xb1, "Coast"), (0xb2, "Riverside"), (0xb3, "Moorland")];
const AGENCIES: [(u128, &str); 3] = [(0xa1, "authority"), (0xa2, "school"), (0xa3, "charity")];
const PRACTITIONERS: [u128; 3] = [0xc1, 0xc2, 0xc3];
/// Practitioners who manage nobody, and their teams; the last is a partner's.
const SUPERVISED: [(u128, u128, u128); 3] = [(0xc4, 0xb1, 0xa1), (0xc5, 0xb2, 0xa1), (0xc6, 0xb4, 0xa2)];
/// How many meetings the panel has.
const MEETINGS: u128 = 24;

/// What moves a case on; other commands may be given at most times, and would drown these.
const MOVING: [&str; 19] = [
    "acknowledge-referral",
    "refer-to-panel",
    "decide-triage",
    "allocate-case",
    "start-assessment",
    "record-voice-of-child",
    "complete-assessment",
    "authorise-assessment",
    "agree-plan",
    "review-plan",
    "reschedule-action",
    "complete-action",
    "cancel-action",
    "close-case",
    "accept-step-up",
    "decline-step-up",
    "accept-step-down",
    "check-sustained-outcome",
    "reopen-case",
];

/// What happens in a meeting; most often something other than its end.
const PANEL: [&str; 7] = [
    "record-attendance",
    "record-information-shared",
    "record-information-shared",
    "record-panel-decision",
    "record-panel-decision",
    "defer-agenda-item",
    "close-panel",
];

/// What happens in an audit; most often something other than its end.
const AUDIT: [&str; 8] = [
    "draw-sample",
    "record-case-audit",
    "moderate-audit",
    "moderate-audit",
    "agree-audit-action",
    "complete-audit-action",
    "complete-audit-action",
    "complete-audit",
];

pub fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_a000_0000_7000_8000_0000_0000_0000 | number)
}

/// What has been made up so far.
pub struct History {
    pub chance: ChaCha8Rng,
    pub now: Timestamp,
    /// The case that somebody is working on.
    at_hand: Uuid,
    authority: Authority,
    register: Workforce,
    cases: BTreeMap<Uuid, Case>,
    people: BTreeMap<Uuid, Person>,
    meetings: BTreeMap<Uuid, PanelMeeting>,
    supervisions: BTreeMap<Uuid, Supervision>,
    audits: BTreeMap<Uuid, Audit>,
    oversight: Oversight,
    /// How many commands were accepted, by name.
    pub accepted: BTreeMap<&'static str, usize>,
}

impl History {
    pub async fn begin(stage: &Stage, seed: u64) -> Self {
        let mut history = Self {
            chance: ChaCha8Rng::seed_from_u64(seed),
            now: "2017-01-02T09:00:00Z".parse().unwrap(),
            at_hand: id(0x1000),
            authority: Authority::default(),
            register: Workforce::default(),
            cases: BTreeMap::new(),
            people: BTreeMap::new(),
            meetings: BTreeMap::new(),
            supervisions: BTreeMap::new(),
            audits: BTreeMap::new(),
            oversight: Oversight::default(),
            accepted: BTreeMap::new(),
        };
        for (agency, kind) in AGENCIES {
            let message = json!({ "agency": id(agency), "name": format!("The {kind}"), "kind": kind });
            history.register(stage, "register-agency", message).await;
        }
        for (team, locality) in TEAMS {
            let message = json!({ "team": id(team), "name": format!("{locality} team"), "locality": locality, "agency": id(0xa1) });
            history.register(stage, "register-team", message).await;
        }
        let message =
            json!({ "team": id(0xb4), "name": "School team", "locality": "Coast", "agency": id(0xa2) });
        history.register(stage, "register-team", message).await;
        let managers = PRACTITIONERS.map(|who| (who, 0xb1, 0xa1, true));
        let others = SUPERVISED.map(|(who, team, agency)| (who, team, agency, false));
        for (who, team, agency, manages) in managers.into_iter().chain(others) {
            let message = json!({ "practitioner": id(who), "name": "Somebody", "agency": id(agency),
                "team": id(team), "is_manager": manages });
            history.register(stage, "register-practitioner", message).await;
        }
        let message =
            json!({ "practitioner": id(0xc1), "course": "neglect-toolkit", "completed_on": "2016-11-02" });
        history.register(stage, "record-training", message).await;
        history
    }

    async fn register(&mut self, stage: &Stage, name: &str, message: Value) {
        let mut register = std::mem::take(&mut self.register);
        let accepted = self.give(stage, id(1), &mut register, name, message, self.now).await;
        assert!(accepted, "{name} is refused");
        self.register = register;
    }

    /// Makes something happen, or tries to.
    pub async fn step(&mut self, stage: &Stage) {
        // Often the next thing follows soon, and on the same case: some things are to be done within a day.
        let longest = if self.chance.random_bool(0.6) { 90 } else { 3_000 };
        self.now += SignedDuration::from_mins(self.chance.random_range(1..=longest));
        stage.clock.set(self.now);
        match self.chance.random_range(0..30) {
            0 => self.step_person(stage).await,
            1 | 8 => self.step_audit(stage).await,
            2 => self.step_oversight(stage).await,
            3 => self.step_register(stage).await,
            4..=6 => self.step_panel(stage).await,
            7 => self.step_supervision(stage).await,
            _ => self.step_case(stage).await,
        }
    }

    async fn step_case(&mut self, stage: &Stage) {
        if self.chance.random_bool(0.3) {
            self.at_hand = id(0x1000 + self.chance.random_range(0..45));
        }
        let case = self.at_hand;
        let mut state = self.cases.remove(&case).unwrap_or_default();
        let allowed = state.allowed_commands();
        let early = state.plan.is_none() && self.chance.random_bool(0.9);
        let moving =
            MOVING.iter().filter(|name| allowed.contains(name) && !(early && **name == "close-case"));
        let moving: Vec<&str> = moving.copied().collect();
        let from = if moving.is_empty() || self.chance.random_bool(0.3) { &allowed } else { &moving };
        // A family that was handed over once may go to and fro.
        let to_and_fro =
            ["request-step-up", "receive-step-down"].into_iter().find(|name| allowed.contains(name));
        let again = to_and_fro.filter(|_| !state.transfers.is_empty() && self.chance.random_bool(0.15));
        let name = again.unwrap_or_else(|| from.choose(&mut self.chance).unwrap());
        let mut message = example::<Case>(name);
        let pick = |chance: &mut ChaCha8Rng, from: &[(u128, &str)]| json!(id(from.choose(chance).unwrap().0));
        match name {
            "receive-referral" => {
                message["source"] = json!(["1A", "2A", "3A", "6"].choose(&mut self.chance));
                if self.chance.random_bool(0.4) {
                    message["children"] = json!([AddFamilyMember::example().person]);
                }
                if self.chance.random_bool(0.4) {
                    let notified = self.now - SignedDuration::from_hours(self.chance.random_range(0..30));
                    message["domestic_incident"] =
                        json!({ "police_reference": "NP/17/4711", "notified_at": notified });
                }
            }
            "import-case" => {
                message["lead_agency"] = pick(&mut self.chance, &AGENCIES);
                message["team"] = pick(&mut self.chance, &TEAMS);
                message["lead_practitioner"] = json!(id(PRACTITIONERS[0]));
                if self.chance.random_bool(0.3) {
                    message["closure"] = json!({ "closed_on": "2016-12-20", "reason": "needs-met" });
                }
                for lacking in ["source", "level_of_need", "lead_practitioner"] {
                    if self.chance.random_bool(0.3) {
                        message[lacking] = Value::Null;
                    }
                }
            }
            "decide-triage" => {
                message["level_of_need"] = json!(self.chance.random_range(1..=4));
                message["forum"] = json!(["locality-team", "contact-team"].choose(&mut self.chance));
                if let Some(meeting) =
                    state.panel_meeting.filter(|_| state.status == Some(Status::AwaitingPanel))
                {
                    message["forum"] = json!("panel");
                    message["panel_meeting"] = json!(meeting);
                }
                let outcomes = ["universal-services", "universal-services", "step-up", "no-further-action"];
                if self.chance.random_bool(0.4) {
                    message["outcome"] = json!(outcomes.choose(&mut self.chance));
                    message["referrer_told"] = json!("That the school can help.");
                    message["lawful_basis"] = json!("Significant harm.");
                }
            }
            "end-family-membership" => {
                let family = state.children.iter().chain(&state.adults);
                message["person"] = json!(family.choose(&mut self.chance));
            }
            "start-assessment" => message["children"] = json!(state.children),
            "record-voice-of-child" => {
                message["child"] = json!(state.children.iter().choose(&mut self.chance))
            }
            "complete-assessment" => {
                let open = state.open_assessment();
                let gaps = open.into_iter().flat_map(|it| it.children.difference(&it.voices));
                let gaps = gaps.map(|child| json!({ "child": child, "reason": "At school that day." }));
                message["voice_gaps"] = gaps.collect();
                message["neglect_toolkit_used"] = json!(self.chance.random_bool(0.5));
                if self.chance.random_bool(0.5) {
                    message["needs"] = json!([{ "need": "N1", "baseline": 3 }]);
                }
            }
            "request-step-up" if self.chance.random_bool(0.5) => {
                let all = self.authority.step_up_protocol.iter();
                message["pack"] = all.map(|item| json!({ "item": item.id })).collect();
                message["overrides"] = json!([]);
            }
            "receive-step-down" if self.chance.random_bool(0.5) => {
                let all = self.authority.step_down_protocol.iter();
                message["pack"] = all.map(|item| json!({ "item": item.id })).collect();
            }
            "check-sustained-outcome" => {
                let outcomes = ["sustained", "sustained", "not-sustained", "family-not-reached"];
                message["outcome"] = json!(outcomes.choose(&mut self.chance));
            }
            "record-feedback" => message["score"] = json!(self.chance.random_range(1..=5)),
            "allocate-case" | "reallocate-case" => {
                message["team"] = pick(&mut self.chance, &TEAMS);
                message["lead_agency"] = pick(&mut self.chance, &AGENCIES);
                message["lead_practitioner"] = json!(id(*PRACTITIONERS.choose(&mut self.chance).unwrap()));
            }
            "close-case" => {
                let scores = state.goals_not_ended().map(|goal| json!({ "goal": goal, "score": 7 }));
                message["final_scores"] = scores.collect();
                message["family_views"] = views(&state);
                message["needs_met"] = json!(["N1", "N4"]);
            }
            "restrict-case" => message["until"] = json!(self.day(60)),
            "correct-record" => {
                message["sequence"] = json!(self.chance.random_range(1..=state.events.max(1)))
            }
            "reschedule-action" => message["due"] = json!(self.day(30)),
            "refer-to-panel" => {
                let to_be_held = self.meetings.iter().filter(|(_, meeting)| meeting.is_to_be_held());
                let any = id(0x5000 + self.chance.random_range(0..MEETINGS));
                let meeting = to_be_held.map(|(meeting, _)| *meeting).choose(&mut self.chance).unwrap_or(any);
                message["panel_meeting"] = json!(meeting);
            }
            "agree-plan" | "review-plan" => {
                message["next_review"] = json!(self.day(40));
                for goal in message.get_mut("goals").and_then(Value::as_array_mut).into_iter().flatten() {
                    goal["person"] = Value::Null;
                }
                if name == "review-plan" {
                    message["child_views"] = views(&state);
                    message["attended"] = json!([{ "agency": id(AGENCIES[1].0) }]);
                    let score = self.chance.random_range(1..=10);
                    let scores = state.goals_not_ended().map(|goal| json!({ "goal": goal, "score": score }));
                    message["scores"] = scores.collect();
                }
                let due = self.day(20);
                date_actions(&mut message, &due, &mut self.chance);
            }
            _ => {}
        }
        if message.get("action").is_some_and(Value::is_string)
            && let Some((action, _)) = state.open_actions().next()
        {
            message["action"] = json!(action);
        }
        // Most things are recorded at once, some later, and a few very late.
        let late = match self.chance.random_range(0..20) {
            0..5 => self.chance.random_range(0..72),
            5 => self.chance.random_range(5..30) * 24,
            _ => 0,
        };
        let backdated = self.now - SignedDuration::from_hours(late);
        let earliest = state.received_at.unwrap_or(backdated);
        self.give(stage, case, &mut state, name, message, backdated.max(earliest).min(self.now)).await;
        self.cases.insert(case, state);
    }

    async fn step_person(&mut self, stage: &Stage) {
        let family: Vec<Uuid> = known_family().into_keys().map(|id| id.uuid()).collect();
        let stranger = id(0x3000 + self.chance.random_range(0..12));
        let person =
            *family.choose(&mut self.chance).filter(|_| self.chance.random_bool(0.4)).unwrap_or(&stranger);
        let mut state = self.people.remove(&person).unwrap_or_default();
        let names =
            ["register-person", "register-person", "correct-person-details", "link-people", "erase-person"];
        let name = *names.choose(&mut self.chance).unwrap();
        let mut message = example::<Person>(name);
        if name == "register-person" {
            message["family_name"] = json!(["Hartley", "Hartly", "Osei", "Nowak"].choose(&mut self.chance));
            message["gender"] = json!(["male", "female", "not-stated"].choose(&mut self.chance));
            message["ethnicity"] =
                json!([None, Some("WBRI"), Some("NOBT"), Some("REFU")].choose(&mut self.chance));
            if self.chance.random_bool(0.3) {
                message["birth"] = Value::Null;
            }
        }
        if name == "correct-person-details" && self.chance.random_bool(0.6) {
            let to = [
                json!({ "field": "birth", "value": null }),
                json!({ "field": "gender", "value": "female" }),
                json!({ "field": "ethnicity", "value": "WBRI" }),
            ];
            message["corrections"][0]["to"] = json!(to.choose(&mut self.chance));
        }
        let occurred_at = self.lately();
        self.give(stage, person, &mut state, name, message, occurred_at).await;
        self.people.insert(person, state);
    }

    async fn step_panel(&mut self, stage: &Stage) {
        let asked = self.cases.values().filter(|case| case.status == Some(Status::AwaitingPanel));
        let asked: Vec<Uuid> = asked.filter_map(|case| Some(case.panel_meeting?.uuid())).collect();
        let any = id(0x5000 + self.chance.random_range(0..MEETINGS));
        let meeting = *asked.choose(&mut self.chance).unwrap_or(&any);
        let mut state = self.meetings.remove(&meeting).unwrap_or_default();
        let waits = |(_, case): &(&Uuid, &Case)| {
            case.status == Some(Status::AwaitingPanel) && case.panel_meeting == Some(meeting.into())
        };
        let waiting = self.cases.iter().find(waits).map(|(case, _)| *case);
        let open = state.agenda.keys().next().map(|case| case.uuid());
        let name = match (state.on, waiting) {
            (None, _) => "schedule-panel",
            (Some(_), Some(_)) if self.chance.random_bool(0.6) => "add-to-agenda",
            _ => PANEL.choose(&mut self.chance).unwrap(),
        };
        let mut message = example::<PanelMeeting>(name);
        if message.get("case").is_some() {
            message["case"] =
                json!(if name == "add-to-agenda" { waiting } else { open }.unwrap_or(id(0x1000)));
        }
        match name {
            "schedule-panel" => {
                message["on"] = json!(self.day(20));
                message["invited"] = json!(AGENCIES.map(|(agency, _)| id(agency)));
            }
            "record-attendance" => {
                let today = self.today();
                let held = state.on.filter(|on| *on <= today && self.chance.random_bool(0.6));
                message["held_on"] = json!(held.unwrap_or(today).to_string());
                let told = AGENCIES.iter().filter(|_| self.chance.random_bool(0.7)).collect::<Vec<_>>();
                let how = ["present", "present", "apologies", "absent"];
                let agencies = told.into_iter().chain([&(0xa9, "unknown")]).map(|(agency, _)| {
                    json!({ "agency": id(*agency), "attendance": how.choose(&mut self.chance).unwrap() })
                });
                message["agencies"] = agencies.collect();
            }
            "defer-agenda-item" => message["to"] = json!(id(0x5000 + self.chance.random_range(0..MEETINGS))),
            _ => {}
        }
        let occurred_at = self.lately();
        self.give(stage, meeting, &mut state, name, message, occurred_at).await;
        self.meetings.insert(meeting, state);
    }

    async fn step_supervision(&mut self, stage: &Stage) {
        let practitioner = id(SUPERVISED.choose(&mut self.chance).unwrap().0);
        let mut state = self.supervisions.remove(&practitioner).unwrap_or_default();
        let names = ["record-supervision", "complete-supervision-action", "set-supervision-frequency"];
        let name = *names.choose(&mut self.chance).unwrap();
        let mut message = example::<Supervision>(name);
        if let Some((action, _)) = state.open_actions.iter().next()
            && name == "complete-supervision-action"
        {
            message["action"] = json!(action);
        }
        if name == "record-supervision" {
            message["supervisor"] = json!(id(PRACTITIONERS[0]));
            message["held_on"] = json!(self.today().to_string());
            let known: Vec<Uuid> = self.cases.keys().copied().collect();
            let due = self.day(30);
            let of_cases = message["cases"].as_array_mut().into_iter().flatten();
            for (discussed, case) in of_cases.zip(known) {
                discussed["case"] = json!(case);
                discussed["threshold"] = json!(["right", "higher", "lower"].choose(&mut self.chance));
                date_actions(discussed, &due, &mut self.chance);
            }
            date_actions(&mut message, &due, &mut self.chance);
        }
        if name == "set-supervision-frequency" {
            message["every_days"] = json!(self.chance.random_range(10..60));
        }
        let occurred_at = self.lately();
        self.give(stage, practitioner, &mut state, name, message, occurred_at).await;
        self.supervisions.insert(practitioner, state);
    }

    async fn step_audit(&mut self, stage: &Stage) {
        let audit = id(0x4000 + self.chance.random_range(0..8));
        let mut state = self.audits.remove(&audit).unwrap_or_default();
        let name = match &state.plan {
            None => "plan-audit",
            Some(_) if state.cases.is_empty() && self.chance.random_bool(0.7) => "record-case-audit",
            Some(_) => AUDIT.choose(&mut self.chance).unwrap(),
        };
        let mut message = example::<Audit>(name);
        for field in ["lead", "auditor", "moderator", "owner"] {
            if message.get(field).is_some() {
                message[field] = json!(id(PRACTITIONERS[usize::from(field == "moderator")]));
            }
        }
        let grades = ["outstanding", "good", "requires-improvement", "inadequate"];
        for grade in message.get_mut("grades").and_then(Value::as_array_mut).into_iter().flatten() {
            grade["grade"] = json!(grades.choose(&mut self.chance));
        }
        if message.get("overall").is_some() {
            message["overall"] = json!(grades.choose(&mut self.chance));
        }
        if let Some(check) = message.get_mut("compliance").and_then(|checks| checks.get_mut(0)) {
            check["result"] = json!(["met", "not-met", "not-applicable"].choose(&mut self.chance));
        }
        let action = match name {
            "agree-audit-action" => Some(id(self.chance.random_range(0xa_0000..0xb_0000))),
            "complete-audit-action" => state.actions.keys().choose(&mut self.chance).map(|id| id.uuid()),
            _ => None,
        };
        if let Some(action) = action {
            message["action"] = json!(action);
        }
        if name == "plan-audit" {
            message["scope"] = json!({ "kind": "single-case", "case": id(0x1000) });
            message["due"] = json!(self.day(60));
            message["agencies"] = json!([]);
        }
        if message.get("case").is_some() {
            message["case"] = json!(id(0x1000));
        }
        if message.get("due").is_some() {
            message["due"] = json!(self.day(60));
        }
        let occurred_at = self.lately();
        self.give(stage, audit, &mut state, name, message, occurred_at).await;
        self.audits.insert(audit, state);
    }

    async fn step_oversight(&mut self, stage: &Stage) {
        let mut state = std::mem::take(&mut self.oversight);
        let name = any_name::<Oversight>(&mut self.chance);
        let mut message = example::<Oversight>(name);
        if message.get("owner").is_some() {
            message["owner"] = json!(id(PRACTITIONERS[0]));
        }
        if message.get("from").is_some() {
            message["from"] = json!("2016-12-01");
            message["to"] = json!("2016-12-31");
        }
        self.give(stage, id(2), &mut state, name, message, self.now).await;
        self.oversight = state;
    }

    async fn step_register(&mut self, stage: &Stage) {
        let name =
            ["record-training", "record-secondment", "end-practitioner"].choose(&mut self.chance).unwrap();
        let mut message = example::<Workforce>(name);
        message["practitioner"] = json!(id(*[0xc3, 0xc5, 0xc6].choose(&mut self.chance).unwrap()));
        match *name {
            "record-secondment" => {
                let from = self.today() + self.chance.random_range(-30..30).days();
                message["host_agency"] = json!(id(0xa1));
                message["host_team"] = json!(id(*[0xb1, 0xb2, 0xb3].choose(&mut self.chance).unwrap()));
                message["from"] = json!(from.to_string());
                message["to"] = json!((from + self.chance.random_range(0..120).days()).to_string());
            }
            "record-training" => {
                let on = self.today() - self.chance.random_range(0..60).days();
                message["completed_on"] = json!(on.to_string());
                message["course"] = json!(["neglect-toolkit", "first-aid"].choose(&mut self.chance));
            }
            // Most stay: whoever left does nothing any more.
            _ if self.chance.random_bool(0.9) => return,
            _ => message["last_day"] = json!(self.day(200)),
        }
        let mut state = std::mem::take(&mut self.register);
        self.give(stage, id(1), &mut state, name, message, self.now).await;
        self.register = state;
    }

    /// Gives a command, and appends what follows; says whether it was accepted.
    async fn give<D: Decider>(
        &mut self,
        stage: &Stage,
        id: Uuid,
        state: &mut D,
        name: &str,
        message: Value,
        occurred_at: Timestamp,
    ) -> bool {
        let command = D::Command::decode(name, message).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let mut actor = Actor::process("test");
        actor.subject = format!("subject-{}", self.chance.random_range(0..3));
        actor.roles = vec![Role::TeamManager];
        let mut facts = Facts { workforce: Some(Arc::new(self.register.clone())), ..Facts::default() };
        facts.cases = self.cases.iter().map(|(id, case)| ((*id).into(), Arc::new(case.clone()))).collect();
        facts.panels =
            self.meetings.iter().map(|(id, meeting)| ((*id).into(), Arc::new(meeting.clone()))).collect();
        facts.people = known_family();
        facts.measures = CATALOGUE.iter().map(|measure| (measure.id.to_owned(), vec![])).collect();
        let context = Context {
            id,
            authority: &self.authority,
            actor: &actor,
            now: self.now,
            occurred_at,
            facts: &facts,
        };
        let Ok(events) = state.decide(&command, &context) else { return false };
        events.iter().for_each(|event| state.evolve(event));
        let new = |event: &D::Event| NewEvent::new(event.name(), event.version(), event).unwrap();
        stage.append(D::Command::AGGREGATE, id, occurred_at, events.iter().map(new).collect()).await;
        if !events.is_empty() {
            *self.accepted.entry(command.name()).or_default() += 1;
        }
        true
    }

    /// The day that it is.
    fn today(&self) -> jiff::civil::Date {
        self.now.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// Now, or some time in the days before.
    fn lately(&mut self) -> Timestamp {
        let hours = if self.chance.random_bool(0.3) { self.chance.random_range(0..72) } else { 0 };
        self.now - SignedDuration::from_hours(hours)
    }

    /// A day so many days from now, at most.
    fn day(&mut self, days: i64) -> String {
        let days = self.chance.random_range(1..=days);
        (self.now.to_zoned(jiff::tz::TimeZone::UTC).date() + days.days()).to_string()
    }
}

/// The people whom the examples name, as registered.
pub fn known_family() -> BTreeMap<PersonId, Arc<Person>> {
    let begun = "2017-01-02T09:00:00Z".parse().unwrap();
    let context = Context {
        id: id(0),
        authority: &Authority::default(),
        actor: &Actor::process("test"),
        now: begun,
        occurred_at: begun,
        facts: &Facts::default(),
    };
    let mut person = Person::default();
    let entered = person.decide(&RegisterPerson::example().into(), &context).unwrap();
    entered.iter().for_each(|event| person.evolve(event));
    let person = Arc::new(person);
    let referral = ReceiveReferral::example();
    let family =
        referral.children.into_iter().chain(referral.adults).chain([AddFamilyMember::example().person]);
    family.map(|id| (id, Arc::clone(&person))).collect()
}

/// What each of the family thinks.
fn views(case: &Case) -> Value {
    let family = case.children.iter().chain(&case.adults);
    family.map(|person| json!({ "person": person, "view": "It is better." })).collect()
}

/// Gives the actions of a message ids and a due date.
fn date_actions(message: &mut Value, due: &str, chance: &mut ChaCha8Rng) {
    for action in message.get_mut("actions").and_then(Value::as_array_mut).into_iter().flatten() {
        action["id"] = json!(id(chance.random_range(0x2_0000..0x9_0000)));
        action["due"] = json!(due);
        if action.get("owner").is_some_and(Value::is_string) {
            action["owner"] = json!(id(PRACTITIONERS[0]));
        }
    }
}

fn example<D: Decider>(name: &str) -> Value {
    let spec = D::Command::TABLE.iter().find(|spec| spec.name == name);
    (spec.unwrap_or_else(|| panic!("there is no command {name}")).example)()
}

fn any_name<D: Decider>(chance: &mut ChaCha8Rng) -> &'static str {
    D::Command::TABLE.choose(chance).unwrap().name
}
