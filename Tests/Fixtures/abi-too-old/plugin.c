/* Made for a major version of the ABI before the first. */
#include "fixture_plugin.h"

FIXTURE_MANIFEST(manifest, 0, 9, PLR_UNLOAD_UNLOADABLE, 0, "abi-too-old", "");
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
