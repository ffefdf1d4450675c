//! The conventions of the door, besides those that every chapter holds: tokens, addresses, methods, bodies, paging.

use serde_json::json;

use super::town::{Thing, Town};

pub fn the_conventions_hold(town: &Town, case: &Thing) {
    let practitioner = town.practitioner();
    let address = case.path("");

    let nobody = town.nobody_reads(&address);
    nobody.is_problem(401, "unauthenticated");
    assert_eq!(nobody.header("www-authenticate"), Some("Bearer"));
    practitioner.reads("/v1/nothing").is_problem(404, "no-such-route");
    let internal = case.path("/note-supervision");
    practitioner.sends(&internal, "application/json", "{}".to_owned()).is_problem(404, "no-such-route");
    let method = practitioner.reads(&case.path("/acknowledge-referral"));
    method.is_problem(405, "method-not-allowed");
    assert_eq!(method.header("allow"), Some("POST"));

    let receive = "/v1/cases/receive-referral";
    let sends = |media_type: &str, body: String| practitioner.sends(receive, media_type, body);
    sends("text/xml", "<case/>".to_owned()).is_problem(415, "unsupported-media-type");
    let unreadable =
        sends("application/json", "{\n  \"source\": 2A\n}".to_owned()).is_problem(400, "unreadable-json");
    assert_eq!((&unreadable["line"], &unreadable["column"]), (&json!(2), &json!(14)));
    let deep = format!("{{\"concerns\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    sends("application/json", deep).is_problem(400, "unreadable-json");
    let long = format!("{{\"concerns\":\"{}\"}}", "a".repeat(2_000_000));
    sends("application/json", long).is_problem(413, "body-too-large");

    let unknown = practitioner.reads(&format!("{address}?verbose=Maisie"));
    let problem = unknown.is_problem(400, "bad-parameter").to_string();
    assert!(!problem.contains("Maisie"), "what was typed may be a name: {problem}");
    practitioner.reads(&case.path("/timeline?cursor=made-up")).is_problem(400, "bad-parameter");
    practitioner.reads(&case.path("/timeline?limit=0")).is_problem(400, "bad-parameter");

    // A view is asked for as of a position, and waits for it; one that is not reached in time says so.
    let ahead = practitioner.reads(&format!("{address}?after={}", town.position() + 1_000));
    ahead.is_problem(503, "not-caught-up");
    assert!(ahead.header("retry-after").is_some());

    // What has not changed since it was read is not sent again, and every list is read to its end by its links.
    let seen = practitioner.sees(&address);
    assert_eq!(seen.header("etag"), Some(&*format!("\"{}\"", seen.json()["version"])));
    let (whole, one_page) = town.inspector().leafs_through(&case.path("/timeline?limit=500"), "entries");
    let (leafed, pages) = town.inspector().leafs_through(&case.path("/timeline?limit=7"), "entries");
    assert_eq!((whole.len(), one_page), (leafed.len(), 1));
    assert_eq!((pages, &leafed), (whole.len().div_ceil(7), &whole));
}
