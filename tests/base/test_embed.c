/* base/embed: looking up by name. */
#include "base/embed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Property: the row of exactly that name is found, and no other. */
static void rows_are_found_by_name(void **state)
{
    (void)state;
    static const unsigned char a[] = "A", ab[] = "AB";
    static const EmbeddedFile table[] = {{"a.txt", a, 1}, {"ab.txt", ab, 2}, {0, 0, 0}};
    assert_ptr_equal(embed_find(table, "ab.txt"), &table[1]);
    assert_ptr_equal(embed_find(table, "a.txt"), &table[0]);
    assert_null(embed_find(table, "a"));
    assert_null(embed_find(table, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_found_by_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
