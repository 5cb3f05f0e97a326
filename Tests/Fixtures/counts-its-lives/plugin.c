/* A resident plugin that answers how often it was initialised in one set of variables. */
#include "fixture_plugin.h"

PLR_MANIFEST("counts-its-lives", "1.0.0", PLR_UNLOAD_RESIDENT, 0);

static uint64_t lives;

static uint64_t answer(uint64_t input) {
  (void)input;
  return lives;
}

static const fixture_unit unit = {
    sizeof(fixture_unit), FIXTURE_UNIT_REVISION, answer, fixture_log, fixture_runtime,
};

static plr_status init(const plr_host *host, plr_error *error) {
  lives += 1;
  return fixture_init(host, error);
}

static const void *query(const plr_host *host, const char *id, uint32_t revision) {
  (void)host;
  return strcmp(id, FIXTURE_UNIT_ID) == 0 && revision == FIXTURE_UNIT_REVISION ? &unit : NULL;
}

FIXTURE_ENTRY(init, fixture_deinit, query)
