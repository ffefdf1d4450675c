//! The policies fit their schema, and the schema fits the commands.

use std::collections::BTreeSet;

use caseledger_access::{Access, QUERIES};
use caseledger_commands::audit::AuditCommand;
use caseledger_commands::case::CaseCommand;
use caseledger_commands::oversight::OversightCommand;
use caseledger_commands::panel::PanelCommand;
use caseledger_commands::person::PersonCommand;
use caseledger_commands::supervision::SupervisionCommand;
use caseledger_commands::workforce::WorkforceCommand;
use caseledger_commands::{CommandSet, CommandSpec};
use cedar_policy::{Effect, ValidationMode, Validator};

/// Every command. A set that is left out shows: the schema then names actions that nobody can ask for.
fn commands() -> Vec<&'static CommandSpec> {
    let tables = [
        AuditCommand::TABLE,
        CaseCommand::TABLE,
        OversightCommand::TABLE,
        PanelCommand::TABLE,
        PersonCommand::TABLE,
        SupervisionCommand::TABLE,
        WorkforceCommand::TABLE,
    ];
    tables.into_iter().flatten().collect()
}

#[test]
fn policies_are_sound_by_the_schema() {
    let access = Access::new().unwrap();
    let (schema, policies) = access.sources();
    let result = Validator::new(schema.clone()).validate(policies, ValidationMode::Strict);
    let errors: Vec<_> = result.validation_errors().map(ToString::to_string).collect();
    let warnings: Vec<_> = result.validation_warnings().map(ToString::to_string).collect();
    assert!(errors.is_empty() && warnings.is_empty(), "{errors:#?}\n{warnings:#?}");
}

#[test]
fn every_policy_says_whom_it_permits_or_why_it_forbids() {
    let access = Access::new().unwrap();
    let needed = |effect| if effect == Effect::Permit { "who" } else { "reason" };
    for policy in access.sources().1.policies() {
        let needed = needed(policy.effect());
        assert!(policy.annotation(needed).is_some_and(|text| !text.is_empty()), "{}: @{needed}", policy.id());
    }
}

#[test]
fn the_schema_names_every_command_and_query_and_nothing_else() {
    let access = Access::new().unwrap();
    let known: BTreeSet<&str> = access.actions().into_iter().collect();
    let asked: BTreeSet<&str> =
        commands().iter().map(|command| command.name).chain(QUERIES.iter().copied()).collect();
    let missing: Vec<_> = asked.difference(&known).collect();
    assert!(missing.is_empty(), "give these an action in policies/caseledger.cedarschema: {missing:?}");
    let stale: Vec<_> = known.difference(&asked).collect();
    assert!(
        stale.is_empty(),
        "no command or query has these names of policies/caseledger.cedarschema: {stale:?}"
    );
}

#[test]
fn the_schema_knows_which_commands_make_something_new() {
    let access = Access::new().unwrap();
    let known = access.opening_actions();
    let mut opening: Vec<_> =
        commands().iter().filter(|command| command.opens()).map(|command| command.name).collect();
    opening.sort_unstable();
    assert_eq!(known, opening, "the group Opening");
}

#[test]
fn internal_commands_are_in_the_group_internal() {
    let access = Access::new().unwrap();
    let schema = access.sources().0;
    let entities = schema.action_entities().unwrap();
    let group = "Action::\"Internal\"".parse().unwrap();
    for command in commands() {
        let uid = format!("Action::\"{}\"", command.name).parse().unwrap();
        assert_eq!(entities.is_ancestor_of(&group, &uid), command.internal(), "{}", command.name);
    }
}
