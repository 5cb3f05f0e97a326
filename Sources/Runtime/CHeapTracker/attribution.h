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

/* All that is not done below: what is not remembered, rules of other kinds, the end. */
uint32_t attribution_slow(heap_thread *thread, heap_frame at);
/* The way of a thread that has no record. */
uint32_t attribution_without_record(heap_frame at);

static inline __attribute__((always_inline)) uint32_t attribution_owner(heap_thread *thread,
                                                                        heap_frame at) {
  /* In registers: `at` itself would have to be in memory for the slow way. */
  uintptr_t address = at.address, stack = at.stack, frame = at.frame;
  if (__builtin_expect(thread->generation ==
                       atomic_load_explicit(&code_generation, memory_order_relaxed), 1)) {
    uintptr_t end = thread->stack_end;
    for (;;) {
      const heap_place *place = &thread->places[address % PLACES];
      if (__builtin_expect(place->address != address, 0)) break;
      int64_t meaning = place->meaning;
      if (meaning >= 0) return (uint32_t)meaning;
      /* Each frame lies above the one before, on this thread's stack. */
      if (__builtin_expect(meaning != MEANS_FRAME || frame < stack || frame >= end, 0)) break;
      stack = frame + 2 * sizeof(uintptr_t);
      address = ((const uintptr_t *)frame)[1];
      frame = ((const uintptr_t *)frame)[0];
    }
  }
  return attribution_slow(thread, (heap_frame){address, stack, frame});
}

#endif
