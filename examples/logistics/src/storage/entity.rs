//! The tables. Every row belongs to one store; the store's id is the first part of every key.

#![expect(
    unreachable_pub,
    reason = "the derived entities are public, and a row must be as visible as its entity"
)]

/// A module for each table: its name, the rest of its key in parentheses, and its other columns.
macro_rules! tables {
    ($($(#[$doc:meta])* $module:ident = $name:literal ($($key:ident: $of:ty),*) { $($column:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        pub(crate) mod $module {
            use latchstring::db::Owned;
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $name)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub store_id: Uuid,
                $(
                    #[sea_orm(primary_key, auto_increment = false)]
                    pub $key: $of,
                )*
                $(pub $column: $type,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}

            impl Owned for Entity {
                const OWNER: Column = Column::StoreId;
            }
        }
    )*};
}

tables! {
    /// A store: its plan and how it is set up.
    shop = "shops" () { name: String, currency: String, plan: String, preferences: String, }
    /// The next number of each kind of document.
    counter = "counters" (kind: String) { next: i64, }
    /// Places where stock lies.
    location = "locations" (id: String) {
        name: String, name_override: Option<String>, address: Option<String>, is_active: bool,
    }
    /// The catalogue's products.
    product = "products" (id: String) {
        title: String, vendor: Option<String>, product_type: Option<String>, search: String,
    }
    /// The catalogue's variants.
    variant = "variants" (id: String) {
        product_id: String, product_title: String, title: String, sku: Option<String>, barcode: Option<String>,
        vendor: Option<String>, inventory_item_id: Option<String>, cost: Option<i64>, search: String,
    }
    /// What lies where: the eight buckets.
    level = "levels" (variant_id: String, location_id: String) {
        on_hand: i64, available: i64, incoming: i64, committed: i64, reserved: i64, damaged: i64, safety_stock: i64,
        quality_control: i64,
    }
    /// What lies at suppliers.
    supplier_stock = "supplier_stock" (supplier_id: String, variant_id: String, kind: String) { quantity: i64, }
    /// Every change of stock; rows are only ever added.
    adjustment = "adjustments" (id: Uuid) {
        variant_id: String, location_id: Option<String>, supplier_id: Option<String>, bucket: String, before: i64,
        after: i64, source: String, document_id: Option<String>, actor: String, request_id: String, at: DateTimeUtc,
    }
    /// Who delivers.
    supplier = "suppliers" (id: String) {
        number: i64, is_archived: bool, is_default: bool, search: String, body: String,
    }
    /// Who delivers what.
    supplier_variant = "supplier_variants" (supplier_id: String, variant_id: String) { is_primary: bool, body: String, }
    /// What suppliers owe.
    credit = "credits" (id: String) {
        seq: i64, supplier_id: String, return_order_id: Option<String>, body: String,
    }
    /// What of it pays for which order.
    application = "applications" (id: String) { credit_id: String, order_id: String, is_live: bool, body: String, }
    /// What is bought.
    purchase_order = "purchase_orders" (id: String) {
        seq: i64, number: String, supplier_id: String, location_id: String, status: String, is_archived: bool,
        created_at: DateTimeUtc, expected_on: Option<Date>, search: String, body: String,
    }
    /// Its lines. `incoming` is what a line adds to the level of its location.
    purchase_order_line = "purchase_order_lines" (id: String) {
        order_id: String, position: i32, variant_id: Option<String>, location_id: String, sku: Option<String>,
        incoming: i64, body: String,
    }
    /// What is moved.
    transfer_order = "transfer_orders" (id: String) {
        seq: i64, number: String, origin_id: String, destination_id: String, status: String, created_at: DateTimeUtc,
        search: String, body: String,
    }
    /// Its lines. `incoming` is what a line adds to the level of the destination.
    transfer_order_line = "transfer_order_lines" (id: String) {
        order_id: String, position: i32, variant_id: String, location_id: String, incoming: i64, body: String,
    }
    /// What goes back to suppliers.
    return_order = "return_orders" (id: String) {
        seq: i64, number: String, supplier_id: String, purchase_order_id: Option<String>, location_id: String,
        status: String, created_at: DateTimeUtc, search: String, body: String,
    }
    /// Its lines.
    return_order_line = "return_order_lines" (id: String) {
        order_id: String, position: i32, variant_id: String, quantity: i64, body: String,
    }
    /// What is counted.
    stock_take = "stock_takes" (id: String) {
        seq: i64, number: String, location_id: String, status: String, created_at: DateTimeUtc, search: String,
        body: String,
    }
    /// Its lines. `is_open` while it is neither completed nor cancelled.
    stock_take_line = "stock_take_lines" (id: String) {
        order_id: String, position: i32, variant_id: String, location_id: String, is_open: bool, body: String,
    }
    /// Reorder rules; without a location they are for all of them.
    constant = "constants" (variant_id: String, location_id: String) {
        min: Option<i64>, max: Option<i64>, target: Option<i64>, static_reorder_point: Option<i64>,
    }
    /// What happened to documents; rows are only ever added.
    activity = "activities" (id: Uuid) {
        document_id: String, at: DateTimeUtc, actor: String, action: String, details: Option<String>,
    }
    /// The words that returns and counts are told in.
    code = "codes" (kind: String, code: String) { position: i32, }
    /// Views of the forecast.
    view = "views" (id: String) { name: String, supplier_id: Option<String>, is_automatic: bool, body: String, }
    /// Reports that go out by the clock.
    report = "reports" (id: String) { name: String, next_at: Option<DateTimeUtc>, body: String, }
    /// Who gets them.
    recipient = "recipients" (id: String) { email: String, body: String, }
    /// When people are told that stock runs low.
    rule = "rules" () { body: String, }
    /// What was told already.
    alarm = "alarms" (trigger: String, variant_id: String) { was_met: bool, told_at: Option<DateTimeUtc>, }
    /// What is to go out.
    outbox = "outbox" (id: Uuid) {
        kind: String, at: DateTimeUtc, recipients: String, subject: String, body: String, status: String,
        attempts: i32, delivered_at: Option<DateTimeUtc>, error: Option<String>, next_attempt_at: Option<DateTimeUtc>,
    }
    /// What was sold, day by day.
    sale = "sales" (variant_id: String, location_id: String, day: Date) { units: i64, }
}
