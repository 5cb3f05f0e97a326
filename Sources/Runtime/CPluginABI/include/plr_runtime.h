/* plr_runtime.h - the runtime itself: which one this is, and an account for everyone who uses it.
 *
 * Everything here is a function of libPluginRuntime.so; a plugin that only uses its host table needs
 * none of it. */
#ifndef PLR_RUNTIME_H
#define PLR_RUNTIME_H

#include "plr_allocator.h"
#include "plr_instances.h"
#include "plr_log.h"
#include "plr_registry.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An address that is unique to this copy of the runtime in this process. [any-thread] */
const void *plr_runtime_identity(void);

/* The version text of the compiler that built the runtime. [any-thread] */
const char *plr_runtime_toolchain(void);

/* ---- For plugins that link against the runtime -------------------------------------------- */

/* The table to use with the functions of *this* runtime on behalf of the plugin that was given
 * `host`. Where host and plugin share one runtime this is `host` itself. Where the plugin carries a
 * runtime of its own it is a new account there, and nothing crosses between the two. NULL, with
 * `error` filled, where the host's ABI does not fit. Undone by plr_detach. [host-thread] */
const plr_host *plr_attach(const plr_host *host, plr_error *error);

/* Ends what plr_attach began: closes the account if attaching opened it. [host-thread] */
void plr_detach(const plr_host *host);

/* ---- For the host ------------------------------------------------------------------------- */

/* Opens an account named `name` (a copy is kept) and gives its table. [any-thread] */
plr_status plr_account_open(const char *name, const plr_host **host, plr_error *error);

/* What a plugin had not given back when its account was closed. */
typedef struct plr_leak_report {
  uint32_t size;
  uint32_t references; /* of the registry, that it had acquired; they are released */
  uint64_t blocks;
  uint64_t bytes;
} plr_leak_report;

/* Closes an account: releases the references it holds, frees the blocks that are left, tells about
 * both in `leaks` (may be NULL), and refuses the table from now on. BUSY, with nothing changed, while
 * the registry still has entries of it or others hold one; withdraw first. [host-thread] */
plr_status plr_account_close(const plr_host *host, plr_leak_report *leaks, plr_error *error);

/* Since 1.1. Gives a closed account to the next plugin of its name, which gets the same table: the host says that
 * nothing that was given the table can use it any more, because the plugin's file is unmapped. Without it some 300
 * bytes stay for each account that was ever opened. INVALID_ARGUMENT where the account is open, or was given
 * back before. Limits, levels and figures of memory begin anew with plr_account_open, those of the log go on. Complexity: O(1); opening is
 * O(accounts given back). [host-thread] */
plr_status plr_account_give_back(const plr_host *host);

/* Since 1.1. A snapshot of the three services as JSON, `"schema": "plr-statistics/1"`: what each open
 * account has allocated, logged, registered and holds, and the sums. Writes at most `capacity` bytes
 * with a NUL at the end into `buffer` (may be NULL where 0) and sets `length` to the length of the text without it; OUT_OF_MEMORY
 * where it does not fit. Cheap enough for every second. Complexity: O(accounts * threads + entries).
 * [any-thread] */
plr_status plr_runtime_snapshot(char *buffer, size_t capacity, size_t *length);

#ifdef __cplusplus
}
#endif

#endif
