//! The people register. What is looked for is personal, so that it stands in a body and never in an address.

use caseledger_access::Resource;
use caseledger_commands::{Date, PersonId, Personal};
use caseledger_projections::queries::{self, Found, PeopleQuery, Reads};
use futures::FutureExt;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Api;
use crate::ask::{Answer, Ask, Method, Query};
use crate::kinds::KINDS;
use crate::problem::Problem;

pub fn queries() -> Vec<Query> {
    vec![
        Query {
            id: "search-people",
            method: Method::Post,
            path: "/v1/people/search",
            tag: "People",
            title: "People by name, day of birth or number: the best fit first.",
            doc: "Names are compared by sound and in any order; a day of birth also finds slips of a digit. Say at least one of \
                  `name`, `date_of_birth` and `identifier`. Each comes with the entries that may be of the same person, so \
                  that nobody is entered twice.",
            parameters: &[],
            paged: false,
            projection: Some(Reads::PEOPLE),
            asks: Some(|| json!({ "name": "Maisie Hartley", "date_of_birth": "2009-03-14" })),
            example: || json!({ "people": [found_example()] }),
            answer: |api, ask| search(api, ask).boxed(),
        },
        Query {
            id: "person",
            method: Method::Get,
            path: "/v1/people/{id}",
            tag: "People",
            title: "A person's entry, the cases of their family that you may see, and likely duplicates.",
            doc: "`state` is `\"Erased\"` for someone whose details were erased.",
            parameters: &[],
            paged: false,
            projection: Some(Reads::PEOPLE),
            asks: None,
            example: person_example,
            answer: |api, ask| person(api, ask).boxed(),
        },
    ]
}

/// What is looked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    name: Option<Personal<String>>,
    #[serde(default)]
    date_of_birth: Option<Personal<Date>>,
    #[serde(default)]
    identifier: Option<Personal<String>>,
}

async fn search(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    api.permit(&ask.actor, "search-people", &Resource::Authority)?;
    let wanted = read(ask.body.clone().unwrap_or_default())?;
    let mut people = vec![];
    for found in queries::search(api.projections.db(), &wanted).await? {
        let standing = api.dispatcher.standing(&ask.actor, "people", found.person.uuid()).await?;
        if api.permit(&ask.actor, "view-person", &standing.resource).is_ok() {
            people.push(found);
        }
    }
    Answer::of(json!({ "people": people }))
}

fn read(body: Value) -> Result<PeopleQuery, Problem> {
    let unfit = |detail: &str| Problem::of(&KINDS.invalid_input).detail(detail);
    // serde's own words could repeat what was typed.
    let shape = "Say 'name', 'date_of_birth' (a day such as 2009-03-14), 'identifier', and nothing else.";
    if !body.is_object() {
        return Err(unfit(shape));
    }
    let wanted: Wanted = serde_json::from_value(body).map_err(|_| unfit(shape))?;
    let text = |said: Option<Personal<String>>| {
        said.map(|said| said.reveal().trim().to_owned()).filter(|said| !said.is_empty())
    };
    let query = PeopleQuery {
        name: text(wanted.name),
        birth_date: wanted.date_of_birth.map(|day| *day.reveal()),
        identifier: text(wanted.identifier),
    };
    let texts = [&query.name, &query.identifier];
    if texts.into_iter().flatten().any(|text| text.contains('\0')) {
        return Err(unfit("Take out the NUL character."));
    }
    match query {
        PeopleQuery { name: None, birth_date: None, identifier: None } => {
            Err(unfit("Say at least one of 'name', 'date_of_birth' and 'identifier'."))
        }
        query => Ok(query),
    }
}

async fn person(api: &Api, ask: &Ask) -> Result<Answer, Problem> {
    let id: PersonId = ask.path("id")?;
    let standing = api.dispatcher.standing(&ask.actor, "people", id.uuid()).await?;
    if standing.version == 0 {
        return Err(Problem::of(&KINDS.not_found));
    }
    let (cases, agencies) = cases(api, ask, id).await?;
    let mut resource = standing.resource;
    if let Resource::Person(known) = &mut resource {
        known.agencies.extend(agencies);
    }
    api.permit(&ask.actor, "view-person", &resource)?;
    let db = api.projections.db();
    let state = queries::person(db, id).await?.ok_or_else(|| Problem::of(&KINDS.not_caught_up))?;
    let duplicates: Vec<Found> = match state.registered() {
        Some(entry) => queries::likely_duplicates(db, &entry.details, Some(id)).await?,
        None => vec![],
    };
    let body = json!({ "person": id, "state": state, "cases": cases, "likely_duplicates": duplicates });
    Ok(Answer::of(body)?.todays_at_version(standing.version))
}

/// The cases of the person's family that the actor may see, and the agencies that work with the family.
async fn cases(
    api: &Api,
    ask: &Ask,
    person: PersonId,
) -> Result<(Vec<Value>, Vec<caseledger_commands::AgencyId>), Problem> {
    let (mut seen, mut agencies) = (vec![], vec![]);
    for case in queries::cases_of_person(api.projections.db(), person).await? {
        let standing = api.dispatcher.standing(&ask.actor, "cases", case.uuid()).await?;
        if api.permit(&ask.actor, "view-case", &standing.resource).is_ok() {
            seen.push(json!({ "case": case, "reference": caseledger_commands::CaseReference::of(case) }));
        }
        match standing.resource {
            Resource::Case(known) if known.restricted_to.is_none() => agencies.extend(known.agencies),
            _ => {}
        }
    }
    Ok((seen, agencies))
}

fn found_example() -> Value {
    json!({
        "person": "01890a5d-ac96-774b-bcce-b302099a8057",
        "details": { "given_name": "Maisie", "family_name": "Hartley" },
        "duplicate_of": null,
        "likely_duplicates": ["01890a5d-ac96-774b-bcce-b302099a8061"],
    })
}

fn person_example() -> Value {
    json!({
        "person": "01890a5d-ac96-774b-bcce-b302099a8057",
        "state": { "Registered": { "details": { "given_name": "Maisie", "family_name": "Hartley" }, "links": [] } },
        "cases": [{ "case": "01890a5d-ac96-774b-bcce-b302099a8057", "reference": "H7M-A6D-77ER" }],
        "likely_duplicates": [],
    })
}
