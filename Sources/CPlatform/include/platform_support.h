/* platform_support.h - calls of the GNU C library that Swift's Glibc module does not show. */
#ifndef PLATFORM_SUPPORT_H
#define PLATFORM_SUPPORT_H

/* pipe2(2) with O_CLOEXEC: no moment at which another thread's child could inherit the ends. Returns 0
 * or -1 with errno. */
int platform_make_pipe(int ends[2]);

/* posix_spawn_file_actions_addclosefrom_np(3) on a posix_spawn_file_actions_t. Returns 0 or an errno. */
int platform_close_from(void *file_actions, int descriptor);

/* Lets two existing files or directories change their names, at once; renameat2(2) with RENAME_EXCHANGE.
 * Returns 0 or -1 with errno. */
int platform_exchange(const char *path, const char *other);

/* How many processors this process may run on, by sched_getaffinity(2); 0 where that cannot be had. */
int platform_processor_count(void);

/* An empty file in memory that can be sealed and mapped for running; memfd_create(2). Returns a
 * descriptor that no child inherits, or -1 with errno. */
int platform_make_memory_file(const char *name);

/* No byte of the file can be changed from now on, by anybody; fcntl(2) with F_ADD_SEALS. Returns 0 or -1
 * with errno. */
int platform_seal(int file);

#endif
