/* plugin.c - a small plugin, as unloading and registering as most: what `run` loads a hundred times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plr_registry.h"

PLR_MANIFEST("bench-0001", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);
PLR_OFFERS("bench.sum", 1);

typedef struct sum_table {
  uint32_t size;
  uint32_t revision;
  uint64_t (*sum)(const uint64_t *values, size_t count);
} sum_table;

static uint64_t sum(const uint64_t *values, size_t count) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; i += 1) total += values[i];
  return total;
}

static const sum_table table = {sizeof(sum_table), 1, sum};

static plr_status start(const plr_host *host, plr_error *error) {
  const plr_registry *registry = host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
  if (registry == NULL) return plugin_fail(error, PLR_ERROR_NOT_FOUND, PLR_REGISTRY_ID, "no registry");
  return registry->add(host, "bench.sum", 1, 0, &table, error);
}

static void stop(const plr_host *host) {
  const plr_registry *registry = host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
  if (registry != NULL) registry->remove(host, "bench.sum", 1, &table);
}

static const void *query(const plr_host *host, const char *id, uint32_t revision) {
  (void)host;
  return strcmp(id, "bench.sum") == 0 && revision == 1 ? &table : NULL;
}

static const plr_plugin plugin = {sizeof(plr_plugin), PLR_ABI_MAJOR, PLR_ABI_MINOR, start, stop, query};

const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
  (void)host;
  (void)error;
  return &plugin;
}
