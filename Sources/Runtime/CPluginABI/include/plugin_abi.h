/* plugin_abi.h - the binary interface between a host and its plugins, version 1.
 *
 * This header and the interface headers beside it are all that a plugin in any language needs.
 * It is valid C11, C17, C++17 and C++20. docs/abi.md explains it with complete examples.
 *
 * Rules that hold for every declaration here:
 *  - Every table begins with its size. New members are appended; a reader compares `size` with the
 *    end of a member before it reads that member. A major version never changes meaning. The
 *    PLR_..._SIZE_1_0 are the least that a struct of version 1 measures, whatever is appended.
 *  - A struct that the caller provides and a function fills carries its room in `size`; where the
 *    function knows of less, it sets `size` to what it filled.
 *  - Strings are UTF-8; ids of interfaces are printable ASCII without blanks, compared byte by byte.
 *    Ids that begin with `plr.` are the runtime's. A pointer parameter is borrowed for the duration of the call unless its
 *    comment says otherwise.
 *  - Every function carries a thread tag:
 *      [host-thread]  called by the one thread that drives the host, never concurrently for one plugin
 *      [any-thread]   may be called from any thread at any time between init and the end of deinit
 */
#ifndef PLUGIN_ABI_H
#define PLUGIN_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PLR_ABI_MAJOR 1
#define PLR_ABI_MINOR 1

/* ---- Status ------------------------------------------------------------------------------- */

/* Zero is success. Codes are never renumbered or reused. */
typedef int32_t plr_status;

#define PLR_OK ((plr_status)0)
/* An argument is outside what the function documents. */
#define PLR_ERROR_INVALID_ARGUMENT ((plr_status)1)
/* The system has no memory left, or the plugin is past its limit. */
#define PLR_ERROR_OUT_OF_MEMORY ((plr_status)2)
/* Nothing is known under this id, revision, index or token. */
#define PLR_ERROR_NOT_FOUND ((plr_status)3)
/* The same thing is there already. */
#define PLR_ERROR_ALREADY_EXISTS ((plr_status)4)
/* Somebody still holds what should go away. */
#define PLR_ERROR_BUSY ((plr_status)5)
/* The plugin behind this table has been retired. */
#define PLR_ERROR_RETIRED ((plr_status)6)
/* The table belongs to another copy of the runtime in this process. */
#define PLR_ERROR_FOREIGN_RUNTIME ((plr_status)7)
/* The two sides do not speak a common ABI version. */
#define PLR_ERROR_ABI_MISMATCH ((plr_status)8)
/* The operating system refused; the message carries its words. */
#define PLR_ERROR_SYSTEM ((plr_status)9)
/* The plugin could not do it, for a reason of its own that its message tells. */
#define PLR_ERROR_PLUGIN ((plr_status)10)
/* Since 1.1. It could be done and is not wanted: a new version does not take the old one's state over. */
#define PLR_ERROR_DECLINED ((plr_status)11)

#define PLR_SUBJECT_CAPACITY 120
#define PLR_MESSAGE_CAPACITY 384

/* Why something failed. The caller owns the struct, sets `size` and clears the rest; the callee fills
 * it where it fails. Both strings end with NUL and are cut at a character boundary where they do not fit. */
typedef struct plr_error {
  uint32_t size;
  plr_status code;
  char subject[PLR_SUBJECT_CAPACITY]; /* what it is about: a path, a field, an interface id */
  char message[PLR_MESSAGE_CAPACITY]; /* what happened and what to do */
} plr_error;

#define PLR_ERROR_SIZE_1_0 512

/* Copies `text` into `field` of `capacity` bytes, ends it with NUL and cuts it between characters.
 * [any-thread] */
static inline void plugin_copy_text(char *field, size_t capacity, const char *text) {
  size_t length = 0;
  if (field == NULL || capacity == 0) return;
  while (text != NULL && text[length] != '\0' && length + 1 < capacity) {
    field[length] = text[length];
    length += 1;
  }
  if (text != NULL && text[length] != '\0') {
    /* The next byte continues a character: take back the part of it that was copied. */
    while (length > 0 && ((unsigned char)text[length] & 0xC0u) == 0x80u) length -= 1;
  }
  field[length] = '\0';
}

/* Fills `error`, which may be NULL, and returns `code`, so that a function can end with
 * `return plugin_fail(error, ...)`. [any-thread] */
static inline plr_status plugin_fail(plr_error *error, plr_status code, const char *subject,
                                  const char *message) {
  if (error != NULL && error->size >= PLR_ERROR_SIZE_1_0) {
    error->code = code;
    plugin_copy_text(error->subject, PLR_SUBJECT_CAPACITY, subject);
    plugin_copy_text(error->message, PLR_MESSAGE_CAPACITY, message);
  }
  return code;
}

/* ---- Host table --------------------------------------------------------------------------- */

typedef struct plr_host plr_host;

/* What a plugin sees of its host. The runtime makes one table for each plugin, so that what is
 * called through it is charged to that plugin. It stays readable until the process ends; after the
 * plugin was retired every service refuses it with PLR_ERROR_RETIRED, unless a plugin that was unmapped
 * is loaded again: that one may be given the same table, see plr_account_give_back. */
struct plr_host {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;
  const void *runtime; /* identity of the runtime that made this table: equal means "the same" */
  void *context;       /* the runtime's own; not for plugins */
  const char *name;    /* the name under which the host accounts for the plugin */

  /* The table of the service `id`/`revision`, or NULL where this host has none. The table lives as
   * long as the process. Complexity: O(number of services). [any-thread] */
  const void *(*query_interface)(const plr_host *host, const char *id, uint32_t revision);
};

#define PLR_HOST_SIZE_1_0 40

/* ---- Plugin table ------------------------------------------------------------------------- */

/* What a host sees of a plugin. The plugin owns the table; it stays valid while the plugin is
 * mapped. A table shorter than PLR_PLUGIN_SIZE_1_0, or a NULL `init`, `deinit` or `query_interface`,
 * is refused. entry, init and deinit are given the same host table, whose life is one entry and what
 * follows it; a plugin that is loaded again is given a new one, or the old one anew. */
typedef struct plr_plugin {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;

  /* Makes the plugin ready: registers interfaces, allocates. On failure it undoes what it did,
   * fills `error` and returns a code other than PLR_OK; deinit is then not called. May be called
   * again after deinit. [host-thread] */
  plr_status (*init)(const plr_host *host, plr_error *error);

  /* Undoes init; called once for each init that returned PLR_OK. [host-thread] */
  void (*deinit)(const plr_host *host);

  /* The plugin's own table `id`/`revision` for `host`, or NULL. Valid between the init and the deinit
   * that were given `host`. [any-thread] */
  const void *(*query_interface)(const plr_host *host, const char *id, uint32_t revision);
} plr_plugin;

#define PLR_PLUGIN_SIZE_1_0 32

/* The one symbol that a plugin exports. It returns the plugin's table, or NULL after filling
 * `error`; it must not call back into the host. [host-thread] */
#define PLR_ENTRY_SYMBOL "plugin_entry"
typedef const plr_plugin *(*plr_entry)(const plr_host *host, plr_error *error);

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const plr_plugin *plugin_entry(const plr_host *host, plr_error *error);

/* ---- Manifest ----------------------------------------------------------------------------- */

/* The plugin promises nothing about being unmapped: it stays mapped until the process ends. */
#define PLR_UNLOAD_RESIDENT ((uint32_t)0)
/* After deinit nothing refers to the plugin any more; the host checks what can be checked. */
#define PLR_UNLOAD_UNLOADABLE ((uint32_t)1)

/* The plugin is Swift code that shares the Swift runtime of its host: both must come from one
 * toolchain. */
#define PLR_FEATURE_SWIFT_RUNTIME ((uint32_t)1)
/* All features that this version of the ABI knows. A plugin that needs another one is refused. */
#define PLR_FEATURES_KNOWN PLR_FEATURE_SWIFT_RUNTIME

#define PLR_MANIFEST_NAME_CAPACITY 64
#define PLR_MANIFEST_VERSION_CAPACITY 32
#define PLR_MANIFEST_TOOLCHAIN_CAPACITY 128

/* Read from the file before any of its code runs, hence without pointers, in the byte order of the
 * file. Strings end with NUL and the rest of their field is zero. */
typedef struct plr_manifest {
  uint32_t size;
  uint16_t abi_major;
  uint16_t abi_minor;    /* the lowest minor version that the plugin can live with */
  uint32_t unload_class; /* PLR_UNLOAD_... */
  uint32_t features;     /* PLR_FEATURE_... that the plugin needs */
  char name[PLR_MANIFEST_NAME_CAPACITY];
  char version[PLR_MANIFEST_VERSION_CAPACITY];
  char toolchain[PLR_MANIFEST_TOOLCHAIN_CAPACITY]; /* the compiler's own version text */
} plr_manifest;

#define PLR_MANIFEST_SIZE_1_0 240

#define PLR_NOTE_OWNER "PluginRuntime"
#define PLR_NOTE_OWNER_CAPACITY 16
#define PLR_NOTE_TYPE_MANIFEST 1
#define PLR_NOTE_TYPE_OFFER 2
#define PLR_OFFER_ID_CAPACITY 64
/* A file with more offers than this is refused. */
#define PLR_OFFERS_LIMIT 256
#define PLR_NOTE_SECTION ".note.plugin-runtime"

/* An ELF note: three words, the owner's name padded to a word, the manifest. */
typedef struct plr_manifest_note {
  uint32_t name_size;
  uint32_t description_size;
  uint32_t type;
  char owner[PLR_NOTE_OWNER_CAPACITY];
  plr_manifest manifest;
} plr_manifest_note;

/* What a plugin offers to others, for a host that wants to know before any of its code runs: an
 * interface that `init` will register. A host that starts without loading loads a plugin when somebody
 * looks for an interface that it offers; one that says nothing is loaded at the first look-up of any.
 * A note of its own, so that a host that does not know it passes over it. */
typedef struct plr_offer {
  uint32_t size;
  uint32_t revision;
  char id[PLR_OFFER_ID_CAPACITY]; /* ends with NUL; the rest of the field is zero */
} plr_offer;

#define PLR_OFFER_SIZE_1_0 72

/* An ELF note as the manifest's, of type PLR_NOTE_TYPE_OFFER: one for each interface. */
typedef struct plr_offer_note {
  uint32_t name_size;
  uint32_t description_size;
  uint32_t type;
  char owner[PLR_NOTE_OWNER_CAPACITY];
  plr_offer offer;
} plr_offer_note;

/* The version text of the compiler that compiles the caller. Swift's own C importer answers here
 * too, and its text names the exact toolchain. [any-thread] */
static inline const char *plugin_toolchain(void) { return __VERSION__; }

#ifdef __cplusplus
#define PLR_STATIC_ASSERT(condition, message) static_assert(condition, message)
#else
#define PLR_STATIC_ASSERT(condition, message) _Static_assert(condition, message)
#endif

/* The least minor version that the plugin can live with, for PLR_MANIFEST. A plugin that uses what came
 * later without asking for `size` defines it before it includes this. */
#ifndef PLR_PLUGIN_ABI_MINOR
#define PLR_PLUGIN_ABI_MINOR 0
#endif

/* Puts the manifest into the file. Once in a plugin, at file scope, with string literals:
 *
 *   PLR_MANIFEST("word-count", "1.2.0", PLR_UNLOAD_UNLOADABLE, 0);
 *
 * C would cut a text that does not fit, or leave its NUL out, and only warn; hence the assertions. */
#if defined(__GNUC__)
#define PLR_MANIFEST(plugin_name, plugin_version, unload_class_, features_)                       \
  PLR_STATIC_ASSERT(sizeof(plugin_name) > 1, "a plugin needs a name");                            \
  PLR_STATIC_ASSERT(sizeof(plugin_name) <= PLR_MANIFEST_NAME_CAPACITY,                            \
                    "the plugin's name is too long");                                             \
  PLR_STATIC_ASSERT(sizeof(plugin_version) <= PLR_MANIFEST_VERSION_CAPACITY,                      \
                    "the plugin's version is too long");                                          \
  PLR_STATIC_ASSERT(sizeof(__VERSION__) <= PLR_MANIFEST_TOOLCHAIN_CAPACITY,                       \
                    "the compiler's version text is too long");                                   \
  __attribute__((used, section(PLR_NOTE_SECTION), aligned(4)))                                    \
  static const plr_manifest_note plr_manifest_note_of_this_plugin = {                             \
      sizeof(PLR_NOTE_OWNER),                                                                     \
      sizeof(plr_manifest),                                                                       \
      PLR_NOTE_TYPE_MANIFEST,                                                                     \
      PLR_NOTE_OWNER,                                                                             \
      {sizeof(plr_manifest), PLR_ABI_MAJOR, PLR_PLUGIN_ABI_MINOR, (unload_class_), (features_),   \
       plugin_name, plugin_version, __VERSION__}}

#define PLR_JOIN_(left, right) left##right
#define PLR_JOIN(left, right) PLR_JOIN_(left, right)

/* Says that the plugin offers an interface. At file scope beside the manifest, once for each, not two
 * on one line:
 *
 *   PLR_OFFERS("text.word-count", 1);
 */
#define PLR_OFFERS(interface_id, interface_revision)                                              \
  PLR_STATIC_ASSERT(sizeof(interface_id) > 1, "an interface needs an id");                        \
  PLR_STATIC_ASSERT(sizeof(interface_id) <= PLR_OFFER_ID_CAPACITY,                                \
                    "the interface's id is too long");                                            \
  __attribute__((used, section(PLR_NOTE_SECTION), aligned(4)))                                    \
  static const plr_offer_note PLR_JOIN(plr_offer_note_on_line_, __LINE__) = {                     \
      sizeof(PLR_NOTE_OWNER), sizeof(plr_offer), PLR_NOTE_TYPE_OFFER, PLR_NOTE_OWNER,             \
      {sizeof(plr_offer), (interface_revision), interface_id}}
#endif

#ifdef __cplusplus
}
#endif

#endif
