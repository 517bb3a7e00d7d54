//! The tables' columns, and how the plainer of them become values.

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::model::{
    Currency, Levels, Location, LocationId, Percent, Price, Product, Supplier, SupplierId, SupplierVariant, Variant,
    VariantId, supplier::Fulfilment,
};

type Text = &'static str;

/// A store, as its tables say.
pub(super) struct Tables {
    pub(super) name: Text,
    pub(super) currency: Text,
    /// What the numbers in the ids of documents begin with.
    pub(super) first: i64,
    /// Id, the platform's name, the store's own name, address.
    pub(super) locations: &'static [(Text, Text, Text, Text)],
    pub(super) variants: &'static [VariantRow],
    pub(super) suppliers: &'static [SupplierRow],
    pub(super) links: &'static [LinkRow],
    pub(super) purchases: &'static [PurchaseRow],
    pub(super) transfers: &'static [TransferRow],
    pub(super) returns: &'static [ReturnRow],
    pub(super) takes: &'static [TakeRow],
    /// Variant, location or nothing, min, target, max.
    pub(super) constants: &'static [(Text, Text, i64, i64, i64)],
    /// Id, address, name.
    pub(super) recipients: &'static [(Text, Text, Text)],
    /// Id, name, words: a view of their own.
    pub(super) view: (Text, Text, Text),
    /// Id and name: a weekly report of the view for everything, to the first recipient.
    pub(super) report: (Text, Text),
    /// Id, supplier, amount, currency: credits written down by hand.
    pub(super) credits: &'static [(Text, Text, Text, Text)],
    /// Id, credit, order, amount: what of the first credits is applied.
    pub(super) application: (Text, Text, Text, Text),
}

/// Id, product, product title, title, SKU, vendor, cost; what sells in ten days; on hand at each location.
pub(super) type VariantRow = (Text, Text, Text, Text, Text, Text, Text, i64, &'static [i64]);
/// Id, name, e-mail, city, country, currency, tax; whether it is the default one, and whether it is archived.
pub(super) type SupplierRow = (Text, Text, Text, Text, Text, Text, Text, bool, bool);
/// Supplier, variant, its own number, cost, minimum, pack, lead time, whether it is primary.
pub(super) type LinkRow = (Text, Text, Text, Text, i64, i64, i64, bool);
/// Supplier, location, status, fulfilment of its lines, the lines: variant and how many.
pub(super) type PurchaseRow = (Text, Text, Text, Fulfilment, &'static [(Text, i64)]);
/// Origin, destination, status, the lines: variant and how many.
pub(super) type TransferRow = (Text, Text, Text, &'static [(Text, i64)]);
/// Supplier, location, status, the id of a credit or nothing, the lines: variant and how many.
pub(super) type ReturnRow = (Text, Text, Text, Text, &'static [(Text, i64)]);
/// Location, status, the variants.
pub(super) type TakeRow = (Text, Text, &'static [Text]);

/// A cell of a table. The tables are part of the program, and a test reads every cell.
pub(super) fn cell<T: TryFrom<String, Error: std::fmt::Debug>>(text: &str) -> T {
    T::try_from(text.to_owned()).expect("the demo's tables are well-formed")
}

/// A cell with a number.
pub(super) fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("the demo's tables are well-formed")
}

pub(super) fn optional(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

impl Tables {
    pub(super) fn currency(&self) -> Currency {
        cell(self.currency)
    }

    pub(super) fn locations(&self) -> Vec<Location> {
        let location = |(id, name, own, address): &(Text, Text, Text, Text)| Location {
            id: cell(id),
            name: (*name).to_owned(),
            name_override: optional(own),
            address: optional(address),
            is_active: true,
        };
        self.locations.iter().map(location).collect()
    }

    pub(super) fn variants(&self) -> Vec<Variant> {
        let variant = |row: &VariantRow| Variant {
            id: cell(row.0),
            product: cell(row.1),
            product_title: row.2.to_owned(),
            title: row.3.to_owned(),
            sku: optional(row.4),
            barcode: Some(format!("40{}00005", row.0)),
            vendor: optional(row.5),
            inventory_item_id: Some(format!("9{}", row.0)),
            cost: Some(number::<Price>(row.6)),
        };
        self.variants.iter().map(variant).collect()
    }

    pub(super) fn variant(&self, id: &str) -> Variant {
        let variants = self.variants().into_iter();
        let mut found = variants.filter(|variant| variant.id.as_str() == id);
        found.next().expect("the demo's tables are well-formed")
    }

    pub(super) fn products(&self) -> Vec<Product> {
        let mut products: Vec<Product> = Vec::new();
        for row in self.variants {
            if products.iter().all(|product| product.id.as_str() != row.1) {
                products.push(Product {
                    id: cell(row.1),
                    title: row.2.to_owned(),
                    vendor: optional(row.5),
                    product_type: None,
                });
            }
        }
        products
    }

    /// What lies where: a tenth of it is committed, and one of it damaged where there are many.
    pub(super) fn levels(&self) -> Vec<(VariantId, LocationId, Levels)> {
        let mut levels = Vec::new();
        for row in self.variants {
            for (on_hand, at) in row.8.iter().zip(self.locations) {
                let committed = on_hand / 10;
                let damaged = i64::from(*on_hand > 50);
                let here = Levels {
                    available: on_hand - committed - damaged,
                    committed,
                    damaged,
                    ..Levels::default()
                };
                levels.push((cell(row.0), cell(at.0), here));
            }
        }
        levels
    }

    /// What was sold in the days before today, at the first location: as much as the table says, more towards the end of the
    /// week, and not the same every day.
    pub(super) fn sales(&self, today: NaiveDate) -> Vec<(VariantId, LocationId, NaiveDate, i64)> {
        let at: LocationId = cell(self.locations[0].0);
        let mut sales = Vec::new();
        for (nth, row) in (1i64..).zip(self.variants) {
            for ago in 1..=120u64 {
                let Some(day) = today.checked_sub_days(Days::new(ago)) else {
                    continue;
                };
                let noise = (i64::try_from(ago).unwrap_or(0) * 37 + nth * 101) % 10;
                let weekly = if ago % 7 < 2 { 4 } else { -1 };
                let units = (row.7 + noise + weekly) / 10;
                if units > 0 {
                    sales.push((cell(row.0), at.clone(), day, units));
                }
            }
        }
        sales
    }

    pub(super) fn suppliers(&self, made: DateTime<Utc>) -> Vec<Supplier> {
        let supplier = |(nth, row): (i64, &SupplierRow)| Supplier {
            id: cell(row.0),
            number: nth,
            name: row.1.to_owned(),
            contact_person: None,
            email: optional(row.2),
            phone: None,
            website: None,
            address: None,
            city: optional(row.3),
            country: optional(row.4),
            payment_terms: Some("30 days".to_owned()),
            currency: cell(row.5),
            tax_rate: number::<Percent>(row.6),
            on_time_delivery_rate: None,
            credit_limit: None,
            is_archived: row.8,
            is_default: row.7,
            version: 1,
            created_at: made,
            updated_at: made,
        };
        (1..).zip(self.suppliers).map(supplier).collect()
    }

    pub(super) fn supplier(&self, id: &str, made: DateTime<Utc>) -> Supplier {
        let suppliers = self.suppliers(made).into_iter();
        let mut found = suppliers.filter(|supplier| supplier.id.as_str() == id);
        found.next().expect("the demo's tables are well-formed")
    }

    /// Who delivers what. The default supplier delivers everything, and is primary where nobody else is.
    pub(super) fn links(&self, made: DateTime<Utc>) -> Vec<SupplierVariant> {
        let mut links = Vec::new();
        for row in self.links {
            let supplier = self.supplier(row.0, made);
            links.push(SupplierVariant {
                supplier_sku: optional(row.2),
                cost: Some(number::<Price>(row.3)),
                minimum_order: row.4,
                pack_size: row.5,
                lead_time_days: row.6,
                is_primary: row.7,
                ..SupplierVariant::new(supplier.id, cell(row.1), supplier.currency)
            });
        }
        let default = self.suppliers.iter().find(|row| row.7);
        let default: SupplierId = cell(default.expect("the demo's tables are well-formed").0);
        for row in self.variants {
            let id: VariantId = cell(row.0);
            let has_primary = links.iter().any(|link| link.variant == id && link.is_primary);
            links.push(SupplierVariant {
                is_primary: !has_primary,
                ..SupplierVariant::new(default.clone(), id, self.currency())
            });
        }
        links
    }
}
