#define _GNU_SOURCE
#include "plugin_pins.h"

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Thread_local pin_record *pin_own;
int32_t pin_barrier_is_asymmetric;

static pin_record *first_record;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int32_t has_key;

/* Pools and generations; never held while something is waited for. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pin_cell *free_cells;
static pin_instance *free_instances;
static uint64_t last_generation;

/* ---- Barrier and waiting ---- */

static void barrier_all(void) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  if (__atomic_load_n(&pin_barrier_is_asymmetric, __ATOMIC_RELAXED) &&
      syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
    syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void sleep_while(const uint32_t *word, uint32_t expected, uint64_t nanoseconds) {
  struct timespec span = {(time_t)(nanoseconds / 1000000000u), (long)(nanoseconds % 1000000000u)};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, &span, NULL, 0);
}

static void wake_all(const uint32_t *word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

static void give_record_back(void *word) {
  pin_own = NULL;
  __atomic_store_n(&((pin_record *)word)->is_taken, 0, __ATOMIC_RELEASE);
}

static void prepare(void) {
  long can = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  int32_t is_asymmetric =
      can > 0 && (can & MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) != 0 &&
      syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  __atomic_store_n(&pin_barrier_is_asymmetric, is_asymmetric, __ATOMIC_SEQ_CST);
  has_key = pthread_key_create(&key, give_record_back) == 0;
}

void pin_prepare(void) { pthread_once(&once, prepare); }

/* ---- Records ---- */

pin_record *pin_adopt(void) {
  pin_prepare();
  if (!has_key) return NULL;
  pin_record *record = __atomic_load_n(&first_record, __ATOMIC_ACQUIRE);
  for (; record != NULL; record = record->next) {
    uint32_t free_one = 0;
    if (__atomic_compare_exchange_n(&record->is_taken, &free_one, 1, 0, __ATOMIC_ACQ_REL,
                                    __ATOMIC_RELAXED))
      break;
  }
  if (record == NULL) {
    void *room = NULL;
    if (posix_memalign(&room, 64, (sizeof(pin_record) + 63) & ~(size_t)63) != 0) return NULL;
    record = room;
    *record = (pin_record){.is_taken = 1};
    record->next = __atomic_load_n(&first_record, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&first_record, &record->next, record, 1, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED)) {
    }
  }
  __atomic_store_n(&record->thread, (uint64_t)syscall(SYS_gettid), __ATOMIC_RELAXED);
  if (pthread_setspecific(key, record) != 0) {
    __atomic_store_n(&record->is_taken, 0, __ATOMIC_RELEASE);
    return NULL;
  }
  pin_own = record;
  return record;
}

void pin_wake(pin_instance *instance) {
  pin_record *record = pin_own;
  pin_start *start = &record->starts[record->depth];
  /* Another life of the instance may have begun meanwhile; then it is its mark that led here. */
  if (start->nanoseconds != 0) {
    pin_count *count = &record->counts[start->generation % PIN_COUNTS];
    uint64_t passed = now() - start->nanoseconds;
    if (count->generation == start->generation)
      __atomic_store_n(&count->nanoseconds, count->nanoseconds + passed, __ATOMIC_RELAXED);
    else if (__atomic_load_n(&instance->generation, __ATOMIC_RELAXED) == start->generation)
      __atomic_add_fetch(&instance->nanoseconds, passed, __ATOMIC_RELAXED);
    start->nanoseconds = 0;
  }
  if ((__atomic_load_n(&instance->waiting, PIN_LOAD_ORDER) & PIN_WAITED) == 0) return;
  __atomic_add_fetch(&instance->released, 1, __ATOMIC_SEQ_CST);
  wake_all(&instance->released);
}

/* The instance that is going to be counted displaces another one, whose sum goes where all can see it. */
void pin_keep_count(pin_record *record, pin_instance *instance) {
  pthread_mutex_lock(&lock);
  pin_count *count = &record->counts[instance->generation % PIN_COUNTS];
  if (count->instance != NULL && count->instance->generation == count->generation) {
    __atomic_add_fetch(&count->instance->entries, count->count, __ATOMIC_RELAXED);
    __atomic_add_fetch(&count->instance->nanoseconds, count->nanoseconds, __ATOMIC_RELAXED);
  }
  __atomic_store_n(&count->count, 1, __ATOMIC_RELAXED);
  __atomic_store_n(&count->nanoseconds, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&count->generation, instance->generation, __ATOMIC_RELAXED);
  __atomic_store_n(&count->instance, instance, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&lock);
}

static int32_t is_inside(const pin_record *record, const pin_instance *instance) {
  for (uint32_t i = 0; i < record->depth; i += 1)
    if (record->inside[i] == instance) return 1;
  return 0;
}

int32_t pin_enter_slow(pin_cell *cell, uint64_t generation, pin_instance **instance) {
  pin_record *record = pin_own != NULL ? pin_own : pin_adopt();
  if (record == NULL) return PIN_NO_MEMORY;
  if (record->depth == PIN_DEPTH) return PIN_TOO_DEEP;
  while (1) {
    uint32_t thaws = __atomic_load_n(&cell->thaws, __ATOMIC_ACQUIRE);
    uintptr_t word = __atomic_load_n(&cell->current, __ATOMIC_ACQUIRE);
    if (word == 0 || __atomic_load_n(&cell->generation, __ATOMIC_ACQUIRE) != generation)
      return PIN_STALE;
    pin_instance *candidate = (pin_instance *)(word & ~PIN_MARKS);
    if ((word & PIN_FROZEN) != 0 && !is_inside(record, candidate)) {
      sleep_while(&cell->thaws, thaws, 1000000000u);
      continue;
    }
    __atomic_store_n(&record->inside[record->depth], candidate, PIN_STORE_ORDER);
    record->depth += 1;
    pin_barrier_light();
    if (__atomic_load_n(&cell->current, PIN_LOAD_ORDER) == word &&
        __atomic_load_n(&cell->generation, __ATOMIC_RELAXED) == generation) {
      pin_count *count = &record->counts[candidate->generation % PIN_COUNTS];
      if (count->generation == candidate->generation)
        __atomic_store_n(&count->count, count->count + 1, __ATOMIC_RELAXED);
      else
        pin_keep_count(record, candidate);
      record->starts[record->depth - 1] = (pin_start){
          (word & PIN_MEASURED) != 0 ? now() : 0, candidate->generation};
      *instance = candidate;
      return PIN_OK;
    }
    /* Not inside after all: nothing of it is measured. */
    record->starts[record->depth - 1].nanoseconds = 0;
    pin_leave(candidate);
  }
}

/* ---- Cells and instances ---- */

static void *make(size_t size) {
  void *room = NULL;
  return posix_memalign(&room, 64, (size + 63) & ~(size_t)63) == 0 ? room : NULL;
}

pin_cell *pin_cell_open(void) {
  pin_prepare();
  pthread_mutex_lock(&lock);
  pin_cell *cell = free_cells;
  if (cell != NULL) {
    free_cells = cell->next_free;
  } else if ((cell = make(sizeof *cell)) != NULL) {
    *cell = (pin_cell){0};
  }
  if (cell != NULL) {
    last_generation += 1;
    cell->is_measured = 0;
    __atomic_store_n(&cell->generation, last_generation, __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&lock);
  return cell;
}

static void change(pin_cell *cell, uintptr_t word) {
  /* Only who finds it frozen sleeps. */
  if ((__atomic_exchange_n(&cell->current, word, __ATOMIC_SEQ_CST) & PIN_FROZEN) == 0) return;
  __atomic_add_fetch(&cell->thaws, 1, __ATOMIC_SEQ_CST);
  wake_all(&cell->thaws);
}

void pin_cell_close(pin_cell *cell) { change(cell, 0); }

void pin_cell_give_back(pin_cell *cell) {
  pthread_mutex_lock(&lock);
  __atomic_store_n(&cell->generation, 0, __ATOMIC_RELEASE);
  cell->next_free = free_cells;
  free_cells = cell;
  pthread_mutex_unlock(&lock);
}

static void set_timed(pin_instance *instance, uintptr_t is_measured) {
  if (is_measured)
    __atomic_or_fetch(&instance->waiting, PIN_TIMED, __ATOMIC_SEQ_CST);
  else
    __atomic_and_fetch(&instance->waiting, ~PIN_TIMED, __ATOMIC_SEQ_CST);
}

void pin_cell_hand_out(pin_cell *cell, pin_instance *instance) {
  uintptr_t mark = cell->is_measured != 0 ? PIN_MEASURED : 0;
  set_timed(instance, mark);
  change(cell, (uintptr_t)instance | mark);
}

void pin_cell_measure(pin_cell *cell, int32_t is_measured) {
  cell->is_measured = is_measured != 0;
  uintptr_t word = __atomic_load_n(&cell->current, __ATOMIC_RELAXED);
  uintptr_t mark = is_measured != 0 ? PIN_MEASURED : 0;
  if (word == 0) return;
  /* Before those come who expect it. */
  if (mark != 0) set_timed((pin_instance *)(word & ~PIN_MARKS), mark);
  __atomic_store_n(&cell->current, (word & ~PIN_MEASURED) | mark, __ATOMIC_SEQ_CST);
  /* Those who are inside are still measured when they leave. */
}

void pin_cell_freeze(pin_cell *cell) {
  uintptr_t word = __atomic_load_n(&cell->current, __ATOMIC_RELAXED);
  __atomic_store_n(&cell->current, word | PIN_FROZEN, __ATOMIC_SEQ_CST);
}

pin_instance *pin_instance_open(const void *table, const void *account) {
  pthread_mutex_lock(&lock);
  pin_instance *instance = free_instances;
  if (instance != NULL) {
    free_instances = instance->next_free;
  } else if ((instance = make(sizeof *instance)) != NULL) {
    *instance = (pin_instance){0};
  }
  if (instance != NULL) {
    last_generation += 1;
    instance->generation = last_generation;
    instance->table = table;
    instance->account = account;
    __atomic_store_n(&instance->entries, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&instance->nanoseconds, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&instance->waiting, 0, __ATOMIC_RELAXED);
  }
  pthread_mutex_unlock(&lock);
  return instance;
}

void pin_instance_give_back(pin_instance *instance) {
  pthread_mutex_lock(&lock);
  instance->next_free = free_instances;
  free_instances = instance;
  pthread_mutex_unlock(&lock);
}

/* ---- Taking down ---- */

static uint64_t count_inside(const pin_record *record, const pin_instance *instance) {
  uint64_t count = 0;
  for (uint32_t i = 0; i < PIN_DEPTH; i += 1)
    count += __atomic_load_n(&record->inside[i], PIN_LOAD_ORDER) == instance;
  return count;
}

size_t pin_holders(const pin_instance *instance, pin_holder *holders, size_t capacity) {
  barrier_all();
  size_t found = 0;
  const pin_record *record = __atomic_load_n(&first_record, __ATOMIC_ACQUIRE);
  for (; record != NULL; record = record->next) {
    uint64_t count = count_inside(record, instance);
    if (count == 0) continue;
    if (found < capacity)
      holders[found] = (pin_holder){__atomic_load_n(&record->thread, __ATOMIC_RELAXED), count};
    found += 1;
  }
  return found;
}

int32_t pin_drain(pin_instance *instance, uint64_t nanoseconds) {
  uint64_t begin = now();
  __atomic_or_fetch(&instance->waiting, PIN_WAITED, __ATOMIC_SEQ_CST);
  while (1) {
    uint32_t seen = __atomic_load_n(&instance->released, __ATOMIC_SEQ_CST);
    if (pin_holders(instance, NULL, 0) == 0) break;
    uint64_t passed = now() - begin;
    if (passed >= nanoseconds || (pin_own != NULL && is_inside(pin_own, instance))) {
      __atomic_and_fetch(&instance->waiting, ~PIN_WAITED, __ATOMIC_SEQ_CST);
      return 0;
    }
    uint64_t rest = nanoseconds - passed;
    sleep_while(&instance->released, seen, rest < 1000000000u ? rest : 1000000000u);
  }
  __atomic_and_fetch(&instance->waiting, ~PIN_WAITED, __ATOMIC_SEQ_CST);
  return 1;
}

uint64_t pin_entries(const pin_instance *instance, uint64_t *nanoseconds) {
  pthread_mutex_lock(&lock);
  uint64_t count = __atomic_load_n(&instance->entries, __ATOMIC_RELAXED);
  uint64_t time = __atomic_load_n(&instance->nanoseconds, __ATOMIC_RELAXED);
  const pin_record *record = __atomic_load_n(&first_record, __ATOMIC_ACQUIRE);
  for (; record != NULL; record = record->next) {
    const pin_count *own = &record->counts[instance->generation % PIN_COUNTS];
    if (__atomic_load_n(&own->generation, __ATOMIC_RELAXED) != instance->generation) continue;
    count += __atomic_load_n(&own->count, __ATOMIC_RELAXED);
    time += __atomic_load_n(&own->nanoseconds, __ATOMIC_RELAXED);
  }
  pthread_mutex_unlock(&lock);
  if (nanoseconds != NULL) *nanoseconds = time;
  return count;
}
