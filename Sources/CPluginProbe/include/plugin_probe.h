/* plugin_probe.h - for a process that loads a plugin to find out what comes of it, and that may end by it.
 *
 * It tells on a descriptor what it is doing and how it ended, a line each, a word and what belongs to it:
 *   stage NAME      what follows is done now
 *   refused TEXT    the plugin was not loaded, for a reason that its file or its own words give
 *   failed TEXT     the plugin said of itself that it does not work
 *   signal N ADDR   the process is ending by a signal, which was about ADDR
 *   exit            somebody has called exit(3)
 *   held N          so many bytes more than in the beginning are mapped then
 *   frame TEXT      where the thread was, from inside to outside
 *   done            all went well
 */
#ifndef PLUGIN_PROBE_H
#define PLUGIN_PROBE_H

#include <stdint.h>

#define PLUGIN_PROBE_DESCRIPTOR 3

/* Bounds what this process may do, and has its end told: address space by `memory` bytes more than now, twice over; no
 * core; no other process, where the kernel can be told so (seccomp(2)); threads may be started. Ended with its parent.
 * Returns 0 or -1 with errno. [once, by the first thread] */
int plugin_probe_begin(uint64_t memory);

/* Takes the signals of crashes, which what was mapped meanwhile may have taken. SIGQUIT is how the parent asks where a
 * process hangs. */
void plugin_probe_take_signals(void);

/* Tells a line; newlines in `text` (may be NULL) become blanks. */
void plugin_probe_tell(const char *_Nonnull word, const char *_Nullable text);

/* Tells that all went well, and ends the process without calling anything of the plugin. */
void plugin_probe_end(void) __attribute__((noreturn));

#endif
