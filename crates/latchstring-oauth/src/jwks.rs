//! The public keys of a client, as a JSON Web Key Set (RFC 7517).
//!
//! A key is kept only if it could verify what we accept: RS256 with at least 2048 bits, or ES256. Others are skipped,
//! as RFC 7517, section 5 asks. A set with private or shared key material in it is refused as a whole: its owner has
//! told the world a secret, and signatures by it prove nothing.

mod remote;

pub(crate) use remote::RemoteKeys;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value, json};

use crate::strict_json::{self, StrictJsonError};

/// The shortest RSA modulus that proves anything today, and the longest that is checked quickly.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;

/// Members that hold secrets: of RSA and elliptic curve keys, and of shared ones (RFC 7518, sections 6.2.2, 6.3.2, 6.4).
const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The keys of a set that can verify an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Jwks(Vec<PublicKey>);

/// A key that can verify an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    kid: Option<String>,
    material: Material,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    Rsa { n: String, e: String },
    P256 { x: String, y: String },
}

/// The two algorithms we accept (RFC 7518, sections 3.3 and 3.4). Everything else, `none` before all, is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SigningAlgorithm {
    /// RSA with SHA-256, padded by PKCS#1 1.5.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

/// Why a key set is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JwksError {
    #[error("is {0}")]
    Json(#[from] StrictJsonError),
    #[error("has no array `keys` of objects; see RFC 7517, section 5")]
    NotASet,
    #[error("holds a private or shared key; publish public keys only, and replace that key")]
    Secret,
}

impl SigningAlgorithm {
    /// By its name in a header or key.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

impl Jwks {
    /// The set in a document.
    ///
    /// # Errors
    /// When the document is not a key set, or gives away a secret. A set in which no key is of use is not an error.
    pub(crate) fn parse(document: &[u8]) -> Result<Self, JwksError> {
        Self::from_members(&strict_json::object(document)?)
    }

    /// The set in a member of metadata.
    ///
    /// # Errors
    /// As [`Jwks::parse`].
    pub(crate) fn from_value(value: &Value) -> Result<Self, JwksError> {
        Self::from_members(value.as_object().ok_or(JwksError::NotASet)?)
    }

    fn from_members(members: &Map<String, Value>) -> Result<Self, JwksError> {
        let keys = members
            .get("keys")
            .and_then(Value::as_array)
            .ok_or(JwksError::NotASet)?;
        let mut usable = Vec::new();
        for key in keys {
            let key = key.as_object().ok_or(JwksError::NotASet)?;
            if key.get("kty").and_then(Value::as_str) == Some("oct")
                || SECRET_MEMBERS.iter().any(|name| key.contains_key(*name))
            {
                return Err(JwksError::Secret);
            }
            usable.extend(PublicKey::read(key));
        }
        Ok(Self(usable))
    }

    /// The set as JSON again, without what we had no use for.
    pub(crate) fn to_value(&self) -> Value {
        json!({ "keys": self.0.iter().map(PublicKey::to_value).collect::<Vec<_>>() })
    }

    /// Is there no key of use in it?
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key that a header speaks of. Without a `kid` it is the one key for the algorithm, if there is just one.
    pub(crate) fn key(&self, kid: Option<&str>, algorithm: SigningAlgorithm) -> Option<&PublicKey> {
        let mut fitting = self
            .0
            .iter()
            .filter(|key| key.algorithm() == algorithm && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid)));
        let first = fitting.next()?;
        (kid.is_some() || fitting.next().is_none()).then_some(first)
    }
}

impl PublicKey {
    /// The key, if it is one for signatures by an algorithm of ours and strong enough.
    fn read(members: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        // A member that is there has to be right, and one of the wrong type is not right.
        let is = |name: &str, wanted: &str| members.get(name).is_none_or(|value| value.as_str() == Some(wanted));
        let may_verify = members.get("key_ops").is_none_or(|operations| {
            operations
                .as_array()
                .is_some_and(|operations| operations.iter().any(|operation| operation == "verify"))
        });
        let material = match text("kty")? {
            "RSA" => Material::rsa(text("n")?, text("e")?)?,
            "EC" if text("crv") == Some("P-256") => Material::p256(text("x")?, text("y")?)?,
            _ => return None,
        };
        let kid = match members.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str()?.to_owned()),
        };
        let key = Self { kid, material };
        (is("use", "sig") && may_verify && is("alg", key.algorithm().name())).then_some(key)
    }

    fn to_value(&self) -> Value {
        let mut value = match &self.material {
            Material::Rsa { n, e } => json!({ "kty": "RSA", "n": n, "e": e }),
            Material::P256 { x, y } => json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }),
        };
        if let Some(kid) = &self.kid {
            value["kid"] = json!(kid);
        }
        value
    }

    fn algorithm(&self) -> SigningAlgorithm {
        match self.material {
            Material::Rsa { .. } => SigningAlgorithm::Rs256,
            Material::P256 { .. } => SigningAlgorithm::Es256,
        }
    }

    /// Did the owner of this key sign `message`? `signature` is as it stands in a token, in base64.
    pub(crate) fn verifies(&self, signature: &str, message: &[u8]) -> bool {
        let (key, algorithm) = match &self.material {
            Material::Rsa { n, e } => (DecodingKey::from_rsa_components(n, e), jsonwebtoken::Algorithm::RS256),
            Material::P256 { x, y } => (DecodingKey::from_ec_components(x, y), jsonwebtoken::Algorithm::ES256),
        };
        key.and_then(|key| jsonwebtoken::crypto::verify(signature, message, &key, algorithm))
            .unwrap_or(false)
    }
}

impl Material {
    fn rsa(n: &str, e: &str) -> Option<Self> {
        let modulus = URL_SAFE_NO_PAD.decode(n).ok()?;
        let exponent = URL_SAFE_NO_PAD.decode(e).ok()?;
        let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
        // An exponent of one makes every message its own signature.
        let is_sound = RSA_BITS.contains(&bits(&modulus))
            && is_odd(&modulus)
            && is_odd(&exponent)
            && (2..=33).contains(&bits(&exponent));
        is_sound.then(|| Self::Rsa {
            n: n.to_owned(),
            e: e.to_owned(),
        })
    }

    fn p256(x: &str, y: &str) -> Option<Self> {
        let is_coordinate = |text: &str| URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
        (is_coordinate(x) && is_coordinate(y)).then(|| Self::P256 {
            x: x.to_owned(),
            y: y.to_owned(),
        })
    }
}

/// The length of a number in bits. Zeros in front do not count: they would make a short modulus look long.
fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number
        .get(zeros)
        .map_or(0, |first| (number.len() - zeros) * 8 - first.leading_zeros() as usize)
}

#[cfg(test)]
mod tests;
