/* Calls a function that nobody defines. */
#include "fixture_plugin.h"

PLR_MANIFEST("missing-symbol", "1.0.0", PLR_UNLOAD_RESIDENT, 0);

extern uint64_t fixture_defined_nowhere(uint64_t input);

static plr_status init(const plr_host *host, plr_error *error) {
  return fixture_defined_nowhere(1) == 1 ? fixture_init(host, error) : PLR_ERROR_PLUGIN;
}

FIXTURE_ENTRY(init, fixture_deinit, fixture_query)
