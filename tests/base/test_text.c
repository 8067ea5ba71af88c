/* base/text: building, escaping, tables, numbers, distances. */
#include "base/sys.h"
#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Checks what one appending function makes of a string. */
static void check(void (*append)(Text *, const char *), const char *string, const char *expected)
{
    Text text = {0};
    append(&text, string);
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

/* Property: pieces are concatenated, printf grows the string, taking hands it over. */
static void text_grows(void **state)
{
    (void)state;
    Err err;
    Text text = {0};
    assert_string_equal(text_string(&text), "");
    for (int i = 0; i < 1000; i++)
        text_printf(&text, "%d,", i % 10);
    assert_int_equal(text.n_bytes, 2000);
    text_clear(&text);
    text_append(&text, "ab");
    text_repeat(&text, '-', 3);
    char *string;
    assert_int_equal(text_take(&text, &string, &err), ERR_NONE);
    assert_string_equal(string, "ab---");
    mem_free(string);
    assert_int_equal(text_take(&text, &string, &err), ERR_NONE);
    assert_string_equal(string, "");
    mem_free(string);
}

/*
 * Property: nothing dangerous gets through the escapes: tags, quotes, control characters, broken
 * UTF-8.
 */
static void escapes_disarm(void **state)
{
    (void)state;
    check(text_append_html, "<a href=\"x\" b='y'>&\x01\x1b\n",
          "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;\n");
    check(text_append_visible, "a\x1b[31m\n\t\x7f", "a\\x1B[31m\\n\\t\\x7F");
    check(text_append_visible, "\xC3\xA9\xC2\x9B!", "\xC3\xA9\\xC2\\x9B!"); /* a C1 control */
    check(text_append_visible, "\xff\xE2\x82", "\\xFF\\xE2\\x82");
    Text lines = {0};
    assert_false(text_append_visible_lines(&lines, "plain\n\tlines\n"));
    assert_int_equal(lines.n_bytes, 0);
    assert_true(text_append_visible_lines(&lines, "a\x1b[31m\n\tb\r\nc\rd\xC2\x9B\xC3\xA9\xFF"));
    assert_string_equal(text_string(&lines), "a\\x1B[31m\n\tb\r\nc\\x0Dd\\xC2\\x9B\xC3\xA9\\xFF");
    text_release(&lines);
    check(text_append_visible, "\xE2\x80\xAE", "\\xE2\\x80\\xAE"); /* right-to-left override */
    check(text_append_quoted, "a\"\\\n", "\"a\\\"\\\\\\n\"");
}

/* Property: file names are safe, unchanged when they were, and different for different strings. */
static void file_names_are_safe(void **state)
{
    (void)state;
    check(text_append_file_name, "fig3_width-1.0", "fig3_width-1.0");
    Text a = {0}, b = {0};
    static const char *const hostile[] = {
        "../../etc", "",    ".",        "-rf",
        "a b",       "a/b", "\xff\x01", "0123456789012345678901234567890123456789x"};
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        text_clear(&a);
        text_append_file_name(&a, hostile[i]);
        assert_true(a.n_bytes > 17 && a.n_bytes < 64);
        assert_true(a.data[0] != '.' && a.data[0] != '-');
        assert_null(strchr(a.data, '/'));
        assert_null(strchr(a.data, ' '));
    }
    text_clear(&a);
    text_append_file_name(&a, "a b");
    text_append_file_name(&b, "a/b");
    assert_string_not_equal(a.data, b.data);
    text_release(&a);
    text_release(&b);
}

/*
 * Property: columns are aligned by characters, numbers to the right, no blanks at line ends, last
 * row filled up.
 */
static void tables_are_aligned(void **state)
{
    (void)state;
    static const TextColumn columns[] = {
        {"name", TEXT_LEFT, 0}, {"macs", TEXT_RIGHT, 0}, {"note", TEXT_LEFT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    assert_non_null(table);
    text_table_cell(table, "\xC3\xA9\xC3\xA9");
    text_table_cellf(table, "%d", 12345);
    text_table_cell(table, "x\ny");
    text_table_cell(table, "longer name");
    text_table_cell(table, "7");
    Text out = {0};
    text_table_render(table, &out);
    assert_string_equal(text_string(&out), "name          macs  note\n"
                                           "-----------  -----  ----\n"
                                           "\xC3\xA9\xC3\xA9           12345  x\\ny\n"
                                           "longer name      7\n");
    text_release(&out);
    text_table_destroy(&table);
    assert_null(table);
}

/* Renders one row and a heading into `columns` columns. */
static void render(const TextColumn *columns, size_t n, const char *const *cells, size_t n_chars,
                   Text *out)
{
    TextTable *table = text_table_create(columns, n);
    assert_non_null(table);
    for (size_t i = 0; i < n; i++)
        text_table_cell(table, cells[i]);
    *out = (Text){.columns = n_chars};
    text_table_render(table, out);
    assert_false(out->failed);
    text_table_destroy(&table);
}

/*
 * Property: a table that is too wide first puts notes under their rows, then leaves columns out in
 * their order and says which, and at last breaks the widest column on the left; one that fits by a
 * hair stays as it is.
 */
static void tables_fit(void **state)
{
    (void)state;
    static const TextColumn columns[] = {{"network", TEXT_LEFT, 0},
                                         {"seed", TEXT_RIGHT, 2},
                                         {"attempts", TEXT_RIGHT, 1},
                                         {"top-1", TEXT_RIGHT, 0},
                                         {"note", TEXT_NOTE, 0}};
    static const char *const cells[] = {"proxy-b0 scaled by depth twice", "12", "3", "91.25",
                                        "an alias of curves 1 1 1, wider than all there is"};
    const size_t n = ARRAY_LEN(columns);
    Text out;
    render(columns, n, cells, 104, &out);
    assert_null(strstr(text_string(&out), "without"));
    assert_non_null(strstr(text_string(&out), "91.25  an alias of curves"));
    text_release(&out);
    render(columns, n, cells, 103, &out);
    assert_string_equal(text_string(&out),
                        "network                         seed  attempts  top-1\n"
                        "------------------------------  ----  --------  -----\n"
                        "proxy-b0 scaled by depth twice    12         3  91.25\n"
                        "    an alias of curves 1 1 1, wider than all there is\n");
    text_release(&out);
    render(columns, n, cells, 44, &out);
    assert_string_equal(text_string(&out), "network                         seed  top-1\n"
                                           "------------------------------  ----  -----\n"
                                           "proxy-b0 scaled by depth twice    12  91.25\n"
                                           "    an alias of curves 1 1 1, wider than all\n"
                                           "    there is\n"
                                           "(in 44 columns without attempts)\n");
    text_release(&out);
    render(columns, n - 1, cells, 30, &out); /* fewer than the least are taken for it */
    assert_string_equal(text_string(&out), "network                         top-1\n"
                                           "------------------------------  -----\n"
                                           "proxy-b0 scaled by depth twice  91.25\n"
                                           "(in 40 columns without seed, attempts)\n");
    text_release(&out);
    static const TextColumn two[] = {{"network", TEXT_LEFT, 0}, {"top-1", TEXT_RIGHT, 0}};
    static const char *const wide[] = {"proxy-b0 scaled by depth and width by twice", "91.25"};
    render(two, ARRAY_LEN(two), wide, 40, &out);
    assert_string_equal(text_string(&out), "network                            top-1\n"
                                           "---------------------------------  -----\n"
                                           "proxy-b0 scaled by depth and       91.25\n"
                                           "width by twice\n");
    text_release(&out);
}

/*
 * Property: lines are broken between words and never inside one, what follows stands behind the
 * label or two further right, characters count and not bytes, and lines that fit are left alone.
 */
static void lines_are_broken_at_words(void **state)
{
    (void)state;
    Text out = {.columns = 40};
    text_append(&out, "  --set  ");
    text_append_wrapped(&out, "override a key of the study, as often as need be", 9);
    assert_string_equal(text_string(&out), "  --set  override a key of the study, as\n"
                                           "         often as need be");
    text_clear(&out);
    text_append_lines(&out, "note      one two three four five six seven eight\n"
                            "  plain one two three four five six seven eight\n"
                            "kept as  it is   \n"
                            "averyveryveryveryveryveryveryveryverylongword and more\n\nend");
    assert_string_equal(text_string(&out), "note      one two three four five six\n"
                                           "          seven eight\n"
                                           "  plain one two three four five six\n"
                                           "    seven eight\n"
                                           "kept as  it is   \n"
                                           "averyveryveryveryveryveryveryveryverylongword\n"
                                           "  and more\n\nend");
    text_clear(&out);
    text_append_lines(&out, "\xC3\xA9\xC3\xA9\xC3\xA9 \xC3\xA9\xC3\xA9\xC3\xA9 "
                            "\xC3\xA9\xC3\xA9\xC3\xA9 0123456789 0123456789 012345");
    assert_null(strchr(text_string(&out), '\n')); /* 40 characters in 49 bytes */
    text_release(&out);
    assert_int_equal(text_columns(&out), TEXT_COLUMNS);
}

/* Property: numbers for people keep four digits and carry into the next unit. */
static void numbers_are_readable(void **state)
{
    (void)state;
    char b[TEXT_NUMBER_BYTES];
    assert_string_equal(text_human(b, 1.83e9), "1.830 G");
    assert_string_equal(text_human(b, 5.3e6), "5.300 M");
    assert_string_equal(text_human(b, 999.0), "999");
    assert_string_equal(text_human(b, 0.0), "0");
    assert_string_equal(text_digits(b, 1.0), "1.000");
    assert_string_equal(text_digits(b, 0.98428), "0.9843");
    assert_string_equal(text_digits(b, 0.99996), "1.000");
    assert_string_equal(text_digits(b, 9.99951), "10.00");
    assert_string_equal(text_digits(b, -123456.0), "-123456");
    assert_string_equal(text_digits(b, 0.0012345), "0.001234");
    assert_string_equal(text_digits(b, 1.5e-7), "1.5e-07");
    assert_string_equal(text_digits(b, 0.0), "0");
    assert_string_equal(text_digits(b, (double)NAN), "nan");
    assert_string_equal(text_p_value(b, 0.0), "p < 0.001");
    assert_string_equal(text_p_value(b, 0.00099), "p < 0.001");
    assert_string_equal(text_p_value(b, 0.001), "p = 0.001");
    assert_string_equal(text_p_value(b, 1.0), "p = 1.000");
    assert_string_equal(text_human(b, 999999.0), "1.000 M");
    assert_string_equal(text_human(b, 99.996e3), "100.0 k");
    assert_string_equal(text_human(b, -2.5e12), "-2.500 T");
    assert_string_equal(text_human_bytes(b, 512), "512 B");
    assert_string_equal(text_human_bytes(b, 1536), "1.500 KiB");
    assert_string_equal(text_human_bytes(b, UINT64_MAX), "16.00 EiB");
    assert_string_equal(text_grouped(b, 756528), "756,528");
    assert_string_equal(text_grouped(b, -1234567), "-1,234,567");
    assert_string_equal(text_grouped(b, INT64_MIN), "-9,223,372,036,854,775,808");
    assert_string_equal(text_grouped(b, 12), "12");
}

/* Property: durations carry and never show 60 seconds. */
static void durations_are_readable(void **state)
{
    (void)state;
    char b[TEXT_NUMBER_BYTES];
    assert_string_equal(text_duration(b, 0.8), "0.8 s");
    assert_string_equal(text_duration(b, 9.97), "10 s");
    assert_string_equal(text_duration(b, 59.6), "1 min 00 s");
    assert_string_equal(text_duration(b, 80.0), "1 min 20 s");
    assert_string_equal(text_duration(b, 7500.0), "2 h 05 min");
    assert_string_equal(text_duration(b, 273600.0), "3 d 4 h");
    assert_string_equal(text_duration(b, (double)NAN), "unknown");
}

/* Property: a double's text is short and reads back to the same bits. */
static void doubles_read_back(void **state)
{
    (void)state;
    static const double values[] = {0.1,    1.0 / 3.0,           1e300, -2.5e-308,
                                    5e-324, 0.30000000000000004, 100.0, 1e22};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        Text text = {0};
        text_append_double(&text, values[i]);
        double back;
        assert_true(text_to_double(text_string(&text), &back));
        assert_memory_equal(&back, &values[i], sizeof back);
        text_release(&text);
    }
    Text text = {0};
    text_append_double(&text, 1000.0);
    text_append_char(&text, ' ');
    text_append_double(&text, 0.05);
    text_append_char(&text, ' ');
    text_append_double(&text, (double)-INFINITY);
    assert_string_equal(text_string(&text), "1000 0.05 -inf");
    text_release(&text);
}

/* Property: strict parsing takes whole decimal strings only. */
static void parsing_is_strict(void **state)
{
    (void)state;
    double d = 0;
    assert_true(text_to_double("1.0e-3", &d) && d == 1e-3);
    assert_true(text_to_double("-.5", &d) && d == -0.5);
    static const char *const bad[] = {"",   " 1", "1 ", "1x",    "0x10", "nan", "inf",
                                      "1e", "e5", ".",  "1e999", "--1",  "1,5"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(text_to_double(bad[i], &d));
    int64_t n = 0;
    assert_true(text_to_int64("-42", &n) && n == -42);
    assert_true(text_to_int64("9223372036854775807", &n) && n == INT64_MAX);
    assert_false(text_to_int64("9223372036854775808", &n));
    assert_false(text_to_int64("", &n) || text_to_int64("-", &n) || text_to_int64("1.0", &n) ||
                 text_to_int64(" 1", &n));
}

/*
 * Property: distances count insertions, deletions, replacements and swaps of neighbours; the
 * nearest name within reach is offered and none beyond it.
 */
static void nearest_names_are_offered(void **state)
{
    (void)state;
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("epohcs", "epochs"), 1);
    assert_int_equal(text_distance("same", "same"), 0);
    static const char *const names[] = {"batch", "epochs", "lr", "schedule"};
    assert_string_equal(text_nearest("epohcs", names, 4), "epochs");
    assert_string_equal(text_nearest("rl", names, 4), "lr");
    assert_null(text_nearest("zzzzzz", names, 4));
    assert_null(text_nearest("x", names, 0));
}

/* Property: UTF-8 is accepted in its shortest form only, without surrogates. */
static void utf8_is_checked(void **state)
{
    (void)state;
    assert_true(text_is_utf8("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 10));
    assert_false(text_is_utf8("\xC0\x80", 2));
    assert_false(text_is_utf8("\xED\xA0\x80", 3));
    assert_false(text_is_utf8("\xE2\x82", 2));
    assert_false(text_is_utf8("\xF5\x80\x80\x80", 4));
    assert_false(text_is_utf8("\x80", 1));
    assert_int_equal(text_width("e\xCC\x81\xE2\x82\xAC"), 2);
    assert_true(text_starts_with("figure", "fig") && !text_starts_with("fig", "figure"));
    assert_true(text_ends_with("a.svg", ".svg") && !text_ends_with("svg", "a.svg"));
}

/* The definition: one digit more at a time, until the number reads back. */
static void shortest_by_definition(char *buffer, size_t n_bytes, double value)
{
    enum { MOST_DIGITS = 17 };
    int digits = 1;
    snprintf(buffer, n_bytes, "%.1g", value);
    while (strtod(buffer, NULL) != value && digits < MOST_DIGITS) {
        digits++;
        assert_in_range(snprintf(buffer, n_bytes, "%.*g", digits, value), 1, n_bytes - 1);
    }
}

/*
 * Property: the shortest decimal is found as its definition finds it, for doubles of any bits, for
 * short decimals, and for powers of two and their neighbours, where the spacing changes.
 */
static void shortest_decimals_are_shortest(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252u; /* xorshift, any seed but 0 */
    for (int i = 0; i < 20000; i++) {
        char expected[64];
        double value;
        Text text = {0};
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        if (i % 4 == 0)
            value = ldexp(1.0, (int)(bits % 2000) - 1000);
        else if (i % 4 == 1)
            value = nextafter(ldexp(1.0, (int)(bits % 2000) - 1000),
                              i % 8 < 4 ? 0.0 : (double)INFINITY);
        else if (i % 4 == 2)
            value = (double)(bits % 100000) / 1000.0;
        else
            memcpy(&value, &bits, sizeof value);
        if (!isfinite(value) || (fabs(value) < 1e15 && trunc(value) == value))
            continue; /* whole numbers are written out: another test's property */
        shortest_by_definition(expected, sizeof expected, value);
        text_append_double(&text, value);
        assert_string_equal(text_string(&text), expected);
        text_release(&text);
    }
}

static void hear(void *user, const char *message)
{
    text_append(user, message);
}

static void tell(TextListener *listener, Text *heard, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text_tell(listener, heard, format, arguments);
    va_end(arguments);
}

/* Property: a message is made and told whole, where somebody listens; one is "1 trial". */
static void listeners_are_told(void **state)
{
    (void)state;
    Text heard = {0};
    tell(NULL, &heard, "%d", 1);
    assert_string_equal(text_string(&heard), "");
    for (uint64_t n = 0; n < 3; n++)
        tell(hear, &heard, "%d trial%s, ", (int)n, text_plural(n));
    assert_string_equal(text_string(&heard), "0 trials, 1 trial, 2 trials, ");
    text_release(&heard);
}

/*
 * Property: where a column is left out, rows in sequence that nobody could tell apart are one, with
 * their number; where all columns stand, every row does.
 */
static void rows_alike_are_one(void **state)
{
    (void)state;
    static const TextColumn columns[] = {
        {"series", TEXT_LEFT, 1}, {"network and its cost", TEXT_LEFT, 0}, {"note", TEXT_NOTE, 0}};
    static const char *const rows[][3] = {{"the first of those found", "-", "waits"},
                                          {"the second of those found", "-", "waits"},
                                          {"the baseline", "-", "waits"},
                                          {"one more", "-", ""},
                                          {"and another", "-", ""},
                                          {"the last", "5", ""},
                                          {"the last", "5", "apart by its note"}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    Text out = {.columns = 40};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (size_t c = 0; c < ARRAY_LEN(columns); c++)
            text_table_cell(table, rows[i][c]);
    text_table_render(table, &out);
    assert_string_equal(text_string(&out), "network and its cost\n"
                                           "--------------------\n"
                                           "-\n"
                                           "    waits; 3 such rows\n"
                                           "-\n"
                                           "    2 such rows\n"
                                           "5\n"
                                           "5\n"
                                           "    apart by its note\n"
                                           "(in 40 columns without series)\n");
    text_clear(&out);
    out.columns = 100;
    text_table_render(table, &out);
    assert_null(strstr(text_string(&out), "such rows"));
    text_table_destroy(&table);
    text_release(&out);
}

/* Property: a cell that was cut for want of memory fails its table; it is not printed as if whole.
 */
static void a_cut_cell_fails_its_table(void **state)
{
    (void)state;
    static const TextColumn columns[] = {{"a", TEXT_LEFT, 0}};
    const Text cut = {.failed = true};
    Err err = {0};
    Text out = {0};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    assert_non_null(table);
    text_table_cell(table, "whole");
    text_table_text(table, &cut);
    text_table_render(table, &out);
    assert_int_equal(text_ok(&out, &err), ERR_MEMORY);
    text_table_destroy(&table);
    text_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows),
        cmocka_unit_test(listeners_are_told),
        cmocka_unit_test(a_cut_cell_fails_its_table),
        cmocka_unit_test(escapes_disarm),
        cmocka_unit_test(file_names_are_safe),
        cmocka_unit_test(tables_are_aligned),
        cmocka_unit_test(tables_fit),
        cmocka_unit_test(rows_alike_are_one),
        cmocka_unit_test(lines_are_broken_at_words),
        cmocka_unit_test(numbers_are_readable),
        cmocka_unit_test(durations_are_readable),
        cmocka_unit_test(doubles_read_back),
        cmocka_unit_test(parsing_is_strict),
        cmocka_unit_test(nearest_names_are_offered),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(shortest_decimals_are_shortest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
