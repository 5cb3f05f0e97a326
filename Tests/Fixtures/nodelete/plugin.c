/* Promises to be unloadable and is linked not to be. */
#include "fixture_plugin.h"

PLR_MANIFEST("nodelete", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
