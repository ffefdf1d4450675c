use super::*;

const SMALL: &str = r#"id = "eastvale"
name = "Eastvale"

[[localities]]
name = "Town"

[[agencies]]
id = "0190a000-0000-7000-8000-0000000000a1"
name = "Eastvale Council"
kind = "authority"

[[teams]]
id = "0190a000-0000-7000-8000-0000000000b1"
name = "Town team"
locality = "Town"
agency = "0190a000-0000-7000-8000-0000000000a1"
"#;

fn problems(text: &str) -> Vec<ConfigProblem> {
    Authority::from_toml(text).unwrap_err().problems
}

/// Where the first problem is, and what it is about.
fn first(text: &str) -> (usize, usize, String) {
    let problem = problems(text).remove(0);
    (problem.line, problem.column, problem.path)
}

#[test]
fn the_default_is_fit_for_use() {
    assert_eq!(Authority::default().check(), vec![]);
}

#[test]
fn the_documented_example_is_the_default_in_full() {
    let example = include_str!("../../../deploy/authority.toml");
    assert_eq!(Authority::from_toml(example), Ok(Authority::default()));
}

#[test]
fn a_small_file_takes_the_rest_from_the_default_but_no_places() {
    let authority = Authority::from_toml(SMALL).unwrap();
    assert_eq!(authority.timescales, Timescales::default());
    assert_eq!(authority.localities, [Locality { name: "Town".to_owned() }]);
    assert_eq!(authority.teams.len(), 1);
}

#[test]
fn settings_survive_being_printed_and_read_again() {
    let printed = toml::to_string(&Authority::default()).unwrap();
    assert_eq!(Authority::from_toml(&printed), Ok(Authority::default()));
}

#[test]
fn a_slip_in_the_syntax_names_its_place() {
    let text = format!("{SMALL}[limits]\nreopening_days 28\n");
    let problem = problems(&text).remove(0);
    assert_eq!((problem.line, problem.path.as_str()), (18, ""));
    assert!(problem.column > 1, "{problem}");
}

#[test]
fn an_unknown_key_names_its_place() {
    let text = format!("{SMALL}[limits]\nreopening_day = 28\n");
    let problem = problems(&text).remove(0);
    assert_eq!((problem.line, problem.column, problem.path.as_str()), (18, 1, "limits.reopening_day"));
    assert!(problem.detail.contains("reopening_days"), "{problem}");
}

#[test]
fn a_value_of_another_type_names_its_place() {
    let text = format!("{SMALL}[limits]\nreopening_days = \"28\"\n");
    assert_eq!(first(&text), (18, 18, "limits.reopening_days".to_owned()));
}

#[test]
fn a_number_out_of_bounds_names_its_place() {
    let text = format!("{SMALL}[panel]\nforum = \"Panel\"\ncadence_days = 0\n");
    assert_eq!(first(&text), (19, 16, "panel.cadence_days".to_owned()));
}

#[test]
fn a_team_in_an_unknown_locality_names_its_place() {
    let text = SMALL.replace("locality = \"Town\"", "locality = \"Harbour\"");
    let problem = problems(&text).remove(0);
    assert_eq!((problem.line, problem.column, problem.path.as_str()), (15, 12, "teams[0].locality"));
    assert!(problem.detail.contains("'Harbour'"), "{problem}");
}

#[test]
fn a_team_of_an_unknown_agency_names_its_place() {
    let text = SMALL.replace("a1\"\nname", "a2\"\nname");
    assert_eq!(first(&text), (16, 10, "teams[0].agency".to_owned()));
}

#[test]
fn a_setting_left_out_names_the_nearest_place() {
    let (line, _, path) = first("name = \"Eastvale\"\n");
    assert_eq!((line, path.as_str()), (1, "id"));
}

#[test]
fn all_that_is_wrong_is_told_at_once_in_the_order_of_lines() {
    let text =
        SMALL.replace("id = \"eastvale\"", "id = \"East Vale\"").replace("name = \"Town\"", "name = \" \"");
    let told = problems(&text);
    let paths: Vec<_> = told.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["id", "localities[0].name", "teams[0].locality"]);
    let error = Authority::from_toml(&text).unwrap_err().to_string();
    assert!(error.starts_with("line 1, column 6: id: "), "{error}");
    assert_eq!(error.lines().count(), 3);
}

#[test]
fn short_names_are_short_names_and_each_its_own() {
    let mut authority = Authority::default();
    authority.step_up_protocol[1].id = authority.step_up_protocol[0].id.clone();
    authority.audit_standards[2].id = "Voice of the child".to_owned();
    let paths: Vec<_> = authority.check().into_iter().map(|problem| problem.path).collect();
    assert_eq!(paths, ["step_up_protocol[1].id", "audit_standards[2].id"]);
}

#[test]
fn levels_of_need_have_a_statutory_one_among_them() {
    let paths =
        |authority: Authority| -> Vec<_> { authority.check().into_iter().map(|found| found.path).collect() };
    assert_eq!(paths(Authority { statutory_level: 5, ..Authority::default() }), ["statutory_level"]);
    assert_eq!(paths(Authority { levels: vec![], ..Authority::default() }), ["levels", "statutory_level"]);
}

#[test]
fn bank_holidays_may_be_bare_or_in_quotes_but_must_be_dates() {
    let calendar = |days: &str| Authority::from_toml(&format!("{SMALL}[calendar]\nclosed_days = {days}\n"));
    let closed = calendar("[2026-12-24, \"2026-12-29\"]").unwrap().calendar;
    assert_eq!(closed.closed_days.len(), 2);
    assert_eq!(closed.bank_holidays, Calendar::default().bank_holidays);
    for wrong in ["[2026-12-24T10:00:00]", "[\"24/12/2026\"]", "[2026-02-30]"] {
        assert_eq!(calendar(wrong).unwrap_err().problems[0].line, 18, "{wrong}");
    }
}

#[test]
fn the_levels_count_from_one() {
    let authority = Authority::default();
    assert_eq!(authority.level(1).map(|level| level.name.as_str()), Some("Universal"));
    assert!(!authority.has_level(0) && authority.has_level(4) && !authority.has_level(5));
    assert!(authority.is_statutory(4) && !authority.is_statutory(3));
}

#[test]
fn limits_reach_to_their_last_day() {
    let authority = Authority::default();
    let closed: Date = "2017-06-01".parse().unwrap();
    assert!(authority.may_reopen(closed, "2017-06-29".parse().unwrap()));
    assert!(!authority.may_reopen(closed, "2017-06-30".parse().unwrap()));
    let now = "2017-12-31T12:00:00Z".parse().unwrap();
    assert_eq!(authority.earliest_day(now).to_string(), "2016-12-31");
    assert_eq!(authority.due(now, 1).to_string(), "2018-01-02");
}

#[test]
fn what_a_pack_lacks_is_told_in_the_order_of_the_protocol() {
    let authority = Authority::default();
    let given = authority
        .step_up_protocol
        .iter()
        .map(|item| item.id.as_str())
        .filter(|id| !["risks", "plan"].contains(id));
    assert_eq!(authority.missing_for_step_up(&given.collect()), ["plan", "risks"]);
    assert_eq!(authority.missing_for_step_down(&BTreeSet::new()).len(), 8);
}

#[test]
fn names_and_numbers_reach_to_their_bounds() {
    let paths = |change: &dyn Fn(&mut Authority)| -> Vec<_> {
        let mut authority = Authority::default();
        change(&mut authority);
        authority.check().into_iter().map(|found| found.path).collect()
    };
    assert_eq!(paths(&|it| it.name = "é".repeat(200)), Vec::<String>::new());
    assert_eq!(paths(&|it| it.name = "é".repeat(201)), ["name"]);
    assert_eq!(paths(&|it| it.panel.forum = " ".to_owned()), ["panel.forum"]);
    assert_eq!(paths(&|it| it.timescales.drift_months = 3_653), Vec::<String>::new());
    assert_eq!(paths(&|it| it.timescales.drift_months = 3_654), ["timescales.drift_months"]);
    assert_eq!(paths(&|it| it.timescales.decide_working_days = 0), ["timescales.decide_working_days"]);
    assert_eq!(paths(&|it| it.limits.reopening_days = 0), Vec::<String>::new());
    assert_eq!(paths(&|it| it.limits.backdating_days = 3_654), ["limits.backdating_days"]);
    assert_eq!(paths(&|it| it.supervision.frequency_days = 0), ["supervision.frequency_days"]);
    assert_eq!(paths(&|it| it.audit_standards.clear()), ["audit_standards"]);
    assert_eq!(paths(&|it| it.levels.truncate(1)), ["levels", "statutory_level"]);
    assert_eq!(paths(&|it| it.statutory_level = 1), ["statutory_level"]);
    let level = |nth: usize| Level { name: format!("Level {nth}"), meaning: String::new() };
    assert_eq!(paths(&|it| it.levels = (1..=9).map(level).collect()), Vec::<String>::new());
    assert_eq!(paths(&|it| it.levels = (1..=10).map(level).collect()), ["levels"]);
    assert_eq!(paths(&|it| it.levels[1].name = it.levels[0].name.clone()), ["levels[1].name"]);
    assert_eq!(paths(&|it| it.agencies[1].id = it.agencies[0].id), ["agencies[1].id"]);
    assert_eq!(paths(&|it| it.teams[1].name = it.teams[0].name.clone()), ["teams[1].name"]);
    assert_eq!(paths(&|it| it.step_down_protocol[0].title.clear()), ["step_down_protocol[0].title"]);
    let nowhere = |it: &mut Authority| {
        it.localities.clear();
        it.teams.clear();
    };
    assert_eq!(paths(&nowhere), ["localities"]);
}

#[test]
fn a_standard_is_found_by_its_short_name() {
    let authority = Authority::default();
    let found = authority.audit_standard("planning").map(|standard| &*standard.id);
    assert_eq!(found, Some("planning"));
    assert_eq!(authority.audit_standard("handwriting"), None);
    assert!(authority.has_locality("Coast") && !authority.has_locality("Harbour"));
}

#[test]
fn a_list_that_is_no_list_of_dates_says_what_is_wanted() {
    let wrong = problems(&format!("{SMALL}[calendar]\nclosed_days = [7]\n")).remove(0);
    assert!(wrong.detail.contains("a date such as 2026-12-24"), "{wrong}");
}
