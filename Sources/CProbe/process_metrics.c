#define _GNU_SOURCE
#include "process_metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int read_file(const char *path, char *buffer, size_t capacity) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  size_t length = 0;
  for (;;) {
    ssize_t count = read(descriptor, buffer + length, capacity - 1 - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      int code = errno;
      close(descriptor);
      return code;
    }
    if (count == 0) break;
    length += (size_t)count;
    if (length == capacity - 1) break;
  }
  close(descriptor);
  buffer[length] = '\0';
  return 0;
}

/* The kilobytes on the line that begins with `name`, added to `*bytes`. */
static int add_kilobytes(const char *text, const char *name, uint64_t *bytes) {
  size_t length = strlen(name);
  for (const char *line = text; line != NULL && *line != '\0';) {
    if (strncmp(line, name, length) == 0 && line[length] == ':') {
      char *end = NULL;
      errno = 0;
      unsigned long long value = strtoull(line + length + 1, &end, 10);
      if (end == line + length + 1 || errno != 0) return ENODATA;
      *bytes += (uint64_t)value * 1024;
      return 0;
    }
    line = strchr(line, '\n');
    if (line != NULL) line += 1;
  }
  return ENODATA;
}

int process_metrics_read(process_metrics *metrics) {
  static char text[8192];
  struct rusage usage;
  memset(metrics, 0, sizeof(*metrics));
  /* First, because reading /proc faults pages in. */
  if (getrusage(RUSAGE_SELF, &usage) != 0) return errno;
  metrics->minor_faults = (uint64_t)usage.ru_minflt;
  metrics->major_faults = (uint64_t)usage.ru_majflt;

  int code = read_file("/proc/self/smaps_rollup", text, sizeof(text));
  if (code != 0) return code;
  const struct {
    const char *name;
    uint64_t *bytes;
  } lines[] = {
      {"Rss", &metrics->rss},           {"Pss", &metrics->pss},
      {"Private_Clean", &metrics->uss}, {"Private_Dirty", &metrics->uss},
      {"Anonymous", &metrics->anonymous},
  };
  for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i += 1) {
    code = add_kilobytes(text, lines[i].name, lines[i].bytes);
    if (code != 0) return code;
  }
  code = read_file("/proc/self/status", text, sizeof(text));
  if (code != 0) return code;
  return add_kilobytes(text, "VmPTE", &metrics->page_tables);
}

uint64_t process_clock_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int read_additions(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  *(uint64_t *)context = (uint64_t)info->dlpi_adds;
  /* Every object tells the same. */
  return 1;
}

uint64_t probe_loaded_objects(void) {
  uint64_t count = 0;
  dl_iterate_phdr(read_additions, &count);
  return count;
}
