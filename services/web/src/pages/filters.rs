//! What a report is asked for, as an address says it; the form that makes such addresses, and what was wrong with one.

use std::collections::BTreeMap;

use caseledger_aggregates::Authority;
use caseledger_commands::Date;
use caseledger_commands::codes::ReferralSource;
use caseledger_projections::measures::Filters;
use maud::{Markup, html};

use super::register::Register;
use crate::components::{self, Choice, Field, Input, Select};
use crate::door::escaped;
use crate::engine::{self, Asking};
use crate::words::{self, Period};

/// What is asked for, and what can't be.
#[derive(Debug)]
pub struct Asked {
    /// For when; where it can't be read, the usual year.
    pub period: Period,
    /// Of which part of the authority.
    pub filters: Filters,
    /// That part in words.
    pub scope: Vec<String>,
    /// What is wrong: the field, and what to do.
    pub errors: Vec<(&'static str, String)>,
    given: BTreeMap<String, String>,
}

const FROM: &str = "from";
const TO: &str = "to";
const LOCALITY: &str = "locality";
const TEAM: &str = "team";
const LEAD_AGENCY: &str = "lead_agency";
const SOURCE: &str = "source";
const LEVEL: &str = "level";

impl Asked {
    /// Reads an address.
    pub fn read(
        given: BTreeMap<String, String>,
        register: &Register,
        authority: &Authority,
        today: Date,
    ) -> Self {
        let mut given: BTreeMap<String, String> =
            given.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect();
        // The API's word for the last day, in an address that somebody made of one of the API's.
        if let Some(at) = given.remove("at") {
            given.entry(TO.to_owned()).or_insert(at);
        }
        let mut errors = vec![];
        let to = day(&given, TO, "last", &mut errors);
        let to = match to {
            Some(to) if to > today => {
                errors.push((
                    TO,
                    format!("The last day must be today or in the past: {} at the latest", words::day(today)),
                ));
                today
            }
            Some(to) => to,
            None => today,
        };
        let usual = engine::year_to(to);
        let from = day(&given, FROM, "first", &mut errors).unwrap_or(usual.from);
        let from = if from > to {
            errors.push((FROM, "The first day must be the same as the last day or before it".to_owned()));
            usual.from
        } else {
            from
        };
        let mut asked =
            Self { period: Period { from, to }, filters: Filters::default(), scope: vec![], errors, given };
        asked.narrow(register, authority);
        asked
    }

    fn narrow(&mut self, register: &Register, authority: &Authority) {
        if let Some(locality) = self.given.get(LOCALITY) {
            if register.localities().contains(&locality.as_str()) {
                self.filters.locality = Some(locality.clone());
                self.scope.push(locality.clone());
            } else {
                self.errors.push((LOCALITY, "Select a locality from the list".to_owned()));
            }
        }
        if let Some(team) = self.given.get(TEAM) {
            match (register.team(team), team.parse()) {
                (Some(name), Ok(id)) => {
                    self.filters.team = Some(id);
                    self.scope.push(format!("team {name}"));
                }
                _ => self.errors.push((TEAM, "Select a team from the list".to_owned())),
            }
        }
        if let Some(agency) = self.given.get(LEAD_AGENCY) {
            match (register.agency(agency), agency.parse()) {
                (Some(name), Ok(id)) => {
                    self.filters.lead_agency = Some(id);
                    self.scope.push(format!("led by {name}"));
                }
                _ => self.errors.push((LEAD_AGENCY, "Select a lead agency from the list".to_owned())),
            }
        }
        if let Some(code) = self.given.get(SOURCE) {
            match ReferralSource::from_code(code) {
                Some(source) => {
                    self.filters.source = Some(source);
                    self.scope.push(format!("source {}", source.title()));
                }
                None => self.errors.push((SOURCE, "Select a source from the list".to_owned())),
            }
        }
        if let Some(level) = self.given.get(LEVEL) {
            match level.parse().ok().and_then(|number| Some((number, authority.level(number)?))) {
                Some((number, level)) => {
                    self.filters.level = Some(number);
                    self.scope.push(format!("level {number} ({})", level.name.to_lowercase()));
                }
                None => self.errors.push((LEVEL, "Select a level of need from the list".to_owned())),
            }
        }
    }

    /// The question that a measure is asked, of its course, and of its parts where they are wanted.
    pub fn asking(&self, parts: bool, withhold_below: u32) -> Asking {
        let (filters, scope) = (self.filters.clone(), self.scope.clone());
        Asking { period: self.period, filters, scope, series: true, parts, withhold_below }
    }

    /// The address of the page at `path` that asks for the same, with more parameters after it.
    pub fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        self.written(path, TO, more)
    }

    /// The same of the API, which calls the last day `at`.
    pub fn api(&self, path: &str, more: &[(&str, &str)]) -> String {
        self.written(path, "at", more)
    }

    fn written(&self, path: &str, last: &str, more: &[(&str, &str)]) -> String {
        let (from, to) = (self.period.from.to_string(), self.period.to.to_string());
        let team = self.filters.team.map(|team| team.to_string());
        let agency = self.filters.lead_agency.map(|agency| agency.to_string());
        let level = self.filters.level.map(|level| level.to_string());
        let own = [
            (FROM, self.given.contains_key(FROM).then_some(from.as_str())),
            (last, Some(to.as_str())),
            (LOCALITY, self.filters.locality.as_deref()),
            (TEAM, team.as_deref()),
            (LEAD_AGENCY, agency.as_deref()),
            (SOURCE, self.filters.source.map(ReferralSource::code)),
            (LEVEL, level.as_deref()),
        ];
        let own = own.into_iter().filter_map(|(name, text)| Some((name, text?)));
        let pairs: Vec<String> =
            own.chain(more.iter().copied()).map(|(name, text)| format!("{name}={}", escaped(text))).collect();
        format!("{path}?{}", pairs.join("&"))
    }

    /// What is to be put right, above everything else.
    pub fn summary(&self) -> Markup {
        let errors: Vec<(String, String)> =
            self.errors.iter().map(|(field, text)| (format!("#{field}"), text.clone())).collect();
        html! { @if !errors.is_empty() { (components::error_summary("There is a problem", &errors)) } }
    }

    /// The form. It is unfolded where something is to be put right, or was narrowed.
    pub fn form(&self, path: &str, register: &Register, authority: &Authority) -> Markup {
        let open = !self.errors.is_empty() || !self.scope.is_empty();
        let localities = register.localities().into_iter().map(|name| (name, name)).collect();
        let teams = by_name(register.teams.iter().map(|(id, team)| (id.as_str(), team.name.as_str())));
        let agencies = register.agencies.iter().map(|(id, agency)| (id.as_str(), agency.name.as_str()));
        let sources = ReferralSource::ALL.iter().map(|source| (source.code(), source.title())).collect();
        let levels: Vec<(String, String)> = (1..=authority.levels.len())
            .zip(&authority.levels)
            .map(|(number, level)| (number.to_string(), format!("{number}: {}", level.name)))
            .collect();
        let levels = levels.iter().map(|(number, name)| (number.as_str(), name.as_str())).collect();
        let fields = html! {
            form action=(path) method="get" novalidate {
                div.app-fields {
                    (self.day_field(FROM, "First day", "For example, 1/4/2017. A year before the last day, when left empty."))
                    (self.day_field(TO, "Last day", "For example, 31/12/2017. Today, when left empty."))
                    (self.choice(LOCALITY, "Locality", "All localities", localities))
                    (self.choice(TEAM, "Team", "All teams", teams))
                    (self.choice(LEAD_AGENCY, "Lead agency", "All agencies", by_name(agencies)))
                    (self.choice(SOURCE, "Referral source", "All sources", sources))
                    (self.choice(LEVEL, "Level of need", "All levels", levels))
                }
                (components::button("Show"))
                @if !self.given.is_empty() { p.govuk-body { a.govuk-link href=(path) { "Clear everything" } } }
            }
        };
        html! { div.app-no-print { (components::details("Another period, or a part of the authority", open, &fields)) } }
    }

    fn error(&self, name: &str) -> Option<String> {
        self.errors.iter().find(|(field, _)| *field == name).map(|(_, text)| text.clone())
    }

    fn day_field(&self, name: &str, label: &str, hint: &str) -> Markup {
        Input {
            field: Field {
                name: name.to_owned(),
                label: label.to_owned(),
                hint: Some(hint.to_owned()),
                error: self.error(name),
            },
            value: self.given.get(name).cloned(),
            classes: Some("govuk-input--width-10".to_owned()),
        }
        .html()
    }

    fn choice(&self, name: &str, label: &str, all: &str, choices: Vec<(&str, &str)>) -> Markup {
        let choice = |(value, text): (&str, &str)| Choice {
            value: value.to_owned(),
            text: text.to_owned(),
            hint: None,
        };
        Select {
            field: Field {
                name: name.to_owned(),
                label: label.to_owned(),
                hint: None,
                error: self.error(name),
            },
            choices: std::iter::once(("", all)).chain(choices).map(choice).collect(),
            value: self.given.get(name).cloned(),
        }
        .html()
    }
}

fn by_name<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort_unstable_by_key(|(_, name)| *name);
    pairs
}

fn day(
    given: &BTreeMap<String, String>,
    field: &'static str,
    which: &str,
    errors: &mut Vec<(&'static str, String)>,
) -> Option<Date> {
    let text = given.get(field)?;
    let day = words::read_day(text);
    if day.is_none() {
        errors.push((field, format!("Enter the {which} day as a date, like 31/12/2017")));
    }
    day
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Asked {
        let given = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let register: Register = serde_json::from_value(serde_json::json!({
            "agencies": { "01890a5d-ac96-774b-bcce-b302099a80a1": { "name": "Harbour Charity" } },
            "teams": { "01890a5d-ac96-774b-bcce-b302099a80b1": { "name": "Coast 1", "locality": "Coast & Vale" } },
            "practitioners": {},
        }))
        .unwrap();
        Asked::read(given, &register, &Authority::default(), date(2018, 1, 24))
    }

    #[test]
    fn without_a_word_it_is_the_year_to_today() {
        let asked = read(&[("from", " "), ("team", "")]);
        assert_eq!(asked.period, Period { from: date(2017, 1, 25), to: date(2018, 1, 24) });
        assert!(asked.errors.is_empty() && asked.scope.is_empty());
        assert_eq!(asked.address("/reports/x", &[]), "/reports/x?to=2018-01-24");
    }

    #[test]
    fn an_address_with_the_apis_word_for_the_last_day_means_the_same() {
        assert_eq!(read(&[("at", "2017-12-31")]).period, read(&[("to", "2017-12-31")]).period);
        assert_eq!(read(&[("at", "2030-01-01")]).errors[0].0, "to");
        assert_eq!(read(&[("at", "2016-12-31"), ("to", "2017-12-31")]).period.to, date(2017, 12, 31));
    }

    #[test]
    fn a_part_of_the_authority_stands_in_addresses_and_in_words() {
        let team = "01890a5d-ac96-774b-bcce-b302099a80b1";
        let asked =
            read(&[("from", "1/4/2017"), ("to", "2017-12-31"), ("locality", "Coast & Vale"), ("team", team)]);
        assert!(asked.errors.is_empty(), "{:?}", asked.errors);
        assert_eq!(asked.scope, ["Coast & Vale", "team Coast 1"]);
        let address = asked.address("/reports/x/cases", &[("side", "numerator")]);
        let expected = format!(
            "/reports/x/cases?from=2017-04-01&to=2017-12-31&locality=Coast%20%26%20Vale&team={team}&side=numerator"
        );
        assert_eq!(address, expected);
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let asked = read(&[
            ("from", "soon"),
            ("to", "1/1/2030"),
            ("locality", "Atlantis"),
            ("team", "x"),
            ("lead_agency", "y"),
            ("source", "Z9"),
            ("level", "9"),
        ]);
        let fields: Vec<_> = asked.errors.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["to", "from", "locality", "team", "lead_agency", "source", "level"]);
        assert_eq!(read(&[("from", "2018-01-01"), ("to", "2017-01-01")]).errors[0].0, "from");
        let form = asked.form("/reports/x", &Register::default(), &Authority::default()).into_string();
        assert!(form.contains("Enter the first day as a date") && form.contains("value=\"soon\""), "{form}");
    }
}
