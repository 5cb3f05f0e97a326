/* A plugin that takes its process down in the way that -DHOW=NAME says, at one place of its life. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>

#include "fixture_plugin.h"
#include "plr_trial.h"

enum way {
  crash_in_constructor,
  crash_in_init,
  crash_in_thread,
  crash_in_call,
  crash_in_deinit,
  fail_in_call,
  hang_in_init,
  exit_in_init,
  exit_in_constructor,
  take_memory,
  take_address_space,
  fork_for_ever,
};

PLR_MANIFEST("misbehaves", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

static void crash(void) {
  static const char words[] = "about to crash\n";
  if (write(2, words, sizeof(words) - 1) < 0) abort();
  static int *volatile nowhere = (int *)16;
  *nowhere = 1;
}

static void *crash_there(void *nothing) {
  crash();
  return nothing;
}

/* Not more than some hundred, wherever this may run; each that came into being leaves a file behind. */
static void make_processes(void) {
  Dl_info self;
  char path[4096];
  if (dladdr((const void *)make_processes, &self) == 0) return;
  snprintf(path, sizeof(path), "%s.forked", self.dli_fname);
  for (int i = 0; i < 300; i += 1) {
    pid_t child = fork();
    if (child == 0) {
      int trace = open(path, O_CREAT | O_WRONLY, 0644);
      if (trace >= 0) close(trace);
      _exit(0);
    }
  }
  while (1) pause();
}

static void take_all(size_t step, int touches) {
  while (1) {
    char *block = malloc(step);
    if (block == NULL) abort();
    if (touches) memset(block, 1, step);
    else step *= 2;
  }
}

static void misbehave(enum way way) {
  if (way != HOW) return;
  pthread_t thread;
  switch (way) {
  case crash_in_constructor:
  case crash_in_init:
  case crash_in_call:
  case crash_in_deinit: crash(); break;
  case crash_in_thread:
    pthread_create(&thread, NULL, crash_there, NULL);
    pthread_join(thread, NULL);
    break;
  case hang_in_init:
    while (1) pause();
  case exit_in_init:
  case exit_in_constructor: exit(0);
  case take_memory: take_all(1 << 20, 1); break;
  case take_address_space: take_all(1 << 20, 0); break;
  case fork_for_ever: make_processes(); break;
  case fail_in_call: break;
  }
}

__attribute__((constructor)) static void construct(void) {
  misbehave(crash_in_constructor);
  misbehave(exit_in_constructor);
}

static plr_status init(const plr_host *host, plr_error *error) {
  misbehave(crash_in_init);
  misbehave(crash_in_thread);
  misbehave(hang_in_init);
  misbehave(exit_in_init);
  misbehave(take_memory);
  misbehave(take_address_space);
  misbehave(fork_for_ever);
  return fixture_init(host, error);
}

static void deinit(const plr_host *host) {
  misbehave(crash_in_deinit);
  fixture_deinit(host);
}

static plr_status run_trial(const plr_host *host, plr_error *error) {
  (void)host;
  misbehave(crash_in_call);
  return HOW == fail_in_call ? plugin_fail(error, PLR_ERROR_PLUGIN, "trial", "no licence") : PLR_OK;
}

static const plr_trial trial = {sizeof(plr_trial), PLR_TRIAL_REVISION, run_trial};

static const void *query(const plr_host *host, const char *id, uint32_t revision) {
  if (strcmp(id, PLR_TRIAL_ID) == 0 && revision == PLR_TRIAL_REVISION) return &trial;
  return fixture_query(host, id, revision);
}

FIXTURE_ENTRY(init, deinit, query)
