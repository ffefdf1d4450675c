//! Many commands in one request, into a fresh log: people, and then the referrals that name them.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use caseledger::clock::MachineIds;
use caseledger_commands::case::{CaseCommand, ConsentPosition, ReceiveReferral, Route};
use caseledger_commands::codes::{Need, ReferralSource};
use caseledger_commands::person::{PersonCommand, RegisterPerson};
use caseledger_commands::{Command as _, CommandSet, Role};
use caseledger_dispatch::IdSource;
use serde_json::{Value, json};

use crate::contest;
use crate::issuer::Issuer;
use crate::server::Server;
use crate::stores::{Engine, Stores};

/// Posts so many commands to a service on an empty store; answers how many were accepted in a second.
///
/// # Errors
/// When the service does not start, or refuses a line.
pub async fn measure(
    stores: &Stores,
    engine: Engine,
    issuer: &Issuer,
    commands: usize,
) -> Result<f64, Box<dyn Error>> {
    let store = stores.empty(engine);
    let server = contest::serve(&store, issuer, &stores.file("bulk.log")).await?;
    import(stores, &server, issuer, commands)
}

/// Posts so many commands to a service; answers how many were accepted in a second.
///
/// # Errors
/// When the service refuses a line.
pub(crate) fn import(
    stores: &Stores,
    server: &Server,
    issuer: &Issuer,
    commands: usize,
) -> Result<f64, Box<dyn Error>> {
    let token = issuer.token("bulk", Role::Service, None, None, None);
    let (people, referrals) = lines(commands / 2);
    let (first, second) = (stores.file("people.ndjson"), stores.file("referrals.ndjson"));
    std::fs::write(&first, people)?;
    std::fs::write(&second, referrals)?;
    let mut took = Duration::ZERO;
    for file in [first, second] {
        took += post(server.address, &token, &file, commands / 2)?;
    }
    Ok((commands / 2 * 2) as f64 / took.as_secs_f64())
}

fn post(
    address: std::net::SocketAddr,
    token: &str,
    file: &Path,
    lines: usize,
) -> Result<Duration, Box<dyn Error>> {
    let answers = file.with_extension("answers");
    let started = Instant::now();
    let status = Command::new("curl")
        .args(["--silent", "--show-error", "--no-buffer", "--header", "Content-Type: application/x-ndjson"])
        .args(["--header", "Expect:", "--header", &format!("Authorization: Bearer {token}"), "--upload-file"])
        .arg(file)
        .args(["--request", "POST", "--output"])
        .arg(&answers)
        .arg(format!("http://{address}/v1/commands"))
        .status()?;
    let took = started.elapsed();
    let answered = std::fs::read_to_string(&answers)?;
    let accepted = answered.lines().filter(|line| line.starts_with("{\"status\":200,")).count();
    if !status.success() || accepted != lines {
        let refused = answered.lines().find(|line| !line.starts_with("{\"status\":200,")).unwrap_or_default();
        return Err(format!("{accepted} of {lines} lines were accepted ({status}): {refused}").into());
    }
    Ok(took)
}

/// Lines for so many people and so many referrals that name them.
pub(super) fn lines(count: usize) -> (String, String) {
    let (mut people, mut referrals) = (String::new(), String::new());
    let line = |text: &mut String, collection: &str, command: &str, id: uuid::Uuid, message: Value| {
        let line = json!({
            "collection": collection, "command": command, "id": id,
            "idempotency_key": format!("bulk-{id}"), "message": message,
        });
        text.push_str(&line.to_string());
        text.push('\n');
    };
    for _ in 0..count {
        let (person, case) = (MachineIds.new_id(), MachineIds.new_id());
        let register = RegisterPerson { identifiers: vec![], ..RegisterPerson::example() };
        let register = PersonCommand::from(register);
        line(&mut people, "people", register.name(), person, register.message());
        let referral = CaseCommand::from(ReceiveReferral {
            source: ReferralSource::Schools,
            route: Route::AgencyDirect,
            children: vec![person.into()],
            adults: vec![],
            presenting_needs: vec![Need::FamilyInAcuteStress],
            consent: ConsentPosition::Given,
            ..ReceiveReferral::example()
        });
        line(&mut referrals, "cases", referral.name(), case, referral.message());
    }
    (people, referrals)
}
