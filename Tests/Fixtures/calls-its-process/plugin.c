/* A plugin whose constructor calls a function of the process, whose address it finds in the environment. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>

#include "fixture_plugin.h"

PLR_MANIFEST("calls-its-process", "1.0.0", PLR_UNLOAD_RESIDENT, 0);

__attribute__((constructor)) static void call(void) {
  const char *address = getenv("FIXTURE_CALLS");
  if (address) ((void (*)(void))(uintptr_t)strtoull(address, NULL, 10))();
}

FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
