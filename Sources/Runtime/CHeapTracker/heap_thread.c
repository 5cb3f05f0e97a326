#define _GNU_SOURCE
#include "heap_thread.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

_Thread_local heap_thread *heap_thread_now __attribute__((tls_model("initial-exec")));
static _Thread_local int has_ended __attribute__((tls_model("initial-exec")));

static _Atomic(heap_thread *) first;
static pthread_key_t key;
static int has_key;

static heap_figures shared[PLR_HEAP_OWNERS_LIMIT];
static _Atomic int64_t shared_bytes;
static _Atomic uint64_t shared_unfollowed;

/* Where the stack of the first thread begins; the loader's. */
extern void *__libc_stack_end;

static void *map(size_t size) {
  int code = errno;
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  errno = code;
  return memory == MAP_FAILED ? NULL : memory;
}

static void end(void *context) {
  heap_thread *thread = context;
  heap_thread_now = NULL;
  has_ended = 1;
  atomic_store_explicit(&thread->is_taken, 0, memory_order_release);
}

void heap_threads_prepare(void) { has_key = pthread_key_create(&key, end) == 0; }

void heap_threads_forked(void) {
  for (heap_thread *thread = atomic_load(&first); thread != NULL; thread = thread->next) {
    if (thread != heap_thread_now) atomic_store_explicit(&thread->is_taken, 0, memory_order_relaxed);
  }
}

static heap_thread *take(void) {
  for (heap_thread *thread = atomic_load_explicit(&first, memory_order_acquire); thread != NULL;
       thread = thread->next) {
    int32_t free = 0;
    if (atomic_load_explicit(&thread->is_taken, memory_order_relaxed) == 0 &&
        atomic_compare_exchange_strong_explicit(&thread->is_taken, &free, 1, memory_order_acquire,
                                                memory_order_relaxed)) {
      return thread;
    }
  }
  heap_thread *thread = map(sizeof(*thread));
  if (thread == NULL) return NULL;
  thread->is_taken = 1;
  thread->next = atomic_load_explicit(&first, memory_order_relaxed);
  while (!atomic_compare_exchange_weak_explicit(&first, &thread->next, thread, memory_order_release,
                                                memory_order_relaxed)) {
  }
  return thread;
}

heap_thread *heap_thread_make(void) {
  if (has_ended) return NULL;
  heap_thread *thread = take();
  if (thread == NULL) return NULL;
  thread->trampoline_count = 0;
  /* A thread's control block lies where its stack begins; the first one's lies below all stacks. */
  uintptr_t here = (uintptr_t)__builtin_frame_address(0), control = (uintptr_t)pthread_self();
  thread->stack_end = here < control ? control : (uintptr_t)__libc_stack_end;
  /* Before what may allocate. */
  heap_thread_now = thread;
  if (has_key) pthread_setspecific(key, thread);
  return thread;
}

heap_figures *heap_figures_make(heap_thread *thread, uint32_t owner) {
  heap_figures *chunk = map(FIGURES_IN_CHUNK * sizeof(heap_figures));
  if (chunk == NULL) return NULL;
  atomic_store_explicit(&thread->chunks[owner / FIGURES_IN_CHUNK], chunk, memory_order_release);
  return &chunk[owner % FIGURES_IN_CHUNK];
}

void heap_count_shared(uint32_t owner, int64_t bytes, uint32_t allocations, uint32_t frees) {
  atomic_fetch_add_explicit(&shared[owner].bytes, bytes, memory_order_relaxed);
  atomic_fetch_add_explicit(&shared[owner].allocations, allocations, memory_order_relaxed);
  atomic_fetch_add_explicit(&shared[owner].frees, frees, memory_order_relaxed);
  atomic_fetch_add_explicit(&shared_bytes, bytes, memory_order_relaxed);
}

void heap_count_unfollowed(heap_thread *thread) {
  if (thread != NULL) {
    HEAP_ADD(thread->unfollowed, 1);
  } else {
    atomic_fetch_add_explicit(&shared_unfollowed, 1, memory_order_relaxed);
  }
}

void heap_figures_sum(uint32_t owner, int64_t *bytes, uint64_t *allocations, uint64_t *frees) {
  *bytes = atomic_load_explicit(&shared[owner].bytes, memory_order_relaxed);
  *allocations = atomic_load_explicit(&shared[owner].allocations, memory_order_relaxed);
  *frees = atomic_load_explicit(&shared[owner].frees, memory_order_relaxed);
  for (heap_thread *thread = atomic_load_explicit(&first, memory_order_acquire); thread != NULL;
       thread = thread->next) {
    heap_figures *chunk = atomic_load_explicit(&thread->chunks[owner / FIGURES_IN_CHUNK],
                                               memory_order_acquire);
    if (chunk == NULL) continue;
    const heap_figures *figures = &chunk[owner % FIGURES_IN_CHUNK];
    *bytes += atomic_load_explicit(&figures->bytes, memory_order_relaxed);
    *allocations += atomic_load_explicit(&figures->allocations, memory_order_relaxed);
    *frees += atomic_load_explicit(&figures->frees, memory_order_relaxed);
  }
}

void heap_total_sum(int64_t *bytes, uint64_t *unfollowed) {
  *bytes = atomic_load_explicit(&shared_bytes, memory_order_relaxed);
  *unfollowed = atomic_load_explicit(&shared_unfollowed, memory_order_relaxed);
  for (heap_thread *thread = atomic_load_explicit(&first, memory_order_acquire); thread != NULL;
       thread = thread->next) {
    *bytes += atomic_load_explicit(&thread->bytes, memory_order_relaxed);
    *unfollowed += atomic_load_explicit(&thread->unfollowed, memory_order_relaxed);
  }
}
