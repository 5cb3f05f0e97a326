/* The measured process of the floor: bare C, bare dlopen, and the same instrument as bench-probe.
 *
 *   bench-probe-floor [--open-only] [--] FILE...
 *
 * Opens every file in the order given, then calls each plugin once. With --open-only the files need
 * not be plugins of ours: they are opened and that is all. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_unit.h"
#include "probe_report.h"

static int fail(const char *subject, const char *message) {
  char text[1024];
  snprintf(text, sizeof(text), "%s: %s", subject, message);
  probe_report_error(text);
  return 1;
}

int main(int argc, char **argv) {
  int first = 1;
  int open_only = 0;
  probe_report_begin();
  if (first < argc && strcmp(argv[first], "--open-only") == 0) {
    open_only = 1;
    first += 1;
  }
  if (first < argc && strcmp(argv[first], "--") == 0) first += 1;
  int count = argc - first;
  const bench_unit **units = calloc((size_t)count + 1, sizeof(*units));
  uint64_t *load = calloc((size_t)count + 1, sizeof(*load));
  uint64_t *call = calloc((size_t)count + 1, sizeof(*call));
  if (units == NULL || load == NULL || call == NULL) return fail("probe", "no memory");
  /* Touched before the clock starts, as a host's own tables would be. */
  memset(load, 0, ((size_t)count + 1) * sizeof(*load));
  memset(call, 0, ((size_t)count + 1) * sizeof(*call));

  uint64_t begin = process_clock_nanoseconds();
  for (int i = 0; i < count; i += 1) {
    uint64_t start = process_clock_nanoseconds();
    void *handle = dlopen(argv[first + i], RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) return fail(argv[first + i], dlerror());
    if (!open_only) {
      bench_floor_entry_function entry = NULL;
      *(void **)&entry = dlsym(handle, BENCH_FLOOR_SYMBOL);
      if (entry == NULL) return fail(argv[first + i], "does not define " BENCH_FLOOR_SYMBOL);
      units[i] = entry();
      if (units[i] == NULL) return fail(argv[first + i], "its entry returned NULL");
    }
    load[i] = process_clock_nanoseconds() - start;
  }
  uint64_t checksum = 0;
  if (!open_only) {
    for (int i = 0; i < count; i += 1) {
      uint64_t start = process_clock_nanoseconds();
      checksum += units[i]->answer((uint64_t)i);
      call[i] = process_clock_nanoseconds() - start;
    }
  }
  uint64_t ready = process_clock_nanoseconds();

  probe_report_heap();
  probe_wait_at_gate();
  process_metrics metrics;
  int code = process_metrics_read(&metrics);
  if (code != 0) return fail("/proc/self", strerror(code));
  probe_report_number("plugins", (uint64_t)count);
  probe_report_number("clock.ready", ready);
  probe_report_number("startup.load", ready - begin);
  for (int i = 0; i < count; i += 1) probe_report_number("plugin.load", load[i]);
  if (!open_only) {
    for (int i = 0; i < count; i += 1) probe_report_number("plugin.call", call[i]);
    probe_report_number("checksum", checksum);
  }
  /* Without destructors: the figures are out, and what plugins do at exit is not measured. */
  _exit(probe_report_end(&metrics) == 0 ? 0 : 1);
}
