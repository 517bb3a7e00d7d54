//! The compiled guest, one per process.

use std::{
    os::fd::{AsRawFd, OwnedFd},
    path::Path,
    sync::{Arc, Mutex, Once},
};

use wasmer::{
    Engine, Module,
    sys::{
        CompilerConfig, Cranelift, CraneliftOptLevel, EngineBuilder,
        wasmparser::{ExternalKind, Operator, Parser, Payload},
    },
};

use crate::{GUEST, StartError, artifact, image::sealed, kill::KillSwitch, lock::lock};

/// Stack of a run thread's guest. With this much, endless recursion in JavaScript meets the engine's own limit first
/// and is a `RangeError` that the program can catch.
const GUEST_STACK_BYTES: usize = 16 << 20;

/// Where the word of the [`KillSwitch`] lies within the control block.
const KILL_WORD: u32 = 4;

/// The guest as machine code, ready to be instantiated on any thread.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) engine: Engine,
    pub(crate) module: Module,
    /// Address of the control block in the guest's memory.
    pub(crate) control: u32,
    /// Where its stack pointer is while it does nothing.
    pub(crate) stack_top: i32,
}

impl Compiled {
    /// The process's compiled guest. Compiles it on the first call, or loads it from `cache_dir`; later calls get the
    /// same one whatever they pass.
    pub(crate) fn shared(cache_dir: Option<&Path>) -> Result<Arc<Self>, StartError> {
        static SHARED: Mutex<Option<Arc<Compiled>>> = Mutex::new(None);
        let mut shared = lock(&SHARED);
        if let Some(compiled) = &*shared {
            return Ok(Arc::clone(compiled));
        }
        let compiled = Arc::new(Self::of(GUEST, cache_dir)?);
        Ok(Arc::clone(shared.insert(compiled)))
    }

    /// Another guest, for tests and fuzzing.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn other(wasm: &[u8]) -> Result<Arc<Self>, StartError> {
        Self::of(wasm, None).map(Arc::new)
    }

    fn of(wasm: &[u8], cache_dir: Option<&Path>) -> Result<Self, StartError> {
        let control = control_address(wasm)?;
        let engine = compiling_engine(control);
        let module = match cache_dir {
            Some(dir) => artifact::load_or_compile(dir, &engine, wasm),
            None => Module::new(&engine, wasm),
        }
        .map_err(|error| StartError::Compile(error.into()))?;
        Self::with(engine, module, wasm)
    }

    /// The guest as [`artifact`] holds it, elsewhere. The file is mapped and not copied, so that a fork need not copy its
    /// pages' entries either.
    ///
    /// # Safety
    /// `artifact` becomes code that is run: it is what [`artifact`] made, in this same build, and sealed.
    #[expect(unsafe_code, reason = "wasmer cannot verify machine code")]
    pub(crate) unsafe fn deserialized(artifact: &OwnedFd) -> Result<Self, StartError> {
        // No compiler is needed, and none is made.
        let engine: Engine = EngineBuilder::headless().engine().into();
        // Opened again, for reading alone: a sealed file may not be mapped in a way that could be made writable.
        let path = format!("/proc/self/fd/{}", artifact.as_raw_fd());
        // SAFETY: the caller's promise.
        let module = unsafe { Module::deserialize_from_file_unchecked(&engine, path) };
        let module = module.map_err(|error| StartError::Compile(error.into()))?;
        Self::with(engine, module, GUEST)
    }

    fn with(engine: Engine, module: Module, wasm: &[u8]) -> Result<Self, StartError> {
        static STACK: Once = Once::new();
        STACK.call_once(|| wasmer::sys::vm::set_stack_size(GUEST_STACK_BYTES));
        if module.imports().next().is_some() {
            return Err(StartError::Guest("closed boundary: it imports something"));
        }
        let stack_top = exported_address(wasm, "__stack_pointer").ok_or(StartError::Guest("stack pointer"))?;
        Ok(Self {
            engine,
            module,
            control: control_address(wasm)?,
            stack_top: stack_top.cast_signed(),
        })
    }
}

fn compiling_engine(control: u32) -> Engine {
    let mut compiler = Cranelift::default();
    compiler.opt_level(CraneliftOptLevel::Speed);
    compiler.push_middleware(Arc::new(KillSwitch {
        word: control + KILL_WORD,
    }));
    EngineBuilder::new(compiler).engine().into()
}

/// The process's compiled guest as machine code in a sealed memory file, for other processes of this build. This one makes
/// nothing of it: that would take as long again. Read from `cache_dir` or compiled on the first call; later calls get the
/// same one whatever they pass.
pub(crate) fn artifact(cache_dir: Option<&Path>) -> Result<Arc<OwnedFd>, StartError> {
    static SHARED: Mutex<Option<Arc<OwnedFd>>> = Mutex::new(None);
    let mut shared = lock(&SHARED);
    if let Some(artifact) = &*shared {
        return Ok(Arc::clone(artifact));
    }
    let artifact = match cache_dir {
        Some(dir) => {
            let control = control_address(GUEST)?;
            artifact::read_or_compile(dir, || compiling_engine(control), GUEST)?
        }
        None => artifact::serialized(&Compiled::shared(None)?.module)?,
    };
    let file = sealed(&artifact).map_err(|error| StartError::Processes(error.to_string()))?;
    Ok(Arc::clone(shared.insert(Arc::new(file))))
}

fn control_address(wasm: &[u8]) -> Result<u32, StartError> {
    exported_address(wasm, "control").ok_or(StartError::Guest("control block"))
}

/// The value of an exported constant, which for a C variable is its address. Read before compiling, because the
/// compiled code has the address in it.
fn exported_address(wasm: &[u8], name: &str) -> Option<u32> {
    let mut constants = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.ok()? {
            Payload::GlobalSection(globals) => {
                for global in globals {
                    let first = global.ok()?.init_expr.get_operators_reader().read().ok()?;
                    constants.push(match first {
                        Operator::I32Const { value } => Some(value.cast_unsigned()),
                        _ => None,
                    });
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export.ok()?;
                    if export.name == name && export.kind == ExternalKind::Global {
                        return *constants.get(usize::try_from(export.index).ok()?)?;
                    }
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_block_is_found_before_anything_is_compiled() {
        let address = exported_address(GUEST, "control").expect("exported");
        assert!(address >= 1 << 20, "above the stack: {address}");
        assert_eq!(address % 8, 0);
        assert_eq!(exported_address(GUEST, "no_such_symbol"), None);
        assert_eq!(exported_address(b"not wasm", "control"), None);
    }

    /// What `Ready` leans on when it uses an instance for one program after the other.
    #[test]
    fn nothing_in_an_instance_changes_but_its_memory_and_its_stack_pointer() {
        let (mut changing, mut code) = (0, 0);
        for payload in Parser::new(0).parse_all(GUEST) {
            match payload.unwrap() {
                Payload::GlobalSection(globals) => {
                    changing += globals
                        .into_iter()
                        .filter(|global| global.as_ref().unwrap().ty.mutable)
                        .count();
                }
                Payload::CodeSectionEntry(body) => {
                    code += 1;
                    for operator in body.get_operators_reader().unwrap() {
                        let operator = operator.unwrap();
                        assert!(
                            !matches!(
                                operator,
                                Operator::TableSet { .. }
                                    | Operator::TableGrow { .. }
                                    | Operator::TableFill { .. }
                                    | Operator::TableCopy { .. }
                                    | Operator::TableInit { .. }
                                    | Operator::ElemDrop { .. }
                                    | Operator::MemoryInit { .. }
                                    | Operator::DataDrop { .. }
                            ),
                            "{operator:?}"
                        );
                    }
                }
                _ => {}
            }
        }
        assert_eq!(changing, 1, "the stack pointer");
        assert!(code > 1000, "{code} functions were looked at");
    }
}
