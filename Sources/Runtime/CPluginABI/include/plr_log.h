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

/* Writes one record of `length` bytes of UTF-8 at `message`, attributed to `host`'s plugin: to every
 * immediate sink before it returns, and to the deferred ones (plr_log_open_sink) soon after.
 * `category` may be NULL. In files, control characters, line
 * separators and marks that reorder text are escapes and ill-formed UTF-8 is U+FFFD, so that a message
 * cannot forge a record. [any-thread] */
void plr_log_write(const plr_host *host, plr_log_level level, const char *category,
                   const char *message, size_t length);

/* Since 1.1. What stands before one category of one plugin's records. Read only; the runtime changes it
 * when filters change. It lives as long as the process. */
typedef struct plr_log_gate {
  uint32_t threshold; /* records of a lower level are not written */
  uint32_t reserved;
} plr_log_gate;

/* Since 1.1. The gate of `host`'s plugin for `category` (copied; NULL or empty is none): the same one each
 * time. NULL where there is no memory or no open account. Not for categories without number: each
 * is kept for ever. Complexity: O(categories of the plugin). [any-thread] */
const plr_log_gate *plr_log_gate_of(const plr_host *host, const char *category);

#if defined(__GNUC__)
/* Whether a record of `level` passes: one load and a comparison. [any-thread] */
static inline int plugin_log_passes(const plr_log_gate *gate, plr_log_level level) {
  return level >= __atomic_load_n(&gate->threshold, __ATOMIC_RELAXED);
}
#endif

#define PLR_LOG_FIELD_TEXT ((uint32_t)0)
#define PLR_LOG_FIELD_SIGNED ((uint32_t)1)
#define PLR_LOG_FIELD_UNSIGNED ((uint32_t)2)
#define PLR_LOG_FIELD_REAL ((uint32_t)3)
#define PLR_LOG_FIELD_BOOLEAN ((uint32_t)4)

/* A value with a name, kept apart from the message. */
typedef struct plr_log_field {
  const char *key; /* ended with NUL; at most 255 bytes count */
  uint32_t kind;   /* PLR_LOG_FIELD_... */
  uint32_t length; /* of a text, in bytes */
  union {
    const char *text;
    int64_t signed_number;
    uint64_t unsigned_number; /* and a boolean: 0 or 1 */
    double real;
  } value;
} plr_log_field;

/* Since 1.1. As plr_log_write, through a gate, with `count` fields (at most 64 count; may be NULL where
 * 0). Everything is copied before it returns. Does nothing where the gate does not let pass.
 * Where no sink is immediate it takes no lock and makes no system call, except to wake a writer that has
 * been idle and, with PLR_LOG_WHEN_FULL_BLOCK, to wait. [any-thread] */
void plr_log_submit(const plr_log_gate *gate, plr_log_level level, const char *message,
                    size_t length, const plr_log_field *fields, size_t count);

/* The same as a table: query_interface(host, PLR_LOG_ID, PLR_LOG_REVISION). */
typedef struct plr_log {
  uint32_t size;
  uint32_t revision;
  int32_t (*is_enabled)(const plr_host *host, plr_log_level level);
  void (*write)(const plr_host *host, plr_log_level level, const char *category,
                const char *message, size_t length);
  /* Since 1.1: only where `size` is at least PLR_LOG_SIZE_1_1. */
  const plr_log_gate *(*gate_of)(const plr_host *host, const char *category);
  void (*submit)(const plr_log_gate *gate, plr_log_level level, const char *message, size_t length,
                 const plr_log_field *fields, size_t count);
} plr_log;

#define PLR_LOG_SIZE_1_0 24
#define PLR_LOG_SIZE_1_1 40

/* ---- For the host ------------------------------------------------------------------------- */

/* Sets the threshold of `host`'s plugin, or with NULL that of the runtime (at first
 * PLR_LOG_INFO). [any-thread] */
plr_status plr_log_set_level(const plr_host *host, plr_log_level level);

/* Since 1.1. Sets the threshold of one `category`, of `host`'s plugin or with NULL of all plugins;
 * PLR_LOG_INHERIT takes it back. What is said of a plugin and a category counts before what is said of a
 * category, this before what is said of a plugin, and the runtime's own threshold last.
 * OUT_OF_MEMORY where it cannot be kept. [any-thread] */
plr_status plr_log_set_category_level(const plr_host *host, const char *category,
                                      plr_log_level level);

/* Since 1.1. Lets `host`'s plugin write at most `records_per_second` on average and `burst` at once; what
 * is more is not written and counted. 0 records a second: no limit. [any-thread] */
plr_status plr_log_set_rate(const plr_host *host, uint32_t records_per_second, uint32_t burst);

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
  /* Since 1.1. */
  uint64_t monotonic_nanoseconds; /* CLOCK_MONOTONIC */
  const plr_log_field *fields;    /* texts as they were given: not even their UTF-8 is checked */
  size_t field_count;
} plr_log_record;

/* Called on the thread that logs, possibly on several at once; that of a deferred sink on the runtime's
 * writer thread. What it logs itself goes to the other sinks only. */
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

#define PLR_LOG_TARGET_STANDARD_ERROR ((uint32_t)0)
#define PLR_LOG_TARGET_FILE ((uint32_t)1)
#define PLR_LOG_TARGET_JOURNAL ((uint32_t)2)
#define PLR_LOG_TARGET_CALLBACK ((uint32_t)3)

#define PLR_LOG_FORMAT_TEXT ((uint32_t)0)
/* One JSON object on each line. */
#define PLR_LOG_FORMAT_JSON ((uint32_t)1)

#define PLR_LOG_COLOR_AUTO ((uint32_t)0) /* on a terminal, unless NO_COLOR is set */
#define PLR_LOG_COLOR_ALWAYS ((uint32_t)1)
#define PLR_LOG_COLOR_NEVER ((uint32_t)2)

/* Since 1.1. A sink; what is 0 or NULL is as if it were not said. */
typedef struct plr_log_sink_options {
  uint32_t size;
  uint32_t target;    /* PLR_LOG_TARGET_... */
  uint32_t format;    /* PLR_LOG_FORMAT_..., of standard error and files */
  uint32_t color;     /* PLR_LOG_COLOR_..., of text on standard error; the first sink is as AUTO */
  plr_log_level threshold; /* lower levels do not reach this sink */
  uint32_t kept_files;     /* how many rotated files stay: PATH.1 is the youngest; 0 means 5 */
  const char *path;        /* of the file, or of the journal's socket (at first /run/systemd/journal/socket) */
  uint64_t rotate_bytes;   /* a file that would become larger is put aside */
  uint64_t rotate_nanoseconds; /* a file that was made longer ago is put aside */
  plr_log_callback callback;
  void *context;
} plr_log_sink_options;

/* Since 1.1. Opens a deferred sink: who logs copies the record into a ring of the thread's own, and one
 * writer thread formats and writes. Starts that thread if it does not run. Records of one thread
 * reach the sink in their order. SYSTEM, with the system's words, where the target or the thread cannot be had; removed
 * with plr_log_remove_sink, which writes what is on its way first. A child after fork(2) has no writer: its
 * deferred sinks get nothing, and nobody waits for them. [any-thread] */
plr_status plr_log_open_sink(const plr_log_sink_options *options, plr_log_sink *sink,
                             plr_error *error);

/* A record that does not fit into the ring is not written and counted. One that is larger than a quarter of the
 * ring has memory of its own; of such, sixteen times the ring may wait. */
#define PLR_LOG_WHEN_FULL_DROP ((uint32_t)0)
/* Who logs waits until the writer has made room; callbacks of sinks never wait but drop. */
#define PLR_LOG_WHEN_FULL_BLOCK ((uint32_t)1)

/* Since 1.1. What to do when a ring is full, and how large the rings of threads are that log for the first
 * time from now on: a power of two from 4 KiB to 64 MiB (0: as it was, at first 256 KiB).
 * [any-thread] */
plr_status plr_log_set_buffering(uint32_t when_full, uint64_t ring_bytes);

/* Since 1.1. Waits, for at most `timeout_nanoseconds`, until what was logged before the call is with the
 * kernel or the callback; BUSY where it still is not, or at once on the writer thread. The runtime does
 * it itself when the process ends by exit(3). [any-thread] */
plr_status plr_log_flush(uint64_t timeout_nanoseconds);

/* Since 1.1. Also writes what is on its way when the process dies of SIGSEGV, SIGBUS, SIGFPE, SIGILL,
 * SIGABRT or SIGTRAP, then lets the handlers do their work that were there before. Records that a
 * thread was just copying are lost, and all of them with SIGKILL. Where the writer itself dies, the record in
 * its hands is lost, and callbacks are not called any more. Threads that use the runtime for the first time from now on,
 * and the calling one, get a stack for handlers, so that an overflow of their own is heard of too. Immediate
 * sinks lose nothing.
 * SYSTEM where a handler cannot be installed. [host-thread] */
plr_status plr_log_flush_on_crash(plr_error *error);

/* Since 1.1. */
typedef struct plr_log_statistics {
  uint32_t size;
  uint32_t reserved;
  uint64_t submitted; /* records that a gate let pass, whatever became of them */
  uint64_t written;   /* that the deferred sinks have handed on, all of them; for the others see below */
  uint64_t dropped;   /* because a ring was full, there was no memory or the system did not take it */
  uint64_t limited;   /* because of the plugin's rate */
  uint64_t immediate; /* that the immediate sinks have handed on, all of them */
} plr_log_statistics;

/* Since 1.1. Fills `statistics`, whose `size` the caller has set to at least 48, for `host`'s plugin or with
 * NULL for all there have been. While nobody logs and after plr_log_flush, with a deferred sink,
 * `submitted` is `written` + `dropped` + `limited`. [any-thread] */
plr_status plr_log_get_statistics(const plr_host *host, plr_log_statistics *statistics);

#ifdef __cplusplus
}
#endif

#endif
