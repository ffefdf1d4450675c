//! `pack`: a folder that tells a period to whoever has no service at hand: an inspector, a board.
//!
//! It is made from one position of the log, as the read models stood together there, while people go on working. Nothing in
//! it comes from the machine's clock, so that the same question over the same record gives the same bytes.

mod audits;
mod children;
mod folder;
mod measures;
mod stand;

use caseledger_commands::Date;
use caseledger_web::components::Crumb;
use caseledger_web::headline::index_headline;
use caseledger_web::inspection::{self, Audience, Content, Cover};
use caseledger_web::layout::Leaf;
use caseledger_web::report::Line;
use caseledger_web::{assets, words};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::args::{PackArgs, PackAudience};
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;
use crate::tasks::export::{past, up_to_date};
use crate::tasks::print_json;
use crate::wire::Station;
use folder::{Folder, Place};
use stand::Stand;

/// What is asked for.
struct Asked {
    period: words::Period,
    audience: Audience,
    /// Numbers below this are withheld; 0 withholds none.
    withhold_below: u32,
    dialect: caseledger_exports::annex_a::Dialect,
    /// The authority's name.
    authority: String,
}

/// Answers the subcommand.
///
/// # Errors
/// [`Failure::Usage`] for a period that makes no sense, and a folder that is there already; [`Failure::Unavailable`] when
/// the store can't be read, or changes too fast.
pub async fn run(settings: &Settings, args: &PackArgs, json: bool) -> Result<(), Failure> {
    let asked = Asked::read(settings, args)?;
    let place = Place::find(&args.out, args.zip, args.force)?;
    let station = up_to_date(settings).await?;
    let made = make(&station, settings, &asked, &place).await;
    station.log.close().await;
    let told = made?;
    if json {
        return print_json(&told);
    }
    let text = |name: &str| told[name].to_string().replace('"', "");
    tell!("{}: open it in a browser.", args.out.join("index.html").display());
    tell!("  {} measures, {} finished audits, {} files", text("measures"), text("audits"), text("files"));
    if let Some(children) = told["children"].as_object() {
        let number = |name: &str| children.get(name).map_or_else(String::new, Value::to_string);
        tell!(
            "  lists of children: {} contacts, {} early help, {} referrals, {} episodes; {} rows of restricted cases left out",
            number("contacts"),
            number("early_help"),
            number("referrals"),
            number("episodes"),
            number("restricted")
        );
    }
    tell!("  as at the end of {}, from the log up to position {}", args.to, text("position"));
    if let Some(zip) = told["zip"].as_str() {
        tell!("{zip}: the same in one file.");
    }
    Ok(())
}

impl Asked {
    fn read(settings: &Settings, args: &PackArgs) -> Result<Self, Failure> {
        let to = past(Some(args.to), "--to")?;
        if args.from > to {
            return Err(Failure::Usage("--from is after --to.".to_owned()));
        }
        let authority = &settings.authority;
        let (audience, withhold_below) = match args.audience {
            PackAudience::Inspectors => (Audience::Inspectors, 0),
            PackAudience::Board => (Audience::Board, authority.small_numbers_below),
        };
        let name = if authority.name.is_empty() { &authority.id } else { &authority.name };
        Ok(Self {
            period: words::Period { from: args.from, to },
            audience,
            withhold_below,
            dialect: args.dialect.into(),
            authority: name.clone(),
        })
    }

    /// What the files are together, in a line.
    fn whole(&self) -> String {
        format!("{}: early help {}", self.authority, self.period.during())
    }

    fn audience_id(&self) -> &'static str {
        match self.audience {
            Audience::Inspectors => "inspectors",
            Audience::Board => "board",
        }
    }

    /// What the folder is called inside the zip: it follows from the question, and not from where somebody put it.
    fn root(&self) -> String {
        format!("early-help-{}-to-{}", self.period.from, self.period.to)
    }
}

/// Makes it, from one position of the log.
async fn make(
    station: &Station,
    settings: &Settings,
    asked: &Asked,
    place: &Place,
) -> Result<Value, Failure> {
    let stand = Stand::now(station).await?;
    let mut folder = place.begin()?;
    let told = fill(station, settings, asked, &stand, &mut folder).await?;
    finish(asked, &stand, folder, place, told)
}

fn finish(
    asked: &Asked,
    stand: &Stand,
    folder: Folder,
    place: &Place,
    mut told: Value,
) -> Result<Value, Failure> {
    let manifest = json!({
        "what": folder::WHAT,
        "version": 1,
        "authority": asked.authority,
        "for": asked.audience_id(),
        "from": asked.period.from,
        "to": asked.period.to,
        "as_at": stand::end_of(asked.period.to)?,
        "known_at": stand.known_at,
        "position": stand.position,
        "small_numbers_withheld_below": (asked.withhold_below > 0).then_some(asked.withhold_below),
        "program": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "files": folder.files(),
    });
    let finished = folder.finish(manifest, place, &asked.root())?;
    told["folder"] = json!(place.folder());
    told["zip"] = json!(place.zip());
    told["files"] = json!(finished.files);
    told["manifest_sha256"] = json!(finished.manifest);
    for (name, value) in [("from", json!(asked.period.from)), ("to", json!(asked.period.to))] {
        told[name] = value;
    }
    told["for"] = json!(asked.audience_id());
    told["position"] = json!(stand.position);
    told["known_at"] = json!(stand.known_at);
    Ok(told)
}

/// The frame of a page: how deep it lies, and the way to it.
struct Frame {
    whole: String,
    foot: String,
}

impl Frame {
    /// A page of the first folder.
    fn page(&self, title: &str, body: &maud::Markup) -> String {
        self.at("", title, body)
    }

    /// A page of a folder below.
    fn below(&self, title: &str, body: &maud::Markup) -> String {
        self.at("../", title, body)
    }

    fn at(&self, up: &str, title: &str, body: &maud::Markup) -> String {
        let home = format!("{up}index.html");
        let crumb =
            |text: &str, href: Option<&str>| Crumb { text: text.to_owned(), href: href.map(str::to_owned) };
        let is_first = title == FIRST;
        let crumbs =
            if is_first { vec![] } else { vec![crumb("First page", Some(&home)), crumb(title, None)] };
        let leaf = Leaf {
            title,
            whole: &self.whole,
            style: &format!("{up}style.css"),
            home: &home,
            crumbs: &crumbs,
            foot: &self.foot,
        };
        leaf.framed(body).into_string()
    }
}

/// The title of the first page.
const FIRST: &str = "Early help";

/// Writes everything but the manifest.
async fn fill(
    station: &Station,
    settings: &Settings,
    asked: &Asked,
    stand: &Stand,
    folder: &mut Folder,
) -> Result<Value, Failure> {
    let frame = Frame { whole: asked.whole(), foot: stand.foot(asked.period.to) };
    let bar = ProgressBar::new(measures::all().count() as u64 + 3).with_style(style());
    folder.write("style.css", assets::style_sheet())?;

    bar.set_message("measures");
    let told = measures::write(settings, asked, stand, &frame, folder, || bar.inc(1)).await?;
    folder
        .write("definitions.html", frame.page("How each figure is defined", &told.definitions).as_bytes())?;

    bar.set_message("audits");
    let audits = audits::told(station, settings, asked, stand).await?;
    folder.write("audits.html", frame.page("What audits found", &inspection::audits(&audits)).as_bytes())?;
    bar.inc(1);

    bar.set_message("children");
    let children = children::write(asked, stand, &frame, folder).await?;
    bar.inc(1);

    let first = inspection::cover(&cover(asked, stand, told.lines, children.restricted));
    folder.write("index.html", frame.page(FIRST, &first).as_bytes())?;
    bar.finish_and_clear();
    Ok(json!({
        "measures": measures::all().count(),
        "audits": audits.audits.len(),
        "children": children.told,
        "quality": children.quality,
    }))
}

/// The bar draws on stderr, and only on a terminal.
fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg:>12} {wide_bar} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn cover(asked: &Asked, stand: &Stand, lines: Vec<Line>, restricted: usize) -> Cover {
    let of = |id: &str| lines.iter().find(|line| line.told.measure.id == id).map(|line| &line.told);
    let headline = of("open-cases").zip(of("partner-led")).map(|(open, led)| index_headline(open, led));
    Cover {
        authority: asked.authority.clone(),
        period: asked.period,
        audience: asked.audience,
        withheld_below: asked.withhold_below,
        restricted,
        headline,
        contents: contents(asked),
        made_from: stand.in_words(asked.period.to),
        measures: lines,
    }
}

fn contents(asked: &Asked) -> Vec<Content> {
    let content = |href: &str, title: &str, about: &str| Content {
        href: href.to_owned(),
        title: title.to_owned(),
        about: about.to_owned(),
    };
    let mut contents = vec![
        content(
            "audits.html",
            "What audits found",
            "Grades by practice standard, what moderators saw otherwise, and what is done about the findings.",
        ),
        content(
            "quality.html",
            "What the record lacks",
            "What would be refused of the lists of children, or says that it is not known.",
        ),
        content(
            "definitions.html",
            "How each figure is defined",
            "What is counted, out of what, by which clock, and the events that it follows from.",
        ),
    ];
    if asked.audience == Audience::Inspectors {
        contents.extend([
            content(
                children::WORKBOOK,
                "Children’s lists (Annex A, xlsx)",
                "Contacts, early help and referrals of the six months before the last day. Personal data.",
            ),
            content(
                children::EPISODES,
                "Early help episodes (Standard Safeguarding Dataset, CSV)",
                "Each child’s stretches of help in the period. Personal data.",
            ),
            content(
                children::TRACE,
                "From each row of the lists to its case and events (CSV)",
                "The way back into the record. The episodes have one of their own.",
            ),
        ]);
    }
    contents.push(content(
        "manifest.json",
        "Manifest (JSON)",
        "Every file with its SHA-256, and what the pack was made from.",
    ));
    contents
}

/// The days of a period, for the engine.
const fn days(period: words::Period) -> (Date, Date) {
    (period.from, period.to)
}
