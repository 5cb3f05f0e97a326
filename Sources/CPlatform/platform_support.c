#define _GNU_SOURCE
#include "platform_support.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

int platform_make_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int platform_close_from(void *file_actions, int descriptor) {
  return posix_spawn_file_actions_addclosefrom_np(file_actions, descriptor);
}
