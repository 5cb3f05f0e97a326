/* A greeter in C: only the header of the interface and the host's table. */
#include <stdatomic.h>
#include <string.h>

#include "example_greeter.h"
#include "plr_allocator.h"
#include "plr_registry.h"

PLR_MANIFEST("terse", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);
PLR_OFFERS(EXAMPLE_GREETER_ID, EXAMPLE_GREETER_REVISION);

static const plr_host *own;
static const plr_allocator *allocator;
static const plr_registry *registry;
static atomic_int_fast64_t count;

static plr_status greet(void *context, plr_text name, plr_owned_text *result, plr_error *error) {
  static const char start[] = "hi ";
  size_t length = sizeof start - 1 + name.length;
  (void)context;
  if (name.length == 0) return plugin_fail(error, PLR_ERROR_PLUGIN, "name", "it is empty");
  result->bytes = allocator->allocate(own, length, 1);
  if (result->bytes == NULL) return plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, "greeting", "");
  memcpy(result->bytes, start, sizeof start - 1);
  memcpy(result->bytes + sizeof start - 1, name.bytes, name.length);
  result->length = length;
  count += 1;
  return PLR_OK;
}

static int64_t greeting_count(void *context) {
  (void)context;
  return count;
}

static const example_greeter greeter = {EXAMPLE_GREETER_HEAD(NULL), greet, greeting_count};

static plr_status init(const plr_host *host, plr_error *error) {
  allocator = host->query_interface(host, PLR_ALLOCATOR_ID, PLR_ALLOCATOR_REVISION);
  registry = host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
  if (allocator == NULL || registry == NULL)
    return plugin_fail(error, PLR_ERROR_NOT_FOUND, "services", "use a host that has them");
  own = host;
  return registry->add(host, EXAMPLE_GREETER_ID, EXAMPLE_GREETER_REVISION, 0, &greeter, error);
}

static void deinit(const plr_host *host) {
  registry->remove(host, EXAMPLE_GREETER_ID, EXAMPLE_GREETER_REVISION, &greeter);
}

static const void *query_interface(const plr_host *host, const char *id, uint32_t revision) {
  (void)host;
  return strcmp(id, EXAMPLE_GREETER_ID) == 0 && revision == EXAMPLE_GREETER_REVISION ? &greeter
                                                                                    : NULL;
}

static const plr_plugin plugin = {
    sizeof(plr_plugin), PLR_ABI_MAJOR, PLR_ABI_MINOR, init, deinit, query_interface};

const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
  (void)host;
  (void)error;
  return &plugin;
}
