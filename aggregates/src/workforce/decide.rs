//! What follows from a command on the register.
//!
//! The configuration's agencies and teams are registered at every start, so that repeating a registration must emit
//! nothing, even when a locality has since left the settings.

use caseledger_commands::workforce::{
    EndPractitioner, RecordSecondment, RecordTraining, RegisterAgency, RegisterPractitioner, RegisterTeam,
    WorkforceCommand,
};
use caseledger_commands::{AgencyId, PractitionerId, TeamId};

use super::{
    AgencyRegistered, Practitioner, PractitionerEnded, PractitionerRegistered, Secondment,
    SecondmentRecorded, TeamRegistered, TrainingRecorded, Workforce, WorkforceEvent, WorkforceRefusal,
};
use crate::calendar::civil_date;
use crate::{Context, Decider};

type Decision = Result<Vec<WorkforceEvent>, WorkforceRefusal>;

impl Decider for Workforce {
    type Command = WorkforceCommand;
    type Event = WorkforceEvent;
    type Refusal = WorkforceRefusal;

    fn decide(&self, command: &WorkforceCommand, context: &Context<'_>) -> Decision {
        match command {
            WorkforceCommand::RegisterAgency(asked) => self.register_agency(asked),
            WorkforceCommand::RegisterTeam(asked) => self.register_team(asked, context),
            WorkforceCommand::RegisterPractitioner(asked) => self.register_practitioner(asked),
            WorkforceCommand::RecordSecondment(asked) => self.record_secondment(asked),
            WorkforceCommand::RecordTraining(asked) => self.record_training(asked, context),
            WorkforceCommand::EndPractitioner(asked) => self.end_practitioner(asked),
        }
    }

    fn evolve(&mut self, event: &WorkforceEvent) {
        self.apply(event);
    }
}

impl Workforce {
    fn register_agency(&self, asked: &RegisterAgency) -> Decision {
        match self.agency(asked.agency) {
            Some(known) if known.name == asked.name && known.kind == asked.kind => Ok(vec![]),
            Some(_) => Err(WorkforceRefusal::RegisteredOtherwise { field: "agency" }),
            None => Ok(vec![
                AgencyRegistered { agency: asked.agency, name: asked.name.clone(), kind: asked.kind }.into(),
            ]),
        }
    }

    fn register_team(&self, asked: &RegisterTeam, context: &Context<'_>) -> Decision {
        if let Some(known) = self.team(asked.team) {
            let same =
                (&known.name, &known.locality, known.agency) == (&asked.name, &asked.locality, asked.agency);
            return if same {
                Ok(vec![])
            } else {
                Err(WorkforceRefusal::RegisteredOtherwise { field: "team" })
            };
        }
        if !context.authority.has_locality(&asked.locality) {
            return Err(WorkforceRefusal::UnknownLocality { locality: asked.locality.clone() });
        }
        self.known_agency(asked.agency, "agency")?;
        Ok(vec![
            TeamRegistered {
                team: asked.team,
                name: asked.name.clone(),
                locality: asked.locality.clone(),
                agency: asked.agency,
            }
            .into(),
        ])
    }

    fn register_practitioner(&self, asked: &RegisterPractitioner) -> Decision {
        if let Some(known) = self.practitioner(asked.practitioner) {
            let same = (&known.name, known.agency, known.team, known.is_manager)
                == (&asked.name, asked.agency, asked.team, asked.is_manager);
            return if same {
                Ok(vec![])
            } else {
                Err(WorkforceRefusal::RegisteredOtherwise { field: "practitioner" })
            };
        }
        self.known_agency(asked.agency, "agency")?;
        self.team_of(asked.team, asked.agency, "team")?;
        Ok(vec![
            PractitionerRegistered {
                practitioner: asked.practitioner,
                name: asked.name.clone(),
                agency: asked.agency,
                team: asked.team,
                is_manager: asked.is_manager,
            }
            .into(),
        ])
    }

    fn record_secondment(&self, asked: &RecordSecondment) -> Decision {
        let practitioner = self.known_practitioner(asked.practitioner)?;
        let secondment = Secondment {
            host_agency: asked.host_agency,
            host_team: asked.host_team,
            from: asked.from,
            to: asked.to,
        };
        if practitioner.secondments.contains(&secondment) {
            return Ok(vec![]);
        }
        self.known_agency(asked.host_agency, "host_agency")?;
        self.team_of(asked.host_team, asked.host_agency, "host_team")?;
        if asked.host_team == practitioner.team {
            return Err(WorkforceRefusal::SecondedToOwnTeam);
        }
        if !practitioner.works_on(asked.to) {
            return Err(WorkforceRefusal::SecondedBeyondLastDay);
        }
        if let Some(other) = practitioner.secondments.iter().find(|other| other.overlaps(&secondment)) {
            return Err(WorkforceRefusal::SecondmentsOverlap { from: other.from, to: other.to });
        }
        Ok(vec![
            SecondmentRecorded {
                practitioner: asked.practitioner,
                home_agency: practitioner.agency,
                home_team: practitioner.team,
                host_agency: asked.host_agency,
                host_team: asked.host_team,
                from: asked.from,
                to: asked.to,
            }
            .into(),
        ])
    }

    fn record_training(&self, asked: &RecordTraining, context: &Context<'_>) -> Decision {
        let practitioner = self.known_practitioner(asked.practitioner)?;
        if practitioner.training.contains(&(asked.course.clone(), asked.completed_on)) {
            return Ok(vec![]);
        }
        if asked.completed_on > civil_date(context.now) {
            return Err(WorkforceRefusal::TrainedInFuture);
        }
        if !practitioner.works_on(asked.completed_on) {
            return Err(WorkforceRefusal::TrainedAfterLastDay);
        }
        Ok(vec![
            TrainingRecorded {
                practitioner: asked.practitioner,
                course: asked.course.clone(),
                completed_on: asked.completed_on,
            }
            .into(),
        ])
    }

    fn end_practitioner(&self, asked: &EndPractitioner) -> Decision {
        match self.known_practitioner(asked.practitioner)?.last_day {
            Some(last_day) if last_day == asked.last_day => Ok(vec![]),
            Some(last_day) => Err(WorkforceRefusal::EndedOtherwise { last_day }),
            None => Ok(vec![
                PractitionerEnded { practitioner: asked.practitioner, last_day: asked.last_day }.into(),
            ]),
        }
    }

    fn known_agency(&self, agency: AgencyId, field: &'static str) -> Result<(), WorkforceRefusal> {
        self.agency(agency).map(drop).ok_or(WorkforceRefusal::AgencyNotRegistered { field })
    }

    fn team_of(&self, team: TeamId, agency: AgencyId, field: &'static str) -> Result<(), WorkforceRefusal> {
        match self.team(team) {
            None => Err(WorkforceRefusal::TeamNotRegistered { field }),
            Some(team) if team.agency != agency => Err(WorkforceRefusal::TeamOfAnotherAgency { field }),
            Some(_) => Ok(()),
        }
    }

    fn known_practitioner(&self, id: PractitionerId) -> Result<&Practitioner, WorkforceRefusal> {
        self.practitioner(id).ok_or(WorkforceRefusal::PractitionerNotRegistered)
    }
}
