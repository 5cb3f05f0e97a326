/* Offers its interface again while it is taken down, and tells everyone. */
#include "fixture_plugin.h"

PLR_MANIFEST("registers-in-deinit", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

static void deinit(const plr_host *host) {
  fixture_deinit(host);
  fixture_registry->add(host, host->name, FIXTURE_UNIT_REVISION, 0, &fixture_table, NULL);
  fixture_log(PLR_LOG_NOTICE, "late");
}

FIXTURE_ENTRY(fixture_init, deinit, fixture_query)
