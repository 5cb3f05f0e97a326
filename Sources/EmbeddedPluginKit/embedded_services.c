/* The functions of the runtime that the sources of PluginInterfaces call, by the tables of the plugin's host: so these sources
 * are the same in Embedded Swift, which is linked with no runtime. Hidden in the plugin. */
#include "embedded_plugin.h"
#include "plr_allocator.h"
#include "plr_registry.h"

#define HIDDEN __attribute__((visibility("hidden")))

static const plr_registry *registry_of(const plr_host *host) {
  return host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
}

HIDDEN void *plr_allocate(const plr_host *host, size_t size, size_t alignment) {
  (void)host;
  return embedded_plugin_allocate(size, alignment);
}

HIDDEN void plr_deallocate(const plr_host *host, void *block) {
  (void)host;
  embedded_plugin_deallocate(block);
}

HIDDEN plr_status plr_registry_add(const plr_host *host, const char *id, uint32_t revision,
                                   int32_t priority, const void *table, plr_error *error) {
  const plr_registry *registry = registry_of(host);
  if (registry == NULL || registry->size < PLR_REGISTRY_SIZE_1_1)
    return plugin_fail(error, PLR_ERROR_NOT_FOUND, PLR_REGISTRY_ID,
                       "the host offers no registry of version 1.1");
  return registry->add(host, id, revision, priority, table, error);
}

HIDDEN plr_status plr_registry_remove(const plr_host *host, const char *id, uint32_t revision,
                                      const void *table) {
  return registry_of(host)->remove(host, id, revision, table);
}

HIDDEN plr_status plr_registry_acquire_found(const plr_host *host, const plr_interface *found,
                                             uint32_t index, plr_reference *reference) {
  return registry_of(host)->acquire_found(host, found, index, reference);
}

HIDDEN plr_status plr_registry_release(const plr_host *host, plr_reference *reference) {
  return registry_of(host)->release(host, reference);
}
