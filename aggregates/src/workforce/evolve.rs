//! How an event changes what is remembered.

use std::collections::BTreeSet;

use super::{Agency, Practitioner, Secondment, Team, Workforce, WorkforceEvent};

impl Workforce {
    pub(super) fn apply(&mut self, event: &WorkforceEvent) {
        match event {
            WorkforceEvent::AgencyRegistered(was) => {
                self.agencies.insert(was.agency, Agency { name: was.name.clone(), kind: was.kind });
            }
            WorkforceEvent::TeamRegistered(was) => {
                let team =
                    Team { name: was.name.clone(), locality: was.locality.clone(), agency: was.agency };
                self.teams.insert(was.team, team);
            }
            WorkforceEvent::PractitionerRegistered(was) => {
                let practitioner = Practitioner {
                    name: was.name.clone(),
                    agency: was.agency,
                    team: was.team,
                    is_manager: was.is_manager,
                    secondments: vec![],
                    training: BTreeSet::new(),
                    last_day: None,
                };
                self.practitioners.insert(was.practitioner, practitioner);
            }
            WorkforceEvent::SecondmentRecorded(was) => {
                if let Some(practitioner) = self.practitioners.get_mut(&was.practitioner) {
                    practitioner.secondments.push(Secondment {
                        host_agency: was.host_agency,
                        host_team: was.host_team,
                        from: was.from,
                        to: was.to,
                    });
                }
            }
            WorkforceEvent::TrainingRecorded(was) => {
                if let Some(practitioner) = self.practitioners.get_mut(&was.practitioner) {
                    practitioner.training.insert((was.course.clone(), was.completed_on));
                }
            }
            WorkforceEvent::PractitionerEnded(was) => {
                if let Some(practitioner) = self.practitioners.get_mut(&was.practitioner) {
                    practitioner.last_day = Some(was.last_day);
                }
            }
        }
    }
}
