//! Settings that are secret. They come by environment variable or file, never as a flag: any user of a machine can see
//! the command line of what runs on it.

use anyhow::ensure;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use latchstring::access::Secret;
use serde::{Deserialize, Deserializer};

/// Where the secrets that the app signs its events with come from.
const WEBHOOK_SECRETS: &str = "LATCHSTRING_WEBHOOK_SECRETS";

/// Where the key ring comes from on a server without a lasting data directory.
pub(crate) const KEY_RING: &str = "LATCHSTRING_KEY_RING";

/// Where the secrets that the app signs its people's tokens with come from.
const HOST_TOKEN_SECRETS: &str = "LATCHSTRING_HOST_TOKEN_SECRETS";

/// Where the secret comes from by which the app knows us when people sign in there.
const OIDC_CLIENT_SECRET: &str = "LATCHSTRING_OIDC_CLIENT_SECRET";

/// As many are enough to replace one by another.
const MAX_WEBHOOK_SECRETS: usize = 2;

const MIN_WEBHOOK_BYTES: usize = 24;

/// The secrets among the environment's variables.
#[derive(Debug, Default)]
pub struct Variables {
    /// What the app signs its events with.
    pub(super) webhook_secrets: Option<Secret>,
    /// The key ring.
    pub(super) key_ring: Option<Secret>,
    /// What the app signs its people's tokens with.
    pub(super) host_token_secrets: Option<Secret>,
    /// By which the app knows us.
    pub(super) oidc_client_secret: Option<Secret>,
}

impl Variables {
    /// As they are now.
    pub fn read() -> Self {
        let secret = |name| {
            std::env::var(name)
                .ok()
                .filter(|text| !text.trim().is_empty())
                .map(Secret::new)
        };
        Self {
            webhook_secrets: secret(WEBHOOK_SECRETS),
            key_ring: secret(KEY_RING),
            host_token_secrets: secret(HOST_TOKEN_SECRETS),
            oidc_client_secret: secret(OIDC_CLIENT_SECRET),
        }
    }
}

/// Several secrets: separated by commas, or a list.
#[derive(Debug, Default)]
pub(crate) struct SecretList(pub(super) Vec<Secret>);

impl SecretList {
    pub(super) fn separated_by_commas(text: &str) -> Self {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        Self(parts.map(Secret::new).collect())
    }
}

impl<'de> Deserialize<'de> for SecretList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Untagged, so that a value of another kind is complained about without being repeated.
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a text, or a list of texts")]
        enum Form {
            One(String),
            Several(Vec<String>),
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::One(text) => Self::separated_by_commas(&text),
            Form::Several(texts) => Self(texts.into_iter().map(Secret::new).collect()),
        })
    }
}

/// One secret in the file. One of another kind is complained about without being repeated.
pub(super) fn one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text")]
    enum Form {
        One(String),
    }
    let Form::One(text) = Form::deserialize(deserializer)?;
    Ok(Some(Secret::new(text)))
}

/// The webhook secrets, checked: from the environment, or else from the file.
pub(super) fn webhook_secrets(variable: Option<&Secret>, file: Option<SecretList>) -> anyhow::Result<Vec<Secret>> {
    let list = variable.map(|text| SecretList::separated_by_commas(text.expose()));
    let SecretList(secrets) = list.or(file).unwrap_or_default();
    ensure!(
        secrets.len() <= MAX_WEBHOOK_SECRETS,
        "{WEBHOOK_SECRETS} (webhook-secrets in the file) has {} secrets; give the one in use, and the next one while you \
         change them",
        secrets.len()
    );
    for secret in &secrets {
        let bytes = match secret.expose().strip_prefix("whsec_") {
            Some(encoded) => BASE64.decode(encoded).map_or(0, |bytes| bytes.len()),
            None => secret.expose().len(),
        };
        ensure!(
            bytes >= MIN_WEBHOOK_BYTES,
            "{WEBHOOK_SECRETS} (webhook-secrets in the file) has a secret that is not right; write `whsec_` and base64 of \
             {MIN_WEBHOOK_BYTES} bytes at least, or a text of that many; make one with \
             `echo whsec_$(openssl rand -base64 32)`"
        );
    }
    Ok(secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn read(text: &str) -> anyhow::Result<Vec<Secret>> {
        webhook_secrets(Some(&Secret::new(text)), None)
    }

    #[test]
    fn one_or_two_secrets_are_read_in_either_form() {
        let plain = "a text of more than twenty-four bytes";
        let secrets = read(&format!(" {GOOD} , {plain} ")).unwrap();
        assert_eq!([secrets[0].expose(), secrets[1].expose()], [GOOD, plain]);
        assert_eq!(webhook_secrets(None, None).unwrap().len(), 0);
        let file: SecretList = serde_json::from_str(&format!("[\"{GOOD}\"]")).unwrap();
        assert_eq!(webhook_secrets(None, Some(file)).unwrap().len(), 1);
        let file: SecretList = serde_json::from_str(&format!("\"{GOOD},{plain}\"")).unwrap();
        assert_eq!(webhook_secrets(None, Some(file)).unwrap().len(), 2);
    }

    #[test]
    fn a_secret_that_is_not_right_is_refused_and_not_repeated() {
        for wrong in [
            "hunter2",
            "whsec_aHVudGVyMg==",
            "whsec_hunter2 is not base64, whatever its length",
        ] {
            let error = read(wrong).unwrap_err().to_string();
            assert!(error.starts_with("LATCHSTRING_WEBHOOK_SECRETS"), "{error}");
            assert!(!error.contains("hunter2") && !error.contains("aHVudGVyMg"), "{error}");
        }
        let three = read(&[GOOD; 3].join(",")).unwrap_err().to_string();
        assert!(three.contains("has 3 secrets") && !three.contains("MfKQ"), "{three}");
        let error = serde_json::from_str::<SecretList>("{\"hunter2\":1}")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a list of texts") && !error.contains("hunter2"),
            "{error}"
        );
    }
}
