//! given facts / then units.

use jiff::civil::date;

use super::*;

const NOTHING: Known = Known { birth: false, gender: false, ethnicity: false };

fn case(number: u128) -> CaseId {
    CaseId::from(uuid::Uuid::from_u128(0x0190_a000_0000_7000_8000_0000_0000_0000 | number))
}

fn told<F: IntoIterator<Item = (i8, Fact)>>(facts: F) -> Told<Fact> {
    let facts =
        (1..).zip(facts).map(|(position, (day, fact))| Dated { day: date(2017, 5, day), position, fact });
    Told { stream: "child".to_owned(), reference: None, facts: facts.collect() }
}

fn texts(row: &[Value], table: &Table, columns: &[&str]) -> Vec<String> {
    let place = |name: &str| table.columns.iter().position(|column| column.name == name).unwrap();
    let text = |name: &&str| match &row[place(name)] {
        Value::Text(text) => text.clone().unwrap_or_default(),
        Value::Bool(yes) => yes.unwrap_or_default().to_string(),
        Value::Int(number) => number.map(|number| number.to_string()).unwrap_or_default(),
        other => format!("{other:?}"),
    };
    columns.iter().map(text).collect()
}

/// The stretches of a case: from, until, and whether the date of birth is known.
fn stretches(told: &Told<Fact>, of: CaseId) -> Vec<Vec<String>> {
    let units = PersonStory::units(told, &Authority::default());
    let columns = ["case_id", "from_day", "until_day", "has_birth", "positions"];
    let rows = units.rows(&CHILD).into_iter().map(|row| texts(row, &CHILD, &columns));
    rows.filter(|row| row[0] == of.to_string()).map(|row| row[1..].to_vec()).collect()
}

#[test]
fn what_is_known_of_a_child_is_told_for_each_of_its_cases() {
    let told = told([
        (1, Fact::Came(case(1))),
        (3, Fact::Registered(NOTHING)),
        (5, Fact::Came(case(2))),
        (5, Fact::Birth(true)),
        (9, Fact::Left(case(1))),
        (12, Fact::Erased),
    ]);
    let first = [
        ["2017-05-01", "2017-05-03", "false", "[1]"],
        ["2017-05-03", "2017-05-05", "false", "[1,2]"],
        ["2017-05-05", "2017-05-09", "true", "[1,2,4]"],
    ];
    assert_eq!(stretches(&told, case(1)), first);
    let second =
        [["2017-05-05", "2017-05-12", "true", "[2,3,4]"], ["2017-05-12", "9999-12-31", "false", "[3,6]"]];
    assert_eq!(stretches(&told, case(2)), second);
}

#[test]
fn a_child_who_came_and_left_on_one_day_is_not_told_of() {
    let told = told([(1, Fact::Came(case(1))), (1, Fact::Left(case(1))), (4, Fact::Birth(true))]);
    assert!(stretches(&told, case(1)).is_empty());
}

#[test]
fn of_a_child_with_several_cases_each_tells_which_were_before() {
    let told = told([(1, Fact::Came(case(1))), (8, Fact::Came(case(2))), (9, Fact::Came(case(1)))]);
    let units = PersonStory::units(&told, &Authority::default());
    let columns = ["case_id", "came_on", "cases_before", "case_before_id", "came_back"];
    let rows: Vec<_> = units.rows(&CHILD_CASE).iter().map(|row| texts(row, &CHILD_CASE, &columns)).collect();
    let (one, two) = (case(1).to_string(), case(2).to_string());
    let first = [one.as_str(), "2017-05-01", "0", "", "false"];
    assert_eq!(rows, [first, [two.as_str(), "2017-05-08", "1", one.as_str(), "true"]]);
}

#[test]
fn of_a_child_with_one_case_no_others_are_told() {
    let units = PersonStory::units(&told([(1, Fact::Came(case(1)))]), &Authority::default());
    assert!(units.rows(&CHILD_CASE).is_empty());
}

#[test]
fn a_further_case_changes_nothing_that_is_told_of_two_before() {
    let two = [(1, Fact::Came(case(1))), (8, Fact::Came(case(2)))];
    let three = two.clone().into_iter().chain([(9, Fact::Came(case(3)))]);
    let rows = |facts| PersonStory::units(&told::<Vec<_>>(facts), &Authority::default());
    let (before, after) = (rows(two.to_vec()), rows(three.collect()));
    let (before, after) = (before.rows(&CHILD_CASE), after.rows(&CHILD_CASE));
    assert_eq!(before, after[..2]);
    assert_eq!(
        texts(after[2], &CHILD_CASE, &["cases_before", "case_before_id"]),
        ["2", &case(2).to_string()]
    );
}
