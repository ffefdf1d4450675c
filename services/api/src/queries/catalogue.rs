//! The table of commands.

use caseledger_dispatch::registry;
use futures::FutureExt;
use serde_json::{Value, json};

use crate::Api;
use crate::ask::{Answer, Ask, Method, Query};
use crate::openapi::About;
use crate::problem::Problem;

pub fn queries() -> Vec<Query> {
    vec![Query {
        id: "list-commands",
        method: Method::Get,
        path: "/v1/commands",
        tag: "About",
        title: "Every command, with its path.",
        doc: "The table from which routes, documentation and forms are made. What each message holds stands in the OpenAPI \
              document.",
        parameters: &[],
        paged: false,
        projection: None,
        asks: None,
        example: commands_example,
        answer: |api, ask| commands(api, ask).boxed(),
    }]
}

fn commands_example() -> Value {
    json!({ "commands": [{ "command": "acknowledge-referral", "collection": "cases", "opens": false,
        "path": "/v1/cases/{id}/acknowledge-referral", "about": "The service tells the referrer that the referral has arrived." }] })
}

/// Anybody who may use the service may know what can be asked of it.
async fn commands(_: &Api, _: &Ask) -> Result<Answer, Problem> {
    let rows = registry::public_commands().map(|entry| {
        let schema = (entry.spec.schema)().to_value();
        json!({
            "command": entry.spec.name,
            "collection": entry.aggregate.collection,
            "opens": entry.spec.opens(),
            "path": entry.path(!entry.works_without_id()),
            "about": About::of(&entry, &schema).summary,
        })
    });
    Answer::of(json!({ "commands": rows.collect::<Vec<_>>() }))
}
