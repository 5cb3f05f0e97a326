/* calls.h - calls by C, and what is counted meanwhile. */
#ifndef CALLS_H
#define CALLS_H

#include "bench_measured.h"

/* From CLOCK_MONOTONIC_RAW. */
uint64_t calls_now(void);
/* How often this thread has asked the C library for memory: the Swift runtime does for each object. */
uint64_t calls_allocations(void);
/* A C function in another file, as a pointer that the compiler does not know. */
typedef int64_t (*calls_function)(void *context, int64_t x, int64_t y);
calls_function calls_plain(void);
/* The sum of `count` calls. */
int64_t calls_by_pointer(calls_function function, void *context, int64_t count);
/* The same, each for one function alone. */
int64_t calls_alone_near(calls_function function, void *context, int64_t count);
int64_t calls_alone_far(calls_function function, void *context, int64_t count);

#endif
