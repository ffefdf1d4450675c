//! The register: agencies, teams, practitioners, secondments, training.

use caseledger_commands::workforce::{
    RecordSecondment, RecordTraining, RegisterAgency, RegisterPractitioner, RegisterTeam, WorkforceCommand,
};
use jiff::civil::date;
use uuid::Uuid;

use super::{Chance, Lane, Script, Step, World, moment};
use crate::demo::cohort::FIRST_DAY;

/// What practitioners are trained in, and from when.
const COURSES: &[(&str, i8, u32)] = &[
    ("whole-family-assessment", 4, 80),
    ("voice-of-the-child", 6, 65),
    ("domestic-abuse-and-children", 7, 60),
    ("neglect-toolkit", 10, 75),
    ("lead-practitioner", 11, 45),
];

/// Everything that stands in the register by the end of the year.
pub fn script(world: &World<'_>) -> Vec<Step> {
    let mut script = Script::new(Lane::House);
    let opening = moment(FIRST_DAY, 7);
    let administrator = &world.roster.administrator;
    let settled = &world.authority.agencies;
    for agency in settled {
        let command = RegisterAgency { agency: agency.id, name: agency.name.clone(), kind: agency.kind };
        script.then::<WorkforceCommand>(opening, administrator, Uuid::nil(), command);
    }
    for agency in &world.roster.agencies {
        let command = RegisterAgency { agency: agency.id, name: agency.name.clone(), kind: agency.kind };
        script.then::<WorkforceCommand>(opening, administrator, Uuid::nil(), command);
    }
    for team in &world.authority.teams {
        let command = RegisterTeam {
            team: team.id,
            name: team.name.clone(),
            locality: team.locality.clone(),
            agency: team.agency,
        };
        script.then::<WorkforceCommand>(opening, administrator, Uuid::nil(), command);
    }
    for (team, name, locality, agency) in &world.roster.other_teams {
        let command =
            RegisterTeam { team: *team, name: name.clone(), locality: locality.clone(), agency: *agency };
        script.then::<WorkforceCommand>(opening, administrator, Uuid::nil(), command);
    }
    for member in world.roster.everyone() {
        let command = RegisterPractitioner {
            practitioner: member.id,
            name: member.name.clone().into(),
            agency: member.agency,
            team: member.team,
            is_manager: member.manages,
        };
        script.then::<WorkforceCommand>(opening, administrator, Uuid::nil(), command);
    }
    second(world, &mut script);
    train(world, &mut script);
    script.finish()
}

/// Three community support officers join the locality teams for six months. Source: the inspection letter.
fn second(world: &World<'_>, script: &mut Script) {
    for team in &world.roster.teams {
        let command = RecordSecondment {
            practitioner: team.officer.id,
            host_agency: caseledger_access::demo::ids::AUTHORITY.into(),
            host_team: team.id,
            from: date(2017, 9, 4),
            to: date(2018, 3, 2),
        };
        let at = moment(date(2017, 8, 29), 10);
        script.then::<WorkforceCommand>(at, &world.roster.administrator, Uuid::nil(), command);
    }
}

fn train(world: &World<'_>, script: &mut Script) {
    let mut chance = Chance::stream(world.seed, 2);
    for (course, month, percent) in COURSES {
        let sessions = world.days.range(date(2017, *month, 1), date(2017, *month, 28));
        for team in &world.roster.teams {
            let day = chance.choose(sessions);
            for member in team.staff.iter().chain([&team.manager]) {
                if !chance.percent(*percent) {
                    continue;
                }
                let command = RecordTraining {
                    practitioner: member.id,
                    course: (*course).to_owned(),
                    completed_on: day,
                };
                let recorded = moment(world.days.after(day, 1), 15);
                script.told_later::<WorkforceCommand>(
                    moment(day, 15),
                    recorded,
                    &team.manager.actor,
                    Uuid::nil(),
                    command,
                );
            }
        }
    }
}
