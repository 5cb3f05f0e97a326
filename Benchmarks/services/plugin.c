/* A plugin that registers some of the interfaces of registry.cpp, for as long as it is loaded. */
#include <stdio.h>

#include "plr_registry.h"

static const plr_registry *registry;
static int table;

static plr_status init(const plr_host *host, plr_error *error) {
  registry = host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
  for (int i = 0; i < 10; i += 1) {
    char id[64];
    snprintf(id, sizeof id, "example.interface-%d", i * 97 * 7919 % 100000);
    plr_status status = registry->add(host, id, 1, 0, &table, error);
    if (status != PLR_OK) return status;
  }
  return PLR_OK;
}

static void deinit(const plr_host *host) { (void)host; }

static const void *query(const plr_host *host, const char *id, uint32_t revision) {
  (void)host, (void)id, (void)revision;
  return NULL;
}

static const plr_plugin plugin = {sizeof plugin, PLR_ABI_MAJOR, 0, init, deinit, query};

const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
  (void)host, (void)error;
  return &plugin;
}
