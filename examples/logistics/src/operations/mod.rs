//! The table of contents: every operation, one line each.

use latchstring::Operations;

use crate::Logistics;

mod forecast;
mod inventory;
mod locations;
mod notifications;
mod products;
mod purchase_orders;
mod recipients;
mod reports;
mod return_orders;
pub(crate) mod shared;
mod shop;
mod stock_takes;
mod suppliers;
mod transfer_orders;
mod variant_constants;
mod variants;

/// Every operation.
#[expect(clippy::too_many_lines, reason = "a table of contents, a line for each operation")]
pub(crate) fn list(list: &mut Operations<Logistics>) {
    list.query::<locations::list::ListLocation>()
        .query::<locations::get::GetLocation>();
    list.query::<products::list::ListProduct>()
        .query::<products::get::GetProduct>();
    list.query::<variants::list::ListVariant>()
        .query::<variants::get::GetVariant>()
        .query::<variants::get_many::GetManyVariant>();
    list.query::<inventory::levels::LevelsInventory>()
        .query::<inventory::history::HistoryInventory>();
    list.query::<shop::get::GetShop>();
    list.query::<purchase_orders::list::ListPurchaseOrder>()
        .query::<purchase_orders::get::GetPurchaseOrder>()
        .query::<purchase_orders::line_items::LineItemsPurchaseOrder>()
        .query::<purchase_orders::schedule::SchedulePurchaseOrder>()
        .query::<purchase_orders::payments::PaymentsPurchaseOrder>()
        .query::<purchase_orders::documents::DocumentsPurchaseOrder>()
        .query::<purchase_orders::shipment::ShipmentPurchaseOrder>()
        .query::<purchase_orders::addresses::AddressesPurchaseOrder>()
        .query::<purchase_orders::activity::ActivityPurchaseOrder>()
        .query::<purchase_orders::credits::CreditsPurchaseOrder>()
        .command_and_many::<purchase_orders::create::CreatePurchaseOrder>()
        .command_and_many::<purchase_orders::update::UpdatePurchaseOrder>()
        .command::<purchase_orders::add_lines::AddLinesPurchaseOrder>()
        .command::<purchase_orders::add_custom_line::AddCustomLinePurchaseOrder>()
        .command::<purchase_orders::update_line::UpdateLinePurchaseOrder>()
        .command::<purchase_orders::remove_line::RemoveLinePurchaseOrder>()
        .command_and_many::<purchase_orders::send::SendPurchaseOrder>()
        .command::<purchase_orders::confirm::ConfirmPurchaseOrder>()
        .command_and_many::<purchase_orders::confirm_all::ConfirmAllPurchaseOrder>()
        .command::<purchase_orders::start::StartPurchaseOrder>()
        .command::<purchase_orders::receive::ReceivePurchaseOrder>()
        .command::<purchase_orders::unreceive::UnreceivePurchaseOrder>()
        .command::<purchase_orders::sync_inventory::SyncInventoryPurchaseOrder>()
        .command_and_many::<purchase_orders::complete::CompletePurchaseOrder>()
        .command_and_many::<purchase_orders::quick_complete::QuickCompletePurchaseOrder>()
        .command::<purchase_orders::pause::PausePurchaseOrder>()
        .command::<purchase_orders::resume::ResumePurchaseOrder>()
        .command::<purchase_orders::dispute::DisputePurchaseOrder>()
        .command::<purchase_orders::resolve_dispute::ResolveDisputePurchaseOrder>()
        .command_and_many::<purchase_orders::cancel::CancelPurchaseOrder>()
        .command::<purchase_orders::reopen::ReopenPurchaseOrder>()
        .command_and_many::<purchase_orders::delete::DeletePurchaseOrder>()
        .command::<purchase_orders::split_lines::SplitLinesPurchaseOrder>()
        .command::<purchase_orders::split_by_supplier::SplitBySupplierPurchaseOrder>()
        .command::<purchase_orders::merge::MergePurchaseOrder>()
        .command::<purchase_orders::add_payment::AddPaymentPurchaseOrder>()
        .command::<purchase_orders::update_payment::UpdatePaymentPurchaseOrder>()
        .command::<purchase_orders::remove_payment::RemovePaymentPurchaseOrder>()
        .command_and_many::<purchase_orders::set_marked_as_paid::SetMarkedAsPaidPurchaseOrder>()
        .command::<purchase_orders::set_shipment::SetShipmentPurchaseOrder>()
        .command::<purchase_orders::remove_shipment::RemoveShipmentPurchaseOrder>()
        .command::<purchase_orders::set_addresses::SetAddressesPurchaseOrder>()
        .command::<purchase_orders::apply_credit::ApplyCreditPurchaseOrder>()
        .command::<purchase_orders::reverse_credit::ReverseCreditPurchaseOrder>()
        .command::<purchase_orders::fix_incoming::FixIncomingPurchaseOrder>();
    list.query::<transfer_orders::list::ListTransferOrder>()
        .query::<transfer_orders::get::GetTransferOrder>()
        .query::<transfer_orders::line_items::LineItemsTransferOrder>()
        .query::<transfer_orders::documents::DocumentsTransferOrder>()
        .query::<transfer_orders::shipment::ShipmentTransferOrder>()
        .query::<transfer_orders::addresses::AddressesTransferOrder>()
        .query::<transfer_orders::activity::ActivityTransferOrder>()
        .command_and_many::<transfer_orders::create::CreateTransferOrder>()
        .command::<transfer_orders::update::UpdateTransferOrder>()
        .command::<transfer_orders::add_lines::AddLinesTransferOrder>()
        .command::<transfer_orders::update_line::UpdateLineTransferOrder>()
        .command::<transfer_orders::remove_line::RemoveLineTransferOrder>()
        .command_and_many::<transfer_orders::send::SendTransferOrder>()
        .command::<transfer_orders::receive::ReceiveTransferOrder>()
        .command::<transfer_orders::update_planned::UpdatePlannedTransferOrder>()
        .command::<transfer_orders::hold::HoldTransferOrder>()
        .command::<transfer_orders::resume::ResumeTransferOrder>()
        .command_and_many::<transfer_orders::complete::CompleteTransferOrder>()
        .command_and_many::<transfer_orders::cancel::CancelTransferOrder>()
        .command::<transfer_orders::revert_to_draft::RevertToDraftTransferOrder>()
        .command::<transfer_orders::revert_to_sent::RevertToSentTransferOrder>()
        .command_and_many::<transfer_orders::delete::DeleteTransferOrder>()
        .command::<transfer_orders::fix_incoming::FixIncomingTransferOrder>()
        .command::<transfer_orders::duplicate::DuplicateTransferOrder>()
        .command::<transfer_orders::set_addresses::SetAddressesTransferOrder>()
        .command::<transfer_orders::set_shipment::SetShipmentTransferOrder>();
    list.query::<return_orders::list::ListReturnOrder>()
        .query::<return_orders::get::GetReturnOrder>()
        .query::<return_orders::line_items::LineItemsReturnOrder>()
        .query::<return_orders::shipment::ShipmentReturnOrder>()
        .query::<return_orders::addresses::AddressesReturnOrder>()
        .query::<return_orders::activity::ActivityReturnOrder>()
        .query::<return_orders::codes::CodesReturnOrder>()
        .query::<return_orders::credits::CreditsReturnOrder>()
        .command_and_many::<return_orders::create::CreateReturnOrder>()
        .command::<return_orders::update::UpdateReturnOrder>()
        .command::<return_orders::add_lines::AddLinesReturnOrder>()
        .command::<return_orders::update_line::UpdateLineReturnOrder>()
        .command::<return_orders::remove_line::RemoveLineReturnOrder>()
        .command::<return_orders::advance::AdvanceReturnOrder>()
        .command::<return_orders::back::BackReturnOrder>()
        .command::<return_orders::hold::HoldReturnOrder>()
        .command::<return_orders::resume::ResumeReturnOrder>()
        .command::<return_orders::reject::RejectReturnOrder>()
        .command::<return_orders::cancel::CancelReturnOrder>()
        .command::<return_orders::move_inventory::MoveInventoryReturnOrder>()
        .command::<return_orders::issue_credit::IssueCreditReturnOrder>()
        .command::<return_orders::void_credit::VoidCreditReturnOrder>()
        .command::<return_orders::set_shipment::SetShipmentReturnOrder>()
        .command::<return_orders::set_addresses::SetAddressesReturnOrder>()
        .command_and_many::<return_orders::delete::DeleteReturnOrder>();
    list.query::<stock_takes::list::ListStockTake>()
        .query::<stock_takes::get::GetStockTake>()
        .query::<stock_takes::line_items::LineItemsStockTake>()
        .query::<stock_takes::totals::TotalsStockTake>()
        .query::<stock_takes::reasons::ReasonsStockTake>()
        .query::<stock_takes::activity::ActivityStockTake>()
        .command::<stock_takes::create::CreateStockTake>()
        .command::<stock_takes::update::UpdateStockTake>()
        .command::<stock_takes::add_lines::AddLinesStockTake>()
        .command::<stock_takes::remove_line::RemoveLineStockTake>()
        .command::<stock_takes::start::StartStockTake>()
        .command::<stock_takes::count::CountStockTake>()
        .command::<stock_takes::complete::CompleteStockTake>()
        .command::<stock_takes::cancel::CancelStockTake>()
        .command_and_many::<stock_takes::delete::DeleteStockTake>();
    list.query::<suppliers::list::ListSupplier>()
        .query::<suppliers::get::GetSupplier>()
        .query::<suppliers::variants::VariantsSupplier>()
        .query::<suppliers::held_stock::HeldStockSupplier>()
        .query::<suppliers::consignment_stock::ConsignmentStockSupplier>()
        .query::<suppliers::credit_balance::CreditBalanceSupplier>()
        .query::<suppliers::credit_ledger::CreditLedgerSupplier>()
        .command_and_many::<suppliers::create::CreateSupplier>()
        .command_and_many::<suppliers::update::UpdateSupplier>()
        .command_and_many::<suppliers::archive::ArchiveSupplier>()
        .command::<suppliers::set_variants::SetVariantsSupplier>()
        .command::<suppliers::remove_variants::RemoveVariantsSupplier>()
        .command_and_many::<suppliers::set_primary::SetPrimarySupplier>()
        .command::<suppliers::issue_credit::IssueCreditSupplier>()
        .command::<suppliers::void_credit::VoidCreditSupplier>();
    list.query::<variant_constants::list::ListConstants>()
        .command::<variant_constants::set::SetConstants>()
        .command::<variant_constants::clear::ClearConstants>();
    list.query::<forecast::views::ViewsForecast>()
        .query::<forecast::get_view::GetViewForecast>()
        .query::<forecast::rows::RowsForecast>()
        .command::<forecast::create_view::CreateViewForecast>()
        .command::<forecast::update_view::UpdateViewForecast>()
        .command::<forecast::delete_view::DeleteViewForecast>();
    list.query::<reports::list::ListReport>()
        .query::<reports::preview::PreviewReport>()
        .command::<reports::create::CreateReport>()
        .command::<reports::update::UpdateReport>()
        .command::<reports::delete::DeleteReport>()
        .command::<reports::run_now::RunNowReport>();
    list.query::<notifications::get_rule::GetRuleNotification>()
        .command::<notifications::set_rule::SetRuleNotification>();
    list.query::<recipients::list::ListRecipient>()
        .command::<recipients::create::CreateRecipient>()
        .command::<recipients::update::UpdateRecipient>()
        .command::<recipients::delete::DeleteRecipient>();
}
