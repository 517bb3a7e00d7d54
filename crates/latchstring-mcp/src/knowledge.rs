//! What a product says beside its operations, with the addresses under which it is found.

use latchstring_core::{Catalog, Entity, Guide, Operation, Page, Prompt};

/// Where a person reads the documentation, below the public address.
const GUIDE: &str = "/guide";

/// The guide of a catalog, the scheme of its resources (the product's name), and the public address.
pub(crate) struct Knowledge {
    catalog: Catalog,
    scheme: String,
    public_url: String,
}

impl Knowledge {
    pub(crate) fn new(catalog: Catalog, name: &str, public_url: &str) -> Self {
        Self {
            catalog,
            scheme: name.to_owned(),
            public_url: public_url.trim_end_matches('/').to_owned(),
        }
    }

    fn guide(&self) -> &Guide {
        self.catalog.guide()
    }

    pub(crate) fn pages(&self) -> &[Page] {
        self.guide().pages()
    }

    pub(crate) fn prompts(&self) -> &[Prompt] {
        self.guide().prompts()
    }

    pub(crate) fn entities(&self) -> &[Entity] {
        self.guide().entities()
    }

    /// The page with this id, address or slug.
    pub(crate) fn page(&self, id: &str) -> Option<&Page> {
        let slug = id.strip_prefix(&self.prefix()).unwrap_or(id);
        let slug = slug.strip_prefix("guide/").unwrap_or(slug);
        self.pages().iter().find(|page| page.slug == slug)
    }

    /// For `fetch`.
    pub(crate) fn id_of(page: &Page) -> String {
        format!("guide/{}", page.slug)
    }

    /// The address as a resource.
    pub(crate) fn resource_of(&self, page: &Page) -> String {
        format!("{}{}", self.prefix(), Self::id_of(page))
    }

    /// Where a person reads it.
    pub(crate) fn url_of(&self, page: &Page) -> String {
        format!("{}{GUIDE}/{}", self.public_url, page.slug)
    }

    pub(crate) fn url_of_operation(&self, operation: &Operation) -> String {
        format!("{}{GUIDE}/operations/{}", self.public_url, operation.name.as_str())
    }

    pub(crate) fn home(&self) -> String {
        format!("{}{GUIDE}", self.public_url)
    }

    /// `assembly://boms/{bomId}`.
    pub(crate) fn template_of(&self, entity: &Entity) -> String {
        format!("{}{}/{{{}}}", self.prefix(), entity.name, entity.id)
    }

    /// The kind of thing and the id that an address names.
    pub(crate) fn entity_at<'a>(&self, uri: &'a str) -> Option<(&Entity, &'a str)> {
        let (name, id) = uri.strip_prefix(&self.prefix())?.split_once('/')?;
        let entity = self.entities().iter().find(|entity| entity.name == name)?;
        (!id.is_empty()).then_some((entity, id))
    }

    pub(crate) fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities().iter().find(|entity| entity.name == name)
    }

    fn prefix(&self) -> String {
        format!("{}://", self.scheme)
    }
}
