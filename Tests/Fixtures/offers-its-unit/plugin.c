/* A plugin that says in its file which interface it will register: the one of its own name. */
#include "fixture_plugin.h"

PLR_MANIFEST("offers-its-unit", "1.2.3", PLR_UNLOAD_UNLOADABLE, 0);
PLR_OFFERS("offers-its-unit", FIXTURE_UNIT_REVISION);
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
