/* init registers, allocates, fails, and undoes nothing of it. */
#include "fixture_plugin.h"

PLR_MANIFEST("init-fails", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

static plr_status init(const plr_host *host, plr_error *error) {
  fixture_init(host, error);
  return plugin_fail(error, PLR_ERROR_PLUGIN, "dictionary", "no words in it");
}

FIXTURE_ENTRY(init, fixture_deinit, fixture_query)
