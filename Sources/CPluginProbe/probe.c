#define _GNU_SOURCE
#include "plugin_probe.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t mapped_at_first;
static int has_ended;

/* ---- Telling; all of it may be called by a handler of signals ---- */

static void put(const char *text, size_t length) {
  while (length > 0) {
    ssize_t count = write(PLUGIN_PROBE_DESCRIPTOR, text, length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text += count;
    length -= (size_t)count;
  }
}

static char *add_text(char *end, const char *limit, const char *text) {
  for (; *text != '\0' && end < limit; text += 1) *end++ = *text == '\n' || *text == '\r' ? ' ' : *text;
  return end;
}

static char *add_number(char *end, uint64_t number, unsigned base) {
  char digits[24];
  size_t count = 0;
  do digits[count++] = "0123456789abcdef"[number % base];
  while ((number /= base) != 0);
  while (count > 0) *end++ = digits[--count];
  return end;
}

void plugin_probe_tell(const char *word, const char *text) {
  /* One write for a line: threads do not get into each other's. */
  char line[2048], *end = line, *limit = line + sizeof(line) - 1;
  end = add_text(end, limit, word);
  if (text != NULL) {
    end = add_text(end, limit, " ");
    end = add_text(end, limit, text);
  }
  *end++ = '\n';
  put(line, (size_t)(end - line));
}

/* The address space of this process in bytes; 0 where it cannot be read. */
static uint64_t mapped(void) {
  char text[64];
  uint64_t pages = 0;
  int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  ssize_t count = read(file, text, sizeof(text));
  close(file);
  for (ssize_t i = 0; i < count && text[i] >= '0' && text[i] <= '9'; i += 1)
    pages = pages * 10 + (uint64_t)(text[i] - '0');
  return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Frames of the telling itself: this function, who called it, and what the kernel returns to. */
enum { frames_at_exit = 2, frames_of_signal = 3 };

__attribute__((noinline)) static void tell_rest(int skipped) {
  char line[64];
  uint64_t now = mapped();
  char *end = add_text(line, line + sizeof(line), "held ");
  end = add_number(end, now > mapped_at_first ? now - mapped_at_first : 0, 10);
  *end++ = '\n';
  put(line, (size_t)(end - line));

  void *frames[64];
  int count = backtrace(frames, 64);
  /* The names come without memory of malloc's, a line each. */
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
  for (int i = skipped; i < count; i += 1) {
    char name[1024];
    backtrace_symbols_fd(&frames[i], 1, ends[1]);
    ssize_t length = read(ends[0], name, sizeof(name) - 1);
    if (length <= 0) continue;
    name[length - (name[length - 1] == '\n')] = '\0';
    plugin_probe_tell("frame", name);
  }
}

/* ---- Ends ---- */

__attribute__((noinline)) static void on_signal(int number, siginfo_t *information, void *context) {
  (void)context;
  /* Of several threads that crash at once the first one tells. */
  if (__atomic_exchange_n(&has_ended, 1, __ATOMIC_ACQ_REL)) {
    while (1) pause();
  }
  char line[80];
  char *end = add_text(line, line + sizeof(line), "signal ");
  end = add_number(end, (uint64_t)number, 10);
  end = add_text(end, line + sizeof(line), " ");
  if (number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE) {
    end = add_text(end, line + sizeof(line), "0x");
    end = add_number(end, (uint64_t)(uintptr_t)information->si_addr, 16);
  }
  *end++ = '\n';
  put(line, (size_t)(end - line));
  tell_rest(frames_of_signal);
  signal(number, SIG_DFL);
  sigset_t all;
  sigemptyset(&all);
  sigaddset(&all, number);
  sigprocmask(SIG_UNBLOCK, &all, NULL);
  raise(number);
  _exit(128 + number);
}

__attribute__((noinline)) static void on_exit_(void) {
  if (__atomic_exchange_n(&has_ended, 1, __ATOMIC_ACQ_REL)) return;
  plugin_probe_tell("exit", NULL);
  tell_rest(frames_at_exit);
}

void plugin_probe_end(void) {
  __atomic_store_n(&has_ended, 1, __ATOMIC_RELEASE);
  plugin_probe_tell("done", NULL);
  _exit(0);
}

/* ---- Bounds ---- */

void plugin_probe_take_signals(void) {
  static char room[128 << 10];
  static const int numbers[] = {SIGSEGV, SIGBUS,  SIGILL, SIGFPE, SIGABRT,
                                SIGTRAP, SIGQUIT, SIGSYS, SIGXCPU};
  stack_t own = {.ss_sp = room, .ss_size = sizeof(room)};
  sigaltstack(&own, NULL);
  for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i += 1) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaction(numbers[i], &action, NULL);
  }
}

#if defined(__x86_64__)
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#endif

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define WHERE(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))

/* Whoever makes a process is told that there is no room for one; a thread is something else. */
static int forbid_processes(void) {
#ifdef THIS_MACHINE
  struct sock_filter program[] = {
      LOAD(arch),
      WHERE(THIS_MACHINE, 1, 0),
      ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
      LOAD(nr),
#ifdef SYS_fork
      /* The numbers of x32. */
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 6, 0),
      WHERE(SYS_fork, 6, 0),
      WHERE(SYS_vfork, 5, 0),
#endif
      /* Its flags lie where a filter cannot look; the C library then takes the older call. */
      WHERE(SYS_clone3, 3, 0),
      WHERE(SYS_clone, 0, 4),
      LOAD(args[0]),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 2, 1),
      ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
      ANSWER(SECCOMP_RET_ERRNO | EAGAIN),
      ANSWER(SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof(program) / sizeof(program[0]), program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
#else
  errno = ENOSYS;
  return -1;
#endif
}

static int limit(int what, uint64_t most) {
  struct rlimit now;
  if (getrlimit(what, &now) != 0) return -1;
  if (now.rlim_max < most) most = now.rlim_max;
  now = (struct rlimit){most, most};
  return setrlimit(what, &now);
}

int plugin_probe_begin(uint64_t memory) {
  if (fcntl(PLUGIN_PROBE_DESCRIPTOR, F_SETFD, FD_CLOEXEC) != 0) return -1;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  /* The first call loads what unwinds, which a handler must not. */
  void *frame;
  backtrace(&frame, 1);
  plugin_probe_take_signals();
  if (atexit(on_exit_) != 0) return -1;
  mapped_at_first = mapped();
  uint64_t room = memory < UINT64_MAX / 4 ? 2 * memory : UINT64_MAX / 2;
  if (limit(RLIMIT_AS, mapped_at_first + room) != 0 || limit(RLIMIT_CORE, 0) != 0) return -1;
  /* Kernels without it leave it to the deadline, at which the whole group is ended. */
  forbid_processes();
  return 0;
}
