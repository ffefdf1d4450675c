//! `health`: asks a running service how it is. For container images, which have neither a shell nor curl.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use serde_json::Value;

use crate::args::HealthArgs;
use crate::exit::Failure;
use crate::output::tell;
use crate::settings::Settings;

/// How long the answer may take. Probes run every few seconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks, and ends with 0 when all is well.
///
/// # Errors
/// [`Failure::Unavailable`] when nobody answers, or the service says that it is not ready and why.
pub async fn run(settings: &Settings, args: &HealthArgs, json: bool) -> Result<(), Failure> {
    let address = reachable(args.ops_listen.unwrap_or(settings.http.ops_listen));
    let path = if args.live { "livez" } else { "readyz" };
    let client = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().map_err(Failure::failed)?;
    let answer = client.get(format!("http://{address}/{path}")).send().await;
    let answer = answer.map_err(|error| {
        let why = if error.is_timeout() { "took too long to answer" } else { "does not answer" };
        Failure::Unavailable(format!("The service at {address} {why}."))
    })?;
    let well = answer.status().is_success();
    let body: Value = answer.json().await.unwrap_or_default();
    let amiss: Vec<String> = body["checks"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|check| check["ok"] == false)
        .map(|check| format!("{}: {}", text(&check["name"]), text(&check["detail"])))
        .collect();
    if json {
        super::print_json(&serde_json::json!({ "well": well, "amiss": amiss }))?;
    } else if well {
        tell!("well");
    }
    if well {
        Ok(())
    } else {
        Err(Failure::Unavailable(format!("The service is not ready. {}", amiss.join("; "))))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Where this machine reaches a service that listens on all its addresses.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_on_all_addresses_is_asked_on_loopback() {
        let reached = |address: &str| reachable(address.parse().expect("an address")).to_string();
        assert_eq!(reached("0.0.0.0:9090"), "127.0.0.1:9090");
        assert_eq!(reached("[::]:9090"), "[::1]:9090");
        assert_eq!(reached("10.0.0.7:1"), "10.0.0.7:1");
    }
}
