//! What makes settings fit for use.

use std::collections::BTreeSet;
use std::fmt::Display;

use caseledger_commands::is_short_name;

use super::{Authority, Timescales};

/// Something wrong with one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a path such as `teams[2].locality`.
    pub path: String,
    /// What is wrong and what to do.
    pub detail: String,
}

/// The longest timescale that is no slip of the keyboard: ten years.
const LONGEST: u32 = 3_653;
/// As many levels of need as a page can show and a person can tell apart.
const MOST_LEVELS: usize = 9;

impl Authority {
    /// What is wrong with the settings; empty when they can be used.
    pub fn check(&self) -> Vec<Problem> {
        let mut found = Found::default();
        self.check_names(&mut found);
        self.check_levels(&mut found);
        self.check_numbers(&mut found);
        self.check_places(&mut found);
        for (measure, target) in &self.targets {
            found.within(&format!("targets.{measure}"), *target, 0);
        }
        found.identifiers(
            "step_up_protocol",
            self.step_up_protocol.iter().map(|item| (&*item.id, &*item.title)),
        );
        found.identifiers(
            "step_down_protocol",
            self.step_down_protocol.iter().map(|item| (&*item.id, &*item.title)),
        );
        found.identifiers(
            "audit_standards",
            self.audit_standards.iter().map(|item| (&*item.id, &*item.title)),
        );
        found.unless(
            !self.audit_standards.is_empty(),
            "audit_standards",
            "Name at least one standard of practice.",
        );
        found.0
    }

    fn check_names(&self, found: &mut Found) {
        found.unless(
            is_short_name(&self.id),
            "id",
            format!("Give the authority a short name: {IDENTIFIER}."),
        );
        found.named("name", &self.name);
        found.named("panel.forum", &self.panel.forum);
    }

    fn check_levels(&self, found: &mut Found) {
        let count = self.levels.len();
        found.unless(
            (2..=MOST_LEVELS).contains(&count),
            "levels",
            format!("Name the levels of need, from the lowest: 2 to {MOST_LEVELS} of them."),
        );
        found.unless(
            (2..=count).contains(&usize::from(self.statutory_level)),
            "statutory_level",
            format!("Give the number of the level that means statutory social care, from 2 to {count}."),
        );
        found.distinct("levels", "name", self.levels.iter().map(|level| &level.name));
    }

    fn check_numbers(&self, found: &mut Found) {
        for (name, number) in self.timescales.each() {
            found.within(&format!("timescales.{name}"), number, 1);
        }
        found.within("limits.backdating_days", self.limits.backdating_days, 0);
        found.within("limits.reopening_days", self.limits.reopening_days, 0);
        found.within("panel.cadence_days", self.panel.cadence_days, 1);
        found.within("supervision.frequency_days", self.supervision.frequency_days, 1);
    }

    fn check_places(&self, found: &mut Found) {
        found.unless(!self.localities.is_empty(), "localities", "Name at least one locality.");
        found.distinct("localities", "name", self.localities.iter().map(|locality| &locality.name));
        found.distinct("agencies", "name", self.agencies.iter().map(|agency| &agency.name));
        found.distinct("agencies", "id", self.agencies.iter().map(|agency| agency.id));
        found.distinct("teams", "name", self.teams.iter().map(|team| &team.name));
        found.distinct("teams", "id", self.teams.iter().map(|team| team.id));
        for (index, team) in self.teams.iter().enumerate() {
            found.unless(
                self.has_locality(&team.locality),
                &format!("teams[{index}].locality"),
                format!(
                    "No locality is called '{}': add it to [[localities]], or name another.",
                    team.locality
                ),
            );
            found.unless(
                self.agencies.iter().any(|agency| agency.id == team.agency),
                &format!("teams[{index}].agency"),
                format!("No agency has the id {}: add it to [[agencies]], or name another.", team.agency),
            );
        }
    }
}

impl Timescales {
    fn each(&self) -> [(&'static str, u32); 12] {
        [
            ("acknowledge_working_days", self.acknowledge_working_days),
            ("decide_working_days", self.decide_working_days),
            ("domestic_abuse_response_working_days", self.domestic_abuse_response_working_days),
            ("allocate_working_days", self.allocate_working_days),
            ("assessment_working_days", self.assessment_working_days),
            ("first_review_working_days", self.first_review_working_days),
            ("review_interval_working_days", self.review_interval_working_days),
            ("step_up_answer_working_days", self.step_up_answer_working_days),
            ("step_down_answer_working_days", self.step_down_answer_working_days),
            ("sustained_check_months", self.sustained_check_months),
            ("drift_months", self.drift_months),
            ("drift_reviews", self.drift_reviews),
        ]
    }
}

const IDENTIFIER: &str = "small letters, digits and hyphens, beginning with a letter, at most 60 characters";

#[derive(Default)]
struct Found(Vec<Problem>);

impl Found {
    fn unless(&mut self, holds: bool, path: &str, detail: impl Into<String>) {
        if !holds {
            self.0.push(Problem { path: path.to_owned(), detail: detail.into() });
        }
    }

    fn named(&mut self, path: &str, name: &str) {
        self.unless(
            !name.trim().is_empty() && name.chars().count() <= 200,
            path,
            "Give a name of at most 200 characters.",
        );
    }

    fn within(&mut self, path: &str, number: u32, least: u32) {
        self.unless(
            (least..=LONGEST).contains(&number),
            path,
            format!("Give a number from {least} to {LONGEST}."),
        );
    }

    fn distinct<T: Ord + Display>(&mut self, list: &str, field: &str, values: impl Iterator<Item = T>) {
        let mut seen = BTreeSet::new();
        for (index, value) in values.enumerate() {
            let path = format!("{list}[{index}].{field}");
            let text = value.to_string();
            self.named(&path, &text);
            self.unless(
                seen.insert(value),
                &path,
                format!("'{text}' was given before: each has a {field} of its own."),
            );
        }
    }

    fn identifiers<'a>(&mut self, list: &str, items: impl Iterator<Item = (&'a str, &'a str)> + Clone) {
        for (index, (id, title)) in items.clone().enumerate() {
            let path = format!("{list}[{index}].id");
            self.unless(is_short_name(id), &path, format!("Give a short name: {IDENTIFIER}."));
            self.named(&format!("{list}[{index}].title"), title);
        }
        self.distinct(list, "id", items.map(|(id, _)| id));
    }
}
