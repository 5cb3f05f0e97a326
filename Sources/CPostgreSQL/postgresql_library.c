#include "postgresql_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

static postgresql_library library;
static int is_loaded;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return;
  const struct {
    const char *name;
    void **slot;
  } functions[] = {
      {"PQconnectdb", (void **)&library.connect},
      {"PQstatus", (void **)&library.status},
      {"PQerrorMessage", (void **)&library.error_message},
      {"PQfinish", (void **)&library.finish},
      {"PQexecParams", (void **)&library.execute},
      {"PQresultStatus", (void **)&library.result_status},
      {"PQresultErrorField", (void **)&library.result_error_field},
      {"PQresultErrorMessage", (void **)&library.result_error_message},
      {"PQntuples", (void **)&library.row_count},
      {"PQnfields", (void **)&library.column_count},
      {"PQftype", (void **)&library.column_type},
      {"PQgetisnull", (void **)&library.is_null},
      {"PQgetvalue", (void **)&library.value},
      {"PQclear", (void **)&library.clear},
  };
  for (size_t index = 0; index < sizeof functions / sizeof *functions; index++) {
    *functions[index].slot = dlsym(handle, functions[index].name);
    if (*functions[index].slot == NULL) return;
  }
  is_loaded = 1;
}

const postgresql_library *postgresql_library_load(void) {
  pthread_once(&once, load);
  return is_loaded ? &library : NULL;
}
