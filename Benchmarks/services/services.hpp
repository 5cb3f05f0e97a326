// The runtime under test, and what every benchmark needs of it.
#pragma once
#include <cstdlib>
#include "plr_runtime.h"

inline const plr_host *open_account(const char *name) {
  plr_error error = {};
  error.size = sizeof(error);
  const plr_host *host = nullptr;
  if (plr_account_open(name, &host, &error) != PLR_OK) {
    std::fprintf(stderr, "%s: %s\n", error.subject, error.message);
    std::exit(1);
  }
  return host;
}

template <class Table> inline const Table *service(const plr_host *host, const char *id) {
  return static_cast<const Table *>(host->query_interface(host, id, 1));
}

void benchmark_opening(int rounds);
void benchmark_allocator(int rounds);
void benchmark_logging(int rounds);
void benchmark_registry(int rounds);
void benchmark_snapshot(int rounds);
