//! The compiled guest on disk, so that a restart takes milliseconds.
//!
//! A file is named after everything its content depends on and begins with a checksum of the rest. One that is torn,
//! corrupted, or could have been written by another user is compiled anew, not trusted.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process,
};

use wasmer::{CompileError, Engine, Module, sys::Target};

use crate::{StartError, kill::KILL_SWITCH_VERSION};

/// Pinned in the workspace's manifest; a test compares.
const WASMER_VERSION: &str = "7.4.2";
const MAGIC: &[u8; 16] = b"latchstring-qjs2";
const CHECKSUM_BYTES: usize = 32;

/// The module from the cache in `dir`; failing that, compiled and put there.
pub(crate) fn load_or_compile(dir: &Path, engine: &Engine, wasm: &[u8]) -> Result<Module, CompileError> {
    let path = path(dir, wasm);
    if let Some(module) = usable(&path, load(&path, engine)) {
        return Ok(module);
    }
    let module = Module::new(engine, wasm)?;
    keep(&path, &module);
    Ok(module)
}

/// The machine code from the cache in `dir`, for a process that makes a module of it; failing that, compiled with `engine`
/// and put there.
pub(crate) fn read_or_compile(dir: &Path, engine: impl FnOnce() -> Engine, wasm: &[u8]) -> Result<Vec<u8>, StartError> {
    let path = path(dir, wasm);
    if let Some(artifact) = usable(&path, read(&path)) {
        return Ok(artifact);
    }
    let failed = |error: CompileError| StartError::Compile(error.into());
    let module = Module::new(&engine(), wasm).map_err(failed)?;
    keep(&path, &module);
    serialized(&module)
}

/// The machine code of a module.
pub(crate) fn serialized(module: &Module) -> Result<Vec<u8>, StartError> {
    let artifact = module.serialize();
    Ok(artifact.map_err(|error| StartError::Compile(error.into()))?.to_vec())
}

fn usable<T>(path: &Path, loaded: io::Result<Option<T>>) -> Option<T> {
    loaded.unwrap_or_else(|error| {
        tracing::warn!(path = %path.display(), %error, "the compiled sandbox is not usable, compiling");
        None
    })
}

fn keep(path: &Path, module: &Module) {
    if let Err(error) = store(path, module) {
        tracing::warn!(path = %path.display(), %error, "the compiled sandbox was not kept; the next start compiles");
    }
}

fn path(dir: &Path, wasm: &[u8]) -> PathBuf {
    let target = Target::default();
    let key = format!(
        "{}|{WASMER_VERSION}|{}|{:?}|{KILL_SWITCH_VERSION}",
        blake3::hash(wasm),
        target.triple(),
        target.cpu_features()
    );
    let key = blake3::hash(key.as_bytes()).to_hex();
    dir.join(format!("guest-{}.bin", &key[..32]))
}

fn load(path: &Path, engine: &Engine) -> io::Result<Option<Module>> {
    let Some(artifact) = read(path)? else { return Ok(None) };
    #[expect(unsafe_code, reason = "wasmer cannot verify machine code")]
    // SAFETY: the bytes become code that is run. They are the ones `store` wrote, as `read` saw.
    let module = unsafe { Module::deserialize(engine, artifact) };
    module.map(Some).map_err(io::Error::other)
}

/// What `store` wrote: the file belongs to the user we run as and nobody else can write it, its name binds it to this
/// module, compiler and processor, and its checksum rules out damage. Whoever could forge it could as well replace our
/// executable.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if metadata.uid() != own_uid() || metadata.mode() & 0o022 != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "somebody else can write it",
        ));
    }
    let mut content = Vec::new();
    file.read_to_end(&mut content)?;
    let artifact = checked(&content).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "wrong checksum"))?;
    let head = content.len() - artifact.len();
    content.drain(..head);
    Ok(Some(content))
}

fn checked(content: &[u8]) -> Option<&[u8]> {
    let (checksum, artifact) = content.strip_prefix(MAGIC)?.split_at_checked(CHECKSUM_BYTES)?;
    (blake3::hash(artifact).as_slice() == checksum).then_some(artifact)
}

fn store(path: &Path, module: &Module) -> io::Result<()> {
    let artifact = module.serialize().map_err(io::Error::other)?;
    if let Some(dir) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    // Its own name per process: two servers that start at once both write, and either file is good.
    let temporary = path.with_extension(format!("{}.tmp", process::id()));
    let written = write(&temporary, &artifact).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write(path: &Path, artifact: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(MAGIC)?;
    file.write_all(blake3::hash(artifact).as_slice())?;
    file.write_all(artifact)?;
    file.sync_all()
}

#[expect(unsafe_code, reason = "a system call without a safe wrapper in std")]
fn own_uid() -> u32 {
    // SAFETY: it takes nothing, touches no memory and cannot fail.
    unsafe { libc::geteuid() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use wasmer::sys::{Cranelift, EngineBuilder};

    use super::*;

    /// The smallest module there is.
    const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

    fn engine() -> Engine {
        EngineBuilder::new(Cranelift::default()).engine().into()
    }

    #[test]
    fn the_name_of_a_file_knows_the_compilers_version() {
        let lock = include_str!("../../../Cargo.lock");
        assert!(lock.contains(&format!("name = \"wasmer\"\nversion = \"{WASMER_VERSION}\"")));
    }

    #[test]
    fn what_was_stored_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        let engine = engine();
        load_or_compile(dir.path(), &engine, EMPTY).unwrap();
        let path = path(dir.path(), EMPTY);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(load(&path, &engine).unwrap().is_some());
    }

    #[test]
    fn a_torn_or_corrupted_file_is_compiled_anew() {
        let dir = tempfile::tempdir().unwrap();
        let engine = engine();
        load_or_compile(dir.path(), &engine, EMPTY).unwrap();
        let path = path(dir.path(), EMPTY);
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        for broken in [&whole[..whole.len() / 2], &whole[..10], &[], &flipped] {
            fs::write(&path, broken).unwrap();
            assert!(load(&path, &engine).is_err());
            load_or_compile(dir.path(), &engine, EMPTY).unwrap();
            assert_eq!(fs::read(&path).unwrap().len(), whole.len());
        }
    }

    #[test]
    fn a_file_that_others_can_write_is_not_trusted() {
        let dir = tempfile::tempdir().unwrap();
        let engine = engine();
        load_or_compile(dir.path(), &engine, EMPTY).unwrap();
        let path = path(dir.path(), EMPTY);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(
            load(&path, &engine).unwrap_err().kind(),
            io::ErrorKind::PermissionDenied
        );
    }

    #[test]
    fn a_directory_that_cannot_be_written_only_costs_time() {
        let engine = engine();
        load_or_compile(Path::new("/proc/no/such/place"), &engine, EMPTY).unwrap();
    }
}
