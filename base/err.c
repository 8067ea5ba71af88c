/* Recording errors; see err.h. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * The part of a source path after the last '/': stems are unique in the tree, and messages name no
 * build folder.
 */
static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Cuts a message that filled its buffer in front of a UTF-8 character that lost its end. */
static void cut_to_whole_characters(char *message)
{
    size_t n = strlen(message);
    if (n + 1 < ERR_MESSAGE_BYTES)
        return;
    while (n > 0 && ((unsigned char)message[n - 1] & 0xC0) == 0x80)
        n--;
    if (n > 0 && (unsigned char)message[n - 1] >= 0xC0)
        n--;
    message[n] = '\0';
}

ErrCode err_set_at(Err *err, ErrCode code, const char *file, int line, const char *format, ...)
{
    /* Formatted aside: the arguments may include the old message. */
    char message[ERR_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    cut_to_whole_characters(message);
    err->code = code;
    err->file = base_name(file);
    err->line = line;
    memcpy(err->msg, message, sizeof message);
    return code;
}

static ErrCode code_of(int error)
{
    switch (error) {
    case ENOMEM:
        return ERR_MEMORY;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_FULL;
    default:
        return ERR_IO;
    }
}

ErrCode err_errno_at(Err *err, const char *operation, const char *path, const char *file, int line)
{
    const int error = errno;
    char reason[128];
    /* The GNU form: returns the text, in the buffer or elsewhere. */
    const char *text = strerror_r(error, reason, sizeof reason);
    err_set_at(err, code_of(error), file, line, "cannot %s '%s': %s", operation, path, text);
    errno = error;
    return err->code;
}

ErrCode err_memory_at(Err *err, size_t bytes, const char *file, int line)
{
    return err_set_at(err, ERR_MEMORY, file, line, "out of memory: %zu bytes asked", bytes);
}

ErrCode err_wrap(Err *err, const char *format, ...)
{
    char context[ERR_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(context, sizeof context, format, arguments);
    va_end(arguments);
    char message[2 * ERR_MESSAGE_BYTES + sizeof ": "];
    snprintf(message, sizeof message, "%s: %s", context, err->msg);
    message[ERR_MESSAGE_BYTES - 1] = '\0';
    cut_to_whole_characters(message);
    memcpy(err->msg, message, ERR_MESSAGE_BYTES);
    return err->code;
}

static const char *const names[] = {
    [ERR_NONE] = "none",
    [ERR_USAGE] = "usage",
    [ERR_IO] = "io",
    [ERR_FULL] = "disk-full",
    [ERR_MEMORY] = "memory",
    [ERR_DATA] = "data",
    [ERR_DB] = "store",
    [ERR_VERSION] = "version",
    [ERR_BUSY] = "busy",
    [ERR_RANGE] = "range",
    [ERR_MISSING] = "missing",
    [ERR_CHILD] = "child",
    [ERR_TIMEOUT] = "timeout",
    [ERR_INTERRUPTED] = "interrupted",
    [ERR_INTERNAL] = "internal",
};

const char *err_name(ErrCode code)
{
    return (size_t)code < ARRAY_LEN(names) ? names[code] : "unknown";
}

ErrCode err_code(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(name, names[i]) == 0)
            return (ErrCode)i;
    return ERR_INTERNAL;
}

bool err_is_environment(ErrCode code)
{
    switch (code) {
    case ERR_IO:
    case ERR_FULL:
    case ERR_MEMORY:
    case ERR_BUSY:
    case ERR_TIMEOUT:
    case ERR_INTERRUPTED:
        return true;
    default:
        return false;
    }
}

int err_exit_status(ErrCode code)
{
    enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_MISUSE = 2, EXIT_INTERRUPTED = 75 };
    switch (code) {
    case ERR_NONE:
        return EXIT_DONE;
    case ERR_USAGE:
        return EXIT_MISUSE;
    case ERR_INTERRUPTED:
        return EXIT_INTERRUPTED;
    default:
        return EXIT_FAILED;
    }
}
