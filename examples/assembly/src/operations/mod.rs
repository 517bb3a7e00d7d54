//! What an assistant can do: the table of contents.
//!
//! One operation, one file. An operation reads, lets the model decide, and only then writes: a command that refuses has
//! written nothing, so a program may catch the refusal and go on.

use latchstring::Operations;

use crate::Assembly;

mod boms_buildable;
mod boms_create;
mod boms_delete;
mod boms_get;
mod boms_list;
mod boms_set_components;
mod boms_set_preassembled;
mod boms_update;
mod catalog_search_variants;
mod composition;
mod differences;
mod levels;
mod locations_get;
mod locations_list;
mod made_of;
mod paging;
mod raw_materials_create_virtual;
mod raw_materials_get;
mod raw_materials_inventory;
mod raw_materials_list;
mod raw_materials_set_stock;
mod set_levels;
mod sub_assemblies_get;
mod sub_assemblies_list;
mod sub_assemblies_set_preassembled;

/// Every operation.
pub(crate) fn list(list: &mut Operations<Assembly>) {
    list.query::<boms_list::ListBoms>()
        .query::<boms_get::GetBom>()
        .query::<boms_buildable::BuildableBom>()
        .command::<boms_create::CreateBom>()
        .command::<boms_update::UpdateBom>()
        .command::<boms_delete::DeleteBom>()
        .command::<boms_set_components::SetComponents>()
        .command::<boms_set_preassembled::SetBomShelf>()
        .query::<sub_assemblies_list::ListSubAssemblies>()
        .query::<sub_assemblies_get::GetSubAssembly>()
        .command::<sub_assemblies_set_preassembled::SetSubAssemblyShelf>()
        .query::<raw_materials_list::ListRawMaterials>()
        .query::<raw_materials_get::GetRawMaterial>()
        .query::<raw_materials_inventory::GetInventory>()
        .command::<raw_materials_create_virtual::CreateVirtual>()
        .command::<raw_materials_set_stock::SetStock>()
        .query::<catalog_search_variants::SearchVariants>()
        .query::<locations_list::ListLocations>()
        .query::<locations_get::GetLocation>();
}
