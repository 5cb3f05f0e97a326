/* tracker.h - whether blocks are tracked in this process. */
#ifndef TRACKER_H
#define TRACKER_H

#include <stdint.h>

/* Decided once, when the environment is first known: 0 until then and where nothing is tracked. */
enum { TRACKER_UNDECIDED = 0, TRACKER_OFF = 1, TRACKER_ON = 2 };
extern uint32_t tracker_state;

int tracker_decide(void);

static inline int tracker_is_on(void) {
  uint32_t state = __atomic_load_n(&tracker_state, __ATOMIC_RELAXED);
  if (__builtin_expect(state == TRACKER_ON, 1)) return 1;
  return state == TRACKER_UNDECIDED && tracker_decide();
}

#endif
