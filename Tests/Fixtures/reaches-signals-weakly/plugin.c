/* A plugin that takes a signal in its constructor with a function that it says it can do without. */
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>

#include "fixture_plugin.h"

PLR_MANIFEST("reaches-signals-weakly", "1.0.0", PLR_UNLOAD_RESIDENT, 0);

extern int sigaction(int, const struct sigaction *, struct sigaction *) __attribute__((weak));

static void on_signal(int number) { (void)number; }

__attribute__((constructor)) static void take_signal(void) {
  struct sigaction action = {.sa_handler = on_signal};
  if (sigaction) sigaction(SIGSEGV, &action, NULL);
}

FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
