/* Three blocks of 1,000 bytes that nobody frees. */
#include "fixture_plugin.h"

PLR_MANIFEST("leaks-memory", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

static plr_status init(const plr_host *host, plr_error *error) {
  plr_status status = fixture_init(host, error);
  for (int i = 0; i < 3; i += 1) fixture_allocator->allocate(host, 1000, 0);
  return status;
}

FIXTURE_ENTRY(init, fixture_deinit, fixture_query)
