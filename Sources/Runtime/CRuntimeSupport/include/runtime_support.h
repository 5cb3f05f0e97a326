/* What the runtime needs of libc, the kernel and the processor and Swift's Glibc module does not show. */
#ifndef RUNTIME_SUPPORT_H
#define RUNTIME_SUPPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

/* Between the parts of this library alone. */
#pragma GCC visibility push(hidden)

/* ---- Threads ------------------------------------------------------------------------------ */

/* The kernel's number of the calling thread. The corresponding C function is gettid(2). */
uint64_t runtime_thread_id(void);

/* ---- A word for each thread -----------------------------------------------------------------
 *
 * Not thread-local storage: what is fast of that is short in a process of many libraries that are
 * opened one by one, and this library may be in each of them. A table by the address of the thread's own
 * control block costs as little. */

enum { runtime_thread_slots = 256 };

typedef struct runtime_thread_slot {
  uintptr_t thread;
  void *_Nullable word;
} runtime_thread_slot;

extern runtime_thread_slot runtime_thread_table[runtime_thread_slots];

static inline __attribute__((always_inline)) uintptr_t runtime_thread_pointer(void) {
  uintptr_t thread;
#if defined(__x86_64__)
  __asm__("movq %%fs:0, %0" : "=r"(thread));
#elif defined(__aarch64__)
  __asm__("mrs %0, tpidr_el0" : "=r"(thread));
#else
#error "the runtime knows no thread pointer on this processor"
#endif
  return thread;
}

static inline __attribute__((always_inline)) uint32_t runtime_thread_place(uintptr_t thread) {
  /* Control blocks lie at the ends of stacks that are equally large: the multiplication spreads them. */
  return ((uint32_t)(thread >> 6) * 2654435769u) >> 24;
}

/* What runtime_thread_set was given on this thread; NULL at first. */
void *_Nullable runtime_thread_get_slow(uintptr_t thread);
static inline __attribute__((always_inline)) void *_Nullable runtime_thread_get(void) {
  uintptr_t thread = runtime_thread_pointer();
  const runtime_thread_slot *slot = &runtime_thread_table[runtime_thread_place(thread)];
  if (__builtin_expect(__atomic_load_n(&slot->thread, __ATOMIC_RELAXED) == thread, 1))
    return slot->word;
  return runtime_thread_get_slow(thread);
}

/* The same where it can be told without a call; else NULL. */
static inline __attribute__((always_inline)) void *_Nullable runtime_thread_peek(void) {
  uintptr_t thread = runtime_thread_pointer();
  const runtime_thread_slot *slot = &runtime_thread_table[runtime_thread_place(thread)];
  if (__builtin_expect(__atomic_load_n(&slot->thread, __ATOMIC_RELAXED) != thread, 0)) return NULL;
  /* Each slot that is some thread's has one. */
  void *word = slot->word;
  __builtin_assume(word != NULL);
  return word;
}

/* Keeps `word` for this thread; when the thread ends, `at_exit` is called with it. 0, or the number of
 * the error: there is no memory or no key left. */
int32_t runtime_thread_set(void *_Nonnull word, void (*_Nonnull at_exit)(void *_Nullable));

/* An address that no other copy of the runtime shares. */
extern const char runtime_anchor;

static inline const void *_Nonnull runtime_identity_address(void) { return &runtime_anchor; }

/* ---- Barriers that only one side pays for --------------------------------------------------- */

/* Finds out what the kernel can do. Called before anything below, once. */
void runtime_barrier_probe(void);

/* Makes every running thread of the process pass a full memory barrier. A thread that uses
 * runtime_barrier_light between its store and its load, and one that uses this between its own, never
 * both miss the other's store. The corresponding C function is membarrier(2): some microseconds, and the first time
 * up to some milliseconds in a process that has threads. */
void runtime_barrier_all(void);

/* 1 where membarrier(2) does it. */
extern int32_t runtime_barrier_is_asymmetric;

static inline int32_t runtime_barrier_is_cheap(void) {
  return __atomic_load_n(&runtime_barrier_is_asymmetric, __ATOMIC_RELAXED);
}

/* Keeps the compiler from reordering. */
static inline __attribute__((always_inline)) void runtime_barrier_compiler(void) {
  __asm__ volatile("" ::: "memory");
}

/* The cheap side: keeps the compiler from reordering, and the processor too where membarrier(2) does
 * not exist. */
static inline __attribute__((always_inline)) void runtime_barrier_light(void) {
  if (__builtin_expect(__atomic_load_n(&runtime_barrier_is_asymmetric, __ATOMIC_RELAXED), 1))
    __asm__ volatile("" ::: "memory");
  else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* ---- Waiting -------------------------------------------------------------------------------- */

/* Sleeps while `*word` is `expected`, for at most `nanoseconds` (UINT64_MAX: without end). Returns for
 * any reason. The corresponding C function is futex(2) with FUTEX_WAIT_PRIVATE. */
void runtime_futex_wait(const uint32_t *_Nonnull word, uint32_t expected, uint64_t nanoseconds);

/* Wakes everyone who sleeps on `word`. */
void runtime_futex_wake(const uint32_t *_Nonnull word);

/* Tells the processor that the caller is in a loop of waiting. */
static inline void runtime_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* ---- Time ----------------------------------------------------------------------------------- */

/* CLOCK_MONOTONIC and CLOCK_REALTIME in nanoseconds. */
uint64_t runtime_monotonic_nanoseconds(void);
int64_t runtime_wall_nanoseconds(void);

/* 1 where the processor's own counter runs evenly on all processors; runtime_ticks then reads it, and
 * otherwise CLOCK_MONOTONIC in nanoseconds. Asked once, before the first use. */
extern int32_t runtime_counter_is_steady;
void runtime_counter_probe(void);

/* A count that only grows and costs some nanoseconds to read. Its unit is found by comparing with
 * runtime_monotonic_nanoseconds. */
static inline __attribute__((always_inline)) uint64_t runtime_ticks(void) {
#if defined(__x86_64__)
  if (__builtin_expect(__atomic_load_n(&runtime_counter_is_steady, __ATOMIC_RELAXED), 1))
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
  return ticks;
#endif
  return runtime_monotonic_nanoseconds();
}

/* How long ago the file was made, in nanoseconds; 0 where the file system does not say. The corresponding C
 * function is statx(2) with STATX_BTIME. */
uint64_t runtime_age_of_file(int32_t file);

/* ---- Memory --------------------------------------------------------------------------------- */

/* `bytes` of zeros at a multiple of `alignment` (both multiples of a page), which cost nothing until they
 * are touched; NULL where there are none. The corresponding C function is mmap(2). */
void *_Nullable runtime_map(size_t bytes, size_t alignment);
void runtime_unmap(void *_Nonnull address, size_t bytes);

/* The size class of a block by what was asked for: up to 1,024 bytes by the sixteenth part, then by the
 * 128th of what it takes with its header. Filled by the allocator, which knows the classes. */
enum { runtime_small_size = 1024, runtime_size_places = 65 + 257 };
extern uint8_t runtime_size_classes[runtime_size_places];

static inline __attribute__((always_inline)) size_t runtime_size_place(size_t size) {
  return __builtin_expect(size <= runtime_small_size, 1) ? (size + 15) >> 4
                                                         : 65 + ((size + 16 + 127) >> 7);
}
static inline __attribute__((always_inline)) uint8_t runtime_size_class(size_t size) {
  return runtime_size_classes[runtime_size_place(size)];
}
static inline void runtime_set_size_class(size_t size, uint8_t size_class) {
  runtime_size_classes[runtime_size_place(size)] = size_class;
}

/* The address after the call of the function that this is written in. */
static inline __attribute__((always_inline)) uintptr_t runtime_return_address(void) {
  return (uintptr_t)__builtin_return_address(0);
}

/* Whether `text` begins with `prefix`. */
bool runtime_begins_with(const char *_Nonnull text, const char *_Nonnull prefix);

/* ---- The journal ---------------------------------------------------------------------------- */

/* A socket to send datagrams with, none of which keeps the writer, and with it all other sinks, waiting for longer than
 * a second; negative with errno. */
int32_t runtime_open_datagram_socket(void);

/* Sends a datagram to the socket at `path` over `socket`; one that is too large goes as a sealed file
 * in memory, as the journal's native protocol wants it. 0, or the number of the error: EAGAIN where whoever
 * listens does not read, at once unless `waits`. */
int32_t runtime_send_to_socket(int32_t socket, const char *_Nonnull path, const void *_Nonnull bytes,
                               size_t count, bool waits);

/* ---- Signals -------------------------------------------------------------------------------- */

/* Gives the calling thread a stack for handlers of signals, unless it has one: where its own has overflowed
 * there is nowhere else to run them. `stack` is one that this returned for a thread that has ended, or
 * NULL. Returns the stack, which stays in use until the thread ends, or NULL where there is no memory.
 * The corresponding C function is sigaltstack(2). */
void *_Nullable runtime_use_alternate_stack(void *_Nullable stack);

/* Calls `handler` on the thread where the process is about to die of a signal, then does what would have
 * been done without it. 0, or the number of the error. Once in a process. */
int32_t runtime_on_crash(void (*_Nonnull handler)(void));

#pragma GCC visibility pop

#endif
