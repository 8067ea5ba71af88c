/* harness/hello.c: a record of provenance as a line of JSON, and back. */
#include "harness/hello.h"

#include "base/clock.h"
#include "base/proc.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The texts, by their keys. */
static const struct {
    const char *key;
    size_t offset;
} texts[] = {
    {"worker", offsetof(Hello, name)},       {"version", offsetof(Hello, who.version)},
    {"commit", offsetof(Hello, who.commit)}, {"compiler", offsetof(Hello, who.compiler)},
    {"flags", offsetof(Hello, who.flags)},   {"kernels", offsetof(Hello, who.kernels)},
    {"host", offsetof(Hello, who.host)},     {"cpu", offsetof(Hello, who.cpu)},
    {"system", offsetof(Hello, who.system)}, {"libraries", offsetof(Hello, who.libraries)},
};

void hello_make(Hello *out, CpuLevel level)
{
    *out = (Hello){0};
    provenance_collect(&out->who, level);
    snprintf(out->name, sizeof out->name, "%.128s/%ld/%" PRId64, out->who.host, (long)proc_pid(),
             clock_now_ns());
}

void hello_text(const Hello *hello, Text *out)
{
    text_append_char(out, '\n');
    JsonWriter json = json_writer(out, false);
    json_open_map(&json, NULL);
    json_put_text(&json, "event", "hello");
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        json_put_text(&json, texts[i].key, (const char *)hello + texts[i].offset);
    json_put_int(&json, "dirty", hello->who.is_dirty);
    json_put_int(&json, "cores", hello->who.cpus);
    json_put_int(&json, "arithmetic", hello->who.arithmetic);
    json_close_map(&json);
    text_append_char(out, '\n');
}

/* A whole number from `low` on. */
static ErrCode read_number(const json_t *event, const char *key, int low, int *value, Err *err)
{
    int64_t number = 0;
    if (json_get_int(event, key, &number, err) != ERR_NONE)
        return err->code;
    if (number < low || number > INT16_MAX)
        return err_set(err, ERR_DATA, "'%s' is %" PRId64 ", outside %d..%d", key, number, low,
                       INT16_MAX);
    *value = (int)number;
    return ERR_NONE;
}

ErrCode hello_read(Hello *out, const json_t *event, Err *err)
{
    int is_dirty = 0;
    *out = (Hello){0};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        const char *text = NULL;
        TRY(json_get_text(event, texts[i].key, &text, err));
        snprintf((char *)out + texts[i].offset, PROVENANCE_TEXT_MAX, "%s", text);
    }
    TRY(read_number(event, "dirty", 0, &is_dirty, err));
    TRY(read_number(event, "cores", 1, &out->who.cpus, err));
    TRY(read_number(event, "arithmetic", 0, &out->who.arithmetic, err));
    out->who.is_dirty = is_dirty != 0;
fail:
    return err->code;
}

ErrCode hello_check(const Hello *hello, const Provenance *ours, Err *err)
{
    const Provenance *its = &hello->who;
    if (strcmp(its->version, ours->version) == 0 && its->arithmetic == ours->arithmetic)
        return ERR_NONE;
    return err_set(err, ERR_VERSION,
                   "isoflop %.64s with arithmetic revision %d on '%.64s' cannot work for isoflop "
                   "%.64s with revision %d on '%.64s': install the same there",
                   its->version, its->arithmetic, its->host, ours->version, ours->arithmetic,
                   ours->host);
}
