//! Why a token does not say who asks.

/// Why a request's caller is not known. Nothing of the token is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The request brings no bearer token.
    #[error("Send an access token: 'Authorization: Bearer …'.")]
    Missing,
    /// What was sent is no signed token of the kind expected.
    #[error("The access token can't be read. Ask the identity provider for a new one.")]
    Malformed,
    /// The token's algorithm is not one of those configured.
    #[error("The access token is signed in a way that is not accepted here.")]
    AlgorithmRefused,
    /// The signature is not the provider's.
    #[error("The access token's signature is wrong.")]
    BadSignature,
    /// The token is over.
    #[error("The access token has expired. Ask the identity provider for a new one.")]
    Expired,
    /// The token is not valid yet.
    #[error("The access token is not valid yet. Check the clocks of both machines.")]
    NotYetValid,
    /// Another provider issued it.
    #[error("The access token is from another issuer.")]
    WrongIssuer,
    /// It is meant for another service.
    #[error("The access token is meant for another service.")]
    WrongAudience,
    /// A claim that must be there is missing or is not of its kind.
    #[error("The access token lacks the claim '{0}', or the claim is not of its kind.")]
    BadClaim(&'static str),
    /// The provider publishes no key of that name.
    #[error("The access token is signed with a key that the identity provider does not publish.")]
    UnknownKey,
    /// The provider's keys are needed and can't be had.
    #[error("The identity provider can't be reached, and its keys are not known yet. Try again shortly.")]
    ProviderUnavailable,
    /// Only a service may act for another.
    #[error("Only a service may act on behalf of somebody.")]
    MayNotActForOthers,
    /// The person acted for is not named in a form that can be kept.
    #[error("Name the person acted for by their subject identifier, in at most 200 visible characters.")]
    SubjectUnreadable,
}

impl IdentityError {
    /// A stable, kebab-case name, for a problem's type and a metric's label.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "token-missing",
            Self::Malformed => "token-malformed",
            Self::AlgorithmRefused => "token-algorithm-refused",
            Self::BadSignature => "token-signature-wrong",
            Self::Expired => "token-expired",
            Self::NotYetValid => "token-not-yet-valid",
            Self::WrongIssuer => "token-wrong-issuer",
            Self::WrongAudience => "token-wrong-audience",
            Self::BadClaim(_) => "token-claim-wrong",
            Self::UnknownKey => "token-unknown-key",
            Self::ProviderUnavailable => "identity-provider-unavailable",
            Self::MayNotActForOthers => "may-not-act-for-others",
            Self::SubjectUnreadable => "on-behalf-of-unreadable",
        }
    }
}
