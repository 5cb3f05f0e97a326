/* The entry returns nothing and gives no reason. */
#include "fixture_plugin.h"

PLR_MANIFEST("entry-null", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
  (void)host;
  (void)error;
  return NULL;
}
