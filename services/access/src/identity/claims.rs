//! From a verified token's claims to an actor.

use caseledger_commands::{Actor, Role, Timestamp};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{ClaimNames, IdentityConfig, IdentityError};
use crate::entities::role_name;

/// A verified token's claims.
pub(super) type Claims = Map<String, Value>;

/// The roles that a provider may grant. A process of caseledger itself has no token, so a token can't make one.
const GRANTABLE: [Role; 10] = [
    Role::Referrer,
    Role::Practitioner,
    Role::TeamManager,
    Role::PanelChair,
    Role::Auditor,
    Role::Analyst,
    Role::Inspector,
    Role::DataProtectionOfficer,
    Role::Service,
    Role::Administrator,
];

/// The longest subject identifier: OpenID Connect Core, section 2 (`sub`), allows 255 characters.
const LONGEST_SUBJECT: usize = 255;

/// Whether the token is of this moment, by our clock and not the machine's.
pub(super) fn check_time(
    claims: &Claims,
    now: Timestamp,
    config: &IdentityConfig,
) -> Result<(), IdentityError> {
    let now = now.as_second() as f64;
    let leeway = f64::from(config.leeway_seconds);
    let expires = claims.get("exp").and_then(Value::as_f64).ok_or(IdentityError::BadClaim("exp"))?;
    if now >= expires + leeway {
        return Err(IdentityError::Expired);
    }
    match claims.get("nbf") {
        None => Ok(()),
        Some(from) if now + leeway < from.as_f64().ok_or(IdentityError::BadClaim("nbf"))? => {
            Err(IdentityError::NotYetValid)
        }
        Some(_) => Ok(()),
    }
}

/// Reads the actor. Roles that are not ours are left out: a provider serves other services too.
pub(super) fn actor(claims: &Claims, names: &ClaimNames) -> Result<Actor, IdentityError> {
    let subject = claims.get("sub").and_then(Value::as_str).ok_or(IdentityError::BadClaim("sub"))?;
    if subject.is_empty() || subject.chars().count() > LONGEST_SUBJECT {
        return Err(IdentityError::BadClaim("sub"));
    }
    // Such subjects are what processes are recorded as.
    if subject.starts_with("process:") {
        return Err(IdentityError::BadClaim("sub"));
    }
    Ok(Actor {
        subject: subject.to_owned(),
        roles: roles(find(claims, &names.roles))?,
        practitioner: id(claims, &names.practitioner, "practitioner")?.map(Into::into),
        agency: id(claims, &names.agency, "agency")?.map(Into::into),
        team: id(claims, &names.team, "team")?.map(Into::into),
        on_behalf_of: None,
    })
}

fn roles(claim: Option<&Value>) -> Result<Vec<Role>, IdentityError> {
    let granted: Vec<&str> = match claim {
        None | Some(Value::Null) => vec![],
        Some(Value::String(names)) => names.split_ascii_whitespace().collect(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        Some(_) => return Err(IdentityError::BadClaim("roles")),
    };
    Ok(GRANTABLE.into_iter().filter(|role| granted.contains(&role_name(*role))).collect())
}

fn id(claims: &Claims, name: &str, what: &'static str) -> Result<Option<Uuid>, IdentityError> {
    match find(claims, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| IdentityError::BadClaim(what)),
        Some(_) => Err(IdentityError::BadClaim(what)),
    }
}

/// The claim of that name, or at that path.
fn find<'a>(claims: &'a Claims, name: &str) -> Option<&'a Value> {
    if let Some(claim) = claims.get(name) {
        return Some(claim);
    }
    let mut steps = name.split('.');
    let first = claims.get(steps.next()?)?;
    steps.try_fold(first, |claim, step| claim.get(step))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        value.as_object().unwrap().clone()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_token_holds_until_it_expires_and_the_leeway_is_over() {
        let config = IdentityConfig::default();
        let token = claims(json!({"exp": 1000, "nbf": 500}));
        assert_eq!(check_time(&token, at(500), &config), Ok(()));
        assert_eq!(check_time(&token, at(1029), &config), Ok(()));
        assert_eq!(check_time(&token, at(1030), &config), Err(IdentityError::Expired));
        assert_eq!(check_time(&token, at(470), &config), Ok(()));
        assert_eq!(check_time(&token, at(469), &config), Err(IdentityError::NotYetValid));
    }

    #[test]
    fn a_token_without_an_end_is_refused() {
        let config = IdentityConfig::default();
        assert_eq!(check_time(&claims(json!({})), at(0), &config), Err(IdentityError::BadClaim("exp")));
        let text = claims(json!({"exp": "tomorrow"}));
        assert_eq!(check_time(&text, at(0), &config), Err(IdentityError::BadClaim("exp")));
    }

    #[test]
    fn reads_roles_from_a_list_a_string_or_deep_inside() {
        let names = ClaimNames::default();
        let list = claims(json!({"sub": "a", "roles": ["practitioner", "offline_access", "auditor"]}));
        assert_eq!(actor(&list, &names).unwrap().roles, [Role::Practitioner, Role::Auditor]);
        let words = claims(json!({"sub": "a", "roles": "team-manager panel-chair"}));
        assert_eq!(actor(&words, &names).unwrap().roles, [Role::TeamManager, Role::PanelChair]);
        let deep = ClaimNames { roles: "realm_access.roles".to_owned(), ..names };
        let nested = claims(json!({"sub": "a", "realm_access": {"roles": ["analyst"]}}));
        assert_eq!(actor(&nested, &deep).unwrap().roles, [Role::Analyst]);
    }

    #[test]
    fn no_token_makes_a_process() {
        let names = ClaimNames::default();
        let granted = claims(json!({"sub": "a", "roles": ["process"]}));
        assert_eq!(actor(&granted, &names).unwrap().roles, []);
        let named = claims(json!({"sub": "process:panel-decisions"}));
        assert_eq!(actor(&named, &names), Err(IdentityError::BadClaim("sub")));
    }

    #[test]
    fn an_id_that_is_none_is_an_error_and_not_an_absence() {
        let token = claims(json!({"sub": "a", "team": "north"}));
        assert_eq!(actor(&token, &ClaimNames::default()), Err(IdentityError::BadClaim("team")));
    }
}
