/* deinit leaves its interface in the registry. */
#include "fixture_plugin.h"

PLR_MANIFEST("keeps-registered", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

static void deinit(const plr_host *host) { fixture_allocator->deallocate(host, fixture_block); }

FIXTURE_ENTRY(fixture_init, deinit, fixture_query)
