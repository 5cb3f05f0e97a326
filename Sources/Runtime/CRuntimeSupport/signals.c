#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* The standard library's, wherever that is. */
extern void *swift_retain(void *object);

/* Swift's backtracer takes seven signals that nobody else had taken as soon as the standard library is
 * mapped, if it finds its helper. In a program in Swift that is the program's affair. A program that only
 * opens this library has not asked for it: its signals go back to what they were. Whoever wants the
 * backtracer there sets SWIFT_BACKTRACE.
 *
 * A constructor, because those of the libraries that this one needs have run by then. */
__attribute__((constructor)) static void give_signals_back(void) {
  if (getenv("SWIFT_BACKTRACE") != NULL) return;
  void *program = dlopen(NULL, RTLD_LAZY);
  if (program == NULL || dlsym(program, "swift_retain") != NULL) return;
  static const char taken[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
  Dl_info library, handler;
  if (dladdr((void *)swift_retain, &library) == 0) return;
  for (size_t i = 0; i < sizeof(taken); i += 1) {
    struct sigaction action;
    if (sigaction(taken[i], NULL, &action) == 0 && action.sa_handler != SIG_DFL &&
        dladdr((void *)action.sa_sigaction, &handler) != 0 &&
        handler.dli_fbase == library.dli_fbase) {
      signal(taken[i], SIG_DFL);
    }
  }
}
