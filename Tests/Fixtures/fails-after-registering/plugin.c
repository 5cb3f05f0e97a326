/* Registers what it offers, looks whether it finds that, and fails. */
#include "fixture_plugin.h"

PLR_MANIFEST("fails-after-registering", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

static plr_status init(const plr_host *host, plr_error *error) {
  plr_status status = fixture_init(host, error);
  if (status != PLR_OK) return status;
  fixture_registry->add(host, "fixture.staged", 1, 0, &fixture_table, error);
  if (fixture_registry->count(host, "fixture.staged", 1) != 0)
    return plugin_fail(error, PLR_ERROR_PLUGIN, "fixture.staged", "found before it is ready");
#ifdef SUCCEEDS
  return PLR_OK;
#else
  /* Without undoing what it did. */
  return plugin_fail(error, PLR_ERROR_PLUGIN, "licence", "expired");
#endif
}

static void deinit(const plr_host *host) {
  fixture_registry->remove(host, "fixture.staged", 1, &fixture_table);
  fixture_deinit(host);
}

FIXTURE_ENTRY(init, deinit, fixture_query)
