//! The kinds of problem: what each means, and what user, operator and support do about it.

/// A kind of problem.
#[derive(Debug)]
pub struct Kind {
    /// The last part of its `type`: `/problems/<slug>`. Stable.
    pub slug: &'static str,
    /// The status that comes with it.
    pub status: u16,
    /// What happened, in a line. Stable.
    pub title: &'static str,
    /// What a user, or the client's author, does.
    pub user: &'static str,
    /// What the service's operator and support do.
    pub operator: &'static str,
    /// After how many seconds trying again makes sense.
    pub retry_after: Option<u32>,
}

macro_rules! kinds {
    ($($name:ident = $slug:literal, $status:literal, $title:literal, user: $user:literal, operator: $operator:literal
        $(, retry after $seconds:literal)?;)+) => {
        /// The kinds by name.
        #[derive(Debug)]
        #[expect(missing_docs, reason = "each kind carries its own words")]
        pub struct Kinds { $(pub $name: Kind),+ }

        /// Every kind of problem.
        pub static KINDS: Kinds = Kinds { $($name: Kind {
            slug: $slug,
            status: $status,
            title: $title,
            user: $user,
            operator: $operator,
            retry_after: first(&[$($seconds)?]),
        }),+ };

        impl Kinds {
            /// All of them, in the order of their status.
            pub fn all(&'static self) -> [&'static Kind; { [$($slug),+].len() }] {
                [$(&self.$name),+]
            }
        }
    };
}

const fn first(declared: &[u32]) -> Option<u32> {
    if declared.is_empty() { None } else { Some(declared[0]) }
}

kinds! {
    unreadable_json = "unreadable-json", 400, "The body is not JSON that can be read.",
        user: "Look at the line and column that the answer names.",
        operator: "Nothing: the client sent something else than JSON.";
    bad_parameter = "bad-parameter", 400, "A parameter, header or cursor can't be read.",
        user: "Look at the field that the answer names. Take cursors from Link headers as they are; they are not made by hand.",
        operator: "Nothing, unless every cursor fails: then instances of different versions are running.";
    key_required = "idempotency-key-required", 400, "An Idempotency-Key header is required.",
        user: "Send a key of your own making with each command, and the same key when you send it again.",
        operator: "The setting require_idempotency_key asks this of every client.";
    unauthenticated = "unauthenticated", 401, "Who you are could not be established.",
        user: "Send a valid access token in the Authorization header: 'Bearer …'. It may have expired.",
        operator: "If valid tokens fail: compare issuer, audience and clock with the identity provider; see 'caseledger doctor'.";
    forbidden = "forbidden", 403, "This is not yours to do.",
        user: "The detail says which rule stands against it. Ask someone whose role allows it.",
        operator: "Roles come from the identity provider; what each may do stands in the policies of services/access.";
    no_such_route = "no-such-route", 404, "There is nothing at this address.",
        user: "Compare the address with /docs.",
        operator: "Nothing.";
    no_such_command = "no-such-command", 404, "There is no such command.",
        user: "Compare the name with the table at /v1/commands.",
        operator: "Nothing.";
    not_found = "not-found", 404, "There is no such thing.",
        user: "Check the id or reference. What you may not know to exist is answered in the same way.",
        operator: "If the user should see it, compare their role, team and agency with the policies.";
    method_not_allowed = "method-not-allowed", 405, "This address does not take that method.",
        user: "The Allow header says which methods it takes.",
        operator: "Nothing.";
    not_acceptable = "not-acceptable", 406, "The answer can't be given in a form that you accept.",
        user: "Accept application/json.",
        operator: "Nothing.";
    stale_version = "stale-version", 412, "It has changed since you read it.",
        user: "Read it again, look at what changed, and send the command with the new ETag in If-Match.",
        operator: "Nothing: two people worked on the same thing.";
    body_too_large = "body-too-large", 413, "The body is larger than is taken here.",
        user: "Send less at once; many commands go to /v1/commands as lines.",
        operator: "The limit is a setting; a real message stays far below it.";
    unsupported_media_type = "unsupported-media-type", 415, "The body is not of a media type that is taken here.",
        user: "Send application/json, or application/x-ndjson to /v1/commands.",
        operator: "Nothing.";
    invalid_input = "invalid-input", 422, "The message breaks the rules for its fields.",
        user: "Each violation names its field and what to do.",
        operator: "Nothing.";
    refused = "refused", 422, "A rule forbids this as things stand.",
        user: "The detail states the fact against it, and the remedy what to do instead. Sending it again unchanged will not help.",
        operator: "Nothing: the rules are the authority's and the guidance's.";
    key_reused = "idempotency-key-reused", 422, "This idempotency key was used before, for another request.",
        user: "Make a new key for each new request.",
        operator: "Nothing, unless one client keeps doing so: it is making its keys wrongly.";
    too_many_requests = "too-many-requests", 429, "You have too many requests under way at once.",
        user: "Wait for answers before sending more, or send commands in bulk.",
        operator: "The limit for one client is a setting.",
        retry after 1;
    internal = "internal", 500, "Something went wrong on our side.",
        user: "Tell support the request id in the X-Request-Id header.",
        operator: "Look for the request id in the logs; the cause was logged once, at error level.";
    busy = "busy", 503, "Others are changing this at the same moment.",
        user: "Try again, with the same idempotency key.",
        operator: "Many writers on one stream: look at caseledger_command_retries_total.",
        retry after 1;
    unavailable = "unavailable", 503, "The record can't be reached just now.",
        user: "Try again, with the same idempotency key: a command is never taken twice.",
        operator: "Look at /readyz and the database.",
        retry after 5;
    overloaded = "overloaded", 503, "More is being asked than can be answered.",
        user: "Try again in a moment, with the same idempotency key.",
        operator: "Look at caseledger_http_shed_total and add instances, or raise the limit on requests under way.",
        retry after 2;
    timed_out = "timed-out", 503, "The answer took too long.",
        user: "Try again, with the same idempotency key: whether the command was taken is not known, and is never taken twice.",
        operator: "Look at the duration histograms and the database.",
        retry after 2;
    not_caught_up = "not-caught-up", 503, "The view has not reached that position yet.",
        user: "Try again in a moment, or ask without 'after' for what is known so far.",
        operator: "Look at the projections' lag; 'caseledger projections status' names one that has stopped.",
        retry after 1;
}
