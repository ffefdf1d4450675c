//! Against a real provider: `tests/oidc` runs panva's oidc-provider on Node.js, with claims under names of its own, and
//! with keys that turn.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use caseledger_access::{Authenticator, ClaimNames, IdentityConfig, IdentityError, Now};
use caseledger_commands::{Actor, Role, Timestamp};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A provider process.
struct Provider {
    issuer: String,
    child: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Provider {
    async fn start() -> Self {
        let folder = installed().await;
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("node runs: tests/setup installs it");
        let orders = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
        let issuer = answers.next_line().await.unwrap().expect("the provider says where it is");
        Self { issuer, child, orders, answers }
    }

    /// Gives an order, and waits until it is done.
    async fn order(&mut self, order: &str) {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
        self.answers.next_line().await.unwrap().expect("the provider obeys");
    }

    async fn token(&self, client: &str) -> String {
        let request = reqwest::Client::new()
            .post(format!("{}/token", self.issuer))
            .basic_auth(client, Some("not-a-secret"))
            .form(&[("grant_type", "client_credentials")]);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }
}

/// The folder of the provider, with its packages.
async fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oidc");
    if !folder.join("node_modules").exists() {
        let status = Command::new("npm").args(["ci", "--loglevel=error"]).current_dir(&folder).status().await;
        assert!(status.expect("npm runs: tests/setup installs it").success());
    }
    folder
}

/// The clock of the test, which is set by the provider's: what it issues now is of this moment.
#[derive(Clone, Default)]
struct TestClock(Arc<AtomicI64>);

impl TestClock {
    fn now(&self) -> Now {
        let clock = self.clone();
        Arc::new(move || Timestamp::from_second(clock.0.load(Ordering::SeqCst)).unwrap())
    }

    fn set_to_issue_of(&self, token: &str) {
        let claims = token.split('.').nth(1).unwrap();
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        self.0.store(claims["iat"].as_i64().unwrap(), Ordering::SeqCst);
    }

    fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

fn config(provider: &Provider) -> IdentityConfig {
    let claims = ClaimNames {
        roles: "realm_access.roles".to_owned(),
        practitioner: "staff_id".to_owned(),
        team: "team_id".to_owned(),
        ..ClaimNames::default()
    };
    IdentityConfig { issuer: provider.issuer.clone(), claims, ..IdentityConfig::default() }
}

async fn verify(authenticator: &Authenticator, token: &str) -> Result<Actor, IdentityError> {
    authenticator.authenticate(Some(&format!("Bearer {token}")), None).await
}

#[tokio::test]
async fn a_real_providers_tokens_are_read_and_its_keys_followed() {
    let mut provider = Provider::start().await;
    let clock = TestClock::default();
    let first = provider.token("team-manager").await;
    clock.set_to_issue_of(&first);
    let authenticator = Authenticator::new(config(&provider), clock.now()).unwrap();
    assert_eq!(authenticator.check().await, Ok(()));

    let actor = verify(&authenticator, &first).await.unwrap();
    assert_eq!(
        (actor.subject.as_str(), actor.roles.as_slice()),
        ("team-manager", [Role::TeamManager].as_slice())
    );
    assert_eq!(actor.practitioner.unwrap().to_string(), "01590000-0000-7000-8000-00000000c003");
    assert_eq!(actor.team.unwrap().to_string(), "0190a000-0000-7000-8000-0000000000b1");
    assert_eq!(actor.agency, None);

    let elsewhere = IdentityConfig { audience: "payroll".to_owned(), ..config(&provider) };
    let elsewhere = Authenticator::new(elsewhere, clock.now()).unwrap();
    assert_eq!(verify(&elsewhere, &first).await, Err(IdentityError::WrongAudience));

    // The key turns twice, and changes its algorithm each time. An unknown key is looked for, but not all the time.
    provider.order("rotate").await;
    let second = provider.token("posting-service").await;
    assert_eq!(verify(&authenticator, &second).await, Err(IdentityError::UnknownKey));
    clock.pass(30);
    let service = format!("Bearer {second}");
    let actor = authenticator.authenticate(Some(&service), Some("teacher-17")).await.unwrap();
    assert_eq!((actor.roles, actor.on_behalf_of), (vec![Role::Service], Some("teacher-17".to_owned())));
    assert!(verify(&authenticator, &first).await.is_ok(), "the key before is still published");
    provider.order("rotate").await;
    clock.pass(30);
    let third = provider.token("team-manager").await;
    assert!(verify(&authenticator, &third).await.is_ok());
    assert_eq!(verify(&authenticator, &first).await, Err(IdentityError::UnknownKey), "two turns ago");

    // A retired key is forgotten when the keys have grown old.
    provider.order("retire").await;
    assert!(verify(&authenticator, &second).await.is_ok());
    clock.pass(3600);
    assert!(verify(&authenticator, &third).await.is_ok());
    assert_eq!(verify(&authenticator, &second).await, Err(IdentityError::UnknownKey));

    // The provider dies. What it said last holds until tokens end; who knows nothing yet learns nothing.
    provider.child.kill().await.unwrap();
    assert!(verify(&authenticator, &third).await.is_ok());
    clock.pass(2 * 3600);
    assert!(verify(&authenticator, &third).await.is_ok(), "old keys are better than none");
    assert_eq!(verify(&authenticator, &first).await, Err(IdentityError::UnknownKey));
    assert_eq!(authenticator.check().await, Err(IdentityError::ProviderUnavailable));
    let late = Authenticator::new(config(&provider), clock.now()).unwrap();
    assert_eq!(verify(&late, &third).await, Err(IdentityError::ProviderUnavailable));
    clock.pass(8 * 3600);
    assert_eq!(verify(&authenticator, &third).await, Err(IdentityError::Expired));
}
