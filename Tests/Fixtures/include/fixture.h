/* fixture.h - what every plugin that is built for a test offers. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stddef.h>
#include <stdint.h>

/* The plugin's own table; it also registers it under its own name, revision 1. */
#define FIXTURE_UNIT_ID "fixture.unit"
#define FIXTURE_UNIT_REVISION 1

typedef struct fixture_unit {
  uint32_t size;
  uint32_t revision;
  uint64_t (*answer)(uint64_t input); /* 3 * input + 1 */
  void (*log)(uint32_t level, const char *message);
  const void *(*runtime)(void); /* the identity of the runtime that the plugin uses */
} fixture_unit;

/* What each fixture allocates in `init` and, if it is well behaved, frees in `deinit`. */
#define FIXTURE_BLOCK_SIZE 640

#endif
