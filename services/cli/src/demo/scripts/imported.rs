//! Cases that were open before the year: brought in from the earlier record, with what it held and what it lacked.

use std::sync::Arc;

use caseledger_commands::case::{
    CaseCommand, ConsentPosition, ImportCase, ImportedAction, ImportedAssessment, ImportedPlan, Provenance,
};

use super::helping::Plan;
use super::{Help, Scene, Script, moment};
use crate::demo::cohort::FIRST_DAY;

/// The file that the demonstration's earlier caseload is said to come from.
const FILE: &str = "northshire-caseload-2016-12.xlsx";

impl Scene<'_> {
    /// The family and its case, as the earlier record had them.
    pub(super) fn bring_in(&mut self, script: &mut Script, help: &Help) {
        self.register(script, FIRST_DAY);
        let plan = self.imported_plan_in_full(help);
        let row = u64::try_from(self.index).unwrap_or(0) + 2;
        let command = ImportCase {
            provenance: Provenance {
                file: FILE.to_owned(),
                sheet: Some("Open cases".to_owned()),
                row: Some(row),
            },
            children: self.people.children.clone(),
            adults: self.people.adults.clone(),
            source: Some(self.episode.source),
            referred_on: Some(self.episode.referred),
            needs: self.episode.needs.clone(),
            level_of_need: Some(3),
            consent: ConsentPosition::Given,
            allocated_team: None,
            allocated_worker: None,
            team: Some(self.team.id),
            lead_practitioner: Some(self.lead.id),
            lead_agency: Some(self.lead.agency),
            assessment: Some(ImportedAssessment {
                started_on: help.assessment.started.min(FIRST_DAY),
                completed_on: Some(help.assessment.completed.min(FIRST_DAY)),
                organisation: None,
            }),
            plan: Some(plan),
            closure: None,
        };
        let importer = Arc::clone(&self.world.roster.importer);
        script.imported::<CaseCommand>(
            (moment(help.accepted, 10), moment(FIRST_DAY, 9)),
            &importer,
            self.case.uuid(),
            command,
            format!("{FILE}, Open cases, row {row}"),
        );
    }

    /// Two in five of the earlier record's actions have no date, and some no owner: the letter's plans without timescales.
    fn imported_plan_in_full(&mut self, help: &Help) -> ImportedPlan {
        let at = moment(FIRST_DAY, 9);
        // The earlier record ends with the day on which it is brought in.
        let agreed_on = help.plan.map(|day| day.min(FIRST_DAY));
        let mut of_plan = self.plan_chance();
        std::mem::swap(&mut self.chance, &mut of_plan);
        let (goals, aims) = self.goals(at);
        let mut actions = vec![];
        for (goal, aim) in goals.iter().zip(aims) {
            for what in aim.actions.iter().take(2) {
                let undated = self.chance.percent(40);
                let owner = self.owner();
                let due = self.later(FIRST_DAY, 5, 50);
                actions.push(ImportedAction {
                    id: Some(self.chance.id(at).into()),
                    goal: goal.id,
                    what: (*what).into(),
                    owner: (!undated || self.chance.percent(50)).then_some(owner),
                    due: (!undated).then_some(due),
                });
            }
        }
        std::mem::swap(&mut self.chance, &mut of_plan);
        ImportedPlan { agreed_on, goals, actions, next_review: None }
    }

    /// The same plan, as the later scripts follow it.
    pub(super) fn imported_plan(&mut self, help: &Help) -> Plan {
        let plan = self.imported_plan_in_full(help);
        Plan {
            goals: plan.goals.iter().filter_map(|goal| Some((goal.id?, goal.baseline))).collect(),
            actions: plan.actions.iter().filter_map(|action| Some((action.id?, action.due))).collect(),
        }
    }

    /// Chance for the plan alone, so that it comes out the same each time.
    fn plan_chance(&self) -> super::Chance {
        super::Chance::stream(self.world.seed, 5_000_000 + self.index as u64)
    }
}
