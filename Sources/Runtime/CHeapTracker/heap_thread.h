/* heap_thread.h - what each thread keeps: its figures, what it has learned of addresses, and the
 * trampolines it is in. Nobody else writes there, so that nothing on the way of malloc(3) waits. */
#ifndef HEAP_THREAD_H
#define HEAP_THREAD_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "owner.h"

/* Written by one thread, read by all. A block may be freed by another thread than its own, so that only
 * the sum over the threads means anything. */
typedef struct heap_figures {
  _Atomic int64_t bytes;
  _Atomic uint64_t allocations;
  _Atomic uint64_t frees;
} heap_figures;

enum {
  FIGURES_IN_CHUNK = 128, /* a chunk fits into a page */
  FIGURE_CHUNKS = PLR_HEAP_OWNERS_LIMIT / FIGURES_IN_CHUNK,
  PLACES = 512, /* return addresses that are remembered */
  TRAMPOLINES = 64,
};

/* A return address and what it means: see attribution.h. */
typedef struct heap_place {
  uintptr_t address;
  int64_t meaning;
} heap_place;

typedef struct heap_trampoline {
  uintptr_t frame; /* the end of the trampoline's frame */
  uint32_t owner;
} heap_trampoline;

typedef struct heap_thread {
  uint32_t generation; /* of what is in `places` */
  uint32_t trampoline_count;
  uintptr_t stack_end;
  _Atomic int64_t bytes; /* of all owners */
  _Atomic uint64_t unfollowed;
  _Atomic(heap_figures *) chunks[FIGURE_CHUNKS];
  heap_trampoline trampolines[TRAMPOLINES];
  heap_place places[PLACES];
  _Atomic int32_t is_taken;
  struct heap_thread *next;
} heap_thread;

/* NULL until the thread's first block, and again when it has ended. */
extern _Thread_local heap_thread *heap_thread_now __attribute__((tls_model("initial-exec")));

/* The record of a thread that has none; NULL where there is no memory, and for what a thread does after
 * its own end: such blocks go into shared figures. Never freed; the next thread takes it over. */
heap_thread *heap_thread_make(void);
/* The figures of `owner`, made where there are none; NULL where there is no memory. */
heap_figures *heap_figures_make(heap_thread *thread, uint32_t owner);
/* Adds to the figures that threads without a record share. */
void heap_count_shared(uint32_t owner, int64_t bytes, uint32_t allocations, uint32_t frees);
void heap_count_unfollowed(heap_thread *thread);

/* Once, before there is a second thread. */
void heap_threads_prepare(void);
/* In the child of a fork(2): the others are gone and their records can be taken over. */
void heap_threads_forked(void);

/* The sum over all threads of what `owner` has. */
void heap_figures_sum(uint32_t owner, int64_t *bytes, uint64_t *allocations, uint64_t *frees);
void heap_total_sum(int64_t *bytes, uint64_t *unfollowed);

/* One writer: a plain addition, which others may read at any time. */
#define HEAP_ADD(place, value)                                                        \
  atomic_store_explicit(&(place),                                                     \
                        atomic_load_explicit(&(place), memory_order_relaxed) + (value), \
                        memory_order_relaxed)

static inline heap_thread *heap_thread_get(void) {
  heap_thread *thread = heap_thread_now;
  return __builtin_expect(thread != NULL, 1) ? thread : heap_thread_make();
}

/* NULL where there are none yet. */
static inline heap_figures *heap_figures_quick(heap_thread *thread, uint32_t owner) {
  heap_figures *chunk =
      atomic_load_explicit(&thread->chunks[owner / FIGURES_IN_CHUNK], memory_order_relaxed);
  return __builtin_expect(chunk != NULL, 1) ? &chunk[owner % FIGURES_IN_CHUNK] : NULL;
}

/* Charges or credits an owner; `allocations` and `frees` are 0 or 1 and known to the compiler. */
static inline void heap_count_quick(heap_thread *thread, heap_figures *figures, int64_t bytes,
                                    uint32_t allocations, uint32_t frees) {
  HEAP_ADD(figures->bytes, bytes);
  if (allocations != 0) HEAP_ADD(figures->allocations, allocations);
  if (frees != 0) HEAP_ADD(figures->frees, frees);
  HEAP_ADD(thread->bytes, bytes);
}

/* The same for any thread. */
static inline void heap_count(heap_thread *thread, uint32_t owner, int64_t bytes,
                              uint32_t allocations, uint32_t frees) {
  heap_figures *figures = NULL;
  if (thread != NULL) {
    figures = heap_figures_quick(thread, owner);
    if (figures == NULL) figures = heap_figures_make(thread, owner);
  }
  if (figures == NULL) {
    heap_count_shared(owner, bytes, allocations, frees);
  } else {
    heap_count_quick(thread, figures, bytes, allocations, frees);
  }
}

#endif
