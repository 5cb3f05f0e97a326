/* A table of eight bytes, at the very end of what can be read. */
#include "fixture_plugin.h"

#include <sys/mman.h>

PLR_MANIFEST("table-too-short", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
  (void)host;
  (void)error;
  char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return NULL;
  mprotect(pages + 4096, 4096, PROT_NONE);
  uint32_t *table = (uint32_t *)(void *)(pages + 4096 - 8);
  table[0] = 8;
  return (const plr_plugin *)(const void *)table;
}
