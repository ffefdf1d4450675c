//! Many commands in one body: a line in, a result a line out, in the same order, each standing or falling by itself.

use serde_json::{Value, json};

use super::family::ids;
use super::town::Town;

pub fn many_commands_come_at_once(town: &Town) {
    let service = town.posting_service();
    let people: Vec<String> = (0..200).map(|n| format!("01590000-0000-7000-8000-0000000f{n:04x}")).collect();
    let line = |collection: &str, command: &str, id: Option<&str>, key: &str, message: Value| {
        json!({ "collection": collection, "command": command, "id": id, "idempotency_key": key, "message": message })
            .to_string()
    };
    let entries: Vec<String> = people
        .iter()
        .map(|id| {
            let message = json!({ "given_name": "Robin", "family_name": "Marsh", "gender": "male" });
            line("people", "register-person", Some(id), &format!("entry-{id}"), message)
        })
        .collect();
    let results = service.sends_lines(&entries);
    assert_eq!(results.len(), 200);
    for (id, result) in people.iter().zip(&results) {
        assert_eq!(
            (&result["status"], &result["receipt"]["id"]),
            (&json!(200), &json!(id)),
            "in the order of the lines"
        );
    }
    // The whole body again, as after a broken connection: nothing is taken twice.
    let again = service.sends_lines(&entries);
    assert!(again.iter().all(|result| result["receipt"]["repeated"] == true), "{again:?}");

    let referral = |child: &str| {
        json!({ "source": "6", "route": "agency-direct", "children": [child], "presenting_needs": ["N5"],
            "concerns": "Called to the address twice.", "consent": "given" })
    };
    let results = service.sends_lines(&[
        line("cases", "receive-referral", None, "bulk-1", referral(&people[0])),
        "{ this is no JSON".to_owned(),
        line("cases", "receive-referral", None, "bulk-2", referral(ids::NOBODY)),
        line("cases", "no-such-command", None, "bulk-3", json!({})),
        line(
            "cases",
            "close-case",
            Some(ids::NOBODY),
            "bulk-4",
            json!({ "reason": "other", "summary": "No." }),
        ),
        line("audits", "plan-audit", None, "bulk-5", json!({})),
        json!({ "collection": "cases", "command": "receive-referral", "message": referral(&people[1]) })
            .to_string(),
        line("cases", "receive-referral", None, "bulk-6", referral(&people[1])),
    ]);
    let told: Vec<_> = results
        .iter()
        .map(|result| {
            (result["status"].as_u64().expect("a status"), result["problem"]["type"].as_str().unwrap_or("-"))
        })
        .collect();
    assert_eq!(
        told,
        [
            (200, "-"),
            (400, "/problems/unreadable-json"),
            (422, "/problems/person-registered"),
            (404, "/problems/no-such-command"),
            (404, "/problems/not-found"),
            (422, "/problems/invalid-input"),
            (400, "/problems/idempotency-key-required"),
            (200, "-"),
        ]
    );
}
