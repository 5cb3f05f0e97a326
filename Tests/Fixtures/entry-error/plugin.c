/* The entry returns nothing and says why. */
#include "fixture_plugin.h"

PLR_MANIFEST("entry-error", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
  (void)host;
  plugin_fail(error, PLR_ERROR_PLUGIN, "licence", "expired on 1 May");
  return NULL;
}
