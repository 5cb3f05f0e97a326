/* fixture_plugin.h - a whole plugin in C; each fixture departs from it in the one way that its
 * folder is named after. It asks its host for everything and links against nothing. */
#ifndef FIXTURE_PLUGIN_H
#define FIXTURE_PLUGIN_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "plr_allocator.h"
#include "plr_log.h"
#include "plr_registry.h"

/* A manifest whose every field can be wrong. */
#define FIXTURE_MANIFEST(variable, major, minor, unload_class_, features_, name_, toolchain_)     \
  __attribute__((used, section(PLR_NOTE_SECTION), aligned(4)))                                    \
  static const plr_manifest_note variable = {                                                     \
      sizeof(PLR_NOTE_OWNER), sizeof(plr_manifest), PLR_NOTE_TYPE_MANIFEST, PLR_NOTE_OWNER,       \
      {sizeof(plr_manifest), (major), (minor), (unload_class_), (features_), name_, "1.0.0",      \
       toolchain_}}

/* Leaves the file `PATH.ran` beside the plugin: the proof that code of it ran. */
__attribute__((constructor)) static void fixture_leave_a_trace(void) {
  Dl_info self;
  char path[4096];
  if (dladdr((const void *)fixture_leave_a_trace, &self) == 0) return;
  snprintf(path, sizeof(path), "%s.ran", self.dli_fname);
  int trace = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  if (trace >= 0) close(trace);
}

static const plr_host *fixture_host;
static const plr_log *fixture_log_service;
static const plr_allocator *fixture_allocator;
static const plr_registry *fixture_registry;
static void *fixture_block;

static uint64_t fixture_answer(uint64_t input) { return 3 * input + 1; }

static void fixture_log(uint32_t level, const char *message) {
  fixture_log_service->write(fixture_host, level, "fixture", message, strlen(message));
}

static const void *fixture_runtime(void) { return fixture_host->runtime; }

static const fixture_unit fixture_table = {
    sizeof(fixture_unit), FIXTURE_UNIT_REVISION, fixture_answer, fixture_log, fixture_runtime,
};

static inline plr_status fixture_init(const plr_host *host, plr_error *error) {
  fixture_host = host;
  fixture_log_service = host->query_interface(host, PLR_LOG_ID, PLR_LOG_REVISION);
  fixture_allocator = host->query_interface(host, PLR_ALLOCATOR_ID, PLR_ALLOCATOR_REVISION);
  fixture_registry = host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
  fixture_block = fixture_allocator->allocate(host, FIXTURE_BLOCK_SIZE, 0);
  if (fixture_block == NULL) return plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, "block", "no memory");
  fixture_log(PLR_LOG_NOTICE, "init");
  return fixture_registry->add(host, host->name, FIXTURE_UNIT_REVISION, 0, &fixture_table, error);
}

static inline void fixture_deinit(const plr_host *host) {
  fixture_registry->remove(host, host->name, FIXTURE_UNIT_REVISION, &fixture_table);
  fixture_allocator->deallocate(host, fixture_block);
  fixture_log(PLR_LOG_NOTICE, "deinit");
}

static inline const void *fixture_query(const plr_host *host, const char *id,
                                        uint32_t revision) {
  (void)host;
  return strcmp(id, FIXTURE_UNIT_ID) == 0 && revision == FIXTURE_UNIT_REVISION ? &fixture_table
                                                                               : NULL;
}

#define FIXTURE_ENTRY(init, deinit, query)                                                        \
  static const plr_plugin fixture_plugin = {                                                      \
      sizeof(plr_plugin), PLR_ABI_MAJOR, PLR_ABI_MINOR, init, deinit, query};                     \
  const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {                        \
    (void)host;                                                                                   \
    (void)error;                                                                                  \
    return &fixture_plugin;                                                                       \
  }

#endif
