//! The key ring as a file that only its owner can read.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use latchstring_core::random;
use zeroize::Zeroizing;

use crate::{KeyRing, KeyRingError};

/// Larger than any ring; a file beyond it is something else.
const MAX_BYTES: u64 = 64 << 10;

impl KeyRing {
    /// Reads the ring in this file; makes a new one if there is no such file. The new file appears whole or not at
    /// all, and of several processes that start at once, one makes it and all read the same.
    ///
    /// # Errors
    /// When the file cannot be read or made, when others may read it, or when it holds no key ring.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyRingFileError> {
        match Self::load(path) {
            Err(KeyRingFileError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                create(path).map_err(|source| KeyRingFileError::Create {
                    path: path.to_owned(),
                    source,
                })?;
                Self::load(path)
            }
            result => result,
        }
    }

    /// Reads the ring in this file.
    ///
    /// # Errors
    /// When the file cannot be read, when others may read it, or when it holds no key ring.
    pub fn load(path: &Path) -> Result<Self, KeyRingFileError> {
        let unreadable = |source| KeyRingFileError::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(unreadable)?;
        if is_open_to_others(&file).map_err(unreadable)? {
            return Err(KeyRingFileError::OpenToOthers { path: path.to_owned() });
        }
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
        Self::parse(text.trim()).map_err(|source| KeyRingFileError::Parse {
            path: path.to_owned(),
            source,
        })
    }
}

/// Why there is no ring from a file.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingFileError {
    /// The file cannot be read.
    #[error("the key ring `{}` cannot be read; check that it is a file this user may read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file cannot be made.
    #[error("the key ring `{}` cannot be created; check that its folder exists and this user may write there", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Others than the file's owner may read or change it.
    #[error("other users may read the key ring `{0}`; run `chmod 600 {0}`", path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("the key ring `{}` is not usable: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyRingError,
    },
}

/// Writes a new ring beside `path` and then gives it that name, unless somebody else was faster.
fn create(path: &Path) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{:016x}.new", u64::from_be_bytes(random::bytes())));
    let draft = PathBuf::from(name);
    let written = write_private(&draft, KeyRing::generate().to_text().expose()).and_then(|()| {
        // A link, not a rename: a rename would replace the ring of a faster process.
        match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            result => result,
        }
    });
    let removed = fs::remove_file(&draft);
    written.and(removed).and_then(|()| sync_folder(path))
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

/// Makes the file's name survive a power loss, not only its content.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_makes_the_ring_and_the_second_reads_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys.json");
        let made = KeyRing::load_or_create(&path).expect("made");
        let read = KeyRing::load_or_create(&path).expect("read");
        assert_eq!(made.checks(), read.checks());
        assert_eq!(
            fs::read_dir(folder.path()).expect("a folder").count(),
            1,
            "the draft is gone"
        );
    }

    #[test]
    fn processes_that_start_at_once_agree_on_one_ring() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys.json");
        let rings: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| KeyRing::load_or_create(&path).expect("a ring").checks()))
                .collect();
            starts
                .into_iter()
                .map(|start| start.join().expect("no panic"))
                .collect()
        });
        assert!(rings.iter().all(|checks| *checks == rings[0]));
    }

    #[test]
    fn whoever_comes_second_leaves_the_first_ring_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys.json");
        create(&path).expect("made");
        let made = fs::read(&path).expect("read");
        create(&path).expect("there is one");
        assert_eq!(fs::read(&path).expect("read"), made);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_without_a_folder_is_in_the_current_one() {
        sync_folder(Path::new("keys.json")).expect("synced");
    }

    #[cfg(unix)]
    #[test]
    fn a_ring_that_cannot_be_reached_is_not_made_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        write_private(&file, "").expect("written");
        let error = KeyRing::load_or_create(&file.join("keys.json")).expect_err("refused");
        assert!(matches!(error, KeyRingFileError::Read { .. }), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_ring_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys.json");
        KeyRing::load_or_create(&path).expect("made");
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("changed");
            let error = KeyRing::load_or_create(&path).expect_err("refused").to_string();
            let path = path.display();
            assert_eq!(
                error,
                format!("other users may read the key ring `{path}`; run `chmod 600 {path}`")
            );
        }
    }

    #[test]
    fn a_damaged_ring_is_reported_and_never_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys.json");
        write_private(&path, "{}").expect("written");
        let error = KeyRing::load_or_create(&path).expect_err("refused");
        assert!(matches!(error, KeyRingFileError::Parse { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("text"), "{}\n");
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = KeyRing::load_or_create(Path::new("/nowhere/keys.json"))
            .expect_err("refused")
            .to_string();
        assert_eq!(
            error,
            "the key ring `/nowhere/keys.json` cannot be created; check that its folder exists and this user may write there"
        );
    }
}
