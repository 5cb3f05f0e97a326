/* Threads that come and go, and processes that are two. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

static void *make_elsewhere(void *context) {
  (void)context;
  return first.make(500);
}

static void *free_elsewhere(void *block) {
  second.let_go(block);
  return NULL;
}

static void *on_thread(void *(*work)(void *), void *context) {
  pthread_t thread;
  void *result;
  CHECK(pthread_create(&thread, NULL, work, context) == 0);
  CHECK(pthread_join(thread, &result) == 0);
  return result;
}

static void crossing(void) {
  plr_heap_row before = OF(first);
  void *block = on_thread(make_elsewhere, NULL);
  CHECK_EQUAL(OF(first).live_bytes - before.live_bytes, 500);
  free(block);
  CHECK_EQUAL(OF(first).live_bytes, before.live_bytes);
  on_thread(free_elsewhere, first.make(600));
  CHECK_EQUAL(OF(first).live_bytes, before.live_bytes);
  CHECK_EQUAL(OF(first).live_blocks, before.live_blocks);
}

static void nobodys(void) {
  /* A thread that never was in anybody's code. */
  plr_heap_row before = NOBODYS;
  plr_heap_total total = {.size = sizeof(total)}, later = total;
  size_t count;
  heap->snapshot(NULL, 0, &count, &total);
  free(on_thread((void *(*)(void *))(void *)strdup, "whose?"));
  CHECK_EQUAL(NOBODYS.allocations - before.allocations, 1);
  heap->snapshot(NULL, 0, &count, &later);
  CHECK_EQUAL(later.unfollowed, total.unfollowed);
}

static pthread_key_t late;

/* Runs when the thread's own record is gone, and again. */
static void let_go_late(void *block) {
  static _Thread_local int rounds;
  free(block);
  rounds += 1;
  if (rounds < 3) pthread_setspecific(late, first.make(64));
}

static void *work_for_a_while(void *kept) {
  pthread_setspecific(late, first.make(64));
  for (int i = 1; i < 40; i += 1) free((i % 2 ? first : second).make((size_t)i * 11));
  *(void **)kept = second.make(9);
  return NULL;
}

static long resident_pages(void) {
  FILE *file = fopen("/proc/self/statm", "r");
  long size, resident;
  CHECK(file != NULL && fscanf(file, "%ld %ld", &size, &resident) == 2);
  fclose(file);
  return resident;
}

static void churning(void) {
  plr_heap_row one = OF(first), two = OF(second);
  CHECK(pthread_key_create(&late, let_go_late) == 0);
  long pages = 0;
  for (int round = 0; round < 1500; round += 1) {
    void *kept = NULL;
    on_thread(work_for_a_while, &kept);
    free(kept);
    if (round == 100) pages = resident_pages();
  }
  CHECK_EQUAL(OF(first).live_bytes, one.live_bytes);
  CHECK_EQUAL(OF(second).live_bytes, two.live_bytes);
  CHECK_EQUAL(OF(second).allocations - two.allocations, 1500 * 20);
  /* The next thread takes over what the last one had. */
  CHECK(resident_pages() - pages < 64);
}

enum { WORKERS = 8, ROUNDS = 20000, SLOTS = 256 };
static _Atomic(void *) slots[SLOTS];
static _Atomic int64_t expected[3];

static void *work_at_random(void *seed) {
  uint32_t state = (uint32_t)(uintptr_t)seed;
  for (int i = 0; i < ROUNDS; i += 1) {
    state = state * 1664525u + 1013904223u;
    size_t size = 8 + (state >> 10) % 2000;
    uint32_t who = (state >> 4) % 3;
    size_t *block = who == 0   ? host_ask(host_make, size)
                    : who == 1 ? first.make(size)
                               : host_ask(second.make, size);
    block[0] = size << 2 | who;
    expected[who] += (int64_t)size;
    /* Whoever comes by next frees it. */
    size_t *old = atomic_exchange(&slots[(state >> 20) % SLOTS], block);
    if (old == NULL) continue;
    expected[old[0] & 3] -= (int64_t)(old[0] >> 2);
    (state & 8 ? second.let_go : free)(old);
  }
  return NULL;
}

static void together(void) {
  /* A row is made by the first block of its owner. */
  free(host_make(1));
  pthread_t workers[WORKERS];
  int64_t one = (int64_t)OF(first).live_bytes, two = (int64_t)OF(second).live_bytes;
  for (uintptr_t i = 0; i < WORKERS; i += 1) {
    CHECK(pthread_create(&workers[i], NULL, work_at_random, (void *)(i * 77 + 1)) == 0);
  }
  for (int i = 0; i < WORKERS; i += 1) CHECK(pthread_join(workers[i], NULL) == 0);
  check_sum();
  CHECK(expected[1] > 0 && expected[2] > 0);
  CHECK_EQUAL(OF(first).live_bytes - (uint64_t)one, expected[1]);
  CHECK_EQUAL(OF(second).live_bytes - (uint64_t)two, expected[2]);
  for (int i = 0; i < SLOTS; i += 1) free(slots[i]);
  CHECK_EQUAL(OF(first).live_bytes, one);
  CHECK_EQUAL(OF(second).live_bytes, two);
}

static atomic_int is_over;

static void *work_and_name(void *context) {
  (void)context;
  /* New rows take the only lock. */
  for (int i = 0; !atomic_load(&is_over); i += 1) {
    char name[32];
    snprintf(name, sizeof(name), "name-%d", i % 500);
    heap->owner(name);
    free(first.make(100));
  }
  return NULL;
}

static void forking(void) {
  pthread_t worker;
  CHECK(pthread_create(&worker, NULL, work_and_name, NULL) == 0);
  for (int i = 0; i < 100; i += 1) {
    plr_heap_row before = OF(second);
    void *block = second.make(1000);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      alarm(20);
      /* The parent's blocks are there and may be freed; new rows and threads may come. */
      CHECK_EQUAL(OF(second).live_bytes - before.live_bytes, 1000);
      free(block);
      CHECK_EQUAL(OF(second).live_bytes, before.live_bytes);
      CHECK(heap->owner("born in the child") > 2);
      free(on_thread(make_elsewhere, NULL));
      free(second.make(2000));
      CHECK_EQUAL(OF(second).live_bytes, before.live_bytes);
      _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK_EQUAL(status, 0);
    free(block);
  }
  atomic_store(&is_over, 1);
  CHECK(pthread_join(worker, NULL) == 0);
}

void threads(const char *name) {
  const struct {
    const char *name;
    void (*run)(void);
  } all[] = {{"crossing", crossing}, {"nobodys", nobodys}, {"churning", churning},
             {"together", together}, {"forking", forking}};
  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i += 1) {
    if (strcmp(all[i].name, name) != 0) continue;
    all[i].run();
    check_sum();
    exit(0);
  }
}
