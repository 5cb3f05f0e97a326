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

static void hear(void *heard, const plr_registry_event *event) {
  if (event->kind == PLR_REGISTRY_ARRIVED && strcmp(event->id, "test.c.found") == 0) *(int *)heard += 1;
}

int main(void) {
  plr_status (*open)(const char *, const plr_host **, plr_error *);
  plr_status (*close)(const plr_host *, plr_leak_report *, plr_error *);
  plr_status (*set_level)(const plr_host *, plr_log_level);
  plr_status (*withdraw)(const plr_host *, uint64_t, plr_error *);
  plr_status (*listen)(const plr_host *, const char *, uint32_t, plr_registry_callback, void *,
                       plr_registry_listener *);
  plr_status (*unlisten)(plr_registry_listener);
  library = dlopen("libPluginRuntime.so", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) fprintf(stderr, "%s\n", dlerror());
  CHECK(library != NULL);
  CHECK(find("plr_account_open", &open) && find("plr_account_close", &close));
  CHECK(find("plr_log_set_level", &set_level) && find("plr_registry_withdraw", &withdraw));
  CHECK(find("plr_registry_listen", &listen) && find("plr_registry_unlisten", &unlisten));

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

  /* A gate, and fields of a record. */
  const plr_log_gate *gate = log->gate_of(host, "gate");
  CHECK(gate != NULL && gate == log->gate_of(host, "gate") && !plugin_log_passes(gate, PLR_LOG_CRITICAL));
  CHECK(set_level(NULL, PLR_LOG_DEBUG) == PLR_OK && plugin_log_passes(gate, PLR_LOG_DEBUG));
  plr_log_field fields[2] = {{.key = "bytes", .kind = PLR_LOG_FIELD_UNSIGNED, .value.unsigned_number = 7},
                             {.key = "path", .kind = PLR_LOG_FIELD_TEXT, .length = 3, .value.text = "a\nb"}};
  log->submit(gate, PLR_LOG_INFO, "opened", 6, fields, 2);

  /* An interface that is found once, a reference that is kept at hand, all at one moment, and a listener. */
  const plr_interface *interface_ = registry->find(host, "test.c.found", 1);
  CHECK(interface_ != NULL && interface_ == registry->find(host, "test.c.found", 1));
  plugin_cached_reference cached = {.interface_ = interface_};
  CHECK(plugin_cached_table(registry, host, &cached) == NULL);
  int heard = 0;
  plr_registry_listener listener;
  CHECK(listen(host, "test.c.found", 1, hear, &heard, &listener) == PLR_OK);
  CHECK(registry->add(host, "test.c.found", 1, 0, host, &error) == PLR_OK);
  CHECK(registry->add(host, "test.c.found", 1, 5, &heard, &error) == PLR_OK);
  CHECK(heard == 2 && unlisten(listener) == PLR_OK);
  CHECK(plugin_cached_table(registry, host, &cached) == &heard);
  plr_reference references[2];
  size_t count = 0;
  CHECK(registry->acquire_all(host, interface_, references, 1, &count) == PLR_ERROR_INVALID_ARGUMENT && count == 2);
  CHECK(registry->acquire_all(host, interface_, references, 2, &count) == PLR_OK && count == 2);
  CHECK(references[0].table == &heard && references[1].table == host);
  CHECK(registry->release(host, &references[0]) == PLR_OK);
  CHECK(registry->release(host, &references[1]) == PLR_OK);
  CHECK(registry->remove(host, "test.c.found", 1, &heard) == PLR_OK && heard == 2);
  CHECK(plugin_cached_table(registry, host, &cached) == host);
  CHECK(registry->release(host, &cached.reference) == PLR_OK);

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
