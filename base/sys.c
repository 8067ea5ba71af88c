/* The table of calls and memory on top of it; see sys.h. */
#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* open is variadic; the table's entry is not. */
static int open_with_mode(int at, const char *path, int flags, mode_t mode)
{
    return openat(at, path, flags, mode);
}

static int remove_file(int at, const char *path)
{
    return unlinkat(at, path, 0);
}

static int remove_folder(int at, const char *path)
{
    return unlinkat(at, path, AT_REMOVEDIR);
}

/* fcntl is variadic, too. */
static int lock_file(int fd, int command, struct flock *lock)
{
    return fcntl(fd, command, lock);
}

SysCalls sys_calls = {
    .open = open_with_mode,
    .read = read,
    .pread = pread,
    .write = write,
    .fsync = fsync,
    .ftruncate = ftruncate,
    .close = close,
    .rename = renameat,
    .unlink = remove_file,
    .mkdir = mkdirat,
    .rmdir = remove_folder,
    .mmap = mmap,
    .munmap = munmap,
    .lock = lock_file,
    .spawn = posix_spawn,
    .malloc = malloc,
    .realloc = realloc,
    .free = free,
};

static _Thread_local unsigned long n_failures;

unsigned long mem_failures(void)
{
    return n_failures;
}

static void *counted(void *block)
{
    n_failures += block == NULL;
    return block;
}

void *mem_alloc(size_t n_bytes)
{
    return counted(sys_calls.malloc(n_bytes > 0 ? n_bytes : 1));
}

void *mem_calloc(size_t n_items, size_t item_bytes)
{
    size_t n_bytes;
    if (__builtin_mul_overflow(n_items, item_bytes, &n_bytes))
        return NULL;
    void *block = mem_alloc(n_bytes);
    if (block != NULL)
        memset(block, 0, n_bytes);
    return block;
}

void *mem_realloc(void *block, size_t n_bytes)
{
    return counted(sys_calls.realloc(block, n_bytes > 0 ? n_bytes : 1));
}

void mem_free(void *block)
{
    if (block != NULL)
        sys_calls.free(block);
}

char *mem_strndup(const char *text, size_t n_bytes)
{
    const size_t n = strnlen(text, n_bytes);
    char *copy = mem_alloc(n + 1);
    if (copy != NULL) {
        memcpy(copy, text, n);
        copy[n] = '\0';
    }
    return copy;
}

char *mem_strdup(const char *text)
{
    return mem_strndup(text, strlen(text));
}

/* What precedes a sized block; keeps the block aligned as malloc would. */
typedef union SizedHead {
    int n_bytes;
    max_align_t align;
} SizedHead;

void *mem_sized_alloc(int n_bytes)
{
    if (n_bytes <= 0 || n_bytes > INT_MAX - (int)sizeof(SizedHead))
        return NULL;
    SizedHead *head = mem_alloc(sizeof *head + (size_t)n_bytes);
    if (head == NULL)
        return NULL;
    head->n_bytes = n_bytes;
    return head + 1;
}

void *mem_sized_realloc(void *block, int n_bytes)
{
    if (block == NULL)
        return mem_sized_alloc(n_bytes);
    if (n_bytes <= 0 || n_bytes > INT_MAX - (int)sizeof(SizedHead))
        return NULL;
    SizedHead *head = mem_realloc((SizedHead *)block - 1, sizeof *head + (size_t)n_bytes);
    if (head == NULL)
        return NULL;
    head->n_bytes = n_bytes;
    return head + 1;
}

void mem_sized_free(void *block)
{
    if (block != NULL)
        mem_free((SizedHead *)block - 1);
}

int mem_sized_size(void *block)
{
    return block != NULL ? ((SizedHead *)block - 1)->n_bytes : 0;
}

ErrCode mem_grow(void *items, size_t *capacity, size_t n_wanted, size_t item_bytes, Err *err)
{
    enum { FIRST_CAPACITY = 8 };
    if (n_wanted <= *capacity)
        return ERR_NONE;
    size_t n = *capacity > 0 ? *capacity : FIRST_CAPACITY;
    while (n < n_wanted)
        n = n > SIZE_MAX / 2 ? n_wanted : 2 * n;
    size_t n_bytes;
    if (__builtin_mul_overflow(n, item_bytes, &n_bytes))
        return err_memory(err, SIZE_MAX);
    void *old;
    memcpy(&old, items, sizeof old);
    void *grown = mem_realloc(old, n_bytes);
    if (grown == NULL)
        return err_memory(err, n_bytes);
    memcpy(items, &grown, sizeof grown);
    *capacity = n;
    return ERR_NONE;
}

void mem_adopt_jansson(void)
{
    json_set_alloc_funcs(mem_alloc, mem_free);
}
