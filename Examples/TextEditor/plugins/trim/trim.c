/* trim - takes away what is blank at the end of each line when a text is saved. */
#include <string.h>

#include "example_editor_save.h"
#include "plr_allocator.h"
#include "plr_registry.h"

PLR_MANIFEST("trim", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);
PLR_OFFERS(EXAMPLE_EDITOR_SAVE_ID, EXAMPLE_EDITOR_SAVE_REVISION);

static const plr_host *own;
static const plr_allocator *allocator;
static const plr_registry *registry;

static plr_status saving(void *context, plr_text text, plr_owned_text *result, plr_error *error) {
  size_t length = 0; /* of what has been written */
  size_t end = 0;    /* behind the last of it that is not blank, in this line */
  char *trimmed;
  (void)context;
  if (result == NULL || text.length == 0) return PLR_OK;
  trimmed = allocator->allocate(own, text.length, 1);
  if (trimmed == NULL)
    return plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, "trim", "there is no memory for the text");
  for (size_t i = 0; i < text.length; i += 1) {
    char byte = text.bytes[i];
    if (byte == '\n') length = end;
    trimmed[length] = byte;
    length += 1;
    if (byte != ' ' && byte != '\t') end = length;
  }
  result->bytes = trimmed;
  result->length = end;
  if (end == 0) {
    allocator->deallocate(own, trimmed);
    result->bytes = NULL;
  }
  return PLR_OK;
}

static const example_editor_save hook = {EXAMPLE_EDITOR_SAVE_HEAD(NULL), saving};

static plr_status init(const plr_host *host, plr_error *error) {
  allocator = host->query_interface(host, PLR_ALLOCATOR_ID, PLR_ALLOCATOR_REVISION);
  registry = host->query_interface(host, PLR_REGISTRY_ID, PLR_REGISTRY_REVISION);
  if (allocator == NULL || registry == NULL)
    return plugin_fail(error, PLR_ERROR_NOT_FOUND, "services", "use a host that has them");
  own = host;
  return registry->add(host, EXAMPLE_EDITOR_SAVE_ID, EXAMPLE_EDITOR_SAVE_REVISION, 0, &hook, error);
}

static void deinit(const plr_host *host) {
  registry->remove(host, EXAMPLE_EDITOR_SAVE_ID, EXAMPLE_EDITOR_SAVE_REVISION, &hook);
}

static const void *query_interface(const plr_host *host, const char *id, uint32_t revision) {
  (void)host;
  return strcmp(id, EXAMPLE_EDITOR_SAVE_ID) == 0 && revision == EXAMPLE_EDITOR_SAVE_REVISION
             ? &hook
             : NULL;
}

static const plr_plugin plugin = {
    sizeof(plr_plugin), PLR_ABI_MAJOR, PLR_ABI_MINOR, init, deinit, query_interface};

const plr_plugin *plugin_entry(const plr_host *host, plr_error *error) {
  (void)host;
  (void)error;
  return &plugin;
}
