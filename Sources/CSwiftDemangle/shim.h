#include <stddef.h>
#include <stdint.h>

// In libswiftCore. Returns `output`, or one that malloc made where that is NULL; NULL for a name
// that is not Swift's. Source: swift/Demangling/Demangle.h.
char *swift_demangle(const char *name, size_t length, char *output, size_t *output_size,
                     uint32_t flags);
