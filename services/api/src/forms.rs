//! The forms in which a table of figures is answered, and which of them a client wants (RFC 9110, section 12).

use axum::http::{HeaderMap, header};
use caseledger_exports::{CSV, XLSX};

use crate::ask::Parameter;

/// A form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For programs.
    Json,
    /// For programs and spreadsheets.
    Csv,
    /// For spreadsheets.
    Xlsx,
}

/// `format`, of every query that answers in more than one form.
pub const FORMAT: Parameter = Parameter {
    name: "format",
    doc: "`json`, `csv` or `xlsx`. When left out, the `Accept` header decides; without one it is JSON.",
    example: "csv",
};

impl Form {
    /// All, the one that is preferred where a client likes several as much first.
    const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Xlsx];

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => CSV,
            Self::Xlsx => XLSX,
        }
    }
}

/// How much a client likes each form: thousandths, in the order of [`Form::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted([u16; 3]);

impl Accepted {
    /// What the headers say. The range that names a form most closely counts for it.
    pub fn of(headers: &HeaderMap) -> Self {
        let given = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<(String, u16)> = given.flat_map(|value| value.split(',')).filter_map(range).collect();
        if ranges.is_empty() {
            return Self([1000; 3]);
        }
        let liked = |form: Form| {
            let own = form.media_type().split(';').next().unwrap_or_default();
            let family = own.split_once('/').map_or_else(String::new, |(family, _)| format!("{family}/*"));
            let said = |name: &str| ranges.iter().find(|(range, _)| range == name).map(|(_, liked)| *liked);
            said(own).or_else(|| said(&family)).or_else(|| said("*/*")).unwrap_or(0)
        };
        Self(Form::ALL.map(liked))
    }

    /// The form that is liked best. A client that likes none has been refused before, or takes problem details.
    pub fn favourite(self) -> Form {
        let mut favourite = (Form::Json, self.0[0]);
        for (form, liked) in Form::ALL.into_iter().zip(self.0) {
            if liked > favourite.1 {
                favourite = (form, liked);
            }
        }
        favourite.0
    }
}

/// A media range and how much it is liked: all, where it is not said or can't be read.
fn range(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
    let quality =
        parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.eq_ignore_ascii_case("q"));
    let quality = quality.and_then(|(_, quality)| quality.trim().parse::<f32>().ok()).unwrap_or(1.0);
    Some((name, (quality.clamp(0.0, 1.0) * 1000.0).round() as u16))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn favourite(accept: &[&str]) -> Form {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, HeaderValue::from_str(value).unwrap());
        }
        Accepted::of(&headers).favourite()
    }

    #[test]
    fn the_form_that_is_liked_best_is_chosen_and_json_where_nobody_minds() {
        for any in [
            &[][..],
            &["*/*"],
            &["application/json, text/csv"],
            &["text/html;q=0.9, */*;q=0.1"],
            &["application/*"],
        ] {
            assert_eq!(favourite(any), Form::Json, "{any:?}");
        }
        assert_eq!(favourite(&["text/csv"]), Form::Csv);
        assert_eq!(favourite(&["text/*"]), Form::Csv);
        assert_eq!(favourite(&["application/json;q=0.5, text/csv"]), Form::Csv);
        assert_eq!(favourite(&["application/json;q=0.5", "TEXT/CSV; q=0.7"]), Form::Csv);
        assert_eq!(favourite(&[XLSX]), Form::Xlsx);
        assert_eq!(favourite(&["application/json;q=0, */*"]), Form::Csv);
        assert_eq!(favourite(&["*/*, text/csv;q=0"]), Form::Json);
        assert_eq!(favourite(&["text/csv;q=nonsense, application/json;q=0.2"]), Form::Csv);
    }
}
