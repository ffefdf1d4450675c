//! How a browser is known from one page to the next: its access token, sealed in a cookie.
//!
//! Nothing is kept on the server, so that any instance that has the key can read it. The cookie is encrypted and
//! authenticated, out of reach for scripts, and not sent along by other sites' forms. What it holds is verified like any
//! access token, on every request; it ends with the token, or with the browser.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, CookieJar, Key, SameSite};

/// A browser keeps about 4 KiB a cookie.
const LONGEST: usize = 4000;

/// Opens and seals the cookies of sessions.
#[derive(Clone)]
pub struct Sessions {
    key: Key,
    secure: bool,
}

/// The access token is longer than a cookie can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenTooLong;

impl Sessions {
    /// Sessions sealed with that key. `secure` says that browsers reach the service by https.
    pub fn new(key: &[u8; 32], secure: bool) -> Self {
        Self { key: Key::derive_from(key), secure }
    }

    /// A browser accepts the first name only over https, from this very host.
    const fn name(&self) -> &'static str {
        if self.secure { "__Host-caseledger" } else { "caseledger" }
    }

    /// The access token that the request's cookie holds.
    pub fn token(&self, headers: &HeaderMap) -> Option<String> {
        let mut jar = CookieJar::new();
        for text in headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            for cookie in Cookie::split_parse(text.to_owned()).flatten() {
                if cookie.name() == self.name() {
                    jar.add_original(cookie);
                }
            }
        }
        jar.private(&self.key).get(self.name()).map(|cookie| cookie.value().to_owned())
    }

    /// The header that begins a session.
    ///
    /// # Errors
    /// [`TokenTooLong`].
    pub fn begin(&self, token: &str) -> Result<HeaderValue, TokenTooLong> {
        let mut jar = CookieJar::new();
        jar.private_mut(&self.key).add(self.cookie(token.to_owned()));
        let sealed = jar.get(self.name()).map(ToString::to_string).unwrap_or_default();
        if sealed.len() > LONGEST {
            return Err(TokenTooLong);
        }
        HeaderValue::from_str(&sealed).map_err(|_| TokenTooLong)
    }

    /// The header that ends one.
    pub fn end(&self) -> HeaderValue {
        let mut cookie = self.cookie(String::new());
        cookie.make_removal();
        // A removal is made of the cookie's own fixed text.
        HeaderValue::from_str(&cookie.to_string()).unwrap_or(HeaderValue::from_static(""))
    }

    fn cookie(&self, value: String) -> Cookie<'static> {
        Cookie::build((self.name(), value))
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Lax)
            .build()
    }
}

/// Whether a form was sent by a page of ours. A browser says so itself: in `Sec-Fetch-Site`, or an older one in `Origin`.
/// A request that says neither is no browser's form, and is not taken.
pub fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => {
            let origin = text("origin").and_then(|origin| origin.split_once("://"));
            origin.is_some_and(|(_, from)| text("host").is_some_and(|host| host == from))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, text.parse().unwrap())])
    }

    fn pair(header: &HeaderValue) -> String {
        header.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    #[test]
    fn a_session_holds_its_token_and_shows_it_to_nobody() {
        let sessions = Sessions::new(&[7; 32], false);
        let begun = sessions.begin("a.secret.token").unwrap();
        let text = begun.to_str().unwrap();
        assert!(
            text.contains("HttpOnly") && text.contains("SameSite=Lax") && text.contains("Path=/"),
            "{text}"
        );
        assert!(!text.contains("secret"), "{text}");
        let sent = format!("other=1; {}", pair(&begun));
        assert_eq!(sessions.token(&cookies(&sent)).as_deref(), Some("a.secret.token"));
    }

    #[test]
    fn what_was_changed_or_sealed_by_others_is_no_session() {
        let sessions = Sessions::new(&[7; 32], false);
        let other = Sessions::new(&[8; 32], false);
        assert_eq!(sessions.token(&cookies(&pair(&other.begin("token").unwrap()))), None);
        let mut changed = pair(&sessions.begin("token").unwrap());
        let last = changed.pop().unwrap();
        changed.push(if last == 'A' { 'B' } else { 'A' });
        assert_eq!(sessions.token(&cookies(&changed)), None);
        assert_eq!(sessions.token(&cookies("caseledger=token")), None);
        assert_eq!(sessions.token(&HeaderMap::new()), None);
    }

    #[test]
    fn over_https_the_cookie_is_bound_to_the_host() {
        let sessions = Sessions::new(&[7; 32], true);
        let text = sessions.begin("token").unwrap().to_str().unwrap().to_owned();
        assert!(text.starts_with("__Host-") && text.contains("Secure"), "{text}");
        let ended = sessions.end().to_str().unwrap().to_owned();
        assert!(ended.starts_with("__Host-caseledger=;") && ended.contains("Max-Age=0"), "{ended}");
    }

    #[test]
    fn a_token_that_no_cookie_can_hold_is_refused() {
        assert_eq!(Sessions::new(&[7; 32], true).begin(&"x".repeat(5000)), Err(TokenTooLong));
    }

    #[test]
    fn only_a_form_of_ours_is_taken() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            HeaderMap::from_iter(
                pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())),
            )
        };
        assert!(is_ours(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(is_ours(&headers(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")])));
        for forged in [
            headers(&[
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://127.0.0.1:8080"),
                ("host", "127.0.0.1:8080"),
            ]),
            headers(&[("sec-fetch-site", "same-site")]),
            headers(&[("origin", "https://evil.example"), ("host", "127.0.0.1:8080")]),
            headers(&[("origin", "null"), ("host", "127.0.0.1:8080")]),
            headers(&[]),
        ] {
            assert!(!is_ours(&forged), "{forged:?}");
        }
    }
}
