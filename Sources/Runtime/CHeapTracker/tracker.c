/* tracker.c - what the library tells, and the trampolines. */
#define _GNU_SOURCE
#include "tracker.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "attribution.h"
#include "plr_heap.h"
#include "heap_block.h"

_Static_assert(sizeof(plr_heap) == PLR_HEAP_SIZE_1, "the table is as its header says");
_Static_assert(sizeof(plr_heap_total) == PLR_HEAP_TOTAL_SIZE_1, "the total is as its header says");

uint32_t tracker_state;

extern char **environ;

int tracker_decide(void) {
  /* The C library is not ready for anybody yet: what is allocated now is its own and the loader's. */
  if (environ == NULL) return 0;
  uint32_t state = TRACKER_OFF;
#if defined(__x86_64__)
  for (char **variable = environ; *variable != NULL; variable += 1) {
    if (strcmp(*variable, "PLR_TRACK=heap") == 0) state = TRACKER_ON;
  }
#endif
  __atomic_store_n(&tracker_state, state, __ATOMIC_RELAXED);
  return state == TRACKER_ON;
}

static void before_fork(void) { owner_lock(); }
static void after_fork(void) { owner_unlock(); }
static void in_child(void) {
  owner_unlock();
  heap_threads_forked();
}

/* Before all that is linked after it; what was allocated until then has no end of a thread to see. */
__attribute__((constructor(101))) static void prepare(void) {
  if (!tracker_is_on()) return;
  heap_threads_prepare();
  pthread_atfork(before_fork, after_fork, in_child);
}

/* ---- What is told ---- */

static int32_t is_on(void) { return tracker_is_on(); }

static plr_status snapshot(plr_heap_row *rows, size_t capacity, size_t *count,
                           plr_heap_total *total) {
  if (count == NULL || (rows == NULL && capacity > 0)) return PLR_ERROR_INVALID_ARGUMENT;
  if (!tracker_is_on()) return PLR_ERROR_NOT_FOUND;
  size_t found = 0;
  uint64_t live_blocks = 0;
  uint32_t end = owner_count();
  for (uint32_t owner = 0; owner < end; owner += 1) {
    int64_t bytes;
    uint64_t allocations, frees;
    heap_figures_sum(owner, &bytes, &allocations, &frees);
    if (allocations == 0) continue;
    live_blocks += allocations - frees;
    if (found < capacity) {
      rows[found] = (plr_heap_row){owner_name(owner), owner_kind(owner),   owner,
                                   (uint64_t)bytes,   allocations - frees, allocations};
    }
    found += 1;
  }
  *count = found;
  if (total != NULL && total->size >= PLR_HEAP_TOTAL_SIZE_1) {
    int64_t bytes;
    heap_total_sum(&bytes, &total->unfollowed);
    total->overhead = (uint32_t)HEAP_BLOCK_SIZE;
    total->live_bytes = (uint64_t)bytes;
    total->live_blocks = live_blocks;
  }
  return found <= capacity ? PLR_OK : PLR_ERROR_OUT_OF_MEMORY;
}

/* ---- Trampolines ---- */

/* Notes that the frame that ends at `frame` calls in the name of `owner`; gives what was noted before. */
static uint32_t enter(uintptr_t frame, uint32_t owner) {
  heap_thread *thread = tracker_is_on() ? heap_thread_get() : NULL;
  if (thread == NULL) return 0;
  uint32_t count = thread->trampoline_count;
  /* Those that longjmp(3) has jumped over: their frames were below this one. */
  while (count > 0 && thread->trampolines[count - 1].frame <= frame) count -= 1;
  if (count < TRAMPOLINES) thread->trampolines[count] = (heap_trampoline){frame, owner};
  /* Deeper ones are not noted; what is on the stack still is found. */
  thread->trampoline_count = count < TRAMPOLINES ? count + 1 : count;
  return count;
}

static void leave(uint32_t before) {
  if (heap_thread_now != NULL) heap_thread_now->trampoline_count = before;
}

/* A function's frame that is found by its end, and stays until the call has come back. */
#define TRAMPOLINE static __attribute__((noinline))
#define FRAME_END ((uintptr_t)__builtin_frame_address(0) + 2 * sizeof(void *))

TRAMPOLINE const plr_plugin *call_entry(uint32_t owner, plr_entry entry, const plr_host *host,
                                        plr_error *error) {
  uint32_t before = enter(FRAME_END, owner);
  const plr_plugin *plugin = entry(host, error);
  leave(before);
  return plugin;
}

TRAMPOLINE plr_status call_init(uint32_t owner, const plr_plugin *plugin, const plr_host *host,
                                plr_error *error) {
  uint32_t before = enter(FRAME_END, owner);
  plr_status status = plugin->init(host, error);
  leave(before);
  return status;
}

TRAMPOLINE void call_deinit(uint32_t owner, const plr_plugin *plugin, const plr_host *host) {
  uint32_t before = enter(FRAME_END, owner);
  plugin->deinit(host);
  leave(before);
}

TRAMPOLINE const void *call_query_interface(uint32_t owner, const plr_plugin *plugin,
                                            const plr_host *host, const char *id,
                                            uint32_t revision) {
  uint32_t before = enter(FRAME_END, owner);
  const void *table = plugin->query_interface(host, id, revision);
  leave(before);
  return table;
}

TRAMPOLINE void call(uint32_t owner, void (*function)(void *context), void *context) {
  uint32_t before = enter(FRAME_END, owner);
  function(context);
  leave(before);
}

static const plr_heap table = {
    PLR_HEAP_SIZE_1, PLR_HEAP_REVISION, is_on,       snapshot,
    owner_of_name,   call_entry,        call_init,   call_deinit,
    call_query_interface, call,
};

__attribute__((visibility("default"))) const plr_heap *plr_heap_tracker(void) { return &table; }
