/* pins.c - what it costs to pin a plugin, to call it inside, and to take it down while threads are busy
 * with another one. Built with the sources of the pins themselves; `run` does it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "plugin_pins.h"

enum { samples = 31, rounds = 200000, threads = 4 };

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC_RAW, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int compare(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

static double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, compare);
  return values[count / 2];
}

/* ---- Calls ---- */

typedef uint64_t (*function)(uint64_t);
static uint64_t add_one(uint64_t value) { return value + 1; }
/* Through memory that the compiler knows nothing of, as the table of a plugin is. */
static volatile function through = add_one;
static uint64_t sink;

static pin_cell *make(pin_instance **instance) {
  pin_cell *cell = pin_cell_open();
  *instance = pin_instance_open(&sink, &sink);
  if (cell == NULL || *instance == NULL) exit(1);
  pin_cell_hand_out(cell, *instance);
  return cell;
}

/* Nanoseconds of one: a call, a pin with nothing inside, a call inside of one pin for all. */
static void calls(void) {
  double plain[samples], pinned[samples], inside[samples];
  pin_instance *instance;
  pin_cell *cell = make(&instance);
  for (int s = 0; s < samples; s += 1) {
    uint64_t value = 0, begin = now();
    for (int i = 0; i < rounds; i += 1) value = through(value);
    plain[s] = (double)(now() - begin) / rounds;

    begin = now();
    for (int i = 0; i < rounds; i += 1) {
      pin_instance *found;
      if (pin_enter(cell, cell->generation, &found) != PIN_OK) exit(1);
      pin_leave(found);
    }
    pinned[s] = (double)(now() - begin) / rounds;

    begin = now();
    pin_instance *found;
    if (pin_enter(cell, cell->generation, &found) != PIN_OK) exit(1);
    for (int i = 0; i < rounds; i += 1) value = through(value);
    pin_leave(found);
    inside[s] = (double)(now() - begin) / rounds;
    sink += value;
  }
  double one_call = median(plain, samples);
  printf("call through a function pointer     %7.2f ns\n", one_call);
  printf("pin and leave                       %7.2f ns\n", median(pinned, samples));
  printf("call inside of a pin, more than that %6.2f ns\n", median(inside, samples) - one_call);
}

/* ---- Taking down under load ---- */

static pin_cell *busy_cell;
static int is_over;
static uint64_t counts[threads][8];
/* How often callers went to sleep by themselves: whoever waits for something does. */
static long sleeps;

static long own_sleeps(void) {
  struct rusage usage;
  return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nvcsw : 0;
}

static void *work(void *number) {
  uint64_t *count = counts[(size_t)number];
  long before = own_sleeps();
  while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
    pin_instance *found;
    if (pin_enter(busy_cell, busy_cell->generation, &found) != PIN_OK) exit(1);
    count[1] = through(count[1]);
    pin_leave(found);
    __atomic_store_n(count, *count + 1, __ATOMIC_RELAXED);
  }
  __atomic_add_fetch(&sleeps, own_sleeps() - before, __ATOMIC_RELAXED);
  return NULL;
}

static uint64_t sum(void) {
  uint64_t total = 0;
  for (int i = 0; i < threads; i += 1) total += __atomic_load_n(counts[i], __ATOMIC_RELAXED);
  return total;
}

static void retires(void) {
  enum { lives = 2001 };
  static double drains[lives];
  pin_instance *busy;
  busy_cell = make(&busy);
  pthread_t all[threads];
  for (size_t i = 0; i < threads; i += 1)
    if (pthread_create(&all[i], NULL, work, (void *)i) != 0) exit(1);
  while (sum() < 1000) sched_yield();
  uint64_t before = sum(), begin = now();
  struct timespec while_nothing_goes = {0, 300000000};
  nanosleep(&while_nothing_goes, NULL);
  double alone = (double)(sum() - before) * 1000 / (double)(now() - begin);
  before = sum(), begin = now();
  int drained = 0;
  /* Long enough for every thread to have had its turns. */
  while (drained < lives || now() - begin < 300000000u) {
    pin_instance *instance;
    pin_cell *cell = make(&instance);
    uint64_t start = now();
    pin_cell_close(cell);
    if (!pin_drain(instance, 1000000000u)) exit(1);
    if (drained < lives) drains[drained] = (double)(now() - start);
    drained += 1;
    pin_instance_give_back(instance);
    pin_cell_give_back(cell);
  }
  uint64_t passed = now() - begin, calls_meanwhile = sum() - before;
  __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
  for (int i = 0; i < threads; i += 1) pthread_join(all[i], NULL);
  printf("closing and draining, %d threads busy elsewhere %9.0f ns (median of %d)\n", threads,
         median(drains, lives), lives);
  printf("calls of another plugin meanwhile   %7.1f million a second, %.1f while none goes\n",
         (double)calls_meanwhile * 1000 / (double)passed, alone);
  printf("callers that slept meanwhile        %7ld times\n", sleeps);
}

int main(void) {
  calls();
  retires();
  return 0;
}
