//! Every measure of the catalogue, asked for in every way that there is: JSON, CSV and workbook over HTTP, the command
//! line, and the page. All say the same.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each test binary uses its own part of the support")]
mod support;

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use caseledger_projections::measures::{CATALOGUE, Measure};
use scraper::Html;
use serde_json::Value;
use support::{Service, caseledger, selector_of, stderr, tables};

const ASKED: &str = "from=2017-01-01&at=2017-12-31&every=month";

struct Asking {
    client: reqwest::Client,
    service: Service,
    token: String,
}

impl Asking {
    async fn bytes(&self, path: &str, accept: &str) -> (String, Vec<u8>) {
        let request = self.client.get(format!("{}{path}", self.service.url));
        let request = request.bearer_auth(&self.token).header("accept", accept);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (kind, answer.bytes().await.unwrap().to_vec())
    }

    async fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.bytes(path, "application/json").await.1).unwrap()
    }
}

/// A figure as rows of texts: days, part, value, numerator, denominator, whether it is withheld.
type Rows = Vec<[String; 9]>;

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn rows_of_json(figure: &Value) -> Rows {
    let row = |of: &Value, by: &str| {
        let days = |name: &str| plain(if of[name].is_null() { &figure[name] } else { &of[name] });
        let (from, at) = (days("from"), days("at"));
        let told = ["value", "numerator", "denominator", "suppressed"].map(|name| plain(&of[name]));
        let [value, numerator, denominator, suppressed] = told;
        let (key, name) = (plain(&of["key"]), plain(&of["name"]));
        [from, at, by.to_owned(), key, name, value, numerator, denominator, suppressed]
    };
    let mut rows = vec![row(figure, "")];
    rows.extend(figure["breakdown"].as_array().unwrap().iter().map(|part| row(part, &plain(&part["by"]))));
    rows.extend(figure["series"].as_array().unwrap().iter().map(|point| row(point, "time")));
    rows
}

fn rows_of_csv(bytes: &[u8]) -> Rows {
    let mut reader = csv::Reader::from_reader(bytes);
    let headings = reader.headers().unwrap().clone();
    let place = |name: &str| headings.iter().position(|heading| heading == name).unwrap();
    let names = ["from", "at", "by", "key", "name", "value", "numerator", "denominator", "suppressed"];
    let places = names.map(place);
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            places.map(|place| record[place].to_owned())
        })
        .collect()
}

fn rows_of_workbook(bytes: &[u8]) -> Rows {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(workbook.sheet_names(), ["Figures", "Definition"]);
    let sheet = workbook.worksheet_range("Figures").unwrap();
    let mut rows = sheet.rows();
    let headings: Vec<String> = rows.next().unwrap().iter().map(ToString::to_string).collect();
    let names = ["from", "at", "by", "key", "name", "value", "numerator", "denominator", "suppressed"];
    let places = names.map(|name| headings.iter().position(|heading| heading == name).unwrap());
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        // Days are days, numbers are numbers.
        Data::DateTime(day) => day.as_datetime().unwrap().date().to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(truth) => truth.to_string(),
        other => panic!("{other:?} is no cell of a figure"),
    };
    rows.map(|row| places.map(|place| text(&row[place]))).collect()
}

/// A number as a page shows it, back again: `15%`, `12,345`, `none to count`.
fn read(shown: &str) -> String {
    if let Some(share) = shown.strip_suffix('%') {
        return (share.parse::<f64>().unwrap() / 100.0).to_string();
    }
    match shown {
        "none to count" | "too few to show" => String::new(),
        number => number.replace(',', "").parse::<f64>().unwrap().to_string(),
    }
}

/// What a page shows of a measure is what its JSON says: the course over time in its order, the parts in whatever order.
fn compare_page(page: &str, figure: &Value, measure: &Measure) {
    let page = Html::parse_document(page);
    let number = |of: &Value| plain(&of["value"]);
    let over_time = tables(&page, "[aria-label=\"Figures over time\"] table");
    let shown: Vec<String> = over_time[0].iter().map(|row| read(&row[1])).collect();
    let told: Vec<String> = figure["series"].as_array().unwrap().iter().map(number).collect();
    assert_eq!(shown, told, "{} over time", measure.id);
    for dimension in measure.dimensions() {
        let label = format!("[aria-label=\"Figures by {}\"] table", dimension.title.to_lowercase());
        let shown = tables(&page, &label).into_iter().next().unwrap_or_default();
        let mut shown: Vec<_> = shown.iter().map(|row| (row[0].clone(), read(&row[1]))).collect();
        let parts = figure["breakdown"].as_array().unwrap().iter().filter(|part| part["by"] == dimension.id);
        let name = |part: &Value| match plain(&part["name"]) {
            none if none.is_empty() => "Not known, or not yet".to_owned(),
            name => name.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        let mut told: Vec<_> = parts.map(|part| (name(part), number(part))).collect();
        shown.sort();
        told.sort();
        assert_eq!(shown, told, "{} by {dimension}", measure.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_measure_says_the_same_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    support::year(folder.path(), 60).await;
    let service = Service::start(folder.path());
    let (token, cookie) = (service.token("inspector").await, service.cookie("inspector").await);
    let reader = Asking { client: reqwest::Client::new(), service, token };
    let mut counted = 0;
    for measure in CATALOGUE {
        let id = measure.id;
        let path = format!("/v1/reports/{id}?{ASKED}");
        let figure = reader.json(&path).await;
        let told = rows_of_json(&figure);
        counted += usize::from(figure["numerator"].as_f64() > Some(0.0));

        let (kind, csv) = reader.bytes(&format!("{path}&format=csv"), "*/*").await;
        assert_eq!((kind.as_str(), rows_of_csv(&csv)), ("text/csv; charset=utf-8", told.clone()), "{id}");
        assert_eq!(reader.bytes(&path, "text/csv").await.1, csv, "{id}: what is accepted decides, too");
        let (kind, workbook) = reader.bytes(&format!("{path}&format=xlsx"), "*/*").await;
        assert_eq!((kind.as_str(), rows_of_workbook(&workbook)), (caseledger_exports::XLSX, told), "{id}");

        let args = ["report", id, "--from", "2017-01-01", "--at", "2017-12-31", "--every", "month"];
        let said = caseledger(folder.path(), &[&args[..], &["--format", "csv"]].concat());
        assert!(said.status.success(), "{id}: {}", stderr(&said));
        assert_eq!(String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&csv), "{id}");

        let page = format!("{}/reports/{id}?from=2017-01-01&to=2017-12-31", reader.service.url);
        let page = reader.client.get(page).header("cookie", &cookie).send().await.unwrap();
        let page = page.text().await.unwrap();
        compare_page(&page, &figure, measure);
        for (link, bytes) in [("CSV", Some(&csv)), ("workbook", None)] {
            let document = Html::parse_document(&page);
            let links = selector_of("a");
            let link = document.select(&links).find(|a| a.text().collect::<String>().contains(link));
            let href = link.and_then(|a| a.attr("href").map(str::to_owned)).unwrap();
            let url = format!("{}{href}", reader.service.url);
            let answer = reader.client.get(url).header("cookie", &cookie).send().await.unwrap();
            let answer = answer.bytes().await.unwrap();
            match bytes {
                Some(bytes) => assert_eq!(&answer[..], &bytes[..], "{id}"),
                None => assert_eq!(rows_of_workbook(&answer), rows_of_workbook(&workbook), "{id}"),
            }
        }
    }
    // Comparing nothing with nothing would prove nothing.
    assert!(counted * 10 > CATALOGUE.len() * 7, "{counted} of {} measures count something", CATALOGUE.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_withheld_is_withheld_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    support::year(folder.path(), 20).await;
    let service = Service::start(folder.path());
    let token = service.token("analyst").await;
    let reader = Asking { client: reqwest::Client::new(), service, token };
    let mut withheld = 0;
    for id in ["open-cases", "partner-led", "referrals", "re-referred", "assessments-completed"] {
        let path = format!("/v1/reports/{id}?{ASKED}");
        let told = rows_of_json(&reader.json(&path).await);
        let csv = rows_of_csv(&reader.bytes(&path, "text/csv").await.1);
        let workbook = rows_of_workbook(&reader.bytes(&path, caseledger_exports::XLSX).await.1);
        assert_eq!((&csv, &workbook), (&told, &told), "{id}");
        for row in told.iter().filter(|row| row[8] == "true") {
            assert_eq!(row[5..8], ["", "", ""].map(str::to_owned), "{row:?}");
            withheld += 1;
        }
    }
    assert!(withheld > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_there_is_not_is_refused_and_a_file_is_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    support::year(folder.path(), 20).await;
    let service = Service::start(folder.path());
    let client = reqwest::Client::new();
    let url = format!("{}/v1/reports/open-cases?format=pdf", service.url);
    let answer = client.get(url).bearer_auth(service.token("inspector").await).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("json, csv or xlsx"));

    let report = |args: &[&str]| {
        let asked = ["report", "open-cases", "--at", "2017-12-31"];
        caseledger(folder.path(), &[&asked[..], args].concat())
    };
    let told = report(&["--format", "json"]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    for file in ["open.xlsx", "open.csv", "open.json"] {
        let written = report(&["--out", file]);
        assert!(written.status.success(), "{}", stderr(&written));
        let bytes = std::fs::read(folder.path().join(file)).unwrap();
        match file {
            "open.xlsx" => assert_eq!(rows_of_workbook(&bytes), rows_of_json(&told)),
            "open.csv" => assert_eq!(rows_of_csv(&bytes), rows_of_json(&told)),
            _ => assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), told),
        }
    }
    // A pipe takes a workbook; a terminal would not.
    let piped = report(&["--format", "xlsx"]);
    assert!(piped.stdout.starts_with(b"PK"), "{}", stderr(&piped));
    assert_eq!(report(&["--out", "no/such/folder/open.csv"]).status.code(), Some(1));
}
