/* plr_heap.h - whose the blocks of malloc(3) are, and so Swift's objects.
 *
 * libPluginHeap.so takes the place of malloc(3) and its kin in a process that is started with it
 * preloaded, or that links it before the C library, and with PLR_TRACK=heap in its environment. Each
 * block is charged to the plugin whose code was innermost on the stack of the thread that allocated it,
 * and credited to the same one by whoever frees it.
 *
 * A draft: it may change until it moves to the headers of the ABI. Who looks for the library asks the
 * loader for PLR_HEAP_SYMBOL, and so works without it. */
#ifndef PLR_HEAP_H
#define PLR_HEAP_H

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PLR_HEAP_REVISION 1

/* What a row stands for. */
typedef uint32_t plr_heap_kind;
/* No owner's code was on the stack, or the stack could not be followed: start-up of the loader and of
 * libraries, threads that a library runs for itself. Never a guess. */
#define PLR_HEAP_UNATTRIBUTED ((plr_heap_kind)0)
/* The program itself, and plugins that are linked into it. */
#define PLR_HEAP_HOST ((plr_heap_kind)1)
#define PLR_HEAP_PLUGIN ((plr_heap_kind)2)
/* All plugins for which there was no row left: see PLR_HEAP_OWNERS_LIMIT. */
#define PLR_HEAP_OTHER_PLUGINS ((plr_heap_kind)3)

/* Names that can have a row of their own in one process, the three that are no plugin's among them. A
 * plugin that is loaded again gets the row that its name had. Plugins past the limit share one row. */
#define PLR_HEAP_OWNERS_LIMIT 4096

/* What one owner has. Live figures count what was asked for, without what the tracker and the C library
 * put around it. */
typedef struct plr_heap_row {
  const char *name; /* of the plugin's manifest, valid for the life of the process */
  plr_heap_kind kind;
  uint32_t owner; /* for call and call_entry */
  uint64_t live_bytes;
  uint64_t live_blocks;
  uint64_t allocations; /* since the process began; a reallocation is none */
} plr_heap_row;

/* All of the process. */
typedef struct plr_heap_total {
  uint32_t size;
  uint32_t overhead; /* bytes that the tracker puts before each block */
  uint64_t live_bytes;  /* counted apart from the rows, so that their sum can be held against it */
  uint64_t live_blocks; /* the sum of the rows */
  /* Allocations whose stack could not be followed to its end or to an owner: they are among the
   * unattributed, and tell how much to think of that row. */
  uint64_t unfollowed;
} plr_heap_total;

#define PLR_HEAP_TOTAL_SIZE_1 32

typedef struct plr_heap plr_heap;
struct plr_heap {
  uint32_t size;
  uint32_t revision;
  /* 1 where blocks are tracked, 0 where the library is there and PLR_TRACK does not say heap. [any-thread] */
  int32_t (*is_on)(void);
  /* Writes at most `capacity` rows, of owners that have ever allocated, into `rows` (may be NULL where
   * 0), sets `count` to how many there are, and fills `total` (may be NULL), whose `size` the caller has
   * set. NOT_FOUND where tracking is off, OUT_OF_MEMORY with all else filled where `capacity` is too
   * small. Allocates nothing. Figures of threads that run meanwhile are of some moment of the call; sums
   * are exact where they rest. Complexity: O(owners * threads). [any-thread] */
  plr_status (*snapshot)(plr_heap_row *rows, size_t capacity, size_t *count, plr_heap_total *total);
  /* The row of `name`, made where there is none. [any-thread] */
  uint32_t (*owner)(const char *name);
  /* Trampolines: call a plugin's function in the name of `owner`. What is found on the stack between the
   * two goes before it, so that nested calls and callbacks are charged as ever; it counts where a plugin
   * left no trace, because its function ended in a jump. A function may leave by longjmp(3). [any-thread] */
  const plr_plugin *(*call_entry)(uint32_t owner, plr_entry entry, const plr_host *host,
                                  plr_error *error);
  plr_status (*call_init)(uint32_t owner, const plr_plugin *plugin, const plr_host *host,
                          plr_error *error);
  void (*call_deinit)(uint32_t owner, const plr_plugin *plugin, const plr_host *host);
  const void *(*call_query_interface)(uint32_t owner, const plr_plugin *plugin,
                                      const plr_host *host, const char *id, uint32_t revision);
  void (*call)(uint32_t owner, void (*function)(void *context), void *context);
};

#define PLR_HEAP_SIZE_1 72

/* What libPluginHeap.so exports besides the functions whose place it takes. [any-thread] */
#define PLR_HEAP_SYMBOL "plr_heap_tracker"
const plr_heap *plr_heap_tracker(void);
typedef const plr_heap *(*plr_heap_tracker_function)(void);

#ifdef __cplusplus
}
#endif

#endif
