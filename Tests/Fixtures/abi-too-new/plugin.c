/* Made for a major version of the ABI that is not there yet. */
#include "fixture_plugin.h"

FIXTURE_MANIFEST(manifest, PLR_ABI_MAJOR + 1, 0, PLR_UNLOAD_UNLOADABLE, 0, "abi-too-new", "");
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
