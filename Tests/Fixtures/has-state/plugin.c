/* A plugin that counts, and hands its count on to the next version. What it is, is said to the compiler:
 * CODE_VERSION, STATE_VERSION, OLDEST_ACCEPTED, and what comes of SAVING and ACCEPTING. */
#include "fixture_plugin.h"
#include "plr_state.h"

#ifndef CODE_VERSION
#define CODE_VERSION 1
#endif
#ifndef STATE_VERSION
#define STATE_VERSION 1
#endif
#ifndef OLDEST_ACCEPTED
#define OLDEST_ACCEPTED 1
#endif
#ifndef SAVING
#define SAVING PLR_OK
#endif
#ifndef ACCEPTING
#define ACCEPTING PLR_OK
#endif
#ifndef UNLOAD_CLASS
#define UNLOAD_CLASS PLR_UNLOAD_UNLOADABLE
#endif

PLR_MANIFEST("has-state", "1.0.0", UNLOAD_CLASS, 0);

static uint64_t count;

/* Adds, and tells the version of the code in the upper half. */
static uint64_t answer(uint64_t input) {
  return (uint64_t)CODE_VERSION << 32 | __atomic_add_fetch(&count, input, __ATOMIC_RELAXED);
}

static const fixture_unit unit = {
    sizeof(fixture_unit), FIXTURE_UNIT_REVISION, answer, fixture_log, fixture_runtime,
};

static plr_status save(const plr_host *host, const plr_state_writer *writer, plr_error *error) {
  (void)host;
  if (SAVING != PLR_OK) return plugin_fail(error, SAVING, "count", "it is not to be had");
  /* In two pieces. */
  plr_status status = writer->write(writer, &count, 4);
  if (status == PLR_OK) status = writer->write(writer, (const char *)&count + 4, 4);
  return status;
}

static plr_status accept(const plr_host *host, uint32_t version, const void *bytes, size_t size,
                         plr_error *error) {
  (void)host;
  if (ACCEPTING != PLR_OK) return plugin_fail(error, ACCEPTING, "count", "it is not wanted");
  if (size != sizeof(count)) return plugin_fail(error, PLR_ERROR_PLUGIN, "count", "wrong size");
  memcpy(&count, bytes, size);
  /* The first format counted from 1. */
  if (version < STATE_VERSION) count -= 1;
  return PLR_OK;
}

static const plr_state state = {sizeof(plr_state), PLR_STATE_REVISION, STATE_VERSION,
                                OLDEST_ACCEPTED,   save,               accept};

static const void *query(const plr_host *host, const char *id, uint32_t revision) {
  (void)host;
  if (strcmp(id, PLR_STATE_ID) == 0) return revision == PLR_STATE_REVISION ? &state : NULL;
  return strcmp(id, FIXTURE_UNIT_ID) == 0 && revision == FIXTURE_UNIT_REVISION ? &unit : NULL;
}

#ifdef INIT_FAILS
static plr_status init(const plr_host *host, plr_error *error) {
  (void)host;
  return plugin_fail(error, PLR_ERROR_PLUGIN, "init", "this version cannot");
}
#else
#define init fixture_init
#endif

FIXTURE_ENTRY(init, fixture_deinit, query)
