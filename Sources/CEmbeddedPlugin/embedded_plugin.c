#include "embedded_plugin.h"

#include <errno.h>

#include "plr_allocator.h"

/* Written by init, on the host's thread, before anything else of the plugin runs. */
static const plr_host *heap_host;
static const plr_allocator *heap;

plr_status embedded_plugin_attach(const plr_host *host, plr_error *error) {
  const plr_allocator *found =
      host == NULL ? NULL
                   : host->query_interface(host, PLR_ALLOCATOR_ID, PLR_ALLOCATOR_REVISION);
  if (found == NULL || found->size < sizeof(*found)) {
    return plugin_fail(error, PLR_ERROR_NOT_FOUND, PLR_ALLOCATOR_ID,
                       "the host offers no allocator; load the plugin with a host that does");
  }
  heap_host = host;
  heap = found;
  return PLR_OK;
}

void *embedded_plugin_allocate(size_t size, size_t alignment) {
  return heap == NULL ? NULL : heap->allocate(heap_host, size, alignment);
}

void embedded_plugin_deallocate(void *block) {
  if (heap != NULL) heap->deallocate(heap_host, block);
}

int embedded_plugin_matches(const char *id, const char *text) {
  if (id == NULL) return 0;
  for (; *id == *text; id += 1, text += 1) {
    if (*id == '\0') return 1;
  }
  return 0;
}

/* What the Embedded Swift runtime calls. Hidden: the C library's own stay what everybody else calls. */

__attribute__((visibility("hidden"))) int posix_memalign(void **block, size_t alignment,
                                                         size_t size) {
  void *made = embedded_plugin_allocate(size, alignment);
  if (made == NULL) return ENOMEM;
  *block = made;
  return 0;
}

__attribute__((visibility("hidden"))) void free(void *block) {
  embedded_plugin_deallocate(block);
}
