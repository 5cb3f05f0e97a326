/* host [own-handler] [LIBRARY]: opens LIBRARY, and then the runtime by its name, opens an account, and tells what of the process is
 * not as before: its signals, threads, descriptors, mask, environment. Exits 0 where all is; else 1 with a line for each.
 * With own-handler it has a handler of its own for SIGSEGV and SIGQUIT, which must stay. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plr_runtime.h"

extern char **environ;

static void own_handler(int number) { (void)number; }

static int entries(const char *path) {
  DIR *directory = opendir(path);
  int count = 0;
  if (directory == NULL) return -1;
  while (readdir(directory) != NULL) count += 1;
  closedir(directory);
  return count;
}

typedef struct state {
  struct sigaction actions[NSIG];
  sigset_t mask;
  int threads, descriptors;
  char environment[65536];
} state;

static void look(state *state) {
  memset(state, 0, sizeof(*state));
  for (int number = 1; number < NSIG; number += 1) sigaction(number, NULL, &state->actions[number]);
  sigprocmask(SIG_BLOCK, NULL, &state->mask);
  state->threads = entries("/proc/self/task");
  state->descriptors = entries("/proc/self/fd");
  for (char **variable = environ; *variable != NULL; variable += 1) {
    strncat(state->environment, *variable, sizeof(state->environment) - strlen(state->environment) - 1);
  }
}

int main(int count, char **arguments) {
  static state before, after;
  int next = 1;
  if (count > next && strcmp(arguments[next], "own-handler") == 0) {
    signal(SIGSEGV, own_handler);
    signal(SIGQUIT, own_handler);
    next += 1;
  }
  look(&before);
  if (count > next && dlopen(arguments[next], RTLD_NOW | RTLD_LOCAL) == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  void *library = dlopen("libPluginRuntime.so", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  plr_status (*open)(const char *, const plr_host **, plr_error *) = NULL;
  *(void **)&open = dlsym(library, "plr_account_open");
  const plr_host *host = NULL;
  if (open == NULL || open("host", &host, NULL) != PLR_OK) return 2;
  look(&after);
  int different = 0;
  for (int number = 1; number < NSIG; number += 1) {
    if (before.actions[number].sa_handler == after.actions[number].sa_handler) continue;
    printf("the action of signal %d\n", number);
    different = 1;
  }
#define SAME(member)                                                             \
  if (memcmp(&before.member, &after.member, sizeof(before.member)) != 0) {       \
    printf("%s\n", #member);                                                     \
    different = 1;                                                               \
  }
  SAME(mask)
  SAME(threads)
  SAME(descriptors)
  SAME(environment)
  return different;
}
