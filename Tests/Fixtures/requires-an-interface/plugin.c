/* Cannot be without an interface; offers another one, which its name does not say. */
#include "fixture_plugin.h"

#ifndef NAME
#define NAME "requires-an-interface"
#endif
#ifndef OFFERS
#define OFFERS "fixture.upper"
#endif
#ifndef REQUIRES
#define REQUIRES "fixture.lower"
#endif

PLR_MANIFEST(NAME, "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);
PLR_OFFERS(OFFERS, 1);
PLR_REQUIRES(REQUIRES, 1);

static const void *found;

static plr_status init(const plr_host *host, plr_error *error) {
  const plr_registry *registry = host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
  plr_reference reference;
  /* What is required is there before this is called. */
  if (registry->acquire(host, REQUIRES, 1, 0, &reference) != PLR_OK)
    return plugin_fail(error, PLR_ERROR_NOT_FOUND, REQUIRES, "not there");
  found = reference.table;
  registry->release(host, &reference);
  plr_status status = fixture_init(host, error);
  return status != PLR_OK ? status : registry->add(host, OFFERS, 1, 0, &fixture_table, error);
}

static void deinit(const plr_host *host) {
  fixture_registry->remove(host, OFFERS, 1, &fixture_table);
  fixture_deinit(host);
}

FIXTURE_ENTRY(init, deinit, fixture_query)
