/* A plugin with a thread of its own between init and deinit, and a page of variables that it has written to. */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>

#include "fixture_plugin.h"

PLR_MANIFEST("starts-a-thread", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

static pthread_t thread;
static sem_t is_over;
static char pages[64 << 10];

static void *work(void *nothing) {
  while (sem_wait(&is_over) != 0) {
  }
  return nothing;
}

static plr_status init(const plr_host *host, plr_error *error) {
  memset(pages, 1, sizeof(pages));
  sem_init(&is_over, 0, 0);
  if (pthread_create(&thread, NULL, work, NULL) != 0)
    return plugin_fail(error, PLR_ERROR_SYSTEM, "thread", "cannot be started");
  return fixture_init(host, error);
}

static void deinit(const plr_host *host) {
  sem_post(&is_over);
  pthread_join(thread, NULL);
  fixture_deinit(host);
}

FIXTURE_ENTRY(init, deinit, fixture_query)
