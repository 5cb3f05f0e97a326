#include "attribution.h"

#include <string.h>

/* A rule in a word below zero: the highest bit, whether the code is a trampoline's, whether the frame is
 * found from the stack pointer, and from the low end where the frame ends (32 bits), where before that the
 * return address is (12) and where the frame pointer (12). */
#define PACKED ((uint64_t)1 << 63)
#define OF_TRAMPOLINE ((uint64_t)1 << 57)
#define FROM_STACK ((uint64_t)1 << 56)

/* What MEANS_FRAME says. */
#define FRAME_RULE ((int64_t)(PACKED | (uint64_t)16 << 44 | (uint64_t)8 << 32 | 16))

static int64_t learn(uintptr_t address) {
  code_place place = code_at(address);
  if (place.kind == CODE_OF_OWNER) return (int64_t)place.owner;
  if (place.rule.kind == UNWIND_END) return MEANS_END;
  if (place.rule.kind == UNWIND_UNKNOWN) return MEANS_UNKNOWN;
  uint64_t saved = (uint64_t)-place.rule.frame_pointer;
  uint64_t back = (uint64_t)-place.rule.return_address;
  if (saved > 0xfff || back > 0xfff) return MEANS_UNKNOWN;
  if (place.kind == CODE_OF_LIBRARY && place.rule.kind == UNWIND_FROM_FRAME &&
      place.rule.frame_end == 16 && back == 8 && saved == 16) {
    return MEANS_FRAME;
  }
  return (int64_t)(PACKED | (place.kind == CODE_OF_TRAMPOLINE ? OF_TRAMPOLINE : 0) |
                   (place.rule.kind == UNWIND_FROM_STACK ? FROM_STACK : 0) | saved << 44 |
                   back << 32 | (uint32_t)place.rule.frame_end);
}

/* The owner of the trampoline whose frame ends there; negative where none is known. */
static int64_t trampoline_owner(const heap_thread *thread, uintptr_t frame_end) {
  uint32_t count = thread->trampoline_count;
  while (count > 0) {
    count -= 1;
    if (thread->trampolines[count].frame == frame_end) return thread->trampolines[count].owner;
  }
  return -1;
}

/* Goes on by a packed rule; gives the owner that a trampoline names, MEANS_UNKNOWN where the rule leads
 * nowhere, else MEANS_FRAME. */
static int64_t step(const heap_thread *thread, int64_t meaning, heap_frame *at) {
  uint64_t rule = (uint64_t)meaning;
  uintptr_t end = (rule & FROM_STACK ? at->stack : at->frame) + (uint32_t)rule;
  /* Each frame ends above the one before, on this thread's stack. */
  if (end <= at->stack || end > thread->stack_end || end % sizeof(void *) != 0) {
    return MEANS_UNKNOWN;
  }
  if (rule & OF_TRAMPOLINE) {
    int64_t owner = trampoline_owner(thread, end);
    if (owner >= 0) return owner;
  }
  uintptr_t saved = rule >> 44 & 0xfff;
  at->address = *(const uintptr_t *)(end - (rule >> 32 & 0xfff));
  if (saved != 0) at->frame = *(const uintptr_t *)(end - saved);
  at->stack = end;
  return MEANS_FRAME;
}

uint32_t attribution_slow(heap_thread *thread, heap_frame at) {
  uint32_t generation = atomic_load_explicit(&code_generation, memory_order_relaxed);
  if (thread->generation != generation) {
    memset(thread->places, 0, sizeof(thread->places));
    thread->generation = generation;
  }
  for (uint32_t depth = 0; depth < DEEPEST_STACK; depth += 1) {
    heap_place *place = &thread->places[at.address % PLACES];
    if (place->address != at.address) {
      place->meaning = learn(at.address);
      place->address = at.address;
    }
    int64_t meaning = place->meaning;
    if (meaning == MEANS_FRAME) meaning = FRAME_RULE;
    if (meaning < MEANS_UNKNOWN) meaning = step(thread, meaning, &at);
    if (meaning >= 0) return (uint32_t)meaning;
    if (meaning == MEANS_END) return OWNER_UNATTRIBUTED;
    if (meaning == MEANS_UNKNOWN) break;
  }
  heap_count_unfollowed(thread);
  return OWNER_UNATTRIBUTED;
}

uint32_t attribution_without_record(heap_frame at) {
  /* Only code that lies directly under the call: without a record it is not known where the stack ends. */
  code_place place = code_at(at.address);
  if (place.kind == CODE_OF_OWNER) return place.owner;
  heap_count_unfollowed(NULL);
  return OWNER_UNATTRIBUTED;
}
