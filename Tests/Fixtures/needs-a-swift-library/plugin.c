/* Unloadable itself, but brings a Swift library with conformances along. */
#include "fixture_plugin.h"

PLR_MANIFEST("needs-a-swift-library", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

extern uint64_t fixture_library_answer(uint64_t input);

static plr_status init(const plr_host *host, plr_error *error) {
  if (fixture_library_answer(1) != 4) return PLR_ERROR_PLUGIN;
  return fixture_init(host, error);
}

FIXTURE_ENTRY(init, fixture_deinit, fixture_query)
