#define _GNU_SOURCE
#include "platform_support.h"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
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
