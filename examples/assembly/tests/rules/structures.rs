//! Small structures in one line each.

use assembly::model::{
    BomId, Buildable, ComponentRow, LocationId, Material, NestedRow, Origin, Owner, Price, Quantity, Structure,
    SubAssembly, SubAssemblyId, Supply, Unit, VariantId, Waste, buildable, structure::Parts,
};
use chrono::DateTime;

pub(crate) fn quantity(text: &str) -> Quantity {
    Quantity::parse(text).unwrap()
}

pub(crate) fn location(id: &str) -> LocationId {
    id.to_owned().try_into().unwrap()
}

pub(crate) fn material(id: &str) -> VariantId {
    format!("VMAT-VAR-{id}").try_into().unwrap()
}

pub(crate) fn sub_assembly(id: &str) -> SubAssemblyId {
    id.to_owned().try_into().unwrap()
}

pub(crate) fn bom() -> Owner {
    Owner::Bom(BomId::try_from("bom".to_owned()).unwrap())
}

pub(crate) fn sub(id: &str) -> Owner {
    Owner::SubAssembly(sub_assembly(id))
}

/// A structure and what there is for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workshop {
    pub(crate) parts: Parts,
    pub(crate) supply: Supply,
}

impl Workshop {
    pub(crate) fn material(mut self, id: &str, stock: &str) -> Self {
        self.add_material(id, Origin::Virtual, false);
        self.stock(id, "here", quantity(stock));
        self
    }

    pub(crate) fn add_material(&mut self, id: &str, origin: Origin, is_non_essential: bool) {
        let id = material(id);
        let made = Material {
            id: id.clone(),
            origin,
            product: None,
            inventory_item_id: None,
            product_name: id.to_string(),
            variant_name: None,
            sku: None,
            unit: Unit::pieces(),
            cost: None,
            vendor: None,
            specifications: None,
            tag: None,
            is_non_essential,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        };
        self.parts.materials.insert(id, made);
    }

    pub(crate) fn cost(mut self, id: &str, cost: &str) -> Self {
        let cost: Price = cost.parse().unwrap();
        self.parts.materials.get_mut(&material(id)).unwrap().cost = Some(cost);
        self
    }

    pub(crate) fn non_essential(mut self, id: &str) -> Self {
        self.parts.materials.get_mut(&material(id)).unwrap().is_non_essential = true;
        self
    }

    pub(crate) fn stock(&mut self, id: &str, at: &str, stock: Quantity) {
        self.supply.stock.insert((material(id), location(at)), stock);
    }

    pub(crate) fn sub_assembly(mut self, id: &str, ready: &str) -> Self {
        self.add_sub_assembly(id, quantity(ready), false);
        self
    }

    pub(crate) fn shelf_only_for_sales(mut self, id: &str) -> Self {
        self.parts
            .sub_assemblies
            .get_mut(&sub_assembly(id))
            .unwrap()
            .only_consume_preassembled = true;
        self
    }

    pub(crate) fn add_sub_assembly(&mut self, id: &str, ready: Quantity, only_consume_preassembled: bool) {
        let id = sub_assembly(id);
        let made = SubAssembly {
            id: id.clone(),
            name: id.to_string(),
            sku: None,
            description: None,
            keep_assembled_on_return: false,
            only_consume_preassembled,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        };
        self.parts.sub_assemblies.insert(id.clone(), made);
        self.supply.shelves.insert((id, location("here")), ready);
    }

    pub(crate) fn finished(mut self, ready: &str) -> Self {
        self.supply.finished.insert(location("here"), quantity(ready));
        self
    }

    pub(crate) fn uses(mut self, owner: &Owner, id: &str, each: &str) -> Self {
        self.add_component(owner, id, quantity(each), Waste::NONE, None);
        self
    }

    pub(crate) fn uses_with_waste(mut self, owner: &Owner, id: &str, each: &str, waste: &str) -> Self {
        self.add_component(
            owner,
            id,
            quantity(each),
            Waste::try_from(quantity(waste)).unwrap(),
            None,
        );
        self
    }

    pub(crate) fn add_component(&mut self, owner: &Owner, id: &str, each: Quantity, waste: Waste, at: Option<&str>) {
        let row = ComponentRow {
            material: material(id),
            quantity: each,
            waste,
            location: at.map(location),
            alternatives: Vec::new(),
        };
        self.parts.rows.entry(owner.clone()).or_default().components.push(row);
    }

    pub(crate) fn contains(mut self, owner: &Owner, id: &str, each: &str) -> Self {
        self.add_nested(owner, id, quantity(each));
        self
    }

    pub(crate) fn add_nested(&mut self, owner: &Owner, id: &str, each: Quantity) {
        let row = NestedRow {
            sub_assembly: sub_assembly(id),
            quantity: each,
        };
        self.parts.rows.entry(owner.clone()).or_default().nested.push(row);
    }

    pub(crate) fn structure(&self) -> Structure<'_> {
        Structure::of(&bom(), &self.parts).unwrap()
    }

    pub(crate) fn buildable(&self) -> Buildable {
        buildable(&self.structure(), &self.supply, false, &[location("here")])
    }
}
