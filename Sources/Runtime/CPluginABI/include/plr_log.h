/* plr_log.h - one log for the host and all its plugins. */
#ifndef PLR_LOG_H
#define PLR_LOG_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLR_LOG_ID "plr.log"
#define PLR_LOG_REVISION 1

typedef uint32_t plr_log_level;

#define PLR_LOG_TRACE ((plr_log_level)0)
#define PLR_LOG_DEBUG ((plr_log_level)1)
#define PLR_LOG_INFO ((plr_log_level)2)
#define PLR_LOG_NOTICE ((plr_log_level)3)
#define PLR_LOG_WARNING ((plr_log_level)4)
#define PLR_LOG_ERROR ((plr_log_level)5)
#define PLR_LOG_CRITICAL ((plr_log_level)6)
/* As a threshold only: nothing passes. */
#define PLR_LOG_OFF ((plr_log_level)7)
/* As a plugin's threshold only: the runtime's own threshold holds. */
#define PLR_LOG_INHERIT ((plr_log_level)255)

/* Whether a record of `level` from `host`'s plugin would be written: 1 or 0. [any-thread] */
int32_t plr_log_is_enabled(const plr_host *host, plr_log_level level);

/* Writes one record of `length` bytes of UTF-8 at `message`, attributed to `host`'s plugin, to every
 * sink before it returns. `category` may be NULL. In files, control characters, line
 * separators and marks that reorder text are escapes and ill-formed UTF-8 is U+FFFD, so that a message
 * cannot forge a record. [any-thread] */
void plr_log_write(const plr_host *host, plr_log_level level, const char *category,
                   const char *message, size_t length);

/* The same as a table: query_interface(host, PLR_LOG_ID, PLR_LOG_REVISION). */
typedef struct plr_log {
  uint32_t size;
  uint32_t revision;
  int32_t (*is_enabled)(const plr_host *host, plr_log_level level);
  void (*write)(const plr_host *host, plr_log_level level, const char *category,
                const char *message, size_t length);
} plr_log;

/* ---- For the host ------------------------------------------------------------------------- */

/* Sets the threshold of `host`'s plugin, or with NULL that of the runtime (at first
 * PLR_LOG_INFO). [any-thread] */
plr_status plr_log_set_level(const plr_host *host, plr_log_level level);

/* Names a sink until it is removed; never reused. */
typedef uint64_t plr_log_sink;

/* The sink that every runtime starts with: standard error. */
#define PLR_LOG_SINK_STANDARD_ERROR ((plr_log_sink)1)

/* One record, as a callback sink sees it; all pointers are borrowed for the call. */
typedef struct plr_log_record {
  uint32_t size;
  plr_log_level level;
  int64_t wall_nanoseconds;   /* since 1970, CLOCK_REALTIME */
  uint64_t thread;            /* the kernel's thread id */
  const char *plugin;
  const char *category;       /* never NULL; empty where none was given */
  const char *message;        /* not escaped, ill-formed UTF-8 replaced, not ended with NUL */
  size_t length;
} plr_log_record;

/* Called on the thread that logs, possibly on several at once. What it logs itself goes to the other
 * sinks only. */
typedef void (*plr_log_callback)(void *context, const plr_log_record *record);

/* Appends to the file at `path`, made with mode 0644 where it does not exist. [any-thread] */
plr_status plr_log_add_file_sink(const char *path, plr_log_sink *sink, plr_error *error);

/* Hands every record to `callback`. [any-thread] */
plr_status plr_log_add_callback_sink(plr_log_callback callback, void *context, plr_log_sink *sink,
                                     plr_error *error);

/* Removes a sink; on return no call of it is under way and its file is closed. BUSY, with nothing
 * changed, from within the sink's own callback. Callbacks must not remove each other's sinks: each
 * would wait for the other. [any-thread] */
plr_status plr_log_remove_sink(plr_log_sink sink);

#ifdef __cplusplus
}
#endif

#endif
