/* Needs functions that nobody defines and that have names of Swift and C++, and one whose name
   swift_demangle takes gigabytes for. */
#include "fixture_plugin.h"

PLR_MANIFEST("missing-mangled-symbols", "1.0.0", PLR_UNLOAD_RESIDENT, 0);

typedef uint64_t function(uint64_t input);

extern function swift_name __asm__("$s9elsewhere5tally2ofS2i_tF");
extern function cxx_name __asm__("_ZN9elsewhere5tallyEm");
extern function endless_name __asm__("$s2\303\263a0a0$Aa0ATf4nncdisp");

/* A table, because assemblers take `$` in a call for something else. */
static function *const volatile needed[] = {swift_name, cxx_name, endless_name};

static plr_status init(const plr_host *host, plr_error *error) {
  const uint64_t sum = needed[0](1) + needed[1](1) + needed[2](1);
  return sum == 3 ? fixture_init(host, error) : PLR_ERROR_PLUGIN;
}

FIXTURE_ENTRY(init, fixture_deinit, fixture_query)
