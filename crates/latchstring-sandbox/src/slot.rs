//! Memory slots: the address space one guest lives in, reused between runs.
//!
//! A slot reserves all that 32-bit code could reach and maps the image at its start, copy-on-write. Giving a slot back
//! restores it: pages that nearly every run writes are copied back and stay resident, everything else is dropped and
//! reads as the image again.

use std::{
    collections::{HashMap, HashSet},
    io,
    ops::{Range, RangeInclusive},
    ptr::{self, NonNull},
    sync::{Arc, Mutex, OnceLock},
};

use crate::{
    budget::{PageBudget, give_back_to_all, take_from_all},
    image::Image,
    lock::lock,
};

/// A WebAssembly page.
pub(crate) const PAGE: usize = 64 << 10;

/// Pages that are made accessible at once: 1 MiB at first, later as much as the slot has grown by, 8 MiB at most. Each time is a
/// system call that holds up all other threads of the process for a moment, or, where a thread that stands further back (`pace.rs`)
/// makes it, for as long as that thread waits for a processor; and a worker asks the server each time. So a slot never
/// takes more pages that it does not use than it uses, but for the first.
const PORTION: RangeInclusive<usize> = 16..=128;

/// 4 GiB of index plus 4 GiB of constant offset and a page: no access of compiled code ends outside. This is what
/// wasmer's static memory style relies on instead of bounds checks.
const RESERVED: usize = (4 << 30) + (4 << 30) + PAGE;

/// The memory of one guest.
#[derive(Debug)]
pub(crate) struct Slot {
    base: NonNull<u8>,
    /// Bytes that map the image.
    mapped: usize,
    /// Bytes that the guest has.
    len: usize,
    /// Bytes that can be read and written. Those that the guest does not have yet are zero, unless it is broken.
    accessible: usize,
}

#[expect(unsafe_code, reason = "a raw pointer is not Send by itself")]
// SAFETY: a slot is the only owner of its mapping, which belongs to the process and not to a thread.
unsafe impl Send for Slot {}
#[expect(unsafe_code, reason = "a raw pointer is not Sync by itself")]
// SAFETY: `&Slot` gives out the address and the length only.
unsafe impl Sync for Slot {}

impl Slot {
    fn new(image: &Image) -> io::Result<Self> {
        let reserve = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        #[expect(unsafe_code, reason = "mapping memory")]
        // SAFETY: a fresh mapping at an address the kernel chooses touches nothing that exists.
        let at = unsafe { libc::mmap(ptr::null_mut(), RESERVED, libc::PROT_NONE, reserve, -1, 0) };
        if at == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(at.cast()).ok_or_else(|| io::Error::other("mapped at zero"))?;
        let slot = Self {
            base,
            mapped: image.len(),
            len: image.len(),
            accessible: image.len(),
        };
        let (access, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_FIXED);
        #[expect(unsafe_code, reason = "mapping memory")]
        // SAFETY: replaces the start of the reservation made above, which is longer than any image and still unused.
        let mapped = unsafe { libc::mmap(at, image.len(), access, flags, image.raw_fd(), 0) };
        if mapped == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(slot)
    }

    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Bytes from the base that the guest has.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Pages that are accessible and not of the image.
    fn grown(&self) -> usize {
        (self.accessible - self.mapped) / PAGE
    }

    /// Pages that are accessible and that the guest does not have.
    fn spare(&self) -> usize {
        (self.accessible - self.len) / PAGE
    }

    /// Gives the guest so many more of the [`spare`](Self::spare) pages.
    fn lengthen(&mut self, pages: usize) {
        self.len += pages * PAGE;
    }

    /// Makes `pages` more accessible; they read as zero.
    fn open(&mut self, pages: usize) -> io::Result<()> {
        let bytes = pages * PAGE;
        if bytes > RESERVED - self.accessible {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.protect(
            self.accessible..self.accessible + bytes,
            libc::PROT_READ | libc::PROT_WRITE,
        )?;
        self.accessible += bytes;
        Ok(())
    }

    /// Makes the slot what it was when new. `hot` are the ranges worth keeping resident, in order.
    fn restore(&mut self, image: &Image, hot: &[Range<usize>]) -> io::Result<()> {
        let mut at = 0;
        for range in hot {
            self.forget(at..range.start)?;
            let source = &image.bytes()[range.clone()];
            #[expect(unsafe_code, reason = "writing mapped memory")]
            // SAFETY: the range lies in the image, which is mapped writable at the base, or was made so again by `reopen`; no guest
            // runs in a slot that is being restored; the source is a different mapping.
            unsafe {
                ptr::copy_nonoverlapping(source.as_ptr(), self.base.add(range.start).as_ptr(), source.len());
            }
            at = range.end;
        }
        self.forget(at..self.mapped)?;
        self.forget(self.mapped..self.accessible)?;
        if self.accessible > self.mapped {
            self.protect(self.mapped..self.accessible, libc::PROT_NONE)?;
            self.accessible = self.mapped;
        }
        self.len = self.mapped;
        Ok(())
    }

    /// Drops what was written: image pages read as the image again, grown ones as zero. The range is of the one or of the other,
    /// because then the system holds up no other thread meanwhile (`madvise` of a single mapping, since Linux 6.17).
    fn forget(&mut self, range: Range<usize>) -> io::Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        #[expect(unsafe_code, reason = "changing a mapping")]
        // SAFETY: the range is page-aligned and inside the slot, in which no guest runs; nothing of ours points into
        // it.
        let result = unsafe {
            libc::madvise(
                self.base.add(range.start).as_ptr().cast(),
                range.len(),
                libc::MADV_DONTNEED,
            )
        };
        if result == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }

    /// Makes what maps the image accessible again, after [`protect_all`].
    fn reopen(&mut self) -> io::Result<()> {
        self.protect(0..self.mapped, libc::PROT_READ | libc::PROT_WRITE)
    }

    fn protect(&mut self, range: Range<usize>, access: i32) -> io::Result<()> {
        #[expect(unsafe_code, reason = "changing a mapping")]
        // SAFETY: the range is page-aligned and inside the slot, which this `&mut` owns.
        let result = unsafe { libc::mprotect(self.base.add(range.start).as_ptr().cast(), range.len(), access) };
        if result == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error())
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // First what takes long, and holds nobody up. What is not forgotten here goes with the mapping.
        let _ = self.forget(0..self.mapped);
        let _ = self.forget(self.mapped..self.accessible);
        #[expect(unsafe_code, reason = "unmapping")]
        // SAFETY: exactly the range that `new` reserved; the guest that lived in it is gone.
        unsafe {
            libc::munmap(self.base.as_ptr().cast(), RESERVED);
        }
    }
}

/// Takes all access from the slot at `base`, from any thread: whatever runs in it traps at its next access.
///
/// # Safety
/// `base` is the base of a slot that is in use, and its user touches the memory no more except from compiled code, until it has ended and
/// the pool has reopened the slot.
#[expect(unsafe_code, reason = "changing a mapping")]
pub(crate) unsafe fn protect_all(base: NonNull<u8>) -> io::Result<()> {
    // SAFETY: the caller's promise; the whole range is one reservation.
    let result = unsafe { libc::mprotect(base.as_ptr().cast(), RESERVED, libc::PROT_NONE) };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// The size of the system's pages.
#[expect(unsafe_code, reason = "a system call without a safe wrapper in std")]
pub(crate) fn system_page() -> usize {
    // SAFETY: it reads a constant of the system.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    // What the system does not tell is taken to be as large as a page of the guest, which is a multiple of any.
    usize::try_from(bytes).unwrap_or(PAGE).clamp(1, PAGE)
}

/// The slots of one image, and the limits under which they grow.
#[derive(Debug)]
pub(crate) struct Pool {
    image: Image,
    hot: OnceLock<Vec<Range<usize>>>,
    slots: Mutex<Slots>,
    budget: Arc<PageBudget>,
    max_pages: usize,
    /// How many free slots are kept.
    keep: usize,
}

#[derive(Debug, Default)]
struct Slots {
    free: Vec<Slot>,
    /// Bases of slots in use whose memory was taken away.
    taken_away: HashSet<usize>,
    /// By the base of a slot in use: further budgets that it grows by.
    charged: HashMap<usize, Vec<Arc<PageBudget>>>,
}

impl Pool {
    pub(crate) fn new(image: Image, budget: Arc<PageBudget>, max_pages: usize, keep: usize) -> Self {
        Self {
            image,
            hot: OnceLock::new(),
            slots: Mutex::default(),
            budget,
            max_pages,
            keep,
        }
    }

    pub(crate) fn image(&self) -> &Image {
        &self.image
    }

    /// Says which ranges nearly every run writes. Once; until then everything is dropped at each return.
    pub(crate) fn keep_resident(&self, hot: Vec<Range<usize>>) {
        let _ = self.hot.set(hot);
    }

    /// The ranges that nearly every run writes.
    pub(crate) fn hot(&self) -> &[Range<usize>] {
        self.hot.get().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn take(&self) -> io::Result<Slot> {
        if let Some(slot) = lock(&self.slots).free.pop() {
            return Ok(slot);
        }
        Slot::new(&self.image)
    }

    /// Says which budgets the slot at `base`, which is in use and has not grown, takes from beside the pool's.
    pub(crate) fn charge(&self, base: NonNull<u8>, budgets: Vec<Arc<PageBudget>>) {
        if !budgets.is_empty() {
            lock(&self.slots).charged.insert(base.as_ptr().addr(), budgets);
        }
    }

    /// Grows a slot of this pool within the limits of the run, of its owner and of the process.
    pub(crate) fn grow(&self, slot: &mut Slot, pages: usize) -> bool {
        if pages > self.max_pages.saturating_sub(slot.len() / PAGE) {
            return false;
        }
        let is_open = pages <= slot.spare() || self.open(slot, pages - slot.spare());
        if is_open {
            slot.lengthen(pages);
        }
        is_open
    }

    /// Makes at least so many more pages of a slot accessible, if there are so many.
    fn open(&self, slot: &mut Slot, least: usize) -> bool {
        let own = lock(&self.slots).charged.get(&slot.base().as_ptr().addr()).cloned();
        let budgets = [own.unwrap_or_default(), vec![Arc::clone(&self.budget)]].concat();
        let portion = slot.grown().clamp(*PORTION.start(), *PORTION.end());
        let room = self.max_pages.saturating_sub(slot.accessible / PAGE);
        let Some(pages) = take_from_all(&budgets, least, portion.min(room).max(least)) else {
            return false;
        };
        let is_open = slot.open(pages).is_ok();
        if !is_open {
            give_back_to_all(&budgets, pages);
        }
        is_open
    }

    /// Notes that the memory at `base`, of a slot in use, was taken away by [`protect_all`].
    pub(crate) fn was_taken_away(&self, base: NonNull<u8>) {
        lock(&self.slots).taken_away.insert(base.as_ptr().addr());
    }

    #[cfg(test)]
    pub(crate) fn is_taken_away(&self, base: NonNull<u8>) -> bool {
        lock(&self.slots).taken_away.contains(&base.as_ptr().addr())
    }

    /// Makes a slot in use what it was when new. An error when its guest must not be used again.
    pub(crate) fn renew(&self, slot: &mut Slot) -> io::Result<()> {
        if lock(&self.slots).taken_away.contains(&slot.base().as_ptr().addr()) {
            return Err(io::Error::other("its memory was taken away"));
        }
        let grown = slot.grown();
        slot.restore(&self.image, self.hot())?;
        self.give_back_pages(slot, grown);
        Ok(())
    }

    /// Gives back what a slot has grown by, to all who were charged with it.
    fn give_back_pages(&self, slot: &Slot, pages: usize) {
        let own = lock(&self.slots).charged.remove(&slot.base().as_ptr().addr());
        give_back_to_all(&own.unwrap_or_default(), pages);
        self.budget.give_back(pages);
    }

    /// Takes back a slot in which no guest will run any more. Also one whose memory was taken away: a worker cannot have another.
    pub(crate) fn give_back(&self, mut slot: Slot) {
        self.give_back_pages(&slot, slot.grown());
        let was_taken_away = {
            let mut slots = lock(&self.slots);
            let was_taken_away = slots.taken_away.remove(&slot.base().as_ptr().addr());
            if slots.free.len() >= self.keep {
                return;
            }
            was_taken_away
        };
        let reopened = if was_taken_away { slot.reopen() } else { Ok(()) };
        match reopened.and_then(|()| slot.restore(&self.image, self.hot())) {
            Ok(()) => lock(&self.slots).free.push(slot),
            Err(error) => tracing::warn!(%error, "a memory slot could not be restored and is dropped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(pages: usize, budget: usize) -> (Pool, Arc<PageBudget>) {
        let content = vec![7_u8; 2 * PAGE];
        let budget = Arc::new(PageBudget::new(budget));
        (
            Pool::new(Image::new(&content).unwrap(), Arc::clone(&budget), pages, 4),
            budget,
        )
    }

    #[expect(unsafe_code, reason = "the test looks at the memory")]
    fn bytes(slot: &mut Slot) -> &mut [u8] {
        // SAFETY: the slot is not in use by a guest and its accessible bytes are mapped.
        unsafe { std::slice::from_raw_parts_mut(slot.base().as_ptr(), slot.accessible) }
    }

    #[test]
    fn s05_a_slot_comes_back_as_the_image_whatever_was_written() {
        let (pool, _) = pool(8, 100);
        pool.keep_resident(vec![4096..8192, PAGE..PAGE + 4096]);
        let mut slot = pool.take().unwrap();
        let base = slot.base();
        assert!(pool.grow(&mut slot, 3));
        assert!(
            bytes(&mut slot)[2 * PAGE..].iter().all(|byte| *byte == 0),
            "grown pages are zero"
        );
        bytes(&mut slot).fill(0xAB);
        pool.give_back(slot);

        let mut slot = pool.take().unwrap();
        assert_eq!(slot.base(), base, "the same memory");
        assert_eq!((slot.len(), slot.accessible), (2 * PAGE, 2 * PAGE));
        assert!(bytes(&mut slot).iter().all(|byte| *byte == 7));
        assert!(pool.grow(&mut slot, 3));
        assert!(
            bytes(&mut slot)[2 * PAGE..].iter().all(|byte| *byte == 0),
            "nothing of the last run is left"
        );
    }

    #[test]
    fn a_slot_grows_within_the_run_and_the_process() {
        let (pool, budget) = pool(5, 4);
        let mut slot = pool.take().unwrap();
        assert!(!pool.grow(&mut slot, 4), "over the run's limit");
        assert!(pool.grow(&mut slot, 3));
        let mut other = pool.take().unwrap();
        assert!(!pool.grow(&mut other, 2), "over the process's budget");
        pool.give_back(slot);
        assert!(pool.grow(&mut other, 3));
        pool.give_back(other);
        assert!(budget.take(4));
    }

    #[test]
    fn a_slot_that_grows_by_little_takes_as_much_as_it_has() {
        let (pool, budget) = pool(1_000, 400);
        let mut slot = pool.take().unwrap();
        let left = |slot: &mut Slot, pages| {
            assert!(pool.grow(slot, pages));
            *bytes(slot).last_mut().unwrap() = 1;
            (slot.len() / PAGE, budget.left())
        };
        assert_eq!(left(&mut slot, 1), (3, 384));
        assert_eq!(left(&mut slot, 15), (18, 384));
        assert_eq!(left(&mut slot, 1), (19, 368));
        assert_eq!(left(&mut slot, 16), (35, 336), "as many as it had grown by");
        assert_eq!(left(&mut slot, 150), (185, 217), "as many as it needs");
        assert_eq!(left(&mut slot, 1), (186, 89), "and never more than so many ahead");
        assert_eq!(left(&mut slot, 200), (386, 16), "what there is");
        assert!(!pool.grow(&mut slot, 17) && pool.grow(&mut slot, 16));
        pool.give_back(slot);
        assert_eq!(budget.left(), 400);
    }

    #[test]
    fn s05_memory_that_was_taken_away_comes_back_as_the_image() {
        let (pool, budget) = pool(50, 40);
        pool.keep_resident(vec![0..4096, PAGE..PAGE + 4096]);
        let mut slot = pool.take().unwrap();
        assert!(pool.grow(&mut slot, 3));
        bytes(&mut slot).fill(0xAB);
        #[expect(unsafe_code, reason = "what is tested")]
        // SAFETY: nobody touches the slot's memory until it is given back.
        unsafe {
            protect_all(slot.base()).unwrap();
        }
        pool.was_taken_away(slot.base());
        assert!(pool.renew(&mut slot).is_err(), "its guest is not used again");
        let base = slot.base();
        pool.give_back(slot);
        assert_eq!(budget.left(), 40);

        let mut slot = pool.take().unwrap();
        assert!(slot.base() == base && !pool.is_taken_away(base));
        assert_eq!(bytes(&mut slot).len(), 2 * PAGE);
        assert!(bytes(&mut slot).iter().all(|byte| *byte == 7));
        assert!(pool.grow(&mut slot, 3));
        assert!(bytes(&mut slot)[2 * PAGE..].iter().all(|byte| *byte == 0));
    }
}
