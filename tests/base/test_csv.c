/* base/csv: fields as RFC 4180 and spreadsheets write them, and what is no table, in one clear
 * line. */
#include "base/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { LINE_BYTES = 256 };

/* The fields of the line, each in brackets. */
static const char *shown(const CsvReader *reader)
{
    static char line[LINE_BYTES];
    size_t n = 0;
    line[0] = '\0';
    for (int i = 0; i < reader->n_fields && n < sizeof line; i++)
        n += (size_t)snprintf(line + n, sizeof line - n, "[%s]", reader->fields[i]);
    return line;
}

/* Property: quotes, blanks, byte order mark, CR LF and empty lines are not part of any field. */
static void fields_are_what_was_meant(void **state)
{
    (void)state;
    static const struct {
        const char *text, *fields;
    } cases[] = {{"a,b,c", "[a][b][c]"},
                 {"\xEF\xBB\xBF"
                  "a, b ,\tc\r\n",
                  "[a][b][c]"},
                 {"\"a\",\"b,c\",d", "[a][b,c][d]"},
                 {"\"say \"\"a\"\"\",\"\",\" b \"", "[say \"a\"][][ b ]"},
                 {"\n \r\n\n1,,\n", "[1][][]"},
                 {"\"open,1", "[open,1]"},
                 {",", "[][]"},
                 {"one\ntwo", "[one]"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[LINE_BYTES];
        snprintf(text, sizeof text, "%s", cases[i].text);
        CsvReader reader = csv_start("t.csv", text);
        assert_true(csv_next(&reader));
        assert_string_equal(shown(&reader), cases[i].fields);
    }
}

/* Property: lines are numbered as an editor numbers them, and end where the text does. */
static void lines_have_their_numbers(void **state)
{
    (void)state;
    char text[] = "a,b\n\n1,2\r\n3,x\n4";
    Err err = {0};
    double value = 0;
    CsvReader reader = csv_start("t.csv", text);
    assert_int_equal(csv_head(&reader, &err), ERR_NONE);
    assert_int_equal(csv_column(&reader, "b"), 1);
    assert_int_equal(csv_column(&reader, "B"), -1);
    assert_true(csv_next(&reader));
    assert_int_equal(reader.number, 3);
    assert_int_equal(csv_whole(&reader, 2, &err), ERR_NONE);
    assert_int_equal(csv_number(&reader, 1, "b", &value, &err), ERR_NONE);
    assert_true(value == 2.0);
    assert_true(csv_next(&reader));
    assert_int_equal(csv_number(&reader, 1, "b", &value, &err), ERR_DATA);
    assert_string_equal(err.msg, "t.csv:4: 'b' is not a number: 'x'");
    assert_true(csv_next(&reader));
    err = (Err){0};
    assert_int_equal(csv_whole(&reader, 2, &err), ERR_DATA);
    assert_string_equal(err.msg, "t.csv:5: 1 fields, not 2 as in the first line");
    assert_false(csv_next(&reader));
    assert_false(csv_next(&reader));
}

/* Property: a text without a line, and one with more columns than are cut, are refused. */
static void no_table_is_refused(void **state)
{
    (void)state;
    Err err = {0};
    char blank[] = "\n \n", wide[2 * CSV_MAX_COLUMNS];
    CsvReader reader = csv_start("t.csv", blank);
    assert_int_equal(csv_head(&reader, &err), ERR_DATA);
    assert_string_equal(err.msg, "'t.csv' is empty");
    memset(wide, ',', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    reader = csv_start("t.csv", wide);
    err = (Err){0};
    assert_int_equal(csv_head(&reader, &err), ERR_DATA);
    assert_string_equal(err.msg, "'t.csv' has more than 1023 columns");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(fields_are_what_was_meant),
                                       cmocka_unit_test(lines_have_their_numbers),
                                       cmocka_unit_test(no_table_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
