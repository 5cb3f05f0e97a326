/* Needs a library that only its own directory leads to. */
#include "fixture_plugin.h"

PLR_MANIFEST("needs-its-neighbour", "1.2.3", PLR_UNLOAD_RESIDENT, 0);

extern uint64_t fixture_neighbour_answer(uint64_t input);

static plr_status init(const plr_host *host, plr_error *error) {
  return fixture_neighbour_answer(1) == 4 ? fixture_init(host, error) : PLR_ERROR_PLUGIN;
}

FIXTURE_ENTRY(init, fixture_deinit, fixture_query)
