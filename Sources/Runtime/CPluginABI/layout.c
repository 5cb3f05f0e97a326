/* The layout that version 1 promises, one assertion for each offset, and the values of constants.
 * Compiled as C11, C17, C++17 and C++20 by the tests. A line here is never changed, only added to. */
#include "plr_runtime.h"
#include "plr_state.h"
#include "plr_trial.h"

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

/* Since 1.1. */
OFFSET(plr_requirement, size, 0);
OFFSET(plr_requirement, revision, 4);
OFFSET(plr_requirement, id, 8);
SIZE(plr_requirement, 72);
LAYOUT_ASSERT(PLR_REQUIREMENT_SIZE_1_1 == 72);
OFFSET(plr_requirement_note, name_size, 0);
OFFSET(plr_requirement_note, description_size, 4);
OFFSET(plr_requirement_note, type, 8);
OFFSET(plr_requirement_note, owner, 12);
OFFSET(plr_requirement_note, requirement, 28);
SIZE(plr_requirement_note, 100);
LAYOUT_ASSERT(PLR_NOTE_TYPE_REQUIREMENT == 3 && PLR_REQUIREMENTS_LIMIT == 256);

OFFSET(plr_allocator, size, 0);
OFFSET(plr_allocator, revision, 4);
OFFSET(plr_allocator, allocate, 8);
OFFSET(plr_allocator, reallocate, 16);
OFFSET(plr_allocator, deallocate, 24);
LAYOUT_ASSERT(PLR_ALLOCATOR_SIZE_1_0 == 32);

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
LAYOUT_ASSERT(PLR_LOG_SIZE_1_0 == 24);

OFFSET(plr_log_record, size, 0);
OFFSET(plr_log_record, level, 4);
OFFSET(plr_log_record, wall_nanoseconds, 8);
OFFSET(plr_log_record, thread, 16);
OFFSET(plr_log_record, plugin, 24);
OFFSET(plr_log_record, category, 32);
OFFSET(plr_log_record, message, 40);
OFFSET(plr_log_record, length, 48);
OFFSET(plr_log_record, monotonic_nanoseconds, 56); /* the size of version 1.0 */

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
LAYOUT_ASSERT(PLR_REGISTRY_SIZE_1_0 == 48);

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

/* Since 1.1. */
OFFSET(plr_allocator, allocate_zeroed, 32);
OFFSET(plr_allocator, usable_size, 40);
LAYOUT_ASSERT(PLR_ALLOCATOR_SIZE_1_1 == 48);
SIZE(plr_allocator, 48);

OFFSET(plr_block_group, blocks, 0);
OFFSET(plr_block_group, bytes, 8);
OFFSET(plr_block_group, block_size, 16);
OFFSET(plr_block_group, caller, 24);
SIZE(plr_block_group, 32);

OFFSET(plr_log, gate_of, 24);
OFFSET(plr_log, submit, 32);
LAYOUT_ASSERT(PLR_LOG_SIZE_1_1 == 40);
SIZE(plr_log, 40);

OFFSET(plr_log_gate, threshold, 0);
SIZE(plr_log_gate, 8);

OFFSET(plr_log_field, key, 0);
OFFSET(plr_log_field, kind, 8);
OFFSET(plr_log_field, length, 12);
OFFSET(plr_log_field, value, 16);
SIZE(plr_log_field, 24);

OFFSET(plr_log_record, fields, 64);
OFFSET(plr_log_record, field_count, 72);
SIZE(plr_log_record, 80);

OFFSET(plr_log_sink_options, size, 0);
OFFSET(plr_log_sink_options, target, 4);
OFFSET(plr_log_sink_options, format, 8);
OFFSET(plr_log_sink_options, color, 12);
OFFSET(plr_log_sink_options, threshold, 16);
OFFSET(plr_log_sink_options, kept_files, 20);
OFFSET(plr_log_sink_options, path, 24);
OFFSET(plr_log_sink_options, rotate_bytes, 32);
OFFSET(plr_log_sink_options, rotate_nanoseconds, 40);
OFFSET(plr_log_sink_options, callback, 48);
OFFSET(plr_log_sink_options, context, 56);
SIZE(plr_log_sink_options, 64);

OFFSET(plr_log_statistics, size, 0);
OFFSET(plr_log_statistics, submitted, 8);
OFFSET(plr_log_statistics, written, 16);
OFFSET(plr_log_statistics, dropped, 24);
OFFSET(plr_log_statistics, limited, 32);
OFFSET(plr_log_statistics, immediate, 40);
SIZE(plr_log_statistics, 48);

OFFSET(plr_registry, find, 48);
OFFSET(plr_registry, acquire_found, 56);
OFFSET(plr_registry, acquire_all, 64);
OFFSET(plr_registry, listen, 72);
OFFSET(plr_registry, unlisten, 80);
LAYOUT_ASSERT(PLR_REGISTRY_SIZE_1_1 == 88);
SIZE(plr_registry, 88);

OFFSET(plr_interface, changes, 0);
OFFSET(plr_interface, leads, 8);
SIZE(plr_interface, 16);

OFFSET(plr_state_writer, size, 0);
OFFSET(plr_state_writer, context, 8);
OFFSET(plr_state_writer, write, 16);
SIZE(plr_state_writer, PLR_STATE_WRITER_SIZE_1_0);

OFFSET(plr_state, size, 0);
OFFSET(plr_state, revision, 4);
OFFSET(plr_state, version, 8);
OFFSET(plr_state, oldest_accepted, 12);
OFFSET(plr_state, save, 16);
OFFSET(plr_state, accept, 24);
SIZE(plr_state, PLR_STATE_SIZE_1_0);

OFFSET(plr_trial, size, 0);
OFFSET(plr_trial, revision, 4);
OFFSET(plr_trial, run, 8);
SIZE(plr_trial, PLR_TRIAL_SIZE_1_0);
LAYOUT_ASSERT(PLR_STATE_REVISION == 1 && PLR_ERROR_DECLINED == 11);

OFFSET(plr_registry_event, size, 0);
OFFSET(plr_registry_event, kind, 4);
OFFSET(plr_registry_event, id, 8);
OFFSET(plr_registry_event, revision, 16);
OFFSET(plr_registry_event, priority, 20);
OFFSET(plr_registry_event, plugin, 24);
OFFSET(plr_registry_event, interface_, 32);
SIZE(plr_registry_event, 40);

LAYOUT_ASSERT(PLR_LOG_FIELD_TEXT == 0 && PLR_LOG_FIELD_SIGNED == 1 && PLR_LOG_FIELD_UNSIGNED == 2);
LAYOUT_ASSERT(PLR_LOG_FIELD_REAL == 3 && PLR_LOG_FIELD_BOOLEAN == 4);
LAYOUT_ASSERT(PLR_LOG_TARGET_STANDARD_ERROR == 0 && PLR_LOG_TARGET_FILE == 1);
LAYOUT_ASSERT(PLR_LOG_TARGET_JOURNAL == 2 && PLR_LOG_TARGET_CALLBACK == 3);
LAYOUT_ASSERT(PLR_LOG_FORMAT_TEXT == 0 && PLR_LOG_FORMAT_JSON == 1);
LAYOUT_ASSERT(PLR_LOG_COLOR_AUTO == 0 && PLR_LOG_COLOR_ALWAYS == 1 && PLR_LOG_COLOR_NEVER == 2);
LAYOUT_ASSERT(PLR_LOG_WHEN_FULL_DROP == 0 && PLR_LOG_WHEN_FULL_BLOCK == 1);
LAYOUT_ASSERT(PLR_REGISTRY_ARRIVED == 0 && PLR_REGISTRY_LEFT == 1);
