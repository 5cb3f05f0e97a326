/* What somebody puts in the place of a plugin that was verified: its constructor tells the process. */
#include "fixture_plugin.h"

#include <stdlib.h>

__attribute__((constructor)) static void tell_that_it_ran(void) {
  setenv("FIXTURE_SWAPPED_IN_RAN", "1", 1);
}

PLR_MANIFEST("swapped-in", "6.6.6", PLR_UNLOAD_UNLOADABLE, 0);
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
