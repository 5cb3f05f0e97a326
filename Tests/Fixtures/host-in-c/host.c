/* A host in C that knows the runtime only by its file name. Prints what went wrong and exits 1, or
 * exits 0. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "plr_runtime.h"

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition);           \
      return 1;                                                                 \
    }                                                                           \
  } while (0)

static void *library;

/* ISO C has no cast from an object to a function. */
static int find(const char *name, void *function) {
  void *symbol = dlsym(library, name);
  if (symbol == NULL) fprintf(stderr, "%s\n", dlerror());
  memcpy(function, &symbol, sizeof(symbol));
  return symbol != NULL;
}

int main(void) {
  plr_status (*open)(const char *, const plr_host **, plr_error *);
  plr_status (*close)(const plr_host *, plr_leak_report *, plr_error *);
  plr_status (*set_level)(const plr_host *, plr_log_level);
  plr_status (*withdraw)(const plr_host *, uint64_t, plr_error *);
  library = dlopen("libPluginRuntime.so", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) fprintf(stderr, "%s\n", dlerror());
  CHECK(library != NULL);
  CHECK(find("plr_account_open", &open) && find("plr_account_close", &close));
  CHECK(find("plr_log_set_level", &set_level) && find("plr_registry_withdraw", &withdraw));

  plr_error error = {.size = sizeof(error)};
  const plr_host *host = NULL;
  CHECK(open("", &host, &error) == PLR_ERROR_INVALID_ARGUMENT && error.message[0] != '\0');
  CHECK(open("host-in-c", &host, &error) == PLR_OK && strcmp(host->name, "host-in-c") == 0);

  const plr_allocator *allocator = host->query_interface(host, PLR_ALLOCATOR_ID, 1);
  const plr_log *log = host->query_interface(host, PLR_LOG_ID, 1);
  const plr_registry *registry = host->query_interface(host, PLR_REGISTRY_ID, 1);
  CHECK(allocator != NULL && log != NULL && registry != NULL);

  char *text = allocator->allocate(host, 100, 0);
  CHECK(text != NULL);
  memset(text, 'x', 100);
  text = allocator->reallocate(host, text, 24);
  CHECK(text != NULL && text[23] == 'x');

  /* The runtime's own threshold, which a plugin inherits, is INFO at first. */
  CHECK(!log->is_enabled(host, PLR_LOG_DEBUG));
  log->write(host, PLR_LOG_DEBUG, "level", "not to be seen", 14);
  log->write(host, PLR_LOG_INFO, "level", "seen", 4);
  CHECK(set_level(NULL, PLR_LOG_DEBUG) == PLR_OK);
  log->write(host, PLR_LOG_DEBUG, "level", "debug is seen", 13);
  CHECK(set_level(host, PLR_LOG_WARNING) == PLR_OK);
  log->write(host, PLR_LOG_INFO, "level", "not to be seen", 14);
  CHECK(set_level(host, PLR_LOG_INHERIT) == PLR_OK);
  log->write(host, PLR_LOG_DEBUG, NULL, "inherited again", 15);
  CHECK(set_level(NULL, PLR_LOG_OFF) == PLR_OK);
  log->write(host, PLR_LOG_CRITICAL, NULL, "not to be seen", 14);

  CHECK(registry->add(host, "test.c", 1, 0, host, &error) == PLR_OK);
  CHECK(close(host, NULL, &error) == PLR_ERROR_BUSY && strcmp(error.subject, "host-in-c") == 0);
  CHECK(withdraw(host, 0, &error) == PLR_OK);
  plr_leak_report leaks = {.size = sizeof(leaks)};
  CHECK(close(host, &leaks, &error) == PLR_OK && leaks.blocks == 1 && leaks.bytes == 24);
  CHECK(allocator->allocate(host, 1, 0) == NULL);

  /* The runtime stays: Swift cannot forget an image. */
  CHECK(dlclose(library) == 0);
  CHECK(dlopen("libPluginRuntime.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
  return 0;
}
