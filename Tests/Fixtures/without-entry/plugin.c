/* Everything but the one symbol that a plugin exports. */
#include "fixture_plugin.h"

PLR_MANIFEST("without-entry", "1.0.0", PLR_UNLOAD_RESIDENT, 0);

