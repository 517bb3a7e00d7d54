//! A slot as wasmer's linear memory.

use std::{ptr::NonNull, sync::Arc};

use wasmer::{
    MemoryType, Pages, TableType,
    sys::{
        BaseTunables, Tunables,
        vm::{
            LinearMemory, MemoryError, MemoryStyle, TableStyle, Trap, VMConfig, VMMemory, VMMemoryDefinition, VMTable,
            VMTableDefinition,
        },
    },
};

use crate::slot::{PAGE, Pool, Slot};

/// Gives each new instance a slot of `pool` for its memory; all else is wasmer's own.
pub(crate) struct SnapshotTunables {
    base: BaseTunables,
    pool: Arc<Pool>,
}

impl SnapshotTunables {
    pub(crate) fn new(pool: Arc<Pool>) -> Self {
        Self {
            base: BaseTunables::new(),
            pool,
        }
    }
}

impl Tunables for SnapshotTunables {
    fn memory_style(&self, memory: &MemoryType) -> MemoryStyle {
        self.base.memory_style(memory)
    }

    fn table_style(&self, table: &TableType) -> TableStyle {
        self.base.table_style(table)
    }

    fn create_host_memory(&self, ty: &MemoryType, style: &MemoryStyle) -> Result<VMMemory, MemoryError> {
        self.base.create_host_memory(ty, style)
    }

    #[expect(unsafe_code, reason = "the trait's method is unsafe")]
    unsafe fn create_vm_memory(
        &self,
        ty: &MemoryType,
        _: &MemoryStyle,
        mut definition: NonNull<VMMemoryDefinition>,
    ) -> Result<VMMemory, MemoryError> {
        let slot = self
            .pool
            .take()
            .map_err(|error| MemoryError::Region(error.to_string()))?;
        // SAFETY: by the trait's contract `definition` is valid and ours to fill for as long as the memory lives.
        unsafe {
            let definition = definition.as_mut();
            definition.base = slot.base().as_ptr();
            definition.current_length = slot.len();
        }
        Ok(VMMemory(Box::new(SlotMemory {
            pool: Arc::clone(&self.pool),
            slot: Some(slot),
            definition,
            ty: *ty,
        })))
    }

    fn create_host_table(&self, ty: &TableType, style: &TableStyle) -> Result<VMTable, String> {
        self.base.create_host_table(ty, style)
    }

    #[expect(unsafe_code, reason = "the trait's method is unsafe")]
    unsafe fn create_vm_table(
        &self,
        ty: &TableType,
        style: &TableStyle,
        definition: NonNull<VMTableDefinition>,
    ) -> Result<VMTable, String> {
        // SAFETY: passed on unchanged.
        unsafe { self.base.create_vm_table(ty, style, definition) }
    }

    fn vmconfig(&self) -> &VMConfig {
        self.base.vmconfig()
    }
}

/// The memory of one instance. Dropping it gives the slot back.
#[derive(Debug)]
struct SlotMemory {
    pool: Arc<Pool>,
    /// Taken by drop only.
    slot: Option<Slot>,
    definition: NonNull<VMMemoryDefinition>,
    ty: MemoryType,
}

#[expect(unsafe_code, reason = "a raw pointer is not Send by itself")]
// SAFETY: the definition belongs to the instance, which owns this memory and moves with it.
unsafe impl Send for SlotMemory {}
#[expect(unsafe_code, reason = "a raw pointer is not Sync by itself")]
// SAFETY: `&SlotMemory` reads its own fields only; the definition is written through `&mut` alone.
unsafe impl Sync for SlotMemory {}

impl SlotMemory {
    fn len(&self) -> usize {
        self.slot.as_ref().map_or(0, Slot::len)
    }
}

impl Drop for SlotMemory {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.pool.give_back(slot);
        }
    }
}

impl LinearMemory for SlotMemory {
    fn ty(&self) -> MemoryType {
        MemoryType {
            minimum: self.size(),
            ..self.ty
        }
    }

    fn size(&self) -> Pages {
        Pages(u32::try_from(self.len() / PAGE).unwrap_or(u32::MAX))
    }

    fn style(&self) -> MemoryStyle {
        MemoryStyle::Static
    }

    fn grow(&mut self, delta: Pages) -> Result<Pages, MemoryError> {
        let before = self.size();
        if delta.0 == 0 {
            return Ok(before);
        }
        let refused = MemoryError::CouldNotGrow {
            current: before,
            attempted_delta: delta,
        };
        let slot = self.slot.as_mut().ok_or(refused.clone())?;
        if !self.pool.grow(slot, delta.0 as usize) {
            return Err(refused);
        }
        let length = slot.len();
        #[expect(unsafe_code, reason = "wasmer's definition is behind a raw pointer")]
        // SAFETY: the definition lives as long as the instance, which lives as long as its memory; growing happens on
        // the instance's own thread.
        unsafe {
            self.definition.as_mut().current_length = length;
        }
        Ok(before)
    }

    fn reset(&mut self) -> Result<(), MemoryError> {
        let generic = |error: std::io::Error| MemoryError::Generic(error.to_string());
        let slot = self.slot.as_mut().ok_or(MemoryError::Generic("no slot".to_owned()))?;
        self.pool.renew(slot).map_err(generic)?;
        let length = slot.len();
        #[expect(unsafe_code, reason = "wasmer's definition is behind a raw pointer")]
        // SAFETY: as in `grow`; no compiled code runs, since whoever resets the memory has the store to itself.
        unsafe {
            self.definition.as_mut().current_length = length;
        }
        Ok(())
    }

    fn vmmemory(&self) -> NonNull<VMMemoryDefinition> {
        self.definition
    }

    fn try_clone(&self) -> Result<Box<dyn LinearMemory + Send + Sync + 'static>, MemoryError> {
        Err(MemoryError::MemoryNotShared)
    }

    fn copy(&self) -> Result<Box<dyn LinearMemory + Send + Sync + 'static>, MemoryError> {
        Err(MemoryError::MemoryNotShared)
    }

    #[expect(unsafe_code, reason = "the trait's method is unsafe")]
    unsafe fn initialize_with_data(&self, _: usize, _: &[u8]) -> Result<(), Trap> {
        // The image already holds the data segments, as the started engine left them.
        Ok(())
    }
}
