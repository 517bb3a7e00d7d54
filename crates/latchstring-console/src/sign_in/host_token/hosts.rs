//! Which hosts are tenants.

/// The longest label of a host (RFC 1035, section 2.3.4).
const LONGEST_LABEL: usize = 63;

/// Hosts of one label before a suffix: `^[a-z0-9][a-z0-9-]*\.myshopify\.com$`.
#[derive(Debug)]
pub(super) struct TenantHosts {
    suffix: String,
}

impl TenantHosts {
    /// # Errors
    /// Gives the suffix back when it is not a dot and a domain of two labels at least: whoever has a host that ends
    /// with `.com` is not a tenant.
    pub(super) fn new(suffix: String) -> Result<Self, String> {
        let domain = suffix.strip_prefix('.').unwrap_or_default();
        if domain.contains('.') && domain.split('.').all(is_label) {
            Ok(Self { suffix })
        } else {
            Err(suffix)
        }
    }

    pub(super) fn contains(&self, host: &str) -> bool {
        host.strip_suffix(&self.suffix).is_some_and(is_label)
    }

    /// All of them, as a source in a policy.
    pub(super) fn source(&self) -> String {
        format!("https://*{}", self.suffix)
    }
}

fn is_label(text: &str) -> bool {
    let is_letter_or_digit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=LONGEST_LABEL).contains(&text.len())
        && text.bytes().all(|byte| is_letter_or_digit(byte) || byte == b'-')
        && text.bytes().next().is_some_and(is_letter_or_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a01_a_tenant_is_one_label_before_the_suffix() {
        let hosts = TenantHosts::new(".myshopify.com".into()).expect("a suffix");
        for tenant in [
            "a.myshopify.com",
            "0-voltvelo-.myshopify.com",
            &format!("{}.myshopify.com", "a".repeat(63)),
        ] {
            assert!(hosts.contains(tenant), "{tenant}");
        }
        for stranger in [
            "",
            "myshopify.com",
            ".myshopify.com",
            "-a.myshopify.com",
            "a.b.myshopify.com",
            "A.myshopify.com",
            "a_b.myshopify.com",
            "amyshopify.com",
            "a.myshopify.com.",
            "a.myshopify.com.evil.example",
            "evil.example/a.myshopify.com",
            "evil.example#a.myshopify.com",
            "user@a.myshopify.com",
            "a.myshopify.com:443",
            "a\n.myshopify.com",
            "ä.myshopify.com",
            &format!("{}.myshopify.com", "a".repeat(64)),
        ] {
            assert!(!hosts.contains(stranger), "{stranger}");
        }
    }

    #[test]
    fn a_suffix_is_a_dot_and_a_domain() {
        for wrong in [
            "",
            ".",
            ".com",
            "myshopify.com",
            "..com",
            ".a..com",
            ".*.com",
            ".a.com;",
            ".A.com",
            ".a.com/",
            ".a.com.",
        ] {
            assert!(TenantHosts::new(wrong.into()).is_err(), "{wrong}");
        }
    }
}
