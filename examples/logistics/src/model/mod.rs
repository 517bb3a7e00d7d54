//! The rules of the product: values, state machines and the arithmetic on them. Pure: no database, no clock.

pub mod address;
pub mod catalog;
pub mod constants;
pub mod credit;
pub mod forecast;
pub mod id;
pub mod inventory;
pub mod money;
pub mod notify;
pub mod outgoing;
pub mod purchase;
pub mod refusal;
pub mod returning;
pub mod shop;
pub mod status;
pub mod stock_take;
pub mod supplier;
pub mod transfer;
pub mod units;

pub use latchstring::values::{IdError, Name, Note, Patch};

pub use address::{Address, Document, Shipment};
pub use catalog::{Product, Variant};
pub use constants::{Constants, ConstantsKey};
pub use credit::{Application, Credit, CreditOrigin};
pub use id::{
    ApplicationId, CreditId, LineId, LocationId, PaymentId, ProductId, PurchaseOrderId, RecipientId, ReportId,
    ReturnOrderId, StockTakeId, SupplierId, TransferOrderId, VariantId, ViewId,
};
pub use inventory::{Bucket, Levels, Move, Place, Shortage};
pub use money::{Amount, Currency, Percent, Price, Rate};
pub use purchase::{PurchaseLine, PurchaseOrder, PurchaseStatus};
pub use refusal::Refusal;
pub use returning::{ReturnLine, ReturnOrder, ReturnStatus};
pub use shop::{Location, Plan, Preferences, Shop};
pub use status::WrongStatus;
pub use stock_take::{StockTake, StockTakeLine, StockTakeStatus};
pub use supplier::{Supplier, SupplierVariant};
pub use transfer::{TransferLine, TransferOrder, TransferStatus};
pub use units::Units;
