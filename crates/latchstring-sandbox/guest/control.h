// The one place where host and guest meet: the host finds this block by the exported symbol `control`, writes the
// limits, reads the rest. `src/guest.rs` has the same offsets.
#pragma once
#include <stdint.h>

typedef struct {
    volatile uint32_t stop; //  0  host, from another thread: end at the next poll, with an error that has a line
    volatile uint32_t kill; //  4  host, from another thread: the compiled code traps at the next call or loop turn
    uint32_t polls;         //  8  interrupt polls so far; one per about 10,000 branches and calls
    uint32_t poll_limit;    // 12  0 is none
    double now_ms;          // 16
    uint64_t seed;          // 24
    uint32_t heap_limit;    // 32  bytes
    uint32_t call_limit;    // 36
    uint32_t result_limit;  // 40  bytes
    uint32_t console_limit; // 44  bytes
    uint32_t in_ptr;        // 48  where the host writes a program or answers; one byte more than `in_cap` is there
    uint32_t in_cap;        // 52
    uint32_t out_ptr;       // 56  the result, or a description of the error, as JSON
    uint32_t out_len;       // 60
    uint32_t console_ptr;   // 64
    uint32_t console_len;   // 68
    uint32_t console_dropped; // 72
    uint32_t requests_ptr;  // 76  calls made in this turn: id, path length, argument length, path, argument
    uint32_t requests_len;  // 80
    uint32_t calls;         // 84  calls made in all
    uint32_t pending;       // 88  calls not answered yet
    uint32_t result_size;   // 92  size of a result that is over the limit
} Control;

extern Control control;
