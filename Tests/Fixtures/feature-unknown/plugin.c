/* Needs a feature that no host knows yet. */
#include "fixture_plugin.h"

FIXTURE_MANIFEST(manifest, PLR_ABI_MAJOR, 0, 0, 0x80000000u, "feature-unknown", "");
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
