//! Which tenant a command is about.
//!
//! A name is the tenant's to choose, and may be the host key of another one. So a text that two tenants answer to is refused, and
//! an id always means its tenant.

use anyhow::bail;
use clap::Args;
use latchstring::{
    TenantId,
    access::{Access, StoreError, Tenant},
};

use super::answer::plain;
use crate::Product;

/// As many as a complaint lists.
const MOST: usize = 10;

/// Which tenant a command is about: arguments to flatten into a command's own. What the product calls a tenant is the flag, such
/// as `--store`; `--tenant` is the same.
#[derive(Debug, Args)]
pub struct Which {
    /// The tenant, by name, host key or id. Needed when there is more than one.
    #[arg(long, global = true, value_name = "NAME")]
    tenant: Option<String>,
}

impl Which {
    /// The tenant that is meant; the only one if none is named.
    pub(super) async fn find<P: Product>(&self, access: &Access) -> anyhow::Result<Tenant> {
        let found = match &self.tenant {
            Some(text) => those_called(access, text).await?,
            None => access.list_tenants().await?,
        };
        let noun = P::TENANT_NOUN;
        match (<[Tenant; 1]>::try_from(found), &self.tenant) {
            (Ok([tenant]), _) => Ok(tenant),
            (Err(none), Some(text)) if none.is_empty() => {
                bail!("no {noun} is called `{text}`; `{} tenant list` shows them", P::NAME)
            }
            (Err(none), None) if none.is_empty() => bail!("there is no {noun} yet; start the server once"),
            (Err(several), Some(text)) => bail!(
                "more than one {noun} has `{text}` as its host key or name; name the id of the one you mean with --{noun}: {}",
                listed(&several, |tenant| {
                    let (name, host_key) = (plain(&tenant.name), plain(&tenant.host_key));
                    format!("{} (host key `{host_key}`, name `{name}`)", tenant.id)
                })
            ),
            (Err(several), None) => bail!(
                "there is more than one {noun}; name it with --{noun}: {}",
                listed(&several, |tenant| format!("`{}`", plain(&tenant.name)))
            ),
        }
    }
}

/// The tenant with this id, or else all that have this host key or name.
async fn those_called(access: &Access, text: &str) -> Result<Vec<Tenant>, StoreError> {
    let mut found = access.find_tenants(text).await?;
    let id: Option<TenantId> = text.parse().ok();
    if let Some(tenant) = found.iter().find(|tenant| Some(tenant.id) == id) {
        return Ok(vec![tenant.clone()]);
    }
    // Namesakes of a host key, among the first thousand tenants.
    let known = access.list_tenants().await?;
    for tenant in known.into_iter().filter(|tenant| tenant.name == text) {
        if found.iter().all(|other| other.id != tenant.id) {
            found.push(tenant);
        }
    }
    Ok(found)
}

fn listed(tenants: &[Tenant], show: impl Fn(&Tenant) -> String) -> String {
    let mut shown: Vec<String> = tenants.iter().take(MOST).map(show).collect();
    if tenants.len() > MOST {
        shown.push(format!("and {} more", tenants.len() - MOST));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use latchstring::access::{KeyRing, MemoryStore, Rules};

    use super::*;
    use crate::{commands::command_line, product::Workspaces};

    /// Access to tenants with these host keys and names.
    async fn access(tenants: &[(&str, &str)]) -> Access {
        let rules = Rules::new(Workspaces::KEY_PREFIX.parse().unwrap(), Workspaces::PLAN);
        let access = Access::open(Arc::new(MemoryStore::new()), KeyRing::generate(), rules);
        let access = access.await.unwrap();
        for (host_key, name) in tenants {
            access.ensure_tenant(host_key, name).await.unwrap();
        }
        access
    }

    /// The host key of the tenant that is meant, or the complaint.
    async fn find(access: &Access, text: Option<&str>) -> Result<String, String> {
        let which = Which {
            tenant: text.map(ToOwned::to_owned),
        };
        let found = which.find::<Workspaces>(access).await;
        found.map(|tenant| tenant.host_key).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_tenant_is_meant_by_host_key_name_or_id() {
        let access = access(&[("one", "First"), ("two", "Second"), ("three", "three")]).await;
        for (text, expected) in [("one", "one"), ("Second", "two"), ("three", "three")] {
            assert_eq!(find(&access, Some(text)).await.as_deref(), Ok(expected));
        }
        for tenant in access.list_tenants().await.unwrap() {
            assert_eq!(find(&access, Some(&tenant.id.to_string())).await, Ok(tenant.host_key));
        }
        let complaint = find(&access, Some("four")).await.unwrap_err();
        assert!(complaint.contains("no workspace is called `four`"), "{complaint}");
    }

    #[tokio::test]
    async fn a_host_key_that_is_also_anothers_name_is_refused_and_both_are_listed() {
        let access = access(&[("one", "First"), ("two", "one")]).await;
        let complaint = find(&access, Some("one")).await.unwrap_err();
        for tenant in access.list_tenants().await.unwrap() {
            let expected = format!("{} (host key `{}`, name `{}`)", tenant.id, tenant.host_key, tenant.name);
            assert!(complaint.contains(&expected), "`{expected}` is missing: {complaint}");
        }
        assert_eq!(find(&access, Some("two")).await.as_deref(), Ok("two"));
    }

    #[tokio::test]
    async fn an_id_means_its_tenant_whatever_others_are_called() {
        let access = access(&[("one", "First")]).await;
        let id = access.list_tenants().await.unwrap()[0].id.to_string();
        access.ensure_tenant("two", &id).await.unwrap();
        access.ensure_tenant(&id, "Third").await.unwrap();
        assert_eq!(find(&access, Some(&id)).await.as_deref(), Ok("one"));
    }

    #[tokio::test]
    async fn every_complaint_names_a_flag_that_there_is() {
        let access = access(&[("one", "Twin"), ("two", "Twin")]).await;
        for text in [Some("Twin"), None] {
            let complaint = find(&access, text).await.unwrap_err();
            let (_, flag) = complaint.split_once(" with ").unwrap();
            let (flag, _) = flag.split_once(':').unwrap();
            let words = ["boards", "key", "list", flag, "one"];
            let parsed = command_line::<Workspaces>().try_get_matches_from(words);
            assert!(flag.starts_with("--") && parsed.is_ok(), "{complaint}: {parsed:?}");
        }
    }

    #[tokio::test]
    async fn several_of_one_name_are_listed_and_not_all_of_many() {
        let host_keys: Vec<String> = (0..12).map(|number| format!("host-{number}")).collect();
        let twins: Vec<_> = host_keys.iter().map(|host_key| (host_key.as_str(), "Twin")).collect();
        let access = access(&twins).await;
        let complaint = find(&access, Some("Twin")).await.unwrap_err();
        assert_eq!(complaint.matches("ten_").count(), 10, "{complaint}");
        assert!(complaint.ends_with("and 2 more"), "{complaint}");
        let complaint = find(&access, None).await.unwrap_err();
        assert!(complaint.contains("more than one workspace"), "{complaint}");
    }
}
