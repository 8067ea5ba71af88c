/*
 * harness/hello.h: a worker's first words, in which it says who it is; nothing is sent to it
 * before.
 *
 * A launcher may start it on any machine, from another build, and twice. So the attempt's
 * environment is what the worker says of itself, another version or arithmetic is refused, and its
 * job is for one name: of two processes that a launcher started, one trains.
 */
#ifndef HARNESS_HELLO_H
#define HARNESS_HELLO_H

#include "harness/provenance.h"

#include "base/err.h"
#include "base/json.h"

/* Zeroed: of nobody; its texts are empty. */
typedef struct Hello {
    char name[PROVENANCE_TEXT_MAX]; /* of the process: unlike any other's */
    Provenance who;
} Hello;

/* Of this process, with the kernels it would use. */
void hello_make(Hello *out, CpuLevel level);

/* As one line with its newline; one goes before it: a launcher's line may be without an end. */
void hello_text(const Hello *hello, Text *out);

/* Errors: ERR_DATA, the key named; *out is then unspecified. */
ErrCode hello_read(Hello *out, const json_t *event, Err *err) ERR_CHECKED;

/* ERR_VERSION, both named, unless the worker is of our version and counts as we do. */
ErrCode hello_check(const Hello *hello, const Provenance *ours, Err *err) ERR_CHECKED;

#endif
