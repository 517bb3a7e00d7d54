//! Credits of suppliers, and what of them pays for which order.

use std::collections::BTreeMap;

use latchstring::db::CHUNK;
use sea_orm::{ColumnTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    Reader, StorageError, Window, Writer,
    entity::{application, credit},
    row::{read, written},
};
use crate::model::{Amount, Application, ApplicationId, Credit, CreditId, PurchaseOrderId, ReturnOrderId, SupplierId};

/// More applications than an order or a credit has.
const MOST: u64 = 1000;

fn credits(rows: &[credit::Model]) -> Result<Vec<Credit>, StorageError> {
    rows.iter().map(|row| read("credits", &row.body)).collect()
}

fn applications(rows: &[application::Model]) -> Result<Vec<Application>, StorageError> {
    rows.iter().map(|row| read("applications", &row.body)).collect()
}

impl Reader {
    /// One credit.
    pub(crate) async fn credit(&self, id: &CreditId) -> Result<Option<Credit>, StorageError> {
        let select = self.all::<credit::Entity>().filter(credit::Column::Id.eq(id.as_str()));
        let row = select.one(self.transaction()).await?;
        row.map(|row| read("credits", &row.body)).transpose()
    }

    /// A part of a supplier's credits, the latest first, and how many there are.
    pub(crate) async fn credit_page(
        &self,
        supplier: &SupplierId,
        window: &Window<i64>,
    ) -> Result<(Vec<Credit>, u64), StorageError> {
        use credit::Column::{Seq, SupplierId};
        let mut select = self.all::<credit::Entity>().filter(SupplierId.eq(supplier.as_str()));
        let total = select.clone().count(self.transaction()).await?;
        if let Some(after) = window.after {
            select = select.filter(Seq.lt(after));
        }
        let rows = select
            .order_by_desc(Seq)
            .limit(window.limit)
            .all(self.transaction())
            .await?;
        Ok((credits(&rows)?, total))
    }

    /// All credits of a supplier, for sums.
    pub(crate) async fn credits_of(&self, supplier: &SupplierId) -> Result<Vec<Credit>, StorageError> {
        let select = self
            .all::<credit::Entity>()
            .filter(credit::Column::SupplierId.eq(supplier.as_str()));
        credits(&select.order_by_asc(credit::Column::Seq).all(self.transaction()).await?)
    }

    /// The credits of a return, the first first.
    pub(crate) async fn credits_of_return(&self, id: &ReturnOrderId) -> Result<Vec<Credit>, StorageError> {
        let select = self
            .all::<credit::Entity>()
            .filter(credit::Column::ReturnOrderId.eq(id.as_str()));
        let rows = select
            .order_by_asc(credit::Column::Seq)
            .limit(MOST)
            .all(self.transaction())
            .await?;
        credits(&rows)
    }

    /// One application.
    pub(crate) async fn application(&self, id: &ApplicationId) -> Result<Option<Application>, StorageError> {
        let select = self
            .all::<application::Entity>()
            .filter(application::Column::Id.eq(id.as_str()));
        let row = select.one(self.transaction()).await?;
        row.map(|row| read("applications", &row.body)).transpose()
    }

    /// What of credits was applied to an order, also what was taken back.
    pub(crate) async fn applications_to(&self, order: &PurchaseOrderId) -> Result<Vec<Application>, StorageError> {
        let select = self
            .all::<application::Entity>()
            .filter(application::Column::OrderId.eq(order.as_str()));
        let rows = select
            .order_by_asc(application::Column::Id)
            .limit(MOST)
            .all(self.transaction())
            .await?;
        applications(&rows)
    }

    /// What of these credits was applied to whatever order.
    pub(crate) async fn applications_of(&self, ids: &[CreditId]) -> Result<Vec<Application>, StorageError> {
        let mut all = Vec::new();
        for ids in ids.chunks(CHUNK) {
            let ids = ids.iter().map(CreditId::as_str);
            let select = self
                .all::<application::Entity>()
                .filter(application::Column::CreditId.is_in(ids));
            all.extend(applications(
                &select
                    .order_by_asc(application::Column::Id)
                    .all(self.transaction())
                    .await?,
            )?);
        }
        Ok(all)
    }

    /// What credits take off each of these orders now.
    pub(crate) async fn credited(
        &self,
        orders: &[PurchaseOrderId],
    ) -> Result<BTreeMap<PurchaseOrderId, Amount>, StorageError> {
        let mut sums: BTreeMap<PurchaseOrderId, Amount> = BTreeMap::new();
        for orders in orders.chunks(CHUNK) {
            let ids = orders.iter().map(PurchaseOrderId::as_str);
            let select = self
                .all::<application::Entity>()
                .filter(application::Column::OrderId.is_in(ids));
            let rows = select
                .filter(application::Column::IsLive.eq(true))
                .all(self.transaction())
                .await?;
            for application in applications(&rows)? {
                let sum = sums.entry(application.order).or_default();
                *sum = sum.plus(application.value.amount());
            }
        }
        Ok(sums)
    }
}

impl Writer {
    /// Adds a credit.
    pub(crate) async fn add_credit(&self, credit: &Credit) -> Result<(), StorageError> {
        self.insert(vec![self.credit_row(credit)?.into_active_model()]).await
    }

    /// Puts a credit in place of what it was.
    pub(crate) async fn save_credit(&self, credit: &Credit) -> Result<(), StorageError> {
        self.update(self.credit_row(credit)?.into_active_model()).await
    }

    fn credit_row(&self, credit: &Credit) -> Result<credit::Model, StorageError> {
        Ok(credit::Model {
            store_id: self.reader().owner(),
            id: credit.id.to_string(),
            seq: credit.seq,
            supplier_id: credit.supplier.to_string(),
            return_order_id: credit.return_order.as_ref().map(ToString::to_string),
            body: written("credits", credit)?,
        })
    }

    /// Adds an application.
    pub(crate) async fn add_application(&self, application: &Application) -> Result<(), StorageError> {
        self.insert(vec![self.application_row(application)?.into_active_model()])
            .await
    }

    /// Puts an application in place of what it was.
    pub(crate) async fn save_application(&self, application: &Application) -> Result<(), StorageError> {
        self.update(self.application_row(application)?.into_active_model())
            .await
    }

    fn application_row(&self, application: &Application) -> Result<application::Model, StorageError> {
        Ok(application::Model {
            store_id: self.reader().owner(),
            id: application.id.to_string(),
            credit_id: application.credit.to_string(),
            order_id: application.order.to_string(),
            is_live: application.reversed_at.is_none(),
            body: written("applications", application)?,
        })
    }
}
