/* Puts a pseudo-terminal in the place of standard error, logs a record to the sink that every runtime starts
 * with and one to a deferred sink there, and prints what the terminal got. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "plr_runtime.h"

int main(void) {
  int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) return 2;
  int other = open(ptsname(terminal), O_RDWR | O_NOCTTY);
  if (other < 0 || dup2(other, STDERR_FILENO) < 0) return 3;

  const plr_host *host;
  plr_error error = {.size = sizeof(error)};
  if (plr_account_open("terminal", &host, &error) != PLR_OK) return 4;
  plr_log_write(host, PLR_LOG_ERROR, NULL, "immediate", 9);
  if (plr_log_remove_sink(PLR_LOG_SINK_STANDARD_ERROR) != PLR_OK) return 5;
  plr_log_sink sink;
  plr_log_sink_options options = {.size = sizeof(options)};
  if (plr_log_open_sink(&options, &sink, &error) != PLR_OK) return 6;
  plr_log_write(host, PLR_LOG_ERROR, NULL, "deferred", 8);
  if (plr_log_remove_sink(sink) != PLR_OK) return 7;

  char text[4096];
  size_t length = 0;
  int lines = 0;
  while (lines < 2 && length < sizeof(text)) {
    ssize_t count = read(terminal, text + length, sizeof(text) - length);
    if (count <= 0) return 8;
    for (ssize_t i = 0; i < count; i += 1) lines += text[length + i] == '\n';
    length += (size_t)count;
  }
  return fwrite(text, 1, length, stdout) == length ? 0 : 9;
}
