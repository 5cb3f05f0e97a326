/* What the runtime needs of libc and Swift's Glibc module does not show. */
#ifndef RUNTIME_SUPPORT_H
#define RUNTIME_SUPPORT_H

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The corresponding C function is gettid(2), which Swift cannot see without _GNU_SOURCE. */
static inline uint64_t runtime_thread_id(void) {
  extern long syscall(long number, ...);
  return (uint64_t)syscall(SYS_gettid);
}

#endif
