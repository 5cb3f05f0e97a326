/* The same in C. */
#include <string.h>

#include "bench_measured.h"

PLR_MANIFEST("measured-c", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

static const plr_registry *registry;

static int64_t add(void *context, int64_t x, int64_t y) {
  (void)context;
  return (int64_t)((uint64_t)x + (uint64_t)y);
}

static int64_t look(void *context, plr_text text) {
  (void)context;
  return (int64_t)text.length + (text.length > 0 ? (uint8_t)text.bytes[0] : 0);
}

static plr_status fail(void *context, int32_t code, plr_error *error) {
  (void)context;
  return code == 0 ? PLR_OK : plugin_fail(error, code, "fail", "as was asked");
}

static const bench_measured measured = {BENCH_MEASURED_HEAD(NULL), add, look, look, fail};

static plr_status init(const plr_host *host, plr_error *error) {
  registry = host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
  if (registry == NULL) return plugin_fail(error, PLR_ERROR_NOT_FOUND, "registry", "");
  return registry->add(host, BENCH_MEASURED_ID, BENCH_MEASURED_REVISION, -1, &measured, error);
}

static void deinit(const plr_host *host) {
  registry->remove(host, BENCH_MEASURED_ID, BENCH_MEASURED_REVISION, &measured);
}

static const void *query_interface(const plr_host *host, const char *id, uint32_t revision) {
  (void)host;
  return strcmp(id, BENCH_MEASURED_ID) == 0 && revision == 1 ? &measured : NULL;
}

static const plr_plugin plugin = {
    sizeof(plr_plugin), PLR_ABI_MAJOR, PLR_ABI_MINOR, init, deinit, query_interface};

const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
  (void)host;
  (void)error;
  return &plugin;
}
