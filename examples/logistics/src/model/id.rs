//! Ids: text behind a type of its own, so that a location never passes for a supplier.

latchstring::text_id! {
    /// A place where stock lies.
    LocationId { prefix: "loc_" }
    /// A product of the catalogue.
    ProductId {}
    /// A variant of the catalogue: what is bought, moved and counted.
    VariantId {}
    /// A supplier.
    SupplierId { prefix: "sup_" }
    /// A purchase order.
    PurchaseOrderId { prefix: "po_" }
    /// A transfer order.
    TransferOrderId { prefix: "to_" }
    /// A return to a supplier.
    ReturnOrderId { prefix: "rma_" }
    /// A stock take.
    StockTakeId { prefix: "st_" }
    /// A line of an order, a return or a stock take.
    LineId { prefix: "line_" }
    /// A payment of a purchase order.
    PaymentId { prefix: "pay_" }
    /// A credit that a supplier gave.
    CreditId { prefix: "crd_" }
    /// A part of a credit, applied to a purchase order.
    ApplicationId { prefix: "app_" }
    /// A view of the forecast.
    ViewId { prefix: "view_" }
    /// A scheduled report.
    ReportId { prefix: "rep_" }
    /// Somebody who gets reports and notifications.
    RecipientId { prefix: "rcp_" }
}
