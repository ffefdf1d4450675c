//! Figures as CSV (RFC 4180): the whole first, then its parts, then its course.

use std::fmt::{Display, Write};

use caseledger_commands::Date;

use super::answer::Figure;

/// The columns of [`csv`].
const HEADING: &str = "measure,from,at,by,key,name,value,numerator,denominator";

/// A figure as CSV. What is withheld is an empty cell.
pub fn csv(figure: &Figure) -> String {
    let mut text = format!("{HEADING}\r\n");
    let mut line = |days: (Option<Date>, Date), cells: [&str; 3], value, numerator, denominator| {
        let [by, key, name] = cells.map(quoted);
        let (from, at) = (shown(days.0), days.1);
        let numbers = [shown::<f64>(value), shown::<f64>(numerator), shown::<u64>(denominator)].join(",");
        // Writing into a string does not fail.
        let _ = write!(text, "{},{from},{at},{by},{key},{name},{numbers}\r\n", figure.id);
    };
    let whole = (figure.from, figure.at);
    line(whole, ["", "", ""], figure.value, figure.numerator, figure.denominator);
    for part in &figure.breakdown {
        let (key, name) = (part.key.as_deref().unwrap_or_default(), part.name.as_deref().unwrap_or_default());
        line(whole, [part.by, key, name], part.value, part.numerator, part.denominator);
    }
    for point in &figure.series {
        let days = (point.from, point.at);
        line(days, ["time", "", ""], point.value, point.numerator, point.denominator);
    }
    text
}

fn shown<T: Display>(cell: Option<T>) -> String {
    cell.map_or_else(String::new, |cell| cell.to_string())
}

/// A cell as RFC 4180 writes it; what a spreadsheet would take for a formula is kept from being one.
fn quoted(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_is_never_a_formula() {
        assert_eq!(quoted("Coast"), "Coast");
        assert_eq!(quoted("Safe, sound"), "\"Safe, sound\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
    }
}
