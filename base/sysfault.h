/*
 * Fault injection for tests: replaces entries of sys_calls so that the k-th call of a kind
 * misbehaves.
 *
 * In a library of its own, isoflop_sysfault, which only tests link. One fault at a time. A test
 * must assert that sysfault_fired(), else it has tested nothing, and must sysfault_clear() at its
 * end.
 */
#ifndef BASE_SYSFAULT_H
#define BASE_SYSFAULT_H

#include <stdbool.h>

typedef enum SysCallKind {
    SYS_OPEN,
    SYS_READ,
    SYS_PREAD,
    SYS_WRITE,
    SYS_FSYNC,
    SYS_FTRUNCATE,
    SYS_CLOSE,
    SYS_RENAME,
    SYS_UNLINK,
    SYS_MKDIR,
    SYS_RMDIR,
    SYS_MMAP,
    SYS_SPAWN,
    SYS_LOCK,
    SYS_ALLOC,    /* malloc and realloc together */
    SYS_ANY_FILE, /* any of open, write, fsync, ftruncate, close, rename, unlink, mkdir, rmdir */
    SYS_N_KINDS
} SysCallKind;

typedef enum SysFaultAction {
    SYS_FAIL,        /* return the error with errno set; the call does not happen */
    SYS_FAIL_ALWAYS, /* the same for the k-th and every later call */
    SYS_SHORT,       /* read or write half of what was asked (at least 1 byte when more than 1) */
    SYS_SHORT_DIE,   /* write half, then SIGKILL to this process: a torn write */
    SYS_DIE,         /* SIGKILL to this process before the call happens */
    SYS_DIE_AFTER,   /* SIGKILL after the call has happened */
    /* pretend success without doing it: the negative control (fsync or rename taken away) */
    SYS_SKIP,
    SYS_VISIT /* of sysfault_visit */
} SysFaultAction;

/* What another process might do at that instant. It makes its calls directly, not by sys_calls. */
typedef void SysFaultVisit(void *user);

/*
 * Arms a fault at the k-th call (k = 1 is the next one). `error` is the errno for SYS_FAIL*. k = 0
 * only counts.
 */
void sysfault_arm(SysCallKind kind, long k, SysFaultAction action, int error);

/* Arms a visit just before the k-th call of a kind, which then happens: a race that is won. */
void sysfault_visit(SysCallKind kind, long k, SysFaultVisit *visit, void *user);

/* Calls of the armed kind seen since arming, the failing one included. */
long sysfault_count(void);

/* True once the armed fault has happened. */
bool sysfault_fired(void);

/* Restores the real calls. */
void sysfault_clear(void);

#endif
