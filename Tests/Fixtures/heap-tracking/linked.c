/* linked: a program that has the tracker linked before the C library and so needs no preloading. Prints
 * "off" or how many bytes it has itself. */
#include <stdio.h>
#include <stdlib.h>

#include "plr_heap.h"

int main(void) {
  const plr_heap *heap = plr_heap_tracker();
  if (!heap->is_on()) {
    puts("off");
    return 0;
  }
  void *block = malloc(1000);
  static plr_heap_row rows[PLR_HEAP_OWNERS_LIMIT];
  size_t count = 0;
  if (heap->snapshot(rows, PLR_HEAP_OWNERS_LIMIT, &count, NULL) != PLR_OK) return 1;
  for (size_t i = 0; i < count; i += 1) {
    if (rows[i].kind == PLR_HEAP_HOST) printf("%llu\n", (unsigned long long)rows[i].live_bytes);
  }
  free(block);
  return 0;
}
