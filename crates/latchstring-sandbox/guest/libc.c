// The few functions of the C library that the engine mentions and that would otherwise pull in WASI imports. None of
// them reaches outside: time is what the host wrote into the control block, output goes nowhere, and giving up traps.
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>

#include "control.h"

static uint64_t now_us(void) { return (uint64_t)(control.now_ms * 1000.0); }

int gettimeofday(struct timeval *restrict tv, void *restrict zone) {
    (void)zone;
    uint64_t us = now_us();
    tv->tv_sec = (time_t)(us / 1000000);
    tv->tv_usec = (suseconds_t)(us % 1000000);
    return 0;
}
int clock_gettime(clockid_t clock, struct timespec *time) {
    (void)clock;
    uint64_t us = now_us();
    time->tv_sec = (time_t)(us / 1000000);
    time->tv_nsec = (long)(us % 1000000) * 1000;
    return 0;
}
// All programs live in UTC.
struct tm *localtime_r(const time_t *restrict time, struct tm *restrict out) {
    (void)time;
    return memset(out, 0, sizeof *out);
}

_Noreturn void abort(void) { __builtin_trap(); }
_Noreturn void __assert_fail(const char *text, const char *file, int line, const char *function) {
    (void)text, (void)file, (void)line, (void)function;
    __builtin_trap();
}

int fprintf(FILE *restrict file, const char *restrict format, ...) { (void)file, (void)format; return 0; }
int printf(const char *restrict format, ...) { (void)format; return 0; }
int fputc(int c, FILE *file) { (void)file; return c; }
int putchar(int c) { return c; }
int puts(const char *text) { (void)text; return 0; }
int fputs(const char *restrict text, FILE *restrict file) { (void)text, (void)file; return 0; }
int fflush(FILE *file) { (void)file; return 0; }
size_t __stdio_write(FILE *file, const unsigned char *text, size_t length) { (void)file, (void)text; return length; }
size_t __stdout_write(FILE *file, const unsigned char *text, size_t length) { (void)file, (void)text; return length; }
off_t __stdio_seek(FILE *file, off_t offset, int whence) { (void)file, (void)offset, (void)whence; return -1; }
int __stdio_close(FILE *file) { (void)file; return 0; }
int __isatty(int fd) { (void)fd; return 0; }
