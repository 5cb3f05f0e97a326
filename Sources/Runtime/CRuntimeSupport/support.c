#define _GNU_SOURCE
#include "runtime_support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

const char runtime_anchor = 1;
int32_t runtime_barrier_is_asymmetric;
int32_t runtime_counter_is_steady;

uint64_t runtime_thread_id(void) { return (uint64_t)syscall(SYS_gettid); }

/* ---- A word for each thread ---- */

runtime_thread_slot runtime_thread_table[runtime_thread_slots];
static pthread_mutex_t thread_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t thread_key;
static int32_t has_thread_key;
static void (*thread_at_exit)(void *);

/* Only a thread itself looks for its own slot, makes it and takes it out: others may see a slot come and
 * go, but never one of theirs. */
static runtime_thread_slot *find(uintptr_t thread, uintptr_t wanted) {
  uint32_t place = runtime_thread_place(thread);
  for (uint32_t i = 0; i < runtime_thread_slots; i += 1) {
    runtime_thread_slot *slot = &runtime_thread_table[(place + i) % runtime_thread_slots];
    if (__atomic_load_n(&slot->thread, __ATOMIC_ACQUIRE) == wanted) return slot;
  }
  return NULL;
}

void *runtime_thread_get_slow(uintptr_t thread) {
  if (!__atomic_load_n(&has_thread_key, __ATOMIC_ACQUIRE)) return NULL;
  runtime_thread_slot *slot = find(thread, thread);
  return slot != NULL ? slot->word : pthread_getspecific(thread_key);
}

static void leave_table(void *word) {
  uintptr_t thread = runtime_thread_pointer();
  runtime_thread_slot *slot = find(thread, thread);
  if (slot != NULL) __atomic_store_n(&slot->thread, 0, __ATOMIC_RELEASE);
  thread_at_exit(word);
}

int32_t runtime_thread_set(void *word, void (*at_exit)(void *)) {
  uintptr_t thread = runtime_thread_pointer();
  pthread_mutex_lock(&thread_lock);
  int32_t failure = 0;
  if (!has_thread_key) {
    thread_at_exit = at_exit;
    failure = pthread_key_create(&thread_key, leave_table);
    if (failure == 0) __atomic_store_n(&has_thread_key, 1, __ATOMIC_RELEASE);
  }
  if (failure == 0) failure = pthread_setspecific(thread_key, word);
  if (failure == 0) {
    /* A process with more threads than slots finds the rest by their key. */
    runtime_thread_slot *slot = find(thread, 0);
    if (slot != NULL) {
      slot->word = word;
      __atomic_store_n(&slot->thread, thread, __ATOMIC_RELEASE);
    }
  }
  pthread_mutex_unlock(&thread_lock);
  return failure;
}

void runtime_barrier_probe(void) {
  long can = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
  __atomic_store_n(&runtime_barrier_is_asymmetric,
                   can > 0 && (can & MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) != 0,
                   __ATOMIC_SEQ_CST);
}

void runtime_barrier_all(void) {
  static int32_t is_registered;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  if (!__atomic_load_n(&runtime_barrier_is_asymmetric, __ATOMIC_RELAXED)) return;
  if (!__atomic_load_n(&is_registered, __ATOMIC_ACQUIRE)) {
    syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
    __atomic_store_n(&is_registered, 1, __ATOMIC_RELEASE);
  }
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
    syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

static struct timespec span(uint64_t nanoseconds) {
  struct timespec time = {(time_t)(nanoseconds / 1000000000u), (long)(nanoseconds % 1000000000u)};
  return time;
}

void runtime_futex_wait(const uint32_t *word, uint32_t expected, uint64_t nanoseconds) {
  struct timespec time = span(nanoseconds);
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected,
          nanoseconds == UINT64_MAX ? NULL : &time, NULL, 0);
}

void runtime_futex_wake(const uint32_t *word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

static int64_t now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

uint64_t runtime_monotonic_nanoseconds(void) { return (uint64_t)now(CLOCK_MONOTONIC); }
int64_t runtime_wall_nanoseconds(void) { return now(CLOCK_REALTIME); }

void runtime_counter_probe(void) {
  int32_t steady = 0;
#if defined(__x86_64__)
  unsigned a, b, c, d;
  /* "Invariant TSC": bit 8 of EDX of leaf 0x80000007. */
  if (__get_cpuid(0x80000007u, &a, &b, &c, &d)) steady = (d >> 8) & 1;
#elif defined(__aarch64__)
  steady = 1;
#endif
  __atomic_store_n(&runtime_counter_is_steady, steady, __ATOMIC_RELAXED);
}

uint64_t runtime_age_of_file(int32_t file) {
  struct statx status;
  if (statx(file, "", AT_EMPTY_PATH, STATX_BTIME, &status) != 0 ||
      (status.stx_mask & STATX_BTIME) == 0)
    return 0;
  int64_t age = runtime_wall_nanoseconds() -
                ((int64_t)status.stx_btime.tv_sec * 1000000000 + status.stx_btime.tv_nsec);
  return age > 0 ? (uint64_t)age : 0;
}

uint8_t runtime_size_classes[runtime_size_places];

void *runtime_map(size_t bytes, size_t alignment) {
  size_t room = bytes + alignment;
  if (room < bytes) return NULL;
  char *base = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
  if (base == MAP_FAILED) return NULL;
  size_t before = (alignment - (uintptr_t)base % alignment) % alignment;
  if (before > 0) munmap(base, before);
  if (alignment > before) munmap(base + before + bytes, alignment - before);
  return base + before;
}

void runtime_unmap(void *address, size_t bytes) { munmap(address, bytes); }

bool runtime_begins_with(const char *text, const char *prefix) {
  while (*prefix != 0)
    if (*text++ != *prefix++) return false;
  return true;
}

int32_t runtime_open_datagram_socket(void) {
  static const struct timeval limit = {1, 0};
  int32_t descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor >= 0) setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  return descriptor;
}

int32_t runtime_send_to_socket(int32_t socket, const char *path, const void *bytes, size_t count,
                               bool waits) {
  int flags = MSG_NOSIGNAL | (waits ? 0 : MSG_DONTWAIT);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof(address.sun_path)) return ENAMETOOLONG;
  strcpy(address.sun_path, path);
  struct iovec part = {(void *)bytes, count};
  struct msghdr message = {
      .msg_name = &address, .msg_namelen = sizeof(address), .msg_iov = &part, .msg_iovlen = 1};
  ssize_t sent;
  do sent = sendmsg(socket, &message, flags);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) return 0;
  if (errno != EMSGSIZE && errno != ENOBUFS) return errno;

  int file = memfd_create("log-record", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return errno;
  size_t done = 0;
  while (done < count) {
    ssize_t written = write(file, (const char *)bytes + done, count - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      int32_t failure = errno;
      close(file);
      return failure;
    }
    done += (size_t)written;
  }
  fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof(control));
  message.msg_iov = NULL;
  message.msg_iovlen = 0;
  message.msg_control = &control;
  message.msg_controllen = sizeof(control.room);
  struct cmsghdr *first = CMSG_FIRSTHDR(&message);
  first->cmsg_level = SOL_SOCKET;
  first->cmsg_type = SCM_RIGHTS;
  first->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(first), &file, sizeof(int));
  do sent = sendmsg(socket, &message, flags);
  while (sent < 0 && errno == EINTR);
  int32_t failure = sent < 0 ? errno : 0;
  close(file);
  return failure;
}

/* ---- Signals ---- */

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
enum { fatal_count = sizeof(fatal_signals) / sizeof(fatal_signals[0]) };
static struct sigaction previous_actions[fatal_count];
static void (*crash_handler)(void);

static void on_fatal_signal(int number, siginfo_t *information, void *context) {
  (void)context;
  /* The thread that was first works; others that die meanwhile let it, for a while. */
  static uint64_t first;
  static int is_done;
  uint64_t nobody = 0, self = runtime_thread_id();
  if (__atomic_compare_exchange_n(&first, &nobody, self, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
    crash_handler();
    __atomic_store_n(&is_done, 1, __ATOMIC_SEQ_CST);
  } else if (nobody != self) {
    struct timespec turn = {0, 1000000};
    for (int i = 0; i < 5000 && !__atomic_load_n(&is_done, __ATOMIC_SEQ_CST); i += 1)
      nanosleep(&turn, NULL);
  }
  for (int i = 0; i < fatal_count; i += 1)
    if (fatal_signals[i] == number) sigaction(number, &previous_actions[i], NULL);
  /* A fault happens again when the handler returns; what was sent has to be sent again. */
  if (information->si_code <= 0 || number == SIGABRT || number == SIGTRAP) raise(number);
}

enum { alternate_stack_size = 64 << 10 };

void *runtime_use_alternate_stack(void *stack) {
  stack_t now;
  /* Somebody else's serves as well. */
  if (sigaltstack(NULL, &now) != 0 || !(now.ss_flags & SS_DISABLE)) return stack;
  if (stack == NULL) stack = runtime_map(alternate_stack_size, 4096);
  if (stack == NULL) return NULL;
  stack_t own = {.ss_sp = stack, .ss_flags = 0, .ss_size = alternate_stack_size};
  sigaltstack(&own, NULL);
  return stack;
}

int32_t runtime_on_crash(void (*handler)(void)) {
  crash_handler = handler;
  struct sigaction action;
  memset(&action, 0, sizeof(action));
  action.sa_sigaction = on_fatal_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < fatal_count; i += 1)
    if (sigaction(fatal_signals[i], &action, &previous_actions[i]) != 0) return errno;
  return 0;
}
