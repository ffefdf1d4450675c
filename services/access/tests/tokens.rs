//! What a token must be, with the demonstration's issuer and with keys that are served here.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use caseledger_access::demo::{DemoIssuer, PERSONAS, TOKEN_SECONDS, persona, require_loopback};
use caseledger_access::{Authenticator, IdentityConfig, IdentityConfigError, IdentityError, Now};
use caseledger_commands::{Role, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

const ISSUER: &str = "http://127.0.0.1:8017/demo";

/// A clock that stands at 2017-04-30 until it is moved.
#[derive(Clone)]
struct TestClock(Arc<AtomicI64>);

impl TestClock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_493_510_400)))
    }

    fn now(&self) -> Now {
        let clock = self.clone();
        Arc::new(move || Timestamp::from_second(clock.0.load(Ordering::SeqCst)).unwrap())
    }

    fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

fn issuer(clock: &TestClock) -> DemoIssuer {
    DemoIssuer::new(ISSUER, "caseledger", [7; 32], clock.now())
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

async fn verdict(authenticator: &Authenticator, token: &str) -> Result<String, IdentityError> {
    authenticator.authenticate(Some(&bearer(token)), None).await.map(|actor| actor.subject)
}

/// The token with its header and claims changed, and its signature left as it was.
fn tampered(token: &str, header: impl Fn(&mut Value), claims: impl Fn(&mut Value)) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let changed = |part: &str, change: &dyn Fn(&mut Value)| {
        let mut value: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        change(&mut value);
        URL_SAFE_NO_PAD.encode(value.to_string())
    };
    parts[0] = changed(&parts[0], &header);
    parts[1] = changed(&parts[1], &claims);
    parts.join(".")
}

#[tokio::test]
async fn every_personas_token_says_who_they_are() {
    let clock = TestClock::new();
    let issuer = issuer(&clock);
    let authenticator = issuer.authenticator().unwrap();
    for persona in PERSONAS {
        let token = bearer(&issuer.token_for(persona));
        assert_eq!(authenticator.authenticate(Some(&token), None).await, Ok(persona.actor()));
    }
}

#[tokio::test]
async fn a_token_ends() {
    let clock = TestClock::new();
    let issuer = issuer(&clock);
    let authenticator = issuer.authenticator().unwrap();
    let token = issuer.token_for(persona("auditor").unwrap());
    clock.pass(TOKEN_SECONDS + 29);
    assert_eq!(verdict(&authenticator, &token).await, Ok("demo:auditor".to_owned()));
    clock.pass(1);
    assert_eq!(verdict(&authenticator, &token).await, Err(IdentityError::Expired));
}

#[tokio::test]
async fn only_a_bearer_token_is_one() {
    let authenticator = issuer(&TestClock::new()).authenticator().unwrap();
    for header in [None, Some(""), Some("Bearer"), Some("Basic YTpi"), Some("eyJ.eyJ.x")] {
        assert_eq!(authenticator.authenticate(header, None).await, Err(IdentityError::Missing), "{header:?}");
    }
    for token in ["", "x", "a.b", "a.b.c", "...", "🙂.🙂.🙂"] {
        assert_eq!(verdict(&authenticator, token).await, Err(IdentityError::Malformed), "{token}");
    }
    let endless = format!("{}.e30.e30", "A".repeat(1 << 20));
    assert_eq!(verdict(&authenticator, &endless).await, Err(IdentityError::Malformed));
}

#[tokio::test]
async fn what_was_changed_after_signing_is_refused() {
    let clock = TestClock::new();
    let issuer = issuer(&clock);
    let authenticator = issuer.authenticator().unwrap();
    let token = issuer.token_for(persona("school-referrer").unwrap());
    let raised = tampered(&token, |_| {}, |claims| claims["roles"] = json!(["administrator"]));
    assert_eq!(verdict(&authenticator, &raised).await, Err(IdentityError::BadSignature));
    let other = DemoIssuer::new(ISSUER, "caseledger", [8; 32], clock.now());
    let stranger = other.token_for(persona("administrator").unwrap());
    assert_eq!(verdict(&authenticator, &stranger).await, Err(IdentityError::UnknownKey));
    let key_id = issuer.jwks()["keys"][0]["kid"].clone();
    let forged = tampered(&stranger, |header| header["kid"] = key_id.clone(), |_| {});
    assert_eq!(verdict(&authenticator, &forged).await, Err(IdentityError::BadSignature));
}

#[tokio::test]
async fn the_token_does_not_choose_how_it_is_verified() {
    let clock = TestClock::new();
    let issuer = issuer(&clock);
    let authenticator = issuer.authenticator().unwrap();
    let token = issuer.token_for(persona("administrator").unwrap());
    let unsigned = tampered(&token, |header| header["alg"] = json!("none"), |_| {});
    assert_eq!(verdict(&authenticator, &unsigned).await, Err(IdentityError::Malformed));
    let bare = format!("{}.", unsigned.rsplit_once('.').unwrap().0);
    assert_eq!(verdict(&authenticator, &bare).await, Err(IdentityError::Malformed));
    // The public key is no secret: whoever signs with it as if it were one is nobody.
    let public = issuer.jwks()["keys"][0]["x"].as_str().unwrap().to_owned();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = issuer.jwks()["keys"][0]["kid"].as_str().map(str::to_owned);
    let claims = json!({"iss": ISSUER, "aud": "caseledger", "sub": "x", "exp": 2_000_000_000_u32});
    let secret = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(public).unwrap());
    let symmetric = encode(&header, &claims, &secret).unwrap();
    assert_eq!(verdict(&authenticator, &symmetric).await, Err(IdentityError::AlgorithmRefused));
}

#[tokio::test]
async fn a_token_for_another_service_or_of_another_issuer_is_refused() {
    let clock = TestClock::new();
    let auditor = persona("auditor").unwrap();
    let authenticator = issuer(&clock).authenticator().unwrap();
    let elsewhere = DemoIssuer::new(ISSUER, "payroll", [7; 32], clock.now());
    let token = elsewhere.token_for(auditor);
    assert_eq!(verdict(&authenticator, &token).await, Err(IdentityError::WrongAudience));
    let other = DemoIssuer::new("http://127.0.0.1:1/demo", "caseledger", [7; 32], clock.now());
    assert_eq!(verdict(&authenticator, &other.token_for(auditor)).await, Err(IdentityError::WrongIssuer));
}

#[tokio::test]
async fn only_a_service_acts_for_others() {
    let clock = TestClock::new();
    let issuer = issuer(&clock);
    let authenticator = issuer.authenticator().unwrap();
    let service = bearer(&issuer.token_for(persona("posting-service").unwrap()));
    let actor = authenticator.authenticate(Some(&service), Some("demo:school-referrer")).await.unwrap();
    assert_eq!(actor.on_behalf_of.as_deref(), Some("demo:school-referrer"));
    assert!(actor.is(Role::Service));
    for subject in ["", " ", "Maisie Cole", "process:panel", &"x".repeat(201)] {
        let answer = authenticator.authenticate(Some(&service), Some(subject)).await;
        assert_eq!(answer, Err(IdentityError::SubjectUnreadable), "{subject}");
    }
    let manager = bearer(&issuer.token_for(persona("team-manager").unwrap()));
    let answer = authenticator.authenticate(Some(&manager), Some("demo:auditor")).await;
    assert_eq!(answer, Err(IdentityError::MayNotActForOthers));
}

/// Serves discovery and a key set on loopback, and counts how often the keys are fetched.
async fn serve(keys: fn(&str) -> Value, tells: fn(&str) -> String) -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let fetched = Arc::new(AtomicUsize::new(0));
    let discovery = json!({"issuer": tells(&issuer), "jwks_uri": format!("{issuer}/jwks")});
    let (counter, key_set) = (fetched.clone(), keys(&issuer));
    let routes = Router::new()
        .route("/.well-known/openid-configuration", get(move || async { Json(discovery) }))
        .route(
            "/jwks",
            get(move || async move {
                counter.fetch_add(1, Ordering::SeqCst);
                Json(key_set)
            }),
        );
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (issuer, fetched)
}

fn trusting(issuer: &str, clock: &TestClock) -> Authenticator {
    let config = IdentityConfig { issuer: issuer.to_owned(), ..IdentityConfig::default() };
    Authenticator::new(config, clock.now()).unwrap()
}

fn demo_keys(issuer: &str) -> Value {
    DemoIssuer::new(issuer, "caseledger", [7; 32], TestClock::new().now()).jwks()
}

#[tokio::test]
async fn a_flood_of_unknown_keys_is_no_flood_of_fetches() {
    let clock = TestClock::new();
    let (address, fetched) = serve(demo_keys, str::to_owned).await;
    let authenticator = trusting(&address, &clock);
    let auditor = persona("auditor").unwrap();
    let good = DemoIssuer::new(&address, "caseledger", [7; 32], clock.now()).token_for(auditor);
    let stranger = DemoIssuer::new(&address, "caseledger", [9; 32], clock.now()).token_for(auditor);
    assert!(verdict(&authenticator, &good).await.is_ok());
    for _ in 0..50 {
        assert_eq!(verdict(&authenticator, &stranger).await, Err(IdentityError::UnknownKey));
        assert!(verdict(&authenticator, &good).await.is_ok());
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1);
    clock.pass(30);
    assert_eq!(verdict(&authenticator, &stranger).await, Err(IdentityError::UnknownKey));
    assert_eq!(fetched.load(Ordering::SeqCst), 2);
    clock.pass(3600);
    assert!(verdict(&authenticator, &good).await.is_ok());
    assert_eq!(fetched.load(Ordering::SeqCst), 3, "keys grow old");
}

#[tokio::test]
async fn keys_that_cannot_verify_are_left_out() {
    fn odd(issuer: &str) -> Value {
        let mut keys = demo_keys(issuer);
        let good = keys["keys"][0].clone();
        let with = |name: &str, value: Value| {
            let mut key = good.clone();
            key[name] = value;
            key["kid"] = json!("odd");
            key
        };
        keys["keys"] = json!([
            {"kty": "oct", "kid": "odd", "k": "c2VjcmV0", "alg": "HS256"},
            {"kty": "unheard-of", "kid": "odd"},
            {"kty": "RSA", "kid": "odd", "n": "AQAB", "e": "AQAB"},
            {"kty": "EC", "kid": "odd", "crv": "P-256", "x": "AA", "y": "AA"},
            with("x", json!("AA")),
            with("x", json!("not base64!")),
            with("use", json!("enc")),
            with("alg", json!("RS256")),
            with("key_ops", json!(["encrypt"])),
            "nonsense",
            good,
        ]);
        keys
    }
    let clock = TestClock::new();
    let (address, _) = serve(odd, str::to_owned).await;
    let authenticator = trusting(&address, &clock);
    let token = DemoIssuer::new(&address, "caseledger", [7; 32], clock.now()).token_for(&PERSONAS[0]);
    assert!(verdict(&authenticator, &token).await.is_ok());
    let odd = tampered(&token, |header| header["kid"] = json!("odd"), |_| {});
    assert_eq!(verdict(&authenticator, &odd).await, Err(IdentityError::UnknownKey));
    let unnamed = tampered(&token, |header| header["kid"] = Value::Null, |_| {});
    assert_eq!(
        verdict(&authenticator, &unnamed).await,
        Err(IdentityError::BadSignature),
        "the only key is taken"
    );
}

#[tokio::test]
async fn a_provider_that_calls_itself_another_is_not_trusted() {
    let clock = TestClock::new();
    let (address, fetched) = serve(demo_keys, |_| "https://evil.example".to_owned()).await;
    let authenticator = trusting(&address, &clock);
    assert_eq!(authenticator.check().await, Err(IdentityError::ProviderUnavailable));
    assert_eq!(fetched.load(Ordering::SeqCst), 0);
}

#[test]
fn settings_that_would_trust_anybody_are_refused() {
    let of = |issuer: &str| IdentityConfig { issuer: issuer.to_owned(), ..IdentityConfig::default() };
    let wrong = |config: IdentityConfig| config.check().unwrap_err();
    assert_eq!(wrong(of("")), IdentityConfigError::IssuerUnreadable);
    assert_eq!(wrong(of("http://login.example")), IdentityConfigError::IssuerInsecure);
    assert_eq!(wrong(of("http://127.0.0.1.evil.example")), IdentityConfigError::IssuerInsecure);
    assert_eq!(wrong(of("ftp://localhost")), IdentityConfigError::IssuerInsecure);
    let audience = IdentityConfig { audience: String::new(), ..of("https://login.example") };
    assert_eq!(wrong(audience), IdentityConfigError::AudienceMissing);
    let algorithms = IdentityConfig { algorithms: vec![], ..of("https://login.example") };
    assert_eq!(wrong(algorithms), IdentityConfigError::AlgorithmsMissing);
    for good in ["https://login.example/realms/x", "http://localhost:9", "http://[::1]:9", ISSUER] {
        assert_eq!(of(good).check(), Ok(()), "{good}");
    }
    for algorithm in ["none", "HS256", "HS512", "PS256"] {
        assert!(serde_json::from_value::<IdentityConfig>(json!({"algorithms": [algorithm]})).is_err());
    }
}

#[test]
fn the_demonstration_keeps_to_itself() {
    for address in ["127.0.0.1:8017", "127.8.8.8:1", "[::1]:8017"] {
        assert_eq!(require_loopback(address.parse().unwrap()), Ok(()), "{address}");
    }
    for address in ["0.0.0.0:8017", "[::]:8017", "192.168.1.2:8017", "[::ffff:10.0.0.1]:8017"] {
        assert!(require_loopback(address.parse().unwrap()).is_err(), "{address}");
    }
}
