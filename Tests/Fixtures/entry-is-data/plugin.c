/* The entry is a variable: calling it would be a crash. */
#define plugin_entry plugin_entry_of_the_header
#include "fixture_plugin.h"
#undef plugin_entry

PLR_MANIFEST("entry-is-data", "1.0.0", PLR_UNLOAD_RESIDENT, 0);

uint64_t plugin_entry[4] = {1, 2, 3, 4};
