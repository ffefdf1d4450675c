//! The files that pages are drawn with: embedded, and served under addresses that change with their content.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A file that is built in.
pub struct Asset {
    name: &'static str,
    extension: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

static STYLE: Asset = Asset {
    name: "caseledger",
    extension: "css",
    media_type: "text/css; charset=utf-8",
    bytes: include_bytes!(concat!(env!("OUT_DIR"), "/caseledger.css")),
};
static ICON: Asset = Asset {
    name: "icon",
    extension: "svg",
    media_type: "image/svg+xml",
    bytes: include_bytes!("../assets/favicon.svg"),
};

/// Whether this program was built with the style sheet of `make assets`, and not with the plain one.
pub const STYLED: bool = cfg!(styled);

/// The style sheet's text, for pages that are files.
pub fn style_sheet() -> &'static [u8] {
    STYLE.bytes
}

/// The style sheet's address.
pub fn style_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| STYLE.path());
    &PATH
}

/// The icon's address.
pub fn icon_path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| ICON.path());
    &PATH
}

impl Asset {
    fn path(&self) -> String {
        let fingerprint = blake3::hash(self.bytes).to_hex();
        format!("/assets/{}-{}.{}", self.name, &fingerprint[..16], self.extension)
    }
}

/// `GET /assets/{file}`: for ever the same, so it may be kept for ever. An address of another build is not there.
pub async fn serve(axum::extract::Path(file): axum::extract::Path<String>) -> Response {
    let asked = [(&STYLE, style_path()), (&ICON, icon_path())]
        .into_iter()
        .find(|(_, path)| path.strip_prefix("/assets/") == Some(file.as_str()));
    match asked {
        Some((asset, _)) => {
            let mut response = asset.bytes.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
            let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
            headers.insert(header::CACHE_CONTROL, forever);
            response
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_the_content() {
        assert!(style_path().starts_with("/assets/caseledger-"), "{}", style_path());
        assert!(style_path().ends_with(".css"));
        let other = Asset { bytes: b"body {}", ..STYLE };
        assert_ne!(other.path(), style_path());
    }
}
