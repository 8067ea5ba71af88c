/*
 * Errors: a code for the program, a message for the user, and the place in the source where it
 * arose.
 *
 * Three kinds of trouble are never mixed: programmer mistakes are asserts, the world's problems are
 * an Err, and numerical outcomes (diverged, infeasible) are a status in a report. A fallible
 * function returns ErrCode and takes a non-NULL `Err *err` as its last argument, which it touches
 * only on failure, so that calls chain with TRY. Messages are lower case without a full stop: the
 * problem, the 'subject' in single quotes, the numbers, a hint.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

typedef enum ErrCode {
    ERR_NONE = 0,
    ERR_USAGE,   /* misuse by the user: option, study or network file (exit 2) */
    ERR_IO,      /* the operating system refused: path, operation and errno are in the message */
    ERR_FULL,    /* no space, quota or permitted file size is left: make room and try again */
    ERR_MEMORY,  /* an allocation failed */
    ERR_DATA,    /* damaged or hostile input */
    ERR_DB,      /* the store */
    ERR_VERSION, /* made by another or newer version */
    ERR_BUSY,    /* held by another process */
    ERR_RANGE,   /* a number outside its range that is not the user's own input */
    ERR_MISSING, /* asked for something that is not there */
    ERR_CHILD,   /* a child process failed */
    ERR_TIMEOUT, /* waited long enough */
    ERR_INTERRUPTED, /* stopped on request, state saved (exit 75) */
    ERR_INTERNAL     /* a bug of ours that was noticed in time */
} ErrCode;

enum { ERR_MESSAGE_BYTES = 512 };

typedef struct Err {
    ErrCode code;
    const char *file; /* base name of the source file */
    int line;
    /* cut at the end if longer, always terminated, always whole UTF-8 characters */
    char msg[ERR_MESSAGE_BYTES];
} Err;

#define ERR_CHECKED __attribute__((warn_unused_result))
#define ERR_PRINTF(format_index, first_index)                                                      \
    __attribute__((format(printf, format_index, first_index)))

/*
 * Jumps to the function's single exit `fail:` if the call failed. Static analysis, which sees one
 * source file at a time, is told that a function that failed has set its err->code.
 */
#ifdef __clang_analyzer__
#define TRY(call)                                                                                  \
    do {                                                                                           \
        const ErrCode try_code = (call);                                                           \
        if (try_code != ERR_NONE) {                                                                \
            err->code = try_code;                                                                  \
            goto fail;                                                                             \
        }                                                                                          \
    } while (0)
#else
#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) != ERR_NONE)                                                                    \
            goto fail;                                                                             \
    } while (0)
#endif

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* err_set(err, code, format, ...): records an error with file and line; its value is `code`. */
#define err_set(err, code, ...)                                                                    \
    err_is_set((err), err_set_at((err), (code), __FILE__, __LINE__, __VA_ARGS__))

/*
 * err_errno(err, operation, path): ERR_IO (ERR_MEMORY for ENOMEM; ERR_FULL for ENOSPC, EDQUOT and
 * EFBIG) "cannot OPERATION 'path': reason", from errno.
 */
#define err_errno(err, operation, path)                                                            \
    err_is_set((err), err_errno_at((err), (operation), (path), __FILE__, __LINE__))

/* err_memory(err, bytes): ERR_MEMORY "out of memory: N bytes asked". */
#define err_memory(err, bytes) err_is_set((err), err_memory_at((err), (bytes), __FILE__, __LINE__))

ErrCode err_set_at(Err *err, ErrCode code, const char *file, int line, const char *format, ...)
    ERR_PRINTF(5, 6);
ErrCode err_errno_at(Err *err, const char *operation, const char *path, const char *file, int line);
ErrCode err_memory_at(Err *err, size_t bytes, const char *file, int line);

/*
 * Tells the compiler that an error just set is one, so that it does not warn of outputs left unset
 * (and the analyser that err->code has it).
 */
static inline ErrCode err_is_set(const Err *err, ErrCode code)
{
    if (code == ERR_NONE)
        __builtin_unreachable();
#ifdef __clang_analyzer__
    if (err->code != code)
        __builtin_unreachable();
#else
    (void)err;
#endif
    return code;
}

/*
 * Puts context in front, "context: message", and returns err->code; place of origin and code stay.
 */
ErrCode err_wrap(Err *err, const char *format, ...) ERR_PRINTF(2, 3);

/* "usage", "io", "memory", ...: for logs and JSON. */
const char *err_name(ErrCode code);

/* The code of a name; ERR_INTERNAL for one that is unknown. */
ErrCode err_code(const char *name);

/*
 * Whether an error is the surroundings' (disk, memory, another process, a stop), not the work's:
 * the same work may succeed elsewhere or later.
 */
bool err_is_environment(ErrCode code);

/* The process's exit status for an error: 0, 1, 2 (ERR_USAGE) or 75 (ERR_INTERRUPTED). */
int err_exit_status(ErrCode code);

#endif
