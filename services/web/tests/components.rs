//! Our components against the fixtures that govuk-frontend ships: the same options must give the same HTML.

use std::collections::BTreeMap;
use std::path::Path;

use caseledger_web::components::{self, Cell, Choice, Crumb, Field, Input, Link, Radios, Select, Table};
use maud::{Markup, PreEscaped};
use scraper::{ElementRef, Html, Node};
use serde_json::{Map, Value};

/// Where `make assets` puts govuk-frontend.
const FRONTEND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/node_modules/govuk-frontend/dist/govuk");

/// The options of a fixture, taken one by one: what is left over is an option that we don't have.
struct Options(Map<String, Value>);

impl Options {
    fn of(value: &Value) -> Option<Self> {
        value.as_object().cloned().map(Self)
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    fn text(&mut self, name: &str) -> Option<String> {
        self.take(name).and_then(|value| match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    fn object(&mut self, name: &str) -> Option<Self> {
        self.take(name).as_ref().and_then(Self::of)
    }

    fn list(&mut self, name: &str) -> Option<Vec<Self>> {
        // The templates look over items that are nothing.
        let is_something = |item: &&Value| !matches!(item, Value::Null | Value::Bool(false)) && **item != "";
        self.take(name)?.as_array()?.iter().filter(is_something).map(Self::of).collect()
    }

    /// The HTML, if every option was taken.
    fn whole(self, html: Markup) -> Option<Markup> {
        self.0.is_empty().then_some(html)
    }
}

/// `{ text: … }` and nothing else.
fn only_text(mut options: Options) -> Option<String> {
    let text = options.text("text")?;
    options.0.is_empty().then_some(text)
}

fn field(options: &mut Options) -> Option<Field> {
    let name = options.text("name")?;
    if options.text("id").is_some_and(|id| id != name) {
        return None;
    }
    let label = only_text(options.object("label")?)?;
    let maybe = |part: Option<Options>| part.map_or(Some(None), |part| only_text(part).map(Some));
    let (hint, error) = (maybe(options.object("hint"))?, maybe(options.object("errorMessage"))?);
    Some(Field { name, label, hint, error })
}

fn input(mut options: Options) -> Option<Markup> {
    let field = field(&mut options)?;
    let input = Input { field, value: options.text("value"), classes: options.text("classes") };
    options.whole(input.html())
}

fn select(mut options: Options) -> Option<Markup> {
    let field = field(&mut options)?;
    let mut value = options.text("value");
    let mut choices = vec![];
    for mut item in options.list("items")? {
        let choice = Choice { value: item.text("value")?, text: item.text("text")?, hint: None };
        match item.take("selected") {
            Some(Value::Bool(true)) => value = Some(choice.value.clone()),
            // That the value is chosen, and its item says that it is not: ours can't be asked for that.
            Some(_) if value.as_ref() == Some(&choice.value) => return None,
            _ => {}
        }
        if !item.0.is_empty() {
            return None;
        }
        choices.push(choice);
    }
    options.whole(Select { field, choices, value }.html())
}

fn radios(mut options: Options) -> Option<Markup> {
    let name = options.text("name")?;
    if options.text("idPrefix").is_some_and(|prefix| prefix != name) {
        return None;
    }
    let mut legend = options.object("fieldset")?;
    let mut label = legend.object("legend")?;
    let maybe = |part: Option<Options>| part.map_or(Some(None), |part| only_text(part).map(Some));
    let field = Field {
        name,
        label: label.text("text")?,
        hint: maybe(options.object("hint"))?,
        error: maybe(options.object("errorMessage"))?,
    };
    let legend_classes = label.text("classes");
    if !label.0.is_empty() || !legend.0.is_empty() {
        return None;
    }
    let mut choices = vec![];
    let mut value = options.text("value");
    for mut item in options.list("items")? {
        let hint = maybe(item.object("hint"))?;
        let choice = Choice { value: item.text("value")?, text: item.text("text")?, hint };
        if item.take("checked") == Some(Value::Bool(true)) {
            value = Some(choice.value.clone());
        }
        if !item.0.is_empty() {
            return None;
        }
        choices.push(choice);
    }
    options.whole(Radios { field, legend_classes, choices, value }.html())
}

fn table(mut options: Options) -> Option<Markup> {
    let cell = |value: &Value| -> Option<Cell> {
        let mut cell = Options::of(value)?;
        let numeric = cell.text("format").is_some_and(|format| format == "numeric");
        let content = match cell.text("html") {
            Some(html) => Cell::markup(&PreEscaped(html)),
            None => Cell::words(cell.text("text")?),
        };
        cell.0.is_empty().then_some(Cell { numeric, ..content })
    };
    let row = |value: &Value| value.as_array()?.iter().map(cell).collect::<Option<Vec<_>>>();
    let head = options.take("head").map_or(Some(vec![]), |head| row(&head))?;
    let rows = options.take("rows")?.as_array()?.iter().map(row).collect::<Option<Vec<_>>>()?;
    let first_cell_is_header = options.take("firstCellIsHeader") == Some(Value::Bool(true));
    let (caption, caption_classes) = (options.text("caption"), options.text("captionClasses"));
    options.whole(Table { caption, caption_classes, head, rows, first_cell_is_header }.html())
}

fn breadcrumbs(mut options: Options) -> Option<Markup> {
    let mut crumbs = vec![];
    for mut item in options.list("items")? {
        crumbs.push(Crumb { text: item.text("text")?, href: item.text("href") });
        if !item.0.is_empty() {
            return None;
        }
    }
    options.whole(components::breadcrumbs(&crumbs))
}

fn service_navigation(mut options: Options) -> Option<Markup> {
    let name = options.text("serviceName");
    let url = options.text("serviceUrl");
    if name.is_some() != url.is_some() {
        return None;
    }
    let mut links = vec![];
    for mut item in options.list("navigation").unwrap_or_default() {
        let current = item.take("current") == Some(Value::Bool(true));
        links.push(Link { text: item.text("text")?, href: item.text("href")?, current });
        if !item.0.is_empty() {
            return None;
        }
    }
    options.whole(components::service_navigation(name.as_deref(), url.as_deref().unwrap_or("/"), &links))
}

fn pagination(mut options: Options) -> Option<Markup> {
    let mut end = |name: &str| match options.object(name) {
        None => Some(None),
        Some(mut link) => {
            let href = link.text("href");
            link.0.is_empty().then_some(href)
        }
    };
    let (previous, next) = (end("previous")?, end("next")?);
    (previous.is_some() || next.is_some()).then_some(())?;
    options.whole(components::pagination(previous.as_deref(), next.as_deref()))
}

fn error_summary(mut options: Options) -> Option<Markup> {
    let title = options.text("titleText")?;
    let mut errors = vec![];
    for mut item in options.list("errorList")? {
        errors.push((item.text("href")?, item.text("text")?));
        if !item.0.is_empty() {
            return None;
        }
    }
    options.whole(components::error_summary(&title, &errors))
}

fn summary_list(mut options: Options) -> Option<Markup> {
    let mut rows = vec![];
    for mut row in options.list("rows")? {
        let key = only_text(row.object("key")?)?;
        let mut value = row.object("value")?;
        let markup = match value.text("html") {
            Some(html) => PreEscaped(html),
            None => maud::html! { (value.text("text")?) },
        };
        if !row.0.is_empty() || !value.0.is_empty() {
            return None;
        }
        rows.push((key, markup));
    }
    options.whole(components::summary_list(&rows))
}

fn simple(component: &str, mut options: Options) -> Option<Markup> {
    let html = match component {
        "button" => components::button(&options.text("text")?),
        "details" => {
            let open = options.take("open") == Some(Value::Bool(true));
            let content = options.text("text")?;
            components::details(&options.text("summaryText")?, open, &maud::html! { (content) })
        }
        "generic-header" => components::generic_header(
            &options.text("logoText")?,
            options.text("url").as_deref().unwrap_or("/"),
        ),
        "inset-text" => components::inset_text(options.text("text")?),
        "skip-link" => components::skip_link(
            &options.text("text")?,
            options.text("href").as_deref().unwrap_or("#content"),
        ),
        "tag" => {
            let classes = options.text("classes");
            let colour = classes.as_deref().map(|classes| classes.strip_prefix("govuk-tag--"));
            components::tag(&options.text("text")?, colour.map_or(Some(None), |colour| colour.map(Some))?)
        }
        "warning-text" => {
            let fallback = options.text("iconFallbackText");
            if fallback.is_some_and(|text| text != "Warning") {
                return None;
            }
            components::warning_text(options.text("text")?)
        }
        _ => return None,
    };
    options.whole(html)
}

fn ours(component: &str, options: Options) -> Option<Markup> {
    match component {
        "breadcrumbs" => breadcrumbs(options),
        "error-summary" => error_summary(options),
        "input" => input(options),
        "pagination" => pagination(options),
        "radios" => radios(options),
        "select" => select(options),
        "service-navigation" => service_navigation(options),
        "summary-list" => summary_list(options),
        "table" => table(options),
        other => simple(other, options),
    }
}

/// A tree as lines: elements with their attributes in order, texts with single spaces.
fn tree(html: &str) -> Vec<String> {
    let parsed = Html::parse_fragment(html);
    let mut lines = vec![];
    write(parsed.root_element(), 0, &mut lines);
    lines
}

fn write(element: ElementRef<'_>, depth: usize, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    for child in element.children() {
        match child.value() {
            Node::Text(text) => {
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if !text.is_empty() {
                    lines.push(format!("{indent}{text}"));
                }
            }
            Node::Element(value) => {
                let attributes: BTreeMap<&str, String> = value
                    .attrs()
                    .map(|(name, text)| (name, text.split_whitespace().collect::<Vec<_>>().join(" ")))
                    .collect();
                lines.push(format!("{indent}<{} {attributes:?}>", value.name()));
                if let Some(child) = ElementRef::wrap(child) {
                    write(child, depth + 1, lines);
                }
            }
            _ => {}
        }
    }
}

#[test]
fn the_same_options_give_the_same_html_as_govuk_frontend() {
    assert!(Path::new(FRONTEND).exists(), "govuk-frontend is not installed: 'make assets' installs it");
    // How many fixtures of each component use only options that we have: fewer means that a test fell silent.
    let expected = [
        ("breadcrumbs", 3),
        ("button", 2),
        ("details", 2),
        ("error-summary", 1),
        ("generic-header", 2),
        ("input", 3),
        ("inset-text", 1),
        ("pagination", 3),
        ("radios", 2),
        ("select", 2),
        ("service-navigation", 2),
        ("skip-link", 2),
        ("summary-list", 1),
        ("table", 3),
        ("tag", 5),
        ("warning-text", 1),
    ];
    let mut wrong = vec![];
    for (component, at_least) in expected {
        let path = format!("{FRONTEND}/components/{component}/fixtures.json");
        let fixtures: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("the fixtures are there"))
                .expect("the fixtures are JSON");
        let mut compared = 0;
        for fixture in fixtures["fixtures"].as_array().expect("a list of fixtures") {
            let options = Options::of(&fixture["options"]).expect("options are an object");
            let Some(html) = ours(component, options) else { continue };
            compared += 1;
            let (ours, theirs) = (tree(&html.into_string()), tree(fixture["html"].as_str().expect("HTML")));
            if ours != theirs {
                wrong.push(format!(
                    "{component}, '{}':\n--- theirs\n{}\n--- ours\n{}",
                    fixture["name"],
                    theirs.join("\n"),
                    ours.join("\n")
                ));
            }
        }
        if compared < at_least {
            wrong.push(format!("{component}: only {compared} fixtures were compared"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
