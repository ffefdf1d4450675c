//! From the first call to the decision on the referral.

use std::sync::Arc;

use caseledger_commands::case::{
    AcceptStepDown, AcknowledgeReferral, CaseCommand, ConsentPosition, ConsentScope, DecideTriage,
    DomesticIncident, Forum, PackItem, ProvideInformation, QueryStepDown, ReceiveReferral, ReceiveStepDown,
    RecordConsent, ReferToPanel, RequestMoreInformation, Route, TriageOutcome,
};
use caseledger_commands::codes::{Ethnicity, Gender, Need, ReferralSource};
use caseledger_commands::person::{
    Address, Birth, BirthBasis, LinkPeople, PersonCommand, RegisterPerson, Relation,
};
use caseledger_commands::{Actor, AgencyId, Personal};
use jiff::SignedDuration;
use jiff::civil::Date;

use super::{Child, Course, Grown, Scene, Script, moment, panels};
use crate::demo::words::referral as words;

/// What a referral's decision was, as the scripts need it.
struct Decision {
    day: Date,
    forum: Forum,
    level: u8,
    outcome: TriageOutcome,
}

impl Scene<'_> {
    /// Enters the family in the people register. Whoever takes the referral does it.
    pub(super) fn register(&mut self, script: &mut Script, day: Date) {
        let clerk = Arc::clone(&self.team.staff[self.index % self.team.staff.len()].actor);
        let at = moment(day, 8);
        let ethnicity = self.chance.weighted(&[
            (Some(Ethnicity::WhiteBritish), 84),
            (Some(Ethnicity::Pakistani), 3),
            (Some(Ethnicity::Bangladeshi), 2),
            (Some(Ethnicity::WhiteOther), 4),
            (Some(Ethnicity::BlackAfrican), 2),
            (Some(Ethnicity::MixedOther), 2),
            (None, 3),
        ]);
        let entries: Vec<_> = self
            .people
            .children
            .iter()
            .zip(&self.family.children)
            .map(|(id, child)| (*id, self.child_entry(child, ethnicity)))
            .chain(
                self.people
                    .adults
                    .iter()
                    .zip(&self.family.adults)
                    .map(|(id, grown)| (*id, self.adult_entry(grown, ethnicity))),
            )
            .collect();
        for (id, entry) in entries {
            script.then::<PersonCommand>(at, &clerk, id.uuid(), entry);
        }
        let linked = usize::from(!self.people.adults.is_empty() && self.chance.percent(55));
        for child in self.people.children.iter().take(linked) {
            let link = LinkPeople { other: self.people.adults[0], relation: Relation::Parent, note: None };
            script.then::<PersonCommand>(at, &clerk, child.uuid(), link);
        }
    }

    fn entry(&self, name: &str, born: Date, gender: Gender, ethnicity: Option<Ethnicity>) -> RegisterPerson {
        RegisterPerson {
            given_name: name.into(),
            family_name: self.family.name.into(),
            known_as: None,
            former_family_names: vec![],
            birth: Some(Birth { date: Personal::new(born), basis: BirthBasis::Known }),
            gender: Personal::new(gender),
            ethnicity: ethnicity.map(Personal::new),
            disabilities: Personal::default(),
            identifiers: vec![],
            address: Some(Address { lines: vec![self.family.address.clone().into()], postcode: None }),
            telephone: None,
        }
    }

    fn child_entry(&self, child: &Child, ethnicity: Option<Ethnicity>) -> RegisterPerson {
        self.entry(child.name, child.born, if child.girl { Gender::Female } else { Gender::Male }, ethnicity)
    }

    fn adult_entry(&self, grown: &Grown, ethnicity: Option<Ethnicity>) -> RegisterPerson {
        self.entry(grown.name, grown.born, if grown.woman { Gender::Female } else { Gender::Male }, ethnicity)
    }

    /// The referral, what is asked and answered about it, and the decision.
    pub(super) fn front_door(&mut self, script: &mut Script) {
        let decision = self.decision();
        let agreed = self.receive(script, decision.as_ref());
        let case = self.case.uuid();
        let clerk = Arc::clone(&self.team.staff[self.index % self.team.staff.len()].actor);
        let until = decision.as_ref().map_or(crate::demo::cohort::LAST_DAY, |decision| decision.day);
        let by_panel = decision.as_ref().is_some_and(|decision| decision.forum == Forum::Panel);
        self.acknowledge(script, &clerk, until, by_panel);
        let time_to_ask = self.world.days.between(self.episode.referred, until) >= 3;
        if time_to_ask && !self.episode.stepped_down() && self.chance.percent(40) {
            let question = RequestMoreInformation { question: self.chance.pick(words::QUESTIONS).into() };
            script.then::<CaseCommand>(
                moment(self.after(self.episode.referred, 1), 10),
                &clerk,
                case,
                question,
            );
            let answer = ProvideInformation { information: self.chance.pick(words::ANSWERS).into() };
            script.then::<CaseCommand>(
                moment(self.after(self.episode.referred, 2), 11),
                &clerk,
                case,
                answer,
            );
        }
        let Some(decision) = decision else {
            if panels::awaits_panel(self.world, self.index) {
                let year_ends = self.world.days.after(crate::demo::cohort::LAST_DAY, 0);
                self.refer_to_panel(script, panels::AHEAD, year_ends);
            }
            return;
        };
        if !agreed && decision.outcome == TriageOutcome::EarlyHelp {
            let consent = RecordConsent {
                given_by: self.people.adults[0],
                scope: ConsentScope::SupportAndSharing,
                given_on: decision.day,
                limits: None,
            };
            let hour = if decision.forum == Forum::Panel { 8 } else { 12 };
            script.then::<CaseCommand>(moment(decision.day, hour), &clerk, case, consent);
        }
        if self.episode.stepped_down() {
            self.step_down(script, decision.day);
        } else if decision.forum == Forum::Panel {
            let day = self.after(self.episode.referred, 1).min(self.before(decision.day, 1));
            self.refer_to_panel(script, decision.day, day);
        } else {
            let manager = Arc::clone(&self.team.manager.actor);
            let decide = self.decide(&decision);
            script.then::<CaseCommand>(moment(decision.day, 13), &manager, case, decide);
        }
    }

    fn refer_to_panel(&self, script: &mut Script, meeting: Date, on: Date) {
        let refer = ReferToPanel {
            panel_meeting: panels::meeting_id(self.world, meeting),
            reason: "Several agencies hold a part; the panel can name who leads.".into(),
        };
        script.then::<CaseCommand>(moment(on, 14), &self.team.manager.actor, self.case.uuid(), refer);
    }

    fn decision(&mut self) -> Option<Decision> {
        match &self.episode.course {
            Course::Waiting => None,
            Course::Turned { decided, outcome, forum } => Some(Decision {
                day: *decided,
                forum: *forum,
                level: match outcome {
                    TriageOutcome::StepUp => 4,
                    TriageOutcome::UniversalServices => self.chance.weighted(&[(1, 60), (2, 40)]),
                    _ => self.chance.weighted(&[(1, 40), (2, 60)]),
                },
                outcome: *outcome,
            }),
            Course::Accepted(help) => Some(Decision {
                day: help.accepted,
                forum: help.forum,
                level: self.chance.weighted(&[(2, 30), (3, 70)]),
                outcome: TriageOutcome::EarlyHelp,
            }),
        }
    }

    /// The referral itself. Answers whether the family has agreed already.
    fn receive(&mut self, script: &mut Script, decision: Option<&Decision>) -> bool {
        let outcome = decision.map(|decision| decision.outcome);
        let referrer = self.world.roster.referrer(self.episode.source, &mut self.chance);
        let consent = if self.episode.source == ReferralSource::Police {
            self.chance.weighted(&[(ConsentPosition::Given, 25), (ConsentPosition::NotYetSought, 75)])
        } else if outcome == Some(TriageOutcome::NoFurtherAction) {
            self.chance.weighted(&[(ConsentPosition::NotYetSought, 50), (ConsentPosition::Refused, 50)])
        } else {
            self.chance.weighted(&[(ConsentPosition::Given, 78), (ConsentPosition::NotYetSought, 22)])
        };
        // Someone who asks for themselves has agreed; without an adult who could, the referrer has asked the children.
        let by_family = referrer.is_none();
        let consent = if by_family { ConsentPosition::Given } else { consent };
        let at = moment(self.episode.referred, 9);
        let clerk = Arc::clone(&self.team.staff[self.index % self.team.staff.len()].actor);
        let (actor, agency): (Arc<Actor>, Option<AgencyId>) =
            referrer.map_or((clerk, None), |(actor, agency)| (actor, Some(agency)));
        let incident = (self.episode.source == ReferralSource::Police
            && self.episode.needs.first() == Some(&Need::FamilyInAcuteStress))
        .then(|| DomesticIncident {
            police_reference: format!("NP/{}/{:05}", self.episode.referred.year(), 20_000 + self.index * 7),
            notified_at: at - SignedDuration::from_hours(i64::from(self.chance.between(1, 40))),
        });
        let previous = self.episode.previous.map(|index| self.world.case_id(index));
        let command = ReceiveReferral {
            source: self.episode.source,
            route: self.route(),
            referring_agency: agency,
            children: self.people.children.clone(),
            adults: self.people.adults.clone(),
            presenting_needs: self.episode.needs.clone(),
            concerns: self.concerns().into(),
            consent,
            urgent: self.chance.percent(6),
            domestic_incident: incident,
            previous_case: previous,
        };
        script.then::<CaseCommand>(at, &actor, self.case.uuid(), command);
        consent == ConsentPosition::Given
    }

    fn route(&mut self) -> Route {
        match self.episode.source {
            ReferralSource::Police => {
                self.chance.weighted(&[(Route::ContactTeam, 65), (Route::AgencyDirect, 35)])
            }
            ReferralSource::SocialCare if self.episode.stepped_down() => Route::StepDown,
            ReferralSource::FamilyMember
            | ReferralSource::SelfReferral
            | ReferralSource::OtherIndividual
            | ReferralSource::Acquaintance
            | ReferralSource::Anonymous => Route::Family,
            _ => self.chance.weighted(&[(Route::AgencyDirect, 75), (Route::ContactTeam, 25)]),
        }
    }

    fn concerns(&mut self) -> String {
        let mut told = vec![self.chance.pick(words::OPENINGS).to_owned()];
        for need in &self.episode.needs {
            told.push(self.chance.pick(words::worries(*need)).to_owned());
        }
        if self.chance.percent(70) {
            told.push(self.chance.pick(words::TRIED).to_owned());
        }
        if self.chance.percent(60) {
            told.push(self.chance.pick(words::HOPES).to_owned());
        }
        let child = self.chance.index(self.family.children.len());
        self.about(&told.join(" "), child)
    }

    fn acknowledge(&mut self, script: &mut Script, clerk: &Arc<Actor>, until: Date, by_panel: bool) {
        let waited = self.chance.weighted(&[(Some(0), 45), (Some(1), 40), (Some(3), 9), (None, 6)]);
        let Some(waited) = waited else { return };
        // The panel and a step-down move a referral on before eleven.
        let soon = self.episode.stepped_down();
        let day = self.after(self.episode.referred, if soon { 0 } else { waited });
        if day < until || (day == until && !by_panel) {
            let told = AcknowledgeReferral { told_by: self.chance.pick(words::TOLD_BY).to_owned() };
            script.then::<CaseCommand>(moment(day, 11), clerk, self.case.uuid(), told);
        }
    }

    fn decide(&mut self, decision: &Decision) -> DecideTriage {
        let reasons = match decision.outcome {
            TriageOutcome::EarlyHelp => words::ACCEPTED,
            TriageOutcome::UniversalServices => words::UNIVERSAL,
            TriageOutcome::StepUp => words::STEPPED_UP,
            TriageOutcome::OtherAuthority => words::ELSEWHERE,
            TriageOutcome::NoFurtherAction if self.is_repeat_while_open() => words::ALREADY_OPEN,
            TriageOutcome::NoFurtherAction => words::NO_ACTION,
        };
        let ended = decision.outcome != TriageOutcome::EarlyHelp;
        DecideTriage {
            level_of_need: decision.level,
            outcome: decision.outcome,
            forum: decision.forum,
            panel_meeting: None,
            decided_by: format!("team manager, {}", self.team.name),
            reason: self.chance.pick(reasons).into(),
            referrer_told: ended
                .then(|| "Told what was decided and why, and how to come back if worried.".into()),
            lawful_basis: (decision.outcome == TriageOutcome::StepUp).then(|| {
                "Children Act 1989, section 47: reasonable cause to suspect significant harm.".into()
            }),
        }
    }

    /// Whether the family is being helped while this referral arrives.
    fn is_repeat_while_open(&self) -> bool {
        let others = self.world.cohort.episodes[..self.index].iter();
        self.episode.previous.is_none()
            && others.filter(|other| other.family == self.episode.family).count() > 0
    }

    /// Statutory social care hands the family over, with a pack that is not always whole.
    fn step_down(&mut self, script: &mut Script, accepted: Date) {
        let case = self.case.uuid();
        let manager = Arc::clone(&self.team.manager.actor);
        let gaps = self.chance.percent(45);
        let (mut pack, mut missing) = (vec![], vec![]);
        for item in &self.world.authority.step_down_protocol {
            let lost = gaps && self.chance.percent(25);
            if lost { &mut missing } else { &mut pack }.push(item.id.clone());
        }
        let items = |names: &[String]| {
            names.iter().map(|item| PackItem { item: item.clone(), content: None }).collect::<Vec<_>>()
        };
        let reason =
            "Child in need plan ended: risks reduced; routines, school and housing need support to hold.";
        let received =
            ReceiveStepDown { transfer: None, from_team: None, reason: reason.into(), pack: items(&pack) };
        let arrived = self.episode.referred;
        script.then::<CaseCommand>(moment(arrived, 12), &manager, case, received);
        if !missing.is_empty() && self.world.days.between(arrived, accepted) >= 2 {
            let asked = QueryStepDown {
                transfer: None,
                items: missing,
                question: "Please send what is missing: the family should not have to tell it again.".into(),
            };
            script.then::<CaseCommand>(moment(self.after(arrived, 1), 10), &manager, case, asked);
        }
        let taken = AcceptStepDown {
            transfer: None,
            level_of_need: 3,
            reason: "Handover meeting held with the family; targeted support goes on without a gap.".into(),
        };
        script.then::<CaseCommand>(moment(accepted, 13), &manager, case, taken);
    }
}
