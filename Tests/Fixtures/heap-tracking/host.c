/* host DIRECTORY SCENARIO: does one thing with two plugins that lie in DIRECTORY and looks what the tracker
 * says. Prints what is not so and exits 1, or exits 0. */
#include "host.h"

const plr_heap *heap;
plugin first, second;
const char *directory;

plugin open_plugin(const char *name) {
  char path[4096];
  snprintf(path, sizeof(path), "%s/%s.so", directory, name);
  plugin plugin = {.handle = dlopen(path, RTLD_NOW | RTLD_LOCAL), .name = name};
  if (plugin.handle == NULL) fprintf(stderr, "%s\n", dlerror());
  CHECK(plugin.handle != NULL);
#define FIND(member, symbol) CHECK((*(void **)&plugin.member = dlsym(plugin.handle, symbol)) != NULL)
  FIND(make, "plugin_make");
  FIND(make_zeroed, "plugin_make_zeroed");
  FIND(jump, "plugin_jump");
  FIND(copy, "plugin_copy");
  FIND(ask, "plugin_ask");
  FIND(ask_for, "plugin_ask_for");
  FIND(grow, "plugin_grow");
  FIND(let_go, "plugin_let_go");
  FIND(sort, "plugin_sort");
  FIND(compare, "plugin_compare");
  FIND(compared, "plugin_compared");
  FIND(call, "plugin_call");
  return plugin;
}

plr_heap_row row(plr_heap_kind kind, const char *name) {
  static plr_heap_row rows[PLR_HEAP_OWNERS_LIMIT];
  size_t count;
  CHECK(heap->snapshot(rows, PLR_HEAP_OWNERS_LIMIT, &count, NULL) == PLR_OK);
  for (size_t i = 0; i < count; i += 1) {
    if (rows[i].kind == kind && (name == NULL || strcmp(rows[i].name, name) == 0)) return rows[i];
  }
  return (plr_heap_row){.kind = kind};
}

void check_sum(void) {
  static plr_heap_row rows[PLR_HEAP_OWNERS_LIMIT];
  size_t count;
  plr_heap_total total = {.size = sizeof(total)};
  CHECK(heap->snapshot(rows, PLR_HEAP_OWNERS_LIMIT, &count, &total) == PLR_OK);
  uint64_t bytes = 0, blocks = 0;
  for (size_t i = 0; i < count; i += 1) {
    bytes += rows[i].live_bytes;
    blocks += rows[i].live_blocks;
  }
  CHECK(blocks > 0);
  CHECK_EQUAL(bytes, total.live_bytes);
  CHECK_EQUAL(blocks, total.live_blocks);
}

void *host_make(size_t size) {
  void *block = malloc(size);
  __asm__ volatile("" : "+r"(block) : : "memory");
  return block;
}

void *host_ask(maker other, size_t size) {
  void *block = other(size);
  __asm__ volatile("" : "+r"(block) : : "memory");
  return block;
}

int main(int count, char **arguments) {
  CHECK(count == 3);
  directory = arguments[1];
  plr_heap_tracker_function find = NULL;
  *(void **)&find = dlsym(RTLD_DEFAULT, PLR_HEAP_SYMBOL);
  CHECK(find != NULL);
  heap = find();
  CHECK(heap->size >= PLR_HEAP_SIZE_1 && heap->revision == PLR_HEAP_REVISION);
  const char *name = arguments[2];
  if (strcmp(name, "off") == 0) {
    plr_heap_row row;
    size_t rows;
    CHECK(!heap->is_on());
    CHECK(heap->snapshot(&row, 1, &rows, NULL) == PLR_ERROR_NOT_FOUND);
    char *block = realloc(calloc(3, 5), 100);
    CHECK(block != NULL && block[14] == 0);
    free(block);
    free(aligned_alloc(64, 64));
    return 0;
  }
  CHECK(heap->is_on());
  first = open_plugin("first");
  second = open_plugin("second");
  calls(name);
  blocks(name);
  threads(name);
  limits(name);
  fprintf(stderr, "there is no scenario '%s'\n", name);
  return 2;
}
