//! What the process has of memory and of addresses.

use std::fs;

/// Both in MiB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    addresses: usize,
    resident: usize,
}

/// How much resident memory may be added: the fuzzer keeps inputs, and allocators keep pages.
const RESIDENT: usize = 512;

/// Slots are kept, 8 GiB of addresses each, but no more than a few.
const ADDRESSES: usize = 40 << 10;

impl Size {
    pub(super) fn now() -> Self {
        let statm = fs::read_to_string("/proc/self/statm").expect("Linux has it");
        let pages = |at: usize| -> usize {
            let number = statm.split(' ').nth(at).and_then(|number| number.parse().ok());
            number.expect("a number")
        };
        let mib = |pages: usize| (pages * crate::slot::system_page()) >> 20;
        Self {
            addresses: mib(pages(0)),
            resident: mib(pages(1)),
        }
    }

    /// Since `self` was taken, the process did not grow.
    pub(super) fn has_not_grown(self) {
        let now = Self::now();
        assert!(now.resident <= self.resident + RESIDENT, "{self:?}, and now {now:?}");
        assert!(now.addresses <= self.addresses + ADDRESSES, "{self:?}, and now {now:?}");
    }
}
