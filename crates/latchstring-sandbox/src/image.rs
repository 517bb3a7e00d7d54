//! A memory image in a sealed memory file, to be mapped copy-on-write.

use std::{
    fs::File,
    io,
    os::{
        fd::{AsRawFd, OwnedFd, RawFd},
        unix::fs::FileExt,
    },
    ptr::{self, NonNull},
    slice,
};

use rustix::fs::{self, MemfdFlags, SealFlags};

/// What a guest's memory holds when a program starts: never changes, shared by all slots.
#[derive(Debug)]
pub(crate) struct Image {
    file: OwnedFd,
    /// The file, mapped for reading.
    bytes: NonNull<u8>,
    len: usize,
}

#[expect(unsafe_code, reason = "a raw pointer is not Send by itself")]
// SAFETY: the mapping is read-only and lives as long as the image; nothing about it belongs to a thread.
unsafe impl Send for Image {}
#[expect(unsafe_code, reason = "a raw pointer is not Sync by itself")]
// SAFETY: as above; all access through `&Image` reads.
unsafe impl Sync for Image {}

impl Image {
    /// Copies `content`, whose length is a whole number of pages.
    pub(crate) fn new(content: &[u8]) -> io::Result<Self> {
        let file = sealed(content)?;
        let bytes = map_read_only(&file, content.len())?;
        Ok(Self {
            file,
            bytes,
            len: content.len(),
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn raw_fd(&self) -> RawFd {
        self.file.as_raw_fd()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        #[expect(unsafe_code, reason = "the content is behind a raw pointer")]
        // SAFETY: `bytes` maps `len` readable bytes until drop, and the seals let nobody change them.
        unsafe {
            slice::from_raw_parts(self.bytes.as_ptr(), self.len)
        }
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        #[expect(unsafe_code, reason = "unmapping")]
        // SAFETY: exactly the range that `map_read_only` mapped; no slice of it outlives the image.
        unsafe {
            libc::munmap(self.bytes.as_ptr().cast(), self.len);
        }
    }
}

/// A memory file with `content` that nobody can change any more.
pub(crate) fn sealed(content: &[u8]) -> io::Result<OwnedFd> {
    let file = fs::memfd_create(c"latchstring-guest", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    let file = File::from(file);
    file.write_all_at(content, 0)?;
    fs::fcntl_add_seals(
        &file,
        SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL,
    )?;
    Ok(file.into())
}

#[expect(unsafe_code, reason = "mapping memory")]
fn map_read_only(file: &OwnedFd, len: usize) -> io::Result<NonNull<u8>> {
    // SAFETY: a fresh mapping at an address the kernel chooses touches nothing that exists.
    let at = unsafe {
        libc::mmap(
            ptr::null_mut(),
            len,
            libc::PROT_READ,
            libc::MAP_PRIVATE,
            file.as_raw_fd(),
            0,
        )
    };
    if at == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    NonNull::new(at.cast()).ok_or_else(|| io::Error::other("mapped at zero"))
}

#[cfg(test)]
mod tests {
    use super::Image;

    #[test]
    fn an_image_holds_what_it_was_given_and_cannot_be_changed() {
        let content: Vec<u8> = (0..8192_u32).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let image = Image::new(&content).unwrap();
        assert_eq!(image.bytes(), content);
        let file = std::fs::File::from(image.file.try_clone().unwrap());
        assert!(std::os::unix::fs::FileExt::write_all_at(&file, b"x", 0).is_err());
        assert!(file.set_len(0).is_err());
        assert_eq!(image.bytes(), content);
    }
}
