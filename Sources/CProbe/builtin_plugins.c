#include "builtin_plugins.h"

#include <stddef.h>

__attribute__((weak)) uint32_t probe_builtin_count(void) { return 0; }

__attribute__((weak)) const void *probe_builtin_entry(uint32_t index) {
  (void)index;
  return NULL;
}
