#define _GNU_SOURCE
#include "platform_support.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int platform_make_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int platform_close_from(void *file_actions, int descriptor) {
  return posix_spawn_file_actions_addclosefrom_np(file_actions, descriptor);
}

int platform_exchange(const char *path, const char *other) {
  return renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE);
}

int platform_processor_count(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 0;
}

/* Kernels from 6.3 on want to know whether it may be run; older ones do not know the flag. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

int platform_make_memory_file(const char *name) {
  int file = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
  if (file >= 0 || errno != EINVAL) return file;
  return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int platform_seal(int file) {
  return fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
}
