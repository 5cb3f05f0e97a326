/* Who is charged, by how the calls go. */
#include <setjmp.h>

#include "host.h"

/* In one expression: the blocks and bytes that `work` adds to a row. */
#define ADDED(row_, bytes_, work)                                   \
  do {                                                              \
    plr_heap_row before_ = (row_);                                  \
    work;                                                           \
    plr_heap_row after_ = (row_);                                   \
    CHECK_EQUAL(after_.live_bytes - before_.live_bytes, (bytes_));  \
    CHECK_EQUAL(after_.allocations - before_.allocations, 1);       \
  } while (0)

static void nesting(void) {
  ADDED(OF(first), 100, first.make(100));
  ADDED(OF(second), 101, second.make_zeroed(101));
  ADDED(HOST, 102, host_make(102));
  /* From one into the other, and back. */
  ADDED(OF(second), 103, first.ask(second.make, 103));
  ADDED(OF(first), 104, second.ask(first.make, 104));
  ADDED(OF(first), 105, first.ask_for(second.ask, first.make, 105));
  /* Whoever is between is charged with nothing. */
  plr_heap_row before = OF(second);
  first.ask_for(second.ask, first.make, 106);
  CHECK_EQUAL(OF(second).live_bytes, before.live_bytes);
  CHECK_EQUAL(OF(second).allocations, before.allocations);
}

static void callbacks(void) {
  ADDED(HOST, 200, first.ask(host_make, 200));
  ADDED(OF(second), 201, first.ask_for(host_ask, second.make, 201));
  ADDED(OF(first), 202, first.ask_for(host_ask, first.make, 202));
}

static void libraries(void) {
  ADDED(OF(first), 6, first.copy("hello"));
  /* The C library allocates for the first plugin and calls the second. */
  int numbers[] = {3, 1, 2};
  ADDED(OF(second), 333, first.sort(numbers, 3, second.compare));
  CHECK(numbers[0] == 1 && numbers[2] == 3);
}

static void loading(void) {
  /* Constructors that ran in dlopen(3). */
  CHECK_EQUAL(OF(first).live_bytes, 77);
  CHECK_EQUAL(OF(second).live_bytes, 77);
  CHECK_EQUAL(OF(first).allocations, 1);
}

static void deep_dive(void *context) {
  long *left = context;
  if (*left == 0) {
    free(second.make(1));
    return;
  }
  *left -= 1;
  (*left % 2 == 0 ? first.call : second.call)(deep_dive, left);
}

static void deep(void) {
  plr_heap_row before = OF(second), others = OF(first);
  long depth = 5000;
  deep_dive(&depth);
  CHECK_EQUAL(OF(second).allocations - before.allocations, 1);
  CHECK_EQUAL(OF(first).allocations, others.allocations);
}

static void jumps(void) {
  uint32_t owner = heap->owner("first");
  CHECK_EQUAL(owner, OF(first).owner);
  /* Nothing of the plugin is on the stack any more: its caller allocates. */
  ADDED(HOST, 300, first.jump(300));
  /* Through a trampoline it is known. */
  ADDED(OF(first), 301, heap->call(owner, (void (*)(void *))(void *)first.jump, (void *)301));
  /* What is between the two goes before it. */
  ADDED(HOST, 302, heap->call(owner, (void (*)(void *))(void *)host_make, (void *)302));
  ADDED(OF(second), 303,
        heap->call(owner, (void (*)(void *))(void *)second.make, (void *)303));
}

static void entrances(void) {
  uint32_t owner = heap->owner("first");
  plr_entry entry = NULL;
  CHECK((*(void **)&entry = dlsym(first.handle, PLR_ENTRY_SYMBOL)) != NULL);
  const plr_plugin *table = heap->call_entry(owner, entry, NULL, NULL);
  CHECK(table != NULL);
  plr_heap_row before = OF(first);
  ADDED(OF(first), 500, CHECK(heap->call_init(owner, table, NULL, NULL) == PLR_OK));
  heap->call_deinit(owner, table, NULL);
  CHECK_EQUAL(OF(first).live_bytes, before.live_bytes);
  ADDED(OF(first), 6,
        CHECK(strcmp(heap->call_query_interface(owner, table, NULL, "an id", 1), "an id") == 0));
  /* Which is what the trampolines are for. */
  ADDED(HOST, 500, CHECK(table->init(NULL, NULL) == PLR_OK));
  table->deinit(NULL);
}

static jmp_buf place;
static void leave(void *context) {
  (void)context;
  longjmp(place, 1);
}

static void through(void *context) {
  heap->call(heap->owner("second"), leave, context);
}

static void nonlocal(void) {
  uint32_t owner = heap->owner("first");
  for (int round = 0; round < 200; round += 1) {
    if (setjmp(place) == 0) heap->call(owner, through, NULL);
  }
  /* None of those that were left is taken for this one, nor do they take its place. */
  ADDED(row(PLR_HEAP_PLUGIN, "another"), 403,
        heap->call(heap->owner("another"), (void (*)(void *))(void *)first.jump, (void *)403));
  ADDED(HOST, 400, first.jump(400));
  ADDED(OF(first), 401, heap->call(owner, (void (*)(void *))(void *)first.jump, (void *)401));
  ADDED(HOST, 402, host_make(402));
}

static void reloading(void) {
  /* Another plugin's code comes to lie where the first one's lay. */
  void *const code = (void *)first.make;
  /* Some of what is remembered of its addresses is still remembered then. */
  free(first.make(10));
  free(first.make_zeroed(10));
  free(first.copy("ten"));
  free(first.grow(NULL, 10));
  CHECK(dlclose(first.handle) == 0);
  plugin third = open_plugin("third");
  ADDED(OF(third), 11, third.make(11));
  ADDED(OF(third), 12, third.make_zeroed(12));
  ADDED(OF(third), 7, third.copy("eleven"));
  ADDED(OF(third), 13, third.grow(NULL, 13));
  if ((void *)third.make != code) fprintf(stderr, "note: it lies somewhere else\n");
  /* And a plugin that is loaded again has the row that its name had. */
  plr_heap_row before = row(PLR_HEAP_PLUGIN, "first");
  first = open_plugin("first");
  first.make(12);
  CHECK_EQUAL(OF(first).owner, before.owner);
  CHECK_EQUAL(OF(first).live_bytes - before.live_bytes, 77 + 12);
}

void calls(const char *name) {
  const struct {
    const char *name;
    void (*run)(void);
  } all[] = {{"nesting", nesting}, {"callbacks", callbacks}, {"libraries", libraries},
             {"loading", loading}, {"deep", deep},           {"jumps", jumps}, {"entrances", entrances},
             {"nonlocal", nonlocal}, {"reloading", reloading}};
  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i += 1) {
    if (strcmp(all[i].name, name) != 0) continue;
    all[i].run();
    check_sum();
    exit(0);
  }
}
