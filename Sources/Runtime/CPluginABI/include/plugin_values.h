/* plugin_values.h - values that cross in calls of interfaces, and who owns their memory.
 *
 * A draft: the headers that `plugin-interface` writes use it; what it says may still change before an
 * ABI version promises it.
 *
 *  - A parameter is lent for the call: whoever is called keeps no pointer to it.
 *  - A result is given away: its memory comes from the allocator of the runtime (`plr.allocator`), and
 *    whoever receives it frees it there, through the own host table.
 */
#ifndef PLUGIN_VALUES_H
#define PLUGIN_VALUES_H

#include <stdbool.h>

#include "plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-8 of `length` bytes, which may hold NUL and is not ended by one. `bytes` may be NULL where `length`
 * is 0. */
typedef struct plr_text {
  const char *bytes;
  size_t length;
} plr_text;

/* Bytes without a meaning that this header knows. `bytes` may be NULL where `length` is 0. */
typedef struct plr_bytes {
  const uint8_t *bytes;
  size_t length;
} plr_bytes;

/* UTF-8 that the receiver frees; `bytes` is NULL where `length` is 0. */
typedef struct plr_owned_text {
  char *bytes;
  size_t length;
} plr_owned_text;

/* Bytes that the receiver frees; `bytes` is NULL where `length` is 0. */
typedef struct plr_owned_bytes {
  uint8_t *bytes;
  size_t length;
} plr_owned_bytes;

#ifdef __cplusplus
}
#endif

#endif
