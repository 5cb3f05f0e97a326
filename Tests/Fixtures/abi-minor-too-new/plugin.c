/* Needs a later minor version of the ABI. */
#include "fixture_plugin.h"

FIXTURE_MANIFEST(manifest, PLR_ABI_MAJOR, PLR_ABI_MINOR + 1, 0, 0, "abi-minor-too-new", "");
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
