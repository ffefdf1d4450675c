//! `caseledger demo`: fills a store where it is empty, and serves it.

use std::sync::Arc;

use caseledger_commands::Command;
use caseledger_commands::case::ReceiveReferral;
use caseledger_log::Clock;
use caseledger_web::SignIn;
use jiff::Timestamp;
use jiff::civil::date;

use super::fill::{Held, fill_whole, held};
use super::step::moment;
use crate::args::DemoArgs;
use crate::clock::ShiftedClock;
use crate::demo_issuer;
use crate::exit::Failure;
use crate::output::tell;
use crate::serve;
use crate::settings::{Identity, Settings, USUAL_STORE};
use crate::wire::Station;

/// Where the demonstration is kept when no store is named.
const DEMO_STORE: &str = "sqlite:data/demonstration.sqlite";

/// Fills and serves.
///
/// # Errors
/// As filling and serving.
pub async fn run(settings: &Settings, args: &DemoArgs) -> Result<(), Failure> {
    let mut settings = settings.clone();
    if settings.store == USUAL_STORE {
        DEMO_STORE.clone_into(&mut settings.store);
    }
    // The demonstration's own issuer vouches for its personas, whatever provider the settings name.
    settings.identity = Identity { issuer: None, demo_issuer: true, ..settings.identity };
    if !args.no_serve {
        // Told before the work, not after it: an address that others reach, and one that is taken.
        caseledger_access::demo::require_loopback(settings.http.listen)
            .map_err(|error| Failure::Usage(error.to_string()))?;
        drop(serve::listen(&settings).await?);
    }
    see_to_the_year(&settings, args).await?;
    if args.no_serve { Ok(()) } else { serve_it(&settings).await }
}

/// Plays the year where there is none yet.
async fn see_to_the_year(settings: &Settings, args: &DemoArgs) -> Result<(), Failure> {
    let store = settings.store_to_show();
    match held(settings).await? {
        Held::Nothing => {}
        Held::Year => {
            eprintln!("{store} holds a demonstration already: it is left as it is.");
            return Ok(());
        }
        Held::Part(at) => {
            return Err(Failure::Failed(format!(
                "{store} holds a demonstration that was stopped while it was played, on {}. Empty it, or name another \
                 with --store.",
                at.strftime("%-d %B %Y")
            )));
        }
        // Its issuer would give anybody a token for real records, and its clock would date what they write to 2018.
        Held::Else => {
            return Err(Failure::Usage(format!(
                "{store} holds a log that is no demonstration: 'caseledger serve' serves it. Name another store for the \
                 demonstration with --store."
            )));
        }
    }
    eprintln!(
        "Playing Northshire's year 2017 into {store}: {} families' worth of commands, with the clock of that year.",
        if args.scale == 1 { "a thousand".to_owned() } else { format!("{} thousand", args.scale) },
    );
    let filled = fill_whole(settings, args.seed, args.scale.saturating_mul(1000)).await?;
    eprintln!(
        "{} commands were accepted, {} events are in the log, {:.1} seconds.",
        filled.played.commands,
        filled.events,
        filled.took.as_secs_f64()
    );
    Ok(())
}

/// When the demonstration is visited: the day of the inspection letter's visit.
fn visit() -> Timestamp {
    moment(date(2018, 1, 24), 9)
}

async fn serve_it(settings: &Settings) -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(ShiftedClock::showing(visit()));
    let listeners = serve::listen(settings).await?;
    let address = listeners.0.local_addr()?;
    let door = serve::door(&settings.identity, address, &clock)?;
    let start = async {
        let station = Station::open(settings, clock).await?;
        station.register_settings().await?;
        station.catch_up().await?;
        Ok::<_, Failure>(station)
    };
    let station = serve::answering(&listeners, start).await?;
    invite(&format!("http://{address}"), &door);
    serve::serve(station, door, listeners, &settings.http).await
}

/// Says what there is to see, and as whom.
fn invite(url: &str, door: &serve::Door) {
    tell!("\nNorthshire is served at {url}, and its clock stands at {} and goes on from there.", visit());
    tell!("\n  {url}/reports     the figures as pages, with their charts and the cases behind them");
    tell!("  {url}/docs        what can be asked, with an example of everything");
    tell!("\nAsk for a token as one of these (they hold for a working day):\n");
    let personas = match &door.sign_in {
        SignIn::Demonstration(issuer) => issuer.personas(),
        SignIn::Provider(_) => &[],
    };
    for persona in personas {
        tell!("  {:24} {}", persona.key, persona.about);
    }
    let program = std::env::args().next().unwrap_or_else(|| "caseledger".to_owned());
    tell!(
        "\nThen, for a start: a figure of the inspection letter; a family's referral, and what it became:\n"
    );
    for step in first_steps(url, &program) {
        tell!("  {step}");
    }
    tell!("");
}

/// What a newcomer tries first, as lines for a shell: a figure, a command, its event and its timeline. A referral names
/// people of the register, so the people of its example are entered before.
pub fn first_steps(url: &str, program: &str) -> Vec<String> {
    let example = ReceiveReferral::example();
    let issuer = demo_issuer::PATH;
    let mut steps = vec![
        format!(
            "TOKEN=$(curl -s {url}{issuer}/token -d client_id=team-manager | sed 's/.*access_token\":\"\\([^\"]*\\).*/\\1/')"
        ),
        format!("curl -s -H \"Authorization: Bearer $TOKEN\" '{url}/v1/reports/open-cases?at=2017-12-31'"),
    ];
    steps.extend(example.children.iter().chain(&example.adults).map(|person| {
        format!(
            "{program} command register-person --example | {program} command register-person --id {person} --url {url} --as school-referrer"
        )
    }));
    steps.extend([
        format!(
            "CASE=$({program} command receive-referral --example | {program} --json command receive-referral --url {url} --as school-referrer | sed -n 's/.*\"id\": \"\\([^\"]*\\).*/\\1/p')"
        ),
        format!("curl -s -H \"Authorization: Bearer $TOKEN\" {url}/v1/cases/$CASE/events"),
        format!("curl -s -H \"Authorization: Bearer $TOKEN\" {url}/v1/cases/$CASE/timeline"),
    ]);
    steps
}
