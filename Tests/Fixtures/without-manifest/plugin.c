/* Everything but a manifest. */
#include "fixture_plugin.h"


FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
