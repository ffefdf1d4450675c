//! What is asked of every contender alike: a mix of new referrals, contacts, plan actions and reviews, over the open
//! cases of a store, each by the practitioner who holds the case.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use caseledger::clock::MachineClock;
use caseledger_aggregates::calendar::civil_date;
use caseledger_aggregates::case::Case;
use caseledger_commands::case::{
    Action, AddedAction, Attendee, CaseCommand, ChangePlan, ConsentPosition, ContactKind, FamilyView,
    GoalScore, Owner, ReceiveReferral, RecordContact, ReviewDecision, ReviewPlan, Route,
};
use caseledger_commands::codes::{Need, ReferralSource};
use caseledger_commands::{AgencyId, CaseId, CommandSet, Date, PersonId, PractitionerId, Role};
use caseledger_log::Clock;
use caseledger_projections::sql::Db;
use jiff::ToSpan;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::issuer::Issuer;

/// How many requests a pool holds. They are sent again and again, with new keys.
pub const POOL: usize = 20_000;
/// How many cases the load is spread over, where the store has as many that are worked on.
pub const SPREAD: usize = 10_000;

const SEEN: [&str; 6] = [
    "Visit after school. The kitchen was warm and both bags stood packed by the door. She showed the chart on the \
     fridge and was proud of four ticks out of five.",
    "Mum has spoken to the landlord about the damp; the council's letter came on Friday. He slept better this week, in \
     his own bed, and was up before the alarm on two days.",
    "Long talk about the mornings. What works is breakfast before phones. What does not is the bus: we looked at the \
     earlier one together and will try it from Monday.",
    "School rings on the second day now and not on the tenth. The mentor meets him on Wednesdays, and he asked whether \
     she could come to the next review.",
    "Dad came for the first half. Both agreed who collects on which day and wrote it down. The younger one drew while we \
     spoke and said that shouting has stopped.",
    "Nobody was in at four, a neighbour thought at the clinic. Rang at six: the appointment had been moved. Next visit \
     agreed, and the health visitor told.",
];
const TO_DO: [&str; 4] = [
    "Breakfast club every morning; school rings home if he is not in by nine, and tells us on the same day.",
    "Write to the landlord about the damp with the photographs, and send a copy to environmental health.",
    "Ask the GP for a referral to the sleep clinic, and go along to the first appointment if that helps.",
    "Six sessions on boundaries at the children's centre, Tuesdays at ten; the crèche is booked.",
];
const WHY: [&str; 3] = [
    "Agreed at the visit: small enough to be done before the next review.",
    "The family asked for it themselves when we looked at what is left of the plan.",
    "The school's part was not in the plan, and without it the rest will not hold.",
];

/// A case that is worked on, and all that a believable command on it needs.
pub struct Worked {
    /// The case.
    pub id: CaseId,
    /// As it stood when the store was built.
    pub case: Case,
    lead: PractitionerId,
    agency: AgencyId,
}

/// The cases of a store that are worked on.
///
/// # Errors
/// When the read models can't be read.
pub async fn worked(db: &Db) -> Result<Vec<Worked>, Box<dyn Error>> {
    let sql = "SELECT case_id, state FROM case_view_v2 JOIN case_state_v2 USING (case_id) \
         WHERE status = 'supported' AND consent ORDER BY case_id";
    let mut worked = vec![];
    for row in db.fetch(sql, &[]).await? {
        let case: Case = row.json("state")?;
        if let (Some(lead), Some(agency), true) =
            (case.lead_practitioner, case.lead_agency, case.plan.is_some())
        {
            worked.push(Worked { id: row.parsed("case_id")?, case, lead, agency });
        }
    }
    Ok(worked)
}

/// One request before it is written out.
pub struct Asked {
    /// Whom the token is for.
    pub token: String,
    /// The case; none for a referral.
    pub case: Option<CaseId>,
    /// What is asked.
    pub command: CaseCommand,
}

/// Makes requests, the same ones for the same seed.
pub struct Mix<'a> {
    worked: &'a [Worked],
    issuer: &'a Issuer,
    tokens: HashMap<PractitionerId, String>,
    schools: Vec<String>,
    chance: ChaCha8Rng,
    today: Date,
}

impl<'a> Mix<'a> {
    /// A mix over these cases.
    ///
    /// # Errors
    /// When there is no case to work on.
    pub fn new(worked: &'a [Worked], issuer: &'a Issuer, seed: u64) -> Result<Self, Box<dyn Error>> {
        if worked.is_empty() {
            return Err("the store has no case that is worked on".into());
        }
        let school = caseledger_access::demo::ids::SCHOOL;
        let schools = (0..40)
            .map(|number| issuer.token(&format!("school-{number}"), Role::Referrer, None, Some(school), None))
            .collect();
        Ok(Self {
            worked,
            issuer,
            tokens: HashMap::new(),
            schools,
            chance: ChaCha8Rng::seed_from_u64(seed),
            today: civil_date(MachineClock.now()),
        })
    }

    /// The next request.
    pub fn ask(&mut self) -> Asked {
        let at = self.chance.random_range(0..self.worked.len().min(SPREAD));
        let worked = &self.worked[at];
        match self.chance.random_range(0..100) {
            0..10 => self.referral(worked),
            10..65 => self.on(worked, |mix| mix.contact(worked).into()),
            65..88 => self.on(worked, |mix| mix.action(worked).into()),
            _ => self.on(worked, |mix| mix.review(worked).into()),
        }
    }

    fn on(&mut self, worked: &Worked, command: impl FnOnce(&mut Self) -> CaseCommand) -> Asked {
        let command = command(self);
        Asked { token: self.token(worked), case: Some(worked.id), command }
    }

    /// A token of whoever holds the case.
    pub fn token(&mut self, worked: &Worked) -> String {
        let issuer = self.issuer;
        let token = self.tokens.entry(worked.lead).or_insert_with(|| {
            let (lead, agency) = (worked.lead.uuid(), worked.agency.uuid());
            issuer.token(&lead.to_string(), Role::Practitioner, Some(lead), Some(agency), None)
        });
        token.clone()
    }

    fn pick(&mut self, words: &[&str]) -> String {
        words.choose(&mut self.chance).copied().unwrap_or_default().to_owned()
    }

    fn referral(&mut self, worked: &Worked) -> Asked {
        let concerns = [self.pick(&SEEN), self.pick(&WHY)].join(" ");
        let command = ReceiveReferral {
            source: ReferralSource::Schools,
            route: Route::AgencyDirect,
            referring_agency: Some(caseledger_access::demo::ids::SCHOOL.into()),
            children: worked.case.children.iter().copied().collect(),
            adults: worked.case.adults.iter().copied().collect(),
            presenting_needs: vec![Need::FamilyInAcuteStress],
            concerns: concerns.into(),
            consent: ConsentPosition::Given,
            urgent: self.chance.random_ratio(1, 20),
            domestic_incident: None,
            previous_case: None,
        };
        let token = self.schools.choose(&mut self.chance).cloned().unwrap_or_default();
        Asked { token, case: None, command: command.into() }
    }

    fn contact(&mut self, worked: &Worked) -> RecordContact {
        let children: Vec<PersonId> = worked.case.children.iter().copied().collect();
        let alone = if self.chance.random_ratio(1, 3) { children.clone() } else { vec![] };
        RecordContact {
            kind: ContactKind::Visit,
            took_place: true,
            children_seen: children,
            children_seen_alone: alone,
            adults: worked.case.adults.iter().copied().collect(),
            note: [self.pick(&SEEN), self.pick(&SEEN)].join(" ").into(),
        }
    }

    fn action(&mut self, worked: &Worked) -> ChangePlan {
        let due = self.today.checked_add(self.chance.random_range(7..60).days()).unwrap_or(self.today);
        let action = Action {
            id: None,
            goal: worked.case.goals_not_ended().next(),
            what: self.pick(&TO_DO).into(),
            owner: Some(Owner::Practitioner(worked.lead)),
            due: Some(due),
        };
        ChangePlan {
            added_actions: vec![AddedAction { action, reason: self.pick(&WHY).into() }],
            ..ChangePlan::default()
        }
    }

    fn review(&mut self, worked: &Worked) -> ReviewPlan {
        let lead =
            Attendee { agency: Some(worked.agency), practitioner: Some(worked.lead), family_member: None };
        let family = worked.case.adults.iter().next().map(|adult| Attendee {
            agency: None,
            practitioner: None,
            family_member: Some(*adult),
        });
        let views = worked.case.children.iter().map(|child| FamilyView {
            person: *child,
            view: Some("It is calmer. I would like to go swimming again.".into()),
            not_known_because: None,
        });
        let scores = worked.case.goals_not_ended().map(|goal| GoalScore { goal, score: 6, evidence: None });
        ReviewPlan {
            attended: [Some(lead), family].into_iter().flatten().collect(),
            scores: scores.collect(),
            child_views: views.collect(),
            decision: ReviewDecision::Continue,
            summary: [self.pick(&SEEN), self.pick(&WHY)].join(" ").into(),
            next_review: self.today.checked_add(40.days()).ok(),
        }
    }
}

impl Asked {
    /// The request as HTTP, before and after the idempotency key.
    fn written(&self) -> (String, String) {
        let mut head = String::with_capacity(1_500);
        let path = match self.case {
            Some(case) => format!("/v1/cases/{case}/{}", self.command.name()),
            None => format!("/v1/cases/{}", self.command.name()),
        };
        let body = self.command.message().to_string();
        // Writing to a string does not fail.
        let _ = write!(
            head,
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nIdempotency-Key: ",
            self.token,
            body.len()
        );
        (head, format!("\r\n\r\n{body}"))
    }
}

/// Writes a pool of requests for wrk.
///
/// # Errors
/// When the file can't be written.
pub fn write_pool(file: &Path, requests: impl Iterator<Item = Asked>) -> Result<(), Box<dyn Error>> {
    let written: Vec<_> = requests.map(|asked| asked.written()).collect();
    write(file, &written)
}

/// Writes a pool of reads for wrk: each path with a token.
///
/// # Errors
/// When the file can't be written.
pub fn write_reads(file: &Path, reads: impl Iterator<Item = (String, String)>) -> Result<(), Box<dyn Error>> {
    let written: Vec<_> = reads
        .map(|(path, token)| {
            let head =
                format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n");
            (head, String::new())
        })
        .collect();
    write(file, &written)
}

fn write(file: &Path, requests: &[(String, String)]) -> Result<(), Box<dyn Error>> {
    let mut text = String::with_capacity(requests.len() * 1_500);
    for (head, tail) in requests {
        let _ = writeln!(text, "{} {}", head.len(), tail.len());
        text.push_str(head);
        text.push_str(tail);
    }
    Ok(std::fs::write(file, text)?)
}
