#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "plr_heap.h"
#include "probe_report.h"
#include "probe_text.h"

static const plr_heap *tracker(void) {
  /* Looking for the library takes longer than all else that is measured here. */
  if (getenv("PLR_TRACK") == NULL) return NULL;
  plr_heap_tracker_function find = NULL;
  *(void **)&find = dlsym(RTLD_DEFAULT, PLR_HEAP_SYMBOL);
  const plr_heap *heap = find != NULL ? find() : NULL;
  return heap != NULL && heap->size >= PLR_HEAP_SIZE_1 && heap->is_on() ? heap : NULL;
}

void probe_report_heap(void) {
  const plr_heap *heap = tracker();
  if (heap == NULL) return;
  size_t size = PLR_HEAP_OWNERS_LIMIT * sizeof(plr_heap_row);
  plr_heap_row *rows = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (rows == MAP_FAILED) return;
  plr_heap_total total = {.size = sizeof(total)};
  size_t count = 0;
  struct mallinfo2 library = mallinfo2();
  /* A thread of a plugin's may be between the two figures that it changes. */
  plr_status status = PLR_OK;
  for (int attempt = 0; attempt < 100; attempt += 1) {
    status = heap->snapshot(rows, PLR_HEAP_OWNERS_LIMIT, &count, &total);
    uint64_t bytes = 0;
    for (size_t i = 0; status == PLR_OK && i < count; i += 1) bytes += rows[i].live_bytes;
    if (status != PLR_OK || bytes == total.live_bytes) break;
  }
  if (status == PLR_OK) {
    for (size_t i = 0; i < count; i += 1) {
      probe_put_text("heap ");
      probe_put_number(rows[i].kind);
      probe_put_text(" ");
      probe_put_number(rows[i].live_bytes);
      probe_put_text(" ");
      probe_put_number(rows[i].live_blocks);
      probe_put_text(" ");
      probe_put_number(rows[i].allocations);
      probe_put_text(" ");
      probe_put_text(rows[i].name);
      probe_end_line();
    }
    probe_report_number("heap.bytes", total.live_bytes);
    probe_report_number("heap.blocks", total.live_blocks);
    probe_report_number("heap.overhead", total.overhead);
    probe_report_number("heap.unfollowed", total.unfollowed);
    probe_report_number("heap.inUse", library.uordblks + library.hblkhd);
  }
  munmap(rows, size);
}
