/* A resident plugin whose init fails: its code stays mapped all the same. */
#include "fixture_plugin.h"

PLR_MANIFEST("init-fails-resident", "1.0.0", PLR_UNLOAD_RESIDENT, 0);

static plr_status init(const plr_host *host, plr_error *error) {
  (void)host;
  return plugin_fail(error, PLR_ERROR_PLUGIN, "dictionary", "no words in it");
}

FIXTURE_ENTRY(init, fixture_deinit, fixture_query)
