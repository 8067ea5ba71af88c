/* results/varied: what seeds varied is read from the study's text, and is the usual where it is
 * silent. */
#include "results/varied.h"

#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void sources_are_those_of_the_text(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        const char *first, *last;
        size_t n;
        bool is_usual;
    } rows[] = {
        {NULL, "init", "order", 2, true},
        {"study: s\nrecipe: {epochs: 3}\n", "init", "order", 2, true},
        {"recipe: [damaged", "init", "order", 2, true},
        {"recipe:\n  vary: [order, init]\n", "init", "order", 2, true},
        {"recipe:\n  vary: [split, init, order]\n", "init", "split", 3, false},
        {"recipe:\n  vary: [split]\n", "split", "split", 1, false},
        {"recipe:\n  vary: order\n", "order", "order", 1, false},
        {"recipe:\n  vary: [weather]\n", "init", "order", 2, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const StoreResults results = {.revision = {.yaml = rows[i].yaml}};
        const YamlStrings sources = varied_sources(&results);
        assert_int_equal(sources.n, rows[i].n);
        assert_string_equal(sources.v[0], rows[i].first);
        assert_string_equal(sources.v[sources.n - 1], rows[i].last);
        assert_int_equal(varied_is_usual(&sources), rows[i].is_usual);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sources_are_those_of_the_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
