/* A table with a hole where deinit should be. */
#include "fixture_plugin.h"

PLR_MANIFEST("table-missing-function", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);
FIXTURE_ENTRY(fixture_init, NULL, fixture_query)
