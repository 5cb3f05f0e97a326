/* The name fills its field and has no end. */
#include "fixture_plugin.h"

/* 64 characters: C drops the NUL that does not fit. */
FIXTURE_MANIFEST(manifest, PLR_ABI_MAJOR, 0, 0, 0,
                 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "");
FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
