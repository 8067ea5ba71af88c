/*
 * results/db_functions.c: what SQL alone cannot do.
 *
 * seal() hashes type and value of each argument: 'n'; 'i' or 'd' and eight little-endian bytes;
 * 't', eight bytes of length and the text. The same row has the same seal on every machine.
 */
#include "results/db_functions.h"

#include "results/stats.h"

#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { WORD_BYTES = 8, BITS_PER_BYTE = 8 };

static void append_word(Text *bytes, char kind, uint64_t word)
{
    unsigned char tagged[1 + WORD_BYTES] = {(unsigned char)kind};
    for (int i = 0; i < WORD_BYTES; i++)
        tagged[1 + i] = (unsigned char)(word >> (BITS_PER_BYTE * i));
    text_append_bytes(bytes, tagged, sizeof(tagged));
}

static void append_value(Text *bytes, sqlite3_value *value)
{
    double real;
    uint64_t word;
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        append_word(bytes, 'i', (uint64_t)sqlite3_value_int64(value));
        break;
    case SQLITE_FLOAT:
        real = sqlite3_value_double(value);
        memcpy(&word, &real, sizeof(word));
        append_word(bytes, 'd', word);
        break;
    case SQLITE_NULL:
        text_append_char(bytes, 'n');
        break;
    default: {
        const void *text = sqlite3_value_text(value);
        const int n_bytes = sqlite3_value_bytes(value);
        bytes->failed |= text == NULL;
        append_word(bytes, 't', (uint64_t)n_bytes);
        if (text != NULL)
            text_append_bytes(bytes, text, (size_t)n_bytes);
    }
    }
}

static void destroy_bytes(void *bytes)
{
    text_release(bytes);
    mem_free(bytes);
}

static void seal(sqlite3_context *context, int n_values, sqlite3_value **values)
{
    char hex[HASH_HEX64_BYTES];
    Text *bytes = sqlite3_user_data(context);
    text_clear(bytes);
    for (int i = 0; i < n_values; i++)
        append_value(bytes, values[i]);
    if (bytes->failed)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_text(context, hash_hex64(hash_64(bytes->data, bytes->n_bytes), hex),
                            HASH_HEX64_BYTES - 1, SQLITE_TRANSIENT);
}

/* The bytes that seal() hashes gather in one Text of the connection's, a row at a time. */
static int add_seal(sqlite3 *handle, int flags)
{
    Text *bytes = mem_calloc(1, sizeof(*bytes));
    if (bytes == NULL)
        return SQLITE_NOMEM;
    return sqlite3_create_function_v2(handle, "seal", -1, flags, bytes, seal, NULL, NULL,
                                      destroy_bytes);
}

static void score(sqlite3_context *context, int n_values, sqlite3_value **values)
{
    (void)n_values;
    const DbScore *objective = sqlite3_user_data(context);
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    const double top1 = sqlite3_value_double(values[0]);
    const double macs = sqlite3_value_double(values[1]);
    sqlite3_result_double(context, objective->score != NULL
                                       ? objective->score(top1, macs, objective->context)
                                       : top1);
}

/* Welford's running mean and sum of squared deviations. */
typedef struct Moments {
    int n;
    double mean, squares;
} Moments;

static void half90_step(sqlite3_context *context, int n_values, sqlite3_value **values)
{
    (void)n_values;
    Moments *m = sqlite3_aggregate_context(context, sizeof(*m));
    if (m == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    const double x = sqlite3_value_double(values[0]);
    const double delta = x - m->mean;
    m->n++;
    m->mean += delta / m->n;
    m->squares += delta * (x - m->mean);
}

static void half90_final(sqlite3_context *context)
{
    const double upper_tail = 0.95; /* 5 % on either side */
    const Moments *m = sqlite3_aggregate_context(context, 0);
    if (m == NULL || m->n < STATS_MIN_N)
        return;
    const double sd = sqrt(m->squares / (m->n - 1));
    sqlite3_result_double(context, stats_t_quantile(upper_tail, m->n - 1) * sd / sqrt(m->n));
}

int db_add_functions(sqlite3 *handle, const DbScore *objective)
{
    const int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
    const int pure = flags | SQLITE_DETERMINISTIC;
    void *context = (void *)(uintptr_t)objective; /* SQLite's signature; score() only reads it */
    int code = add_seal(handle, pure);
    if (code == SQLITE_OK)
        code =
            sqlite3_create_function_v2(handle, "score", 2, flags, context, score, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_create_function_v2(handle, "half90", 1, pure, NULL, NULL, half90_step,
                                          half90_final, NULL);
    return code;
}
