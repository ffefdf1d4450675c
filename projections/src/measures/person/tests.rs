//! given facts / then units.

use jiff::civil::date;

use super::*;

const NOTHING: Known = Known { birth: false, gender: false, ethnicity: false };

fn case(number: u128) -> CaseId {
    CaseId::from(uuid::Uuid::from_u128(0x0190_a000_0000_7000_8000_0000_0000_0000 | number))
}

fn told(facts: impl IntoIterator<Item = (i8, Fact)>) -> Told<Fact> {
    let facts =
        (1..).zip(facts).map(|(position, (day, fact))| Dated { day: date(2017, 5, day), position, fact });
    Told { stream: "child".to_owned(), reference: None, facts: facts.collect() }
}

fn texts(row: &[Value], table: &Table, columns: &[&str]) -> Vec<String> {
    let place = |name: &str| table.columns.iter().position(|column| column.name == name).unwrap();
    let text = |name: &&str| match &row[place(name)] {
        Value::Text(text) => text.clone().unwrap_or_default(),
        Value::Bool(yes) => yes.unwrap_or_default().to_string(),
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
fn the_other_cases_of_a_child_are_told_both_ways() {
    let told = told([(1, Fact::Came(case(1))), (8, Fact::Came(case(2))), (9, Fact::Came(case(1)))]);
    let units = PersonStory::units(&told, &Authority::default());
    let columns = ["case_id", "came_on", "other_case_id", "other_came_on"];
    let rows: Vec<_> = units.rows(&OTHER_CASE).iter().map(|row| texts(row, &OTHER_CASE, &columns)).collect();
    let (one, two) = (case(1).to_string(), case(2).to_string());
    let (first, eighth) = ("2017-05-01".to_owned(), "2017-05-08".to_owned());
    assert_eq!(rows, [[one.clone(), first.clone(), two.clone(), eighth.clone()], [two, eighth, one, first],]);
}
