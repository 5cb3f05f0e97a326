/* unwind_rule.h - how one gets from a call to the call that it happened in.
 *
 * Compilers write for each place of a program where the caller's registers are (.eh_frame; DWARF 5,
 * section 6.4), because exceptions need it; so it is there and right at every call, whether code keeps
 * frame pointers or not. A rule is what that comes to for one return address. */
#ifndef UNWIND_RULE_H
#define UNWIND_RULE_H

#include <stdint.h>

typedef enum unwind_kind {
  UNWIND_UNKNOWN = 0, /* no table, or a rule that is none of the below */
  UNWIND_FROM_STACK,  /* the frame ends at stack pointer + frame_end */
  UNWIND_FROM_FRAME,  /* the frame ends at frame pointer + frame_end */
  UNWIND_END,         /* nobody called */
} unwind_kind;

typedef struct unwind_rule {
  unwind_kind kind;
  int32_t frame_end;
  /* Where the caller's registers are, from the end of the frame; 0 for a frame pointer that is still in
   * its register. */
  int16_t return_address;
  int16_t frame_pointer;
} unwind_rule;

/* The rule at the return address `address`. `header` is the .eh_frame_hdr of the object that it lies in,
 * and [start, end) where that is mapped. Reads nothing outside, allocates nothing, takes no lock.
 * Complexity: O(log functions + length of one entry). */
unwind_rule unwind_rule_at(uintptr_t address, const uint8_t *header, uintptr_t start, uintptr_t end);

#endif
