/* Where the tracker ends, and Swift's tasks. */
#include <semaphore.h>

#include "host.h"

static void names(void) {
  uint32_t last = 0;
  for (int i = 0; i < PLR_HEAP_OWNERS_LIMIT + 500; i += 1) {
    char name[PLR_MANIFEST_NAME_CAPACITY];
    snprintf(name, sizeof(name), "plugin-%d", i);
    last = heap->owner(name);
  }
  /* Those past the end share a row, which is no plugin's own. */
  CHECK_EQUAL(last, heap->owner("one more"));
  CHECK(heap->owner("plugin-0") != last && heap->owner("first") == OF(first).owner);
  heap->call(last, (void (*)(void *))(void *)first.jump, (void *)123);
  plr_heap_row others = row(PLR_HEAP_OTHER_PLUGINS, NULL);
  CHECK_EQUAL(others.live_bytes, 123);
  CHECK_EQUAL(others.owner, last);
  /* A long name is cut as a manifest's is. */
  char text[300];
  memset(text, 'x', sizeof(text));
  text[299] = '\0';
  CHECK_EQUAL(heap->owner(text), last);
}

static sem_t done;
static int32_t was_elsewhere;

static void note(int32_t is_elsewhere) {
  was_elsewhere = is_elsewhere;
  sem_post(&done);
}

static void tasks(void) {
  enum { ITEMS = 5000, ITEM = 24 };
  char path[4096];
  snprintf(path, sizeof(path), "%s/tasks.so", directory);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) fprintf(stderr, "%s\n", dlerror());
  CHECK(handle != NULL);
  void (*start)(long, void (*)(int32_t)) = NULL;
  void (*forget)(void) = NULL;
  CHECK((*(void **)&start = dlsym(handle, "tasks_start")) != NULL);
  CHECK((*(void **)&forget = dlsym(handle, "tasks_forget")) != NULL);
  plugin owner = {.name = "tasks"};
  sem_init(&done, 0, 0);
  plr_heap_row before = OF(owner), host = HOST, others = OF(first), nobody = NOBODYS;
  start(ITEMS, note);
  while (sem_wait(&done) != 0) {}
  CHECK(was_elsewhere);
  plr_heap_row after = OF(owner);
  CHECK(after.live_bytes - before.live_bytes >= ITEMS * (ITEM + 8));
  CHECK(after.live_blocks - before.live_blocks >= ITEMS);
  CHECK_EQUAL(HOST.live_blocks, host.live_blocks);
  CHECK_EQUAL(OF(first).live_blocks, others.live_blocks);
  /* The pool's own threads and queues are nobody's, and few. */
  CHECK(NOBODYS.live_blocks - nobody.live_blocks < 100);
  forget();
  CHECK(after.live_blocks - OF(owner).live_blocks >= ITEMS);
}

void limits(const char *name) {
  const struct {
    const char *name;
    void (*run)(void);
  } all[] = {{"names", names}, {"tasks", tasks}};
  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i += 1) {
    if (strcmp(all[i].name, name) != 0) continue;
    all[i].run();
    check_sum();
    exit(0);
  }
}
