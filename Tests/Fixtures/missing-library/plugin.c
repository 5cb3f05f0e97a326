/* Needs a library that is not there when it is loaded. */
#include "fixture_plugin.h"

PLR_MANIFEST("missing-library", "1.0.0", PLR_UNLOAD_RESIDENT, 0);

extern uint64_t fixture_library_answer(uint64_t input);

static plr_status init(const plr_host *host, plr_error *error) {
  return fixture_library_answer(1) == 4 ? fixture_init(host, error) : PLR_ERROR_PLUGIN;
}

FIXTURE_ENTRY(init, fixture_deinit, fixture_query)
