/* Logs 1,000 records to the deferred file sink at the path of the first argument, then ends as the second
 * one says. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plr_runtime.h"

static int depth(volatile int *above) {
  volatile int room[1024];
  room[0] = *above + 1;
  return room[0] > 0 ? depth(room) + room[0] : 0;
}

static void *fault(void *barrier) {
  pthread_barrier_wait(barrier);
  *(volatile int *)8 = 1;
  return NULL;
}

/* Dies of the record that says so. */
static void deadly(void *context, const plr_log_record *record) {
  (void)context;
  if (record->length == 4 && !memcmp(record->message, "fall", 4)) *(volatile int *)8 = 1;
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  const plr_host *host;
  plr_error error = {.size = sizeof(error)};
  plr_log_sink sink;
  plr_log_sink_options options = {.size = sizeof(options), .target = PLR_LOG_TARGET_FILE, .path = arguments[1]};
  if (plr_account_open("ending", &host, &error) != PLR_OK) return 3;
  if (plr_log_open_sink(&options, &sink, &error) != PLR_OK) return 4;
  if (plr_log_flush_on_crash(&error) != PLR_OK) return 5;
  const plr_log_gate *gate = plr_log_gate_of(host, "end");
  char text[40];
  for (int i = 0; i < 1000; i += 1) {
    snprintf(text, sizeof(text), "record %d", i);
    plr_log_submit(gate, PLR_LOG_INFO, text, strlen(text), NULL, 0);
  }
  if (!strcmp(arguments[2], "return")) return 0;
  if (!strcmp(arguments[2], "exit")) exit(0);
  if (!strcmp(arguments[2], "abort")) abort();
  if (!strcmp(arguments[2], "fault")) *(volatile int *)8 = 1;
  if (!strcmp(arguments[2], "overflow")) return depth(&(volatile int){0});
  if (!strcmp(arguments[2], "threads")) {
    pthread_barrier_t barrier;
    pthread_t threads[4];
    pthread_barrier_init(&barrier, NULL, 4);
    for (int i = 0; i < 4; i += 1) pthread_create(&threads[i], NULL, fault, &barrier);
    pause();
  }
  if (!strcmp(arguments[2], "callback")) {
    plr_log_flush(UINT64_MAX);
    plr_log_sink_options other = {
        .size = sizeof(other), .target = PLR_LOG_TARGET_CALLBACK, .callback = deadly};
    if (plr_log_open_sink(&other, &sink, &error) != PLR_OK) return 7;
    plr_log_submit(gate, PLR_LOG_INFO, "fall", 4, NULL, 0);
    /* Behind the record that kills the writer. */
    for (int i = 0; i < 10; i += 1) plr_log_submit(gate, PLR_LOG_INFO, "after", 5, NULL, 0);
    pause();
  }
  if (!strcmp(arguments[2], "fork")) {
    plr_log_set_buffering(PLR_LOG_WHEN_FULL_BLOCK, 0);
    pid_t child = fork();
    if (child == 0) {
      /* More than a ring holds: nobody would ever make room. */
      for (int i = 0; i < 20000; i += 1) plr_log_submit(gate, PLR_LOG_INFO, "child", 5, NULL, 0);
      exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 8;
  }
  if (!strcmp(arguments[2], "kill")) raise(SIGKILL);
  return 6;
}
