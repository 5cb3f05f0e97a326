/* A plugin in C that keeps its promise to be unloadable. */
#include "fixture_plugin.h"

PLR_MANIFEST("well-behaved-c", "1.2.3", PLR_UNLOAD_UNLOADABLE, 0);
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
