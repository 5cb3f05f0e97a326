#include <stddef.h>

// In libstdc++. Returns what malloc made. Source: Itanium C++ ABI, section 3.4.
char *__cxa_demangle(const char *name, char *output, size_t *length, int *status);
