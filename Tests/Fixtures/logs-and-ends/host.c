/* Logs 1,000 records to the deferred file sink at the path of the first argument, then ends as the second
 * one says. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plr_runtime.h"

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
  if (!strcmp(arguments[2], "kill")) raise(SIGKILL);
  return 6;
}
