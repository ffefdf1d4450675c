//! The help: allocation, assessment, plan, contacts, reviews, the manager's eye on it.

use std::sync::Arc;

use caseledger_commands::case::{
    Action, AddFamilyMember, AgreePlan, AllocateCase, AssessedNeed, AuthoriseAssessment, CaseCommand,
    CompleteAssessment, ContactKind, FamilyRole, Goal, Owner, ReallocateCase, RecordContact,
    RecordManagementOversight, RecordVoiceOfChild, ReturnAssessment, StartAssessment, VoiceGap, VoiceMethod,
};
use caseledger_commands::codes::{Factor, Gender, Need};
use caseledger_commands::person::{PersonCommand, RegisterPerson};
use caseledger_commands::{ActionId, GoalId, Personal};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Help, Scene, Script, moment};
use crate::demo::cohort::LAST_DAY;
use crate::demo::words::{names, practice as words};

/// A plan as the scripts follow it.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// The goals, each with where the family stands.
    pub goals: Vec<(GoalId, u8)>,
    /// What is still to be done, by which day; none for what the earlier record left undated.
    pub actions: Vec<(ActionId, Option<Date>)>,
}

impl Scene<'_> {
    /// The first moment at which the case is no more to be worked on: its end, or the end of the year.
    pub(super) fn horizon(&self, help: &Help) -> Date {
        help.end.map_or(LAST_DAY, |end| end.closed)
    }

    /// A team, a lead practitioner and a lead agency.
    pub(super) fn allocate(&mut self, script: &mut Script, help: &Help) {
        let allocation = AllocateCase {
            team: self.team.id,
            lead_practitioner: self.lead.id,
            lead_agency: self.lead.agency,
        };
        let day = self.before(help.assessment.started, 1).max(help.accepted);
        let hour = if day == help.accepted { 15 } else { 11 };
        script.then::<CaseCommand>(moment(day, hour), &self.team.manager.actor, self.case.uuid(), allocation);
        if self.chance.percent(5) && self.world.days.between(help.assessment.started, self.horizon(help)) > 12
        {
            self.relative_joins(script, self.after(help.assessment.started, 5));
        }
    }

    fn relative_joins(&mut self, script: &mut Script, day: Date) {
        let id = self.chance.id(moment(day, 12));
        let entry = RegisterPerson {
            given_name: self.chance.pick(names::WOMEN).into(),
            family_name: self.chance.pick(names::FAMILIES).into(),
            known_as: None,
            former_family_names: vec![],
            birth: None,
            gender: Personal::new(Gender::Female),
            ethnicity: None,
            disabilities: Personal::default(),
            identifiers: vec![],
            address: None,
            telephone: None,
        };
        let clerk = &self.team.staff[self.index % self.team.staff.len()].actor;
        script.then::<PersonCommand>(moment(day, 12), clerk, id, entry);
        let joins = AddFamilyMember {
            person: id.into(),
            role: FamilyRole::Adult,
            relationship: Some("grandmother, minds the children after school".into()),
        };
        script.then::<CaseCommand>(moment(day, 12), &self.lead.actor, self.case.uuid(), joins);
        self.people.adults.push(id.into());
    }

    /// The assessment, from its start to a manager's signature.
    pub(super) fn assess(&mut self, script: &mut Script, help: &Help) {
        let dates = help.assessment;
        let (case, lead) = (self.case.uuid(), Arc::clone(&self.lead.actor));
        let manager = Arc::clone(&self.team.manager.actor);
        let start = StartAssessment { assessment: None, children: vec![], purpose: None };
        if dates.started > LAST_DAY {
            return;
        }
        script.then::<CaseCommand>(moment(dates.started, 12), &lead, case, start);
        let gaps = self.voices(script, help);
        if dates.completed > LAST_DAY {
            return;
        }
        let complete = self.completed(gaps);
        script.then::<CaseCommand>(moment(dates.completed, 15), &lead, case, complete.clone());
        if let Some(day) = dates.returned.filter(|day| *day <= LAST_DAY) {
            let reason =
                "What daily life is like for each child is not told, and the history stops last year.";
            script.then::<CaseCommand>(
                moment(day, 10),
                &manager,
                case,
                ReturnAssessment { assessment: None, reason: reason.into() },
            );
            if dates.authorised > LAST_DAY {
                return;
            }
            script.then::<CaseCommand>(moment(dates.authorised, 9), &lead, case, complete);
        }
        if dates.authorised <= LAST_DAY {
            let sign = AuthoriseAssessment { assessment: None, comment: None };
            script.then::<CaseCommand>(moment(dates.authorised, 14), &manager, case, sign);
        }
    }

    /// Each child is heard, or it is said why not; for some that is only said at the end.
    fn voices(&mut self, script: &mut Script, help: &Help) -> Vec<VoiceGap> {
        let dates = help.assessment;
        let mut gaps = vec![];
        for index in 0..self.family.children.len() {
            let child = self.people.children[index];
            let heard = self.world.days.range(self.after(dates.started, 1), dates.completed);
            let day = self.chance.choose(heard);
            let not_heard = self.chance.pick(words::NOT_HEARD);
            if self.chance.percent(14) {
                gaps.push(VoiceGap { child, reason: not_heard.into() });
                continue;
            }
            let voice = if self.chance.percent(5) {
                RecordVoiceOfChild {
                    child,
                    seen: false,
                    seen_alone: false,
                    method: None,
                    said: None,
                    not_heard_because: Some(not_heard.into()),
                }
            } else {
                self.heard(index, day)
            };
            if day <= LAST_DAY {
                script.then::<CaseCommand>(moment(day, 16), &self.lead.actor, self.case.uuid(), voice);
            }
        }
        gaps
    }

    fn heard(&mut self, index: usize, day: Date) -> RecordVoiceOfChild {
        let young = self.family.children[index].age(day) < 4;
        let said = if young { self.chance.pick(words::OBSERVED) } else { self.chance.pick(words::VOICES) };
        let method = if young {
            VoiceMethod::Observation
        } else {
            self.chance.weighted(&[
                (VoiceMethod::Conversation, 50),
                (VoiceMethod::DirectWork, 40),
                (VoiceMethod::Written, 7),
                (VoiceMethod::Advocate, 3),
            ])
        };
        let said = said.replace("{other}", self.chance.pick(words::TRUSTED));
        let said = self.about(&said, index);
        RecordVoiceOfChild {
            child: self.people.children[index],
            seen: true,
            seen_alone: !young && self.chance.percent(68),
            method: Some(method),
            said: Some(said.into()),
            not_heard_because: None,
        }
    }

    fn completed(&mut self, voice_gaps: Vec<VoiceGap>) -> CompleteAssessment {
        let needs = self
            .episode
            .needs
            .iter()
            .map(|need| AssessedNeed {
                need: if *need == Need::NotStated { Need::FamilyDysfunction } else { *need },
                baseline: u8::try_from(self.chance.between(2, 5)).unwrap_or(3),
            })
            .collect();
        let neglect = self.episode.needs.contains(&Need::AbuseOrNeglect);
        let mut factors = factors(self.episode.needs.first().copied());
        if self.chance.percent(40) {
            factors.push(Factor::MentalHealthParent);
        }
        factors.sort_unstable();
        factors.dedup();
        let analysis = self.told(words::ANALYSES);
        CompleteAssessment {
            assessment: None,
            needs,
            factors,
            analysis: analysis.into(),
            voice_gaps,
            neglect_toolkit_used: neglect && self.chance.percent(45),
        }
    }

    /// The plan and what comes of it, up to the case's end.
    pub(super) fn help(&mut self, script: &mut Script, help: &Help) {
        let plan = match help.plan.filter(|agreed| *agreed <= LAST_DAY) {
            Some(_) if help.imported => self.imported_plan(help),
            Some(agreed) => self.agree(script, agreed),
            None => Plan::default(),
        };
        self.contacts(script, help);
        self.oversight(script, help);
        self.reallocation(script, help);
        let plan = match help.plan {
            Some(agreed) if agreed <= LAST_DAY => self.follow(script, help, plan, agreed),
            _ => plan,
        };
        self.step_ups(script, help);
        if let Some(end) = help.end {
            self.end(script, help, plan, end);
        }
    }

    fn agree(&mut self, script: &mut Script, agreed: Date) -> Plan {
        let at = moment(agreed, 13);
        let (goals, aims) = self.goals(at);
        let mut actions = vec![];
        for (goal, aim) in goals.iter().zip(aims) {
            let count = self.chance.between(1, 2) as usize;
            let mut told = aim.actions.to_vec();
            self.chance.shuffle(&mut told);
            for what in told.into_iter().take(count) {
                let due = self.later(agreed, 8, 55);
                actions.push(Action {
                    id: Some(self.chance.id(at).into()),
                    goal: goal.id,
                    what: what.into(),
                    owner: Some(self.owner()),
                    due: Some(due),
                });
            }
        }
        let first = self.world.authority.timescales.first_review_working_days;
        let plan = Plan {
            goals: goals.iter().filter_map(|goal| Some((goal.id?, goal.baseline))).collect(),
            actions: actions.iter().filter_map(|action| Some((action.id?, action.due))).collect(),
        };
        let command = AgreePlan { goals, actions, next_review: self.after(agreed, first) };
        script.then::<CaseCommand>(at, &self.lead.actor, self.case.uuid(), command);
        plan
    }

    /// One to three goals that answer the family's needs.
    pub(super) fn goals(&mut self, at: Timestamp) -> (Vec<Goal>, Vec<&'static words::Aim>) {
        let fitting: Vec<usize> = (0..words::AIMS.len())
            .filter(|aim| self.episode.needs.iter().any(|need| words::AIMS[*aim].needs.contains(need)))
            .collect();
        let wanted = self.chance.between(1, 3) as usize;
        let mut chosen = self.chance.some(&fitting, wanted);
        if chosen.is_empty() {
            chosen.push(self.chance.index(words::AIMS.len()));
        }
        let aims: Vec<_> = chosen.into_iter().map(|aim| &words::AIMS[aim]).collect();
        let child = self.chance.index(self.family.children.len());
        let goals = aims
            .iter()
            .map(|aim| Goal {
                id: Some(self.chance.id(at).into()),
                area: aim.area,
                aim: self.about(aim.goal, child).into(),
                measure: self.about(aim.measure, child).into(),
                baseline: u8::try_from(self.chance.between(2, 5)).unwrap_or(3),
                person: None,
            })
            .collect();
        (goals, aims)
    }

    pub(super) fn owner(&mut self) -> Owner {
        let adult = self.chance.choose(&self.people.adults);
        self.chance.weighted(&[
            (Owner::Practitioner(self.lead.id), 55),
            (Owner::FamilyMember(adult), 30),
            (Owner::Agency(self.lead.agency), 15),
        ])
    }

    /// Visits, calls, meetings and direct work; some are written up a day late, some find nobody at home.
    fn contacts(&mut self, script: &mut Script, help: &Help) {
        let horizon = self.before(self.horizon(help), 1);
        let mut day = self.after(help.assessment.started.max(crate::demo::cohort::FIRST_DAY), 2);
        while day < horizon {
            let took_place = self.chance.percent(91);
            let kind = self.chance.weighted(&[
                (ContactKind::Visit, 50),
                (ContactKind::Call, 20),
                (ContactKind::DirectWork, 20),
                (ContactKind::Meeting, 10),
            ]);
            let meets = took_place && matches!(kind, ContactKind::Visit | ContactKind::DirectWork);
            let seen = if meets && self.chance.percent(80) { self.people.children.clone() } else { vec![] };
            let alone = if self.chance.percent(35) { seen.iter().take(1).copied().collect() } else { vec![] };
            let note = self.told(words::CONTACTS);
            let contact = RecordContact {
                kind,
                took_place,
                children_seen: seen,
                children_seen_alone: alone,
                adults: if took_place {
                    self.people.adults.iter().take(1).copied().collect()
                } else {
                    vec![]
                },
                note: note.into(),
            };
            let recorded = if self.chance.percent(25) { self.after(day, 1) } else { day };
            let hour = if recorded == day { 16 } else { 10 };
            script.told_later::<CaseCommand>(
                moment(day, 15),
                moment(recorded, hour),
                &self.lead.actor,
                self.case.uuid(),
                contact,
            );
            day = self.later(day, 12, 26);
        }
    }

    /// A manager's recorded decisions: for most cases every other month, for some never.
    fn oversight(&mut self, script: &mut Script, help: &Help) {
        if self.chance.percent(18) {
            return;
        }
        let horizon = self.before(self.horizon(help), 1);
        let mut day = self.after(help.assessment.authorised.max(crate::demo::cohort::FIRST_DAY), 8);
        while day < horizon {
            let (decision, reason) = self.chance.choose(words::OVERSIGHT);
            let record = RecordManagementOversight {
                decision: decision.into(),
                reason: reason.into(),
                threshold_considered: self.chance.percent(58),
                directions: vec![],
            };
            let manager = &self.team.manager.actor;
            script.then::<CaseCommand>(moment(day, 11), manager, self.case.uuid(), record);
            day = self.later(day, 35, 60);
        }
    }

    /// Now and then a case changes hands within its team.
    fn reallocation(&mut self, script: &mut Script, help: &Help) {
        let Some(agreed) = help.plan else { return };
        let day = self.after(agreed.max(crate::demo::cohort::FIRST_DAY), 40);
        if help.partner_led || day >= self.before(self.horizon(help), 5) || !self.chance.percent(6) {
            return;
        }
        let next = &self.team.staff[(self.index + 5) % self.team.staff.len()];
        let change = ReallocateCase {
            team: self.team.id,
            lead_practitioner: next.id,
            lead_agency: next.agency,
            reason: "The earlier practitioner has moved to another post.".into(),
            handover_note:
                "Joint visit done; the children know the new face. Visits after four, and ring first.".into(),
        };
        script.then::<CaseCommand>(moment(day, 9), &self.team.manager.actor, self.case.uuid(), change);
    }
}

/// The factors that usually go with a need.
fn factors(need: Option<Need>) -> Vec<Factor> {
    match need {
        Some(Need::AbuseOrNeglect) => vec![Factor::Neglect],
        Some(Need::FamilyInAcuteStress) => vec![Factor::DomesticViolenceParent],
        Some(Need::FamilyDysfunction) => vec![Factor::AlcoholParent],
        Some(Need::SociallyUnacceptableBehaviour) => vec![Factor::SociallyUnacceptableBehaviour],
        Some(Need::ParentalDisability) => vec![Factor::PhysicalDisabilityParent, Factor::YoungCarer],
        Some(Need::ChildsDisability) => vec![Factor::LearningDisabilityChild],
        _ => vec![Factor::Other],
    }
}
