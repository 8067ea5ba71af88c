/*
 * The one table of operating-system calls that can fail, and memory on top of it.
 *
 * Everything in base that opens, reads, writes, syncs, renames, maps, spawns or allocates goes
 * through `sys_calls`, and no other folder calls those functions at all (they use base/file.h,
 * base/proc.h, mem_*). Tests replace entries (base/sysfault.h) to fail, write short or die at the
 * k-th call. The table is the one documented mutable global of base: it is changed only by tests,
 * before threads start.
 */
#ifndef BASE_SYS_H
#define BASE_SYS_H

#include "base/err.h"

#include <spawn.h>
#include <stddef.h>
#include <sys/types.h>

struct flock; /* of fcntl.h */

typedef struct SysCalls {
    /* With `at`, a folder's descriptor or AT_FDCWD, as openat, renameat and so on. */
    int (*open)(int at, const char *path, int flags, mode_t mode);
    ssize_t (*read)(int fd, void *data, size_t n_bytes);
    ssize_t (*pread)(int fd, void *data, size_t n_bytes, off_t offset);
    ssize_t (*write)(int fd, const void *data, size_t n_bytes);
    int (*fsync)(int fd);
    int (*ftruncate)(int fd, off_t size);
    int (*close)(int fd);
    int (*rename)(int from_at, const char *from, int to_at, const char *to);
    int (*unlink)(int at, const char *path);
    int (*mkdir)(int at, const char *path, mode_t mode);
    int (*rmdir)(int at, const char *path);
    void *(*mmap)(void *address, size_t n_bytes, int protection, int flags, int fd, off_t offset);
    int (*munmap)(void *address, size_t n_bytes);
    int (*lock)(int fd, int command, struct flock *lock); /* fcntl's lock commands */
    int (*spawn)(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);
    void *(*malloc)(size_t n_bytes);
    void *(*realloc)(void *block, size_t n_bytes);
    void (*free)(void *block);
} SysCalls;

extern SysCalls sys_calls;

/*
 * Like malloc, calloc (overflow checked), realloc, free, strdup, but through sys_calls. NULL on
 * failure; the caller turns that into err_memory(). mem_alloc(0) returns a valid block. Their
 * signatures fit json_set_alloc_funcs (mem_alloc, mem_free).
 */
void *mem_alloc(size_t n_bytes);
void *mem_calloc(size_t n_items, size_t item_bytes);
void *mem_realloc(void *block, size_t n_bytes);
void mem_free(void *block);
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t n_bytes);

/*
 * Allocations that have failed on the calling thread so far: tells a library's lack of memory from
 * its other errors when it does not.
 */
unsigned long mem_failures(void);

/*
 * Memory that knows its size, as SQLite's SQLITE_CONFIG_MALLOC wants it: alloc, realloc, free,
 * size.
 */
void *mem_sized_alloc(int n_bytes);
void *mem_sized_realloc(void *block, int n_bytes);
void mem_sized_free(void *block);
int mem_sized_size(void *block);

/*
 * Grows *items (element size item_bytes) so that it holds at least n_wanted, doubling *capacity.
 * Errors: ERR_MEMORY, then *items is still valid.
 */
ErrCode mem_grow(void *items, size_t *capacity, size_t n_wanted, size_t item_bytes,
                 Err *err) ERR_CHECKED;

/*
 * Makes jansson allocate through sys_calls; call once at the start of a process (and of a test that
 * sweeps it).
 */
void mem_adopt_jansson(void);

#endif
