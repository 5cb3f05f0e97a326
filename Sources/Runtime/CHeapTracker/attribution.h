/* attribution.h - going up the stack to the innermost code that has an owner. */
#ifndef ATTRIBUTION_H
#define ATTRIBUTION_H

#include <stdint.h>

#include "heap_thread.h"

/* The registers of a caller, just behind its call. */
typedef struct heap_frame {
  uintptr_t address;
  uintptr_t stack;
  uintptr_t frame;
} heap_frame;

/* The caller of the function that this stands in, which therefore keeps its frame pointer. */
#define HEAP_CALLER                                                               \
  ((heap_frame){(uintptr_t)__builtin_return_address(0),                           \
                (uintptr_t)__builtin_frame_address(0) + 2 * sizeof(void *),       \
                *(const uintptr_t *)__builtin_frame_address(0)})

/* What is remembered of a return address, in a word: an owner; or, below zero, how to go on. */
enum {
  MEANS_FRAME = -1, /* the frame pointer leads on, as in code that keeps one */
  MEANS_END = -2,
  MEANS_UNKNOWN = -3,
  /* Below: a rule, packed as in attribution.c. */
};

/* Deeper stacks are not followed to their end; libraries that call themselves are not that deep. */
enum { DEEPEST_STACK = 512 };

/* All that attribution_quick does not do: what is not remembered, rules of other kinds, the end. */
uint32_t attribution_slow(heap_thread *thread, heap_frame at);
/* The way of a thread that has no record. */
uint32_t attribution_without_record(heap_frame at);

/* The owner where the way to it is remembered and nothing on it is unusual; else a negative number, and
 * `at` is how far it got. */
static inline __attribute__((always_inline)) int64_t attribution_quick(const heap_thread *thread,
                                                                       heap_frame *at) {
  if (__builtin_expect(thread->generation !=
                       atomic_load_explicit(&code_generation, memory_order_relaxed), 0)) {
    return MEANS_UNKNOWN;
  }
  uintptr_t end = thread->stack_end;
  for (;;) {
    const heap_place *place = &thread->places[at->address % PLACES];
    if (__builtin_expect(place->address != at->address, 0)) return MEANS_UNKNOWN;
    int64_t meaning = place->meaning;
    if (meaning >= 0) return meaning;
    /* Each frame lies above the one before, on this thread's stack. */
    if (__builtin_expect(meaning != MEANS_FRAME || at->frame < at->stack || at->frame >= end, 0)) {
      return MEANS_UNKNOWN;
    }
    const uintptr_t *frame = (const uintptr_t *)at->frame;
    at->stack = at->frame + 2 * sizeof(uintptr_t);
    at->address = frame[1];
    at->frame = frame[0];
  }
}

static inline uint32_t attribution_owner(heap_thread *thread, heap_frame at) {
  if (thread == NULL) return attribution_without_record(at);
  int64_t owner = attribution_quick(thread, &at);
  return owner >= 0 ? (uint32_t)owner : attribution_slow(thread, at);
}

#endif
