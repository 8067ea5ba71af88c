/* base/json: strict reading, stable writing, hostile input, every allocation failing. */
#include "base/json.h"
#include "base/sys.h"
#include "base/sysfault.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void write_example(JsonWriter *w)
{
    static const int64_t ints[] = {1, -2};
    static const double doubles[] = {0.1, (double)INFINITY, 3.0};
    json_open_map(w, NULL);
    json_put_text(w, "name", "a \"b\"\\\n\x01\xFF caf\xC3\xA9");
    json_put_int(w, "macs", 756528);
    json_put_double(w, "ratio", 0.30000000000000004);
    json_put_double(w, "loss", (double)NAN);
    json_put_bool(w, "ok", true);
    json_put_text(w, "none", NULL);
    json_open_list(w, "points");
    json_open_map(w, NULL);
    json_put_ints(w, "nominal", ints, 2);
    json_close_map(w);
    json_put_doubles(w, NULL, doubles, 3);
    json_close_list(w);
    json_open_map(w, "empty");
    json_close_map(w);
    json_close_map(w);
}

/* Property: what a terminal would obey (C0, delete, C1, direction marks) is escaped, and reads
 * back. */
static void controls_are_escaped(void **state)
{
    (void)state;
    static const char hostile[] = "\x1b[31m\x7f\xC2\x9B\xE2\x80\xAE\xC3\xA9";
    Err err;
    Text text = {0};
    JsonWriter w = json_writer(&text, false);
    json_open_list(&w, NULL);
    json_put_text(&w, NULL, hostile);
    json_close_list(&w);
    assert_string_equal(text_string(&text), "[\"\\u001b[31m\\u007f\\u009b\\u202e\xC3\xA9\"]");
    json_t *root;
    assert_int_equal(json_parse(&root, "t", text.data, text.n_bytes, &err), ERR_NONE);
    assert_string_equal(json_string_value(json_array_get(root, 0)), hostile);
    json_decref(root);
    text_release(&text);
}

/* Property: output is byte-stable, valid for jansson, and NaN and infinities are null. */
static void writing_is_stable(void **state)
{
    (void)state;
    Err err;
    Text text = {0};
    JsonWriter w = json_writer(&text, false);
    write_example(&w);
    assert_string_equal(
        text_string(&text),
        "{\"name\":\"a \\\"b\\\"\\\\\\n\\u0001\\ufffd caf\xC3\xA9\",\"macs\":756528,"
        "\"ratio\":0.30000000000000004,\"loss\":null,\"ok\":true,\"none\":null,"
        "\"points\":[{\"nominal\":[1,-2]},[0.1,null,3]],\"empty\":{}}");
    json_t *root;
    assert_int_equal(json_parse(&root, "t", text.data, text.n_bytes, &err), ERR_NONE);
    json_decref(root);
    text_clear(&text);
    w = json_writer(&text, true);
    json_open_map(&w, NULL);
    json_open_list(&w, "a");
    json_put_int(&w, NULL, 1);
    json_put_int(&w, NULL, 2);
    json_close_list(&w);
    json_open_list(&w, "b");
    json_close_list(&w);
    json_close_map(&w);
    assert_string_equal(text_string(&text), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}");
    text_release(&text);
}

/* Property: members are read by exact type; the message names the key and what was wanted. */
static void reading_is_strict(void **state)
{
    (void)state;
    static const char text[] =
        "{\"i\": 3, \"d\": 2.5, \"t\": \"x\", \"b\": false, \"l\": [1], \"m\": {}, \"n\": null}";
    Err err = {0};
    json_t *root, *member;
    int64_t i;
    double d;
    const char *t;
    assert_int_equal(json_parse(&root, "doc", text, sizeof text - 1, &err), ERR_NONE);
    assert_int_equal(json_get_int(root, "i", &i, &err), ERR_NONE);
    assert_int_equal(json_get_double(root, "d", &d, &err), ERR_NONE);
    assert_true(i == 3 && d == 2.5);
    assert_int_equal(json_get_double(root, "i", &d, &err), ERR_NONE);
    assert_true(d == 3.0);
    assert_int_equal(json_get_double(root, "n", &d, &err), ERR_NONE);
    assert_true(isnan(d));
    assert_int_equal(json_get_text(root, "t", &t, &err), ERR_NONE);
    assert_string_equal(t, "x");
    assert_int_equal(json_get_list(root, "l", &member, &err), ERR_NONE);
    assert_int_equal(json_get_int(root, "d", &i, &err), ERR_DATA);
    assert_string_equal(err.msg, "'d' is not a whole number");
    assert_int_equal(json_get_text(root, "missing", &t, &err), ERR_DATA);
    assert_string_equal(err.msg, "'missing' is missing");
    assert_int_equal(json_get_int(json_object_get(root, "l"), "x", &i, &err), ERR_DATA);
    assert_true(json_has(root, "i") && !json_has(root, "n") && !json_has(root, "x"));
    json_decref(root);
}

/* Property: damaged, ambiguous and bomb-like documents are refused with name and place. */
static void hostile_documents_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "{",
                                      "{\"a\":1,\"a\":2}",
                                      "{\"a\":1} x",
                                      "[1,]",
                                      "\"\\u0000\"",
                                      "{\"a\":\"\xFF\"}",
                                      "nul",
                                      "{\"a\":1e999}",
                                      "'a'"};
    Err err = {0};
    json_t *root;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(json_parse(&root, "bad.json", bad[i], strlen(bad[i]), &err), ERR_DATA);
        assert_null(root);
        assert_non_null(strstr(err.msg, "bad.json:"));
    }
    Text text = {0};
    text_repeat(&text, '[', JSON_MAX_DEPTH + 1);
    text_repeat(&text, ']', JSON_MAX_DEPTH + 1);
    assert_int_equal(json_parse(&root, "bad.json", text.data, text.n_bytes, &err), ERR_DATA);
    assert_non_null(strstr(err.msg, "nested too deeply"));
    assert_int_equal(json_parse(&root, "good", text.data + 1, text.n_bytes - 2, &err), ERR_NONE);
    json_decref(root);
    text_clear(&text);
    text_append(&text, "\"\\\""); /* brackets inside strings do not nest */
    text_repeat(&text, '[', 1000);
    text_append(&text, "\"");
    assert_int_equal(json_parse(&root, "good", text.data, text.n_bytes, &err), ERR_NONE);
    json_decref(root);
    text_release(&text);
}

/*
 * Property: whichever allocation fails, jansson's included, ERR_MEMORY comes back, and the sweep
 * has failed several.
 */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    static const char text[] =
        "{\"shape\": [1, 2, 3], \"name\": \"tensor of some length\", \"m\": {\"x\": 1.5}}";
    mem_adopt_jansson();
    long k = 1;
    for (;; k++) {
        Err err = {0};
        json_t *root = NULL;
        Text out = {0};
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, 0);
        ErrCode code = json_parse(&root, "t", text, sizeof text - 1, &err);
        if (code == ERR_NONE) {
            JsonWriter w = json_writer(&out, false);
            write_example(&w);
            code = text_ok(&out, &err);
        }
        const bool has_fired = sysfault_fired();
        json_decref(root);
        text_release(&out);
        sysfault_clear();
        if (!has_fired) {
            assert_int_equal(code, ERR_NONE);
            break;
        }
        assert_int_equal(code, ERR_MEMORY);
    }
    assert_true(k > 10);
}

/*
 * Property: remembered numbers change no byte, repeated or crowding each other out, NaN and both
 * zeros included.
 */
static void remembered_numbers_change_nothing(void **state)
{
    (void)state;
    Text plain = {0}, fast = {0};
    JsonWriter a = json_writer(&plain, false), b = json_writer(&fast, false);
    b.numbers = json_numbers_create();
    assert_non_null(b.numbers);
    json_open_list(&a, NULL);
    json_open_list(&b, NULL);
    for (int i = 0; i < 60000; i++) {
        const double value = i % 11 == 0   ? (double)NAN
                             : i % 7 == 0  ? -0.0
                             : i % 13 == 0 ? 0.0
                                           : 1.0 / (1 + i * 7919 % 20011);
        json_put_double(&a, NULL, value);
        json_put_double(&b, NULL, value);
        json_put_doubles(&a, NULL, &value, 1);
        json_put_doubles(&b, NULL, &value, 1);
    }
    json_close_list(&a);
    json_close_list(&b);
    assert_string_equal(text_string(&fast), text_string(&plain));
    json_numbers_destroy(&b.numbers);
    assert_null(b.numbers);
    text_release(&plain);
    text_release(&fast);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing_is_stable),
        cmocka_unit_test(controls_are_escaped),
        cmocka_unit_test(reading_is_strict),
        cmocka_unit_test(hostile_documents_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(remembered_numbers_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
