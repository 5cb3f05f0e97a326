/* Two plugins' objects linked into one file. */
#include "fixture_plugin.h"

FIXTURE_MANIFEST(first, PLR_ABI_MAJOR, 0, 0, 0, "two-manifests-1", "");
FIXTURE_MANIFEST(second, PLR_ABI_MAJOR, 0, 0, 0, "two-manifests-2", "");
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
