#define _GNU_SOURCE
#include "calls.h"

#include <dlfcn.h>
#include <time.h>

uint64_t calls_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static _Thread_local uint64_t allocations;
extern void *__libc_malloc(size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  allocations += 1;
  return __libc_malloc(size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  allocations += 1;
  *block = __libc_memalign(alignment, size);
  return *block == NULL ? 12 : 0;
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations += 1;
  return __libc_memalign(alignment, size);
}

uint64_t calls_allocations(void) { return allocations; }

static int64_t add(void *context, int64_t x, int64_t y) {
  (void)context;
  return (int64_t)((uint64_t)x + (uint64_t)y);
}

calls_function calls_plain(void) {
  calls_function function = add;
  __asm__("" : "+r"(function));
  return function;
}

int64_t calls_by_pointer(calls_function function, void *context, int64_t count) {
  int64_t sum = 0;
  for (int64_t i = 0; i < count; i += 1) sum = function(context, sum, i);
  return sum;
}

/* The same in a place of its own: the processor foretells where a call goes by the place that it is made at. */
#define CALLS_ALONE(name)                                                                \
  int64_t name(calls_function function, void *context, int64_t count) {                  \
    int64_t sum = 0;                                                                     \
    for (int64_t i = 0; i < count; i += 1) sum = function(context, sum, i);              \
    return sum;                                                                          \
  }

CALLS_ALONE(calls_alone_near)
CALLS_ALONE(calls_alone_far)
