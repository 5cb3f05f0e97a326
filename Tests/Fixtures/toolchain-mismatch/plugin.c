/* Says that it is Swift code of another compiler. */
#include "fixture_plugin.h"

FIXTURE_MANIFEST(manifest, PLR_ABI_MAJOR, 0, 0, PLR_FEATURE_SWIFT_RUNTIME, "toolchain-mismatch",
                 "Swift 5.0");
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
