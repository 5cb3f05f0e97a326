/* A plugin whose constructor takes the process's signals, as Swift's backtracer does. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>

#include "fixture_plugin.h"

PLR_MANIFEST("installs-signal-handlers", "1.0.0", PLR_UNLOAD_RESIDENT, 0);

static void on_signal(int number) { (void)number; }

__attribute__((constructor)) static void take_signals(void) {
  static const int numbers[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i += 1) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(numbers[i], &action, NULL);
  }
}

FIXTURE_ENTRY(fixture_init, fixture_deinit, fixture_query)
