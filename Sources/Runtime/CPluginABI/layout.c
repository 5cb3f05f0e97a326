/* The layout that version 1 promises, one assertion for each offset, and the values of constants.
 * Compiled as C11, C17, C++17 and C++20 by the tests. A line here is never changed, only added to. */
#include "plr_runtime.h"

#ifdef __cplusplus
#define LAYOUT_ASSERT(condition) static_assert(condition, #condition)
#else
#define LAYOUT_ASSERT(condition) _Static_assert(condition, #condition)
#endif

#define OFFSET(type, member, value) LAYOUT_ASSERT(offsetof(type, member) == (value))
#define SIZE(type, value) LAYOUT_ASSERT(sizeof(type) == (value))

/* The pinned numbers are those of 64-bit systems, the only ones supported so far. */
LAYOUT_ASSERT(sizeof(void *) == 8 && sizeof(size_t) == 8);

OFFSET(plr_error, size, 0);
OFFSET(plr_error, code, 4);
OFFSET(plr_error, subject, 8);
OFFSET(plr_error, message, 128);
SIZE(plr_error, 512);
LAYOUT_ASSERT(PLR_ERROR_SIZE_1_0 == 512);

OFFSET(plr_host, size, 0);
OFFSET(plr_host, abi_major, 4);
OFFSET(plr_host, abi_minor, 6);
OFFSET(plr_host, runtime, 8);
OFFSET(plr_host, context, 16);
OFFSET(plr_host, name, 24);
OFFSET(plr_host, query_interface, 32);
SIZE(plr_host, 40);
LAYOUT_ASSERT(PLR_HOST_SIZE_1_0 == 40);

OFFSET(plr_plugin, size, 0);
OFFSET(plr_plugin, abi_major, 4);
OFFSET(plr_plugin, abi_minor, 6);
OFFSET(plr_plugin, init, 8);
OFFSET(plr_plugin, deinit, 16);
OFFSET(plr_plugin, query_interface, 24);
SIZE(plr_plugin, 32);
LAYOUT_ASSERT(PLR_PLUGIN_SIZE_1_0 == 32);

OFFSET(plr_manifest, size, 0);
OFFSET(plr_manifest, abi_major, 4);
OFFSET(plr_manifest, abi_minor, 6);
OFFSET(plr_manifest, unload_class, 8);
OFFSET(plr_manifest, features, 12);
OFFSET(plr_manifest, name, 16);
OFFSET(plr_manifest, version, 80);
OFFSET(plr_manifest, toolchain, 112);
SIZE(plr_manifest, 240);
LAYOUT_ASSERT(PLR_MANIFEST_SIZE_1_0 == 240);

OFFSET(plr_manifest_note, name_size, 0);
OFFSET(plr_manifest_note, description_size, 4);
OFFSET(plr_manifest_note, type, 8);
OFFSET(plr_manifest_note, owner, 12);
OFFSET(plr_manifest_note, manifest, 28);
SIZE(plr_manifest_note, 268);
LAYOUT_ASSERT(sizeof(PLR_NOTE_OWNER) <= PLR_NOTE_OWNER_CAPACITY);
LAYOUT_ASSERT(sizeof(PLR_NOTE_OWNER) > PLR_NOTE_OWNER_CAPACITY - 4);

OFFSET(plr_offer, size, 0);
OFFSET(plr_offer, revision, 4);
OFFSET(plr_offer, id, 8);
SIZE(plr_offer, 72);
LAYOUT_ASSERT(PLR_OFFER_SIZE_1_0 == 72);
OFFSET(plr_offer_note, name_size, 0);
OFFSET(plr_offer_note, description_size, 4);
OFFSET(plr_offer_note, type, 8);
OFFSET(plr_offer_note, owner, 12);
OFFSET(plr_offer_note, offer, 28);
SIZE(plr_offer_note, 100);
LAYOUT_ASSERT(PLR_NOTE_TYPE_MANIFEST == 1 && PLR_NOTE_TYPE_OFFER == 2);

OFFSET(plr_allocator, size, 0);
OFFSET(plr_allocator, revision, 4);
OFFSET(plr_allocator, allocate, 8);
OFFSET(plr_allocator, reallocate, 16);
OFFSET(plr_allocator, deallocate, 24);
SIZE(plr_allocator, 32);

OFFSET(plr_allocation_statistics, size, 0);
OFFSET(plr_allocation_statistics, live_blocks, 8);
OFFSET(plr_allocation_statistics, live_bytes, 16);
OFFSET(plr_allocation_statistics, peak_bytes, 24);
OFFSET(plr_allocation_statistics, total_allocations, 32);
SIZE(plr_allocation_statistics, 40);

OFFSET(plr_log, size, 0);
OFFSET(plr_log, revision, 4);
OFFSET(plr_log, is_enabled, 8);
OFFSET(plr_log, write, 16);
SIZE(plr_log, 24);

OFFSET(plr_log_record, size, 0);
OFFSET(plr_log_record, level, 4);
OFFSET(plr_log_record, wall_nanoseconds, 8);
OFFSET(plr_log_record, thread, 16);
OFFSET(plr_log_record, plugin, 24);
OFFSET(plr_log_record, category, 32);
OFFSET(plr_log_record, message, 40);
OFFSET(plr_log_record, length, 48);
SIZE(plr_log_record, 56);

OFFSET(plr_reference, table, 0);
OFFSET(plr_reference, token, 8);
SIZE(plr_reference, 16);

OFFSET(plr_registry, size, 0);
OFFSET(plr_registry, revision, 4);
OFFSET(plr_registry, add, 8);
OFFSET(plr_registry, remove, 16);
OFFSET(plr_registry, acquire, 24);
OFFSET(plr_registry, release, 32);
OFFSET(plr_registry, count, 40);
SIZE(plr_registry, 48);

OFFSET(plr_leak_report, size, 0);
OFFSET(plr_leak_report, references, 4);
OFFSET(plr_leak_report, blocks, 8);
OFFSET(plr_leak_report, bytes, 16);
SIZE(plr_leak_report, 24);

LAYOUT_ASSERT(PLR_OK == 0 && PLR_ERROR_INVALID_ARGUMENT == 1 && PLR_ERROR_OUT_OF_MEMORY == 2);
LAYOUT_ASSERT(PLR_ERROR_NOT_FOUND == 3 && PLR_ERROR_ALREADY_EXISTS == 4 && PLR_ERROR_BUSY == 5);
LAYOUT_ASSERT(PLR_ERROR_RETIRED == 6 && PLR_ERROR_FOREIGN_RUNTIME == 7);
LAYOUT_ASSERT(PLR_ERROR_ABI_MISMATCH == 8 && PLR_ERROR_SYSTEM == 9 && PLR_ERROR_PLUGIN == 10);
LAYOUT_ASSERT(PLR_LOG_TRACE == 0 && PLR_LOG_CRITICAL == 6 && PLR_LOG_OFF == 7);
LAYOUT_ASSERT(PLR_UNLOAD_RESIDENT == 0 && PLR_UNLOAD_UNLOADABLE == 1);
LAYOUT_ASSERT(PLR_FEATURE_SWIFT_RUNTIME == 1);
LAYOUT_ASSERT(PLR_LOG_DEBUG == 1 && PLR_LOG_INFO == 2 && PLR_LOG_NOTICE == 3);
LAYOUT_ASSERT(PLR_LOG_WARNING == 4 && PLR_LOG_ERROR == 5 && PLR_LOG_INHERIT == 255);
LAYOUT_ASSERT(PLR_LOG_SINK_STANDARD_ERROR == 1 && PLR_NOTE_TYPE_MANIFEST == 1);
