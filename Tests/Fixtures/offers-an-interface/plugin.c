/* Offers an interface that others cannot be without. */
#include "fixture_plugin.h"

#ifndef NAME
#define NAME "offers-an-interface"
#endif
#ifndef OFFERS
#define OFFERS "fixture.lower"
#endif

PLR_MANIFEST(NAME, "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);
PLR_OFFERS(OFFERS, 1);

static plr_status init(const plr_host *host, plr_error *error) {
  plr_status status = fixture_init(host, error);
  return status != PLR_OK ? status
                          : fixture_registry->add(host, OFFERS, 1, 0, &fixture_table, error);
}

static void deinit(const plr_host *host) {
  fixture_registry->remove(host, OFFERS, 1, &fixture_table);
  fixture_deinit(host);
}

FIXTURE_ENTRY(init, deinit, fixture_query)
