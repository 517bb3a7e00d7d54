//! What an assistant can do: the table of contents.
//!
//! One operation, one file, in the folder of its namespace. An operation reads, lets the model decide, and only then
//! writes: a command that refuses has written nothing, so a program may catch the refusal and go on, and the bulk forms
//! (`app.boms.createMany`) may go on with the next item.

use latchstring::Operations;

use crate::Assembly;

mod boms;
mod catalog;
mod locations;
mod raw_materials;
mod shared;
mod shop;
mod stock;
mod sub_assemblies;

/// Every operation.
pub(crate) fn list(list: &mut Operations<Assembly>) {
    list.query::<boms::list::ListBoms>()
        .query::<boms::get::GetBom>()
        .query::<boms::buildable::BuildableBom>()
        .query::<boms::buildable_many::BuildableMany>()
        .command_and_many::<boms::create::CreateBom>()
        .command_and_many::<boms::update::UpdateBom>()
        .command_and_many::<boms::configure::ConfigureBom>()
        .command_and_many::<boms::delete::DeleteBom>()
        .command_and_many::<boms::set_components::SetComponents>()
        .command::<boms::add_component::AddComponent>()
        .command::<boms::update_component::UpdateComponent>()
        .command::<boms::remove_component::RemoveComponent>()
        .command::<boms::add_sub_assembly::AddSubAssembly>()
        .command::<boms::update_sub_assembly::UpdateSubAssembly>()
        .command::<boms::remove_sub_assembly::RemoveSubAssembly>()
        .command_and_many::<boms::set_preassembled::SetBomShelf>();
    list.query::<sub_assemblies::list::ListSubAssemblies>()
        .query::<sub_assemblies::get::GetSubAssembly>()
        .command_and_many::<sub_assemblies::create::CreateSubAssembly>()
        .command_and_many::<sub_assemblies::update::UpdateSubAssembly>()
        .command_and_many::<sub_assemblies::delete::DeleteSubAssembly>()
        .command_and_many::<sub_assemblies::set_components::SetComponents>()
        .command::<sub_assemblies::add_component::AddComponent>()
        .command::<sub_assemblies::update_component::UpdateComponent>()
        .command::<sub_assemblies::remove_component::RemoveComponent>()
        .command::<sub_assemblies::add_sub_assembly::AddSubAssembly>()
        .command::<sub_assemblies::update_sub_assembly::UpdateSubAssembly>()
        .command::<sub_assemblies::remove_sub_assembly::RemoveSubAssembly>()
        .command_and_many::<sub_assemblies::set_preassembled::SetSubAssemblyShelf>();
    list.query::<raw_materials::list::ListRawMaterials>()
        .query::<raw_materials::get::GetRawMaterial>()
        .query::<raw_materials::inventory::GetInventory>()
        .command::<raw_materials::register::RegisterRawMaterials>()
        .command_and_many::<raw_materials::create_virtual::CreateVirtual>()
        .command_and_many::<raw_materials::update::UpdateRawMaterial>()
        .command_and_many::<raw_materials::remove::RemoveRawMaterial>()
        .command_and_many::<raw_materials::set_stock::SetStock>();
    list.query::<catalog::search_products::SearchProducts>()
        .query::<catalog::search_variants::SearchVariants>()
        .query::<catalog::get_products::GetProducts>()
        .query::<catalog::get_variants::GetVariants>()
        .query::<locations::list::ListLocations>()
        .query::<locations::get::GetLocation>()
        .query::<shop::get::GetShop>()
        .query::<stock::history::StockHistory>();
}
