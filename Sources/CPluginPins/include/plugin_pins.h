/* plugin_pins.h - who is inside which plugin, told by each thread for itself.
 *
 * A thread that goes into a plugin writes down which one, in a record of its own, and looks whether the
 * plugin is still handed out (hazard pointers: Michael 2004). Who takes a plugin down first stops handing it
 * out, then has the kernel put a barrier into every running thread (membarrier(2)), and then reads all
 * records: each thread has either been seen or has seen. So going in and out are plain stores.
 * The test PinProtocolTests goes through all orders of these steps. */
#ifndef PLUGIN_PINS_H
#define PLUGIN_PINS_H

#include <stddef.h>
#include <stdint.h>

/* One life of a plugin. Used again by later ones, never freed. */
typedef struct pin_instance {
  uint64_t generation; /* never used again; 0 while nobody has it */
  const void *_Nullable table;
  const void *_Nullable account;
  uint64_t entries;  /* times that threads went in, but for what they count themselves */
  uint64_t nanoseconds; /* that they were inside, while that was measured, but for what they count themselves */
  uint32_t waiting;  /* PIN_WAITED: somebody waits for those who are inside; PIN_TIMED: their time is measured */
  uint32_t released; /* changes when one of them leaves meanwhile */
  struct pin_instance *_Nullable next_free;
} pin_instance;

/* What handles refer to: which life of a plugin is handed out now. Used again, never freed. */
typedef struct pin_cell {
  uintptr_t current; /* a pin_instance, or 0; PIN_FROZEN while it is, PIN_MEASURED while time is measured */
  uint64_t generation; /* of the handles that it answers to; 0 while nobody has it */
  uint32_t thaws;      /* changes when it is handed out again, or no more */
  uint32_t is_measured; /* of what is handed out from now on; the host's own */
  struct pin_cell *_Nullable next_free;
} pin_cell;

/* Either sends who comes the long way, so that the short one need not ask for more. */
#define PIN_FROZEN ((uintptr_t)1)
#define PIN_MEASURED ((uintptr_t)2)
#define PIN_MARKS (PIN_FROZEN | PIN_MEASURED)
#define PIN_WAITED 1u
#define PIN_TIMED 2u
/* So many plugins can be inside each other on one thread. */
#define PIN_DEPTH 62

/* How often one thread was in one instance. */
typedef struct pin_count {
  pin_instance *_Nullable instance;
  uint64_t generation;
  uint64_t count;
  uint64_t nanoseconds;
} pin_count;

#define PIN_COUNTS 16

/* When a thread went into an instance, by CLOCK_MONOTONIC; 0 where that was not measured. */
typedef struct pin_start {
  uint64_t nanoseconds;
  uint64_t generation;
} pin_start;

/* What one thread is inside of. Written by that thread alone; never freed, given to later threads. */
typedef struct pin_record {
  pin_instance *_Nullable inside[PIN_DEPTH];
  uint32_t depth;
  uint32_t is_taken;
  uint64_t thread; /* the kernel's number */
  struct pin_record *_Nullable next;
  pin_count counts[PIN_COUNTS];
  pin_start starts[PIN_DEPTH];
} pin_record;

#define PIN_OK 0
#define PIN_STALE 1
#define PIN_TOO_DEEP 2
#define PIN_NO_MEMORY 3

extern _Thread_local pin_record *_Nullable pin_own;
extern int32_t pin_barrier_is_asymmetric;

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PIN_ORDERED 1
#endif
#endif

/* The cheap side of the barrier: only the compiler is held back where the kernel does the rest. */
static inline __attribute__((always_inline)) void pin_barrier_light(void) {
#ifndef PIN_ORDERED
  if (__builtin_expect(__atomic_load_n(&pin_barrier_is_asymmetric, __ATOMIC_RELAXED), 1))
    __asm__ volatile("" ::: "memory");
  else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

/* The thread sanitizer knows neither fences nor membarrier(2): it is told with ordered accesses. */
#ifdef PIN_ORDERED
#define PIN_STORE_ORDER __ATOMIC_SEQ_CST
#define PIN_LOAD_ORDER __ATOMIC_SEQ_CST
#else
#define PIN_STORE_ORDER __ATOMIC_RELEASE
#define PIN_LOAD_ORDER __ATOMIC_ACQUIRE
#endif

pin_record *_Nullable pin_adopt(void);
void pin_wake(pin_instance *_Nonnull instance);
void pin_keep_count(pin_record *_Nonnull record, pin_instance *_Nonnull instance);
int32_t pin_enter_slow(pin_cell *_Nonnull cell, uint64_t generation,
                       pin_instance *_Nullable *_Nonnull instance);

static inline __attribute__((always_inline)) void pin_leave(pin_instance *_Nonnull instance) {
  pin_record *record = pin_own;
  record->depth -= 1;
  __atomic_store_n(&record->inside[record->depth], NULL, PIN_STORE_ORDER);
  pin_barrier_light();
  if (__builtin_expect(__atomic_load_n(&instance->waiting, PIN_LOAD_ORDER) != 0, 0))
    pin_wake(instance);
}

/* Goes into what `cell` hands out to handles of `generation`: PIN_OK, with the instance, until pin_leave on
 * the same thread, the last one in first. PIN_STALE where it hands nothing out to them any more. Waits where
 * the cell is frozen, unless this thread is inside already. [any-thread] */
static inline __attribute__((always_inline)) int32_t
pin_enter(pin_cell *_Nonnull cell, uint64_t generation, pin_instance *_Nullable *_Nonnull instance) {
  pin_record *record = pin_own;
  uintptr_t word = __atomic_load_n(&cell->current, __ATOMIC_ACQUIRE);
  if (__builtin_expect(
          record == NULL || record->depth == PIN_DEPTH || word == 0 || (word & PIN_MARKS) != 0, 0))
    return pin_enter_slow(cell, generation, instance);
  pin_instance *candidate = (pin_instance *)word;
  __atomic_store_n(&record->inside[record->depth], candidate, PIN_STORE_ORDER);
  record->depth += 1;
  pin_barrier_light();
  if (__builtin_expect(__atomic_load_n(&cell->current, PIN_LOAD_ORDER) != word ||
                           __atomic_load_n(&cell->generation, __ATOMIC_RELAXED) != generation,
                       0)) {
    pin_leave(candidate);
    return pin_enter_slow(cell, generation, instance);
  }
  pin_count *count = &record->counts[candidate->generation % PIN_COUNTS];
  if (__builtin_expect(count->generation == candidate->generation, 1))
    __atomic_store_n(&count->count, count->count + 1, __ATOMIC_RELAXED);
  else
    pin_keep_count(record, candidate);
  *instance = candidate;
  return PIN_OK;
}

/* ---- For the host ------------------------------------------------------------------------- */

/* Asks the kernel for barriers, which what follows does by itself if need be. In a process that has no second thread
 * yet that is done at once; in any other the kernel waits for all processors, some ten milliseconds. */
void pin_prepare(void);

/* A cell that hands out nothing yet, with its generation; NULL where there is no memory. [any-thread] */
pin_cell *_Nullable pin_cell_open(void);
/* Nothing is handed out any more: its handles are stale. */
void pin_cell_close(pin_cell *_Nonnull cell);
/* Gives a closed cell to later plugins. */
void pin_cell_give_back(pin_cell *_Nonnull cell);

/* A life with these; NULL where there is no memory. */
pin_instance *_Nullable pin_instance_open(const void *_Nonnull table, const void *_Nonnull account);
/* Gives an instance that is handed out no more and that nobody is inside of to later plugins. */
void pin_instance_give_back(pin_instance *_Nonnull instance);

/* Hands `instance` out from now on, and lets those who wait in front of a frozen cell go in. */
void pin_cell_hand_out(pin_cell *_Nonnull cell, pin_instance *_Nonnull instance);
/* Who comes from now on waits, but for threads that are inside already. */
void pin_cell_freeze(pin_cell *_Nonnull cell);

/* Waits until no thread is inside `instance`, which is frozen or handed out no more: 1, or 0 where one still
 * is after `nanoseconds`, or the calling thread is. */
int32_t pin_drain(pin_instance *_Nonnull instance, uint64_t nanoseconds);

/* A thread that is inside, and how often. */
typedef struct pin_holder {
  uint64_t thread;
  uint64_t count;
} pin_holder;

/* Fills at most `capacity` holders and returns how many there are. Exact once the instance is frozen or
 * handed out no more. */
size_t pin_holders(const pin_instance *_Nonnull instance, pin_holder *_Nullable holders,
                   size_t capacity);

/* How often threads went into the instance, and where `nanoseconds` is not NULL, how long those were inside that have
 * left, while that was measured. */
uint64_t pin_entries(const pin_instance *_Nonnull instance, uint64_t *_Nullable nanoseconds);

/* Measures from now on, or no more, how long threads are inside what the cell hands out, now and later. Two readings
 * of the clock for each pin; without it a pin costs what it did. */
void pin_cell_measure(pin_cell *_Nonnull cell, int32_t is_measured);

#endif
