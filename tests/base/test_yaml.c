/*
 * base/yaml: tables, errors with their places, overrides, echoes, a hostile corpus, and every
 * allocation failing.
 */
#include "base/sys.h"
#include "base/sysfault.h"
#include "base/yaml.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* --- a document as the harness has them --- */

typedef struct Recipe {
    int epochs;
    double lr;
    int optimizer;
    YamlStrings augment;
    bool shuffle;
} Recipe;

typedef struct Study {
    const char *name;
    const char *question;
    Recipe recipe;
    YamlInts seeds;
    YamlDoubles widths;
    int64_t budget;
    double limit;
    const YamlNode *parts;
} Study;

static const char *const optimizers[] = {"sgd", "rmsprop", NULL};
static const char *const augmentations[] = {"none", "flip", "crop", NULL};

static const YamlKey recipe_keys[] = {
    {"epochs", YAML_INT, offsetof(Recipe, epochs), "10", 1, 1000, NULL, NULL,
     "passes over the data"},
    {"lr", YAML_DOUBLE, offsetof(Recipe, lr), "0.05", 0, 10, NULL, NULL, "peak learning rate"},
    {"optimizer", YAML_ENUM, offsetof(Recipe, optimizer), "rmsprop", 0, 0, optimizers, NULL,
     "method"},
    {"augment", YAML_STRINGS, offsetof(Recipe, augment), "[flip, crop]", 0, 0, augmentations, NULL,
     "list"},
    {"shuffle", YAML_BOOL, offsetof(Recipe, shuffle), "true", 0, 0, NULL, NULL,
     "new order each epoch"},
};
static const YamlTable recipe_table = {"recipe", recipe_keys, ARRAY_LEN(recipe_keys)};

static const YamlKey study_keys[] = {
    {"study", YAML_STRING, offsetof(Study, name), YAML_REQUIRED, 0, 0, NULL, NULL, "name"},
    {"question", YAML_STRING, offsetof(Study, question), YAML_OPTIONAL, 0, 0, NULL, NULL, "why"},
    {"recipe", YAML_SECTION, offsetof(Study, recipe), NULL, 0, 0, NULL, &recipe_table, "how"},
    {"seeds", YAML_INTS, offsetof(Study, seeds), "[1, 2, 3]", 0, 1e6, NULL, NULL, "seeds"},
    {"widths", YAML_DOUBLES, offsetof(Study, widths), "[1]", 0.1, 10, NULL, NULL, "widths"},
    {"budget", YAML_INT64, offsetof(Study, budget), "3000000000", 0, 9e18, NULL, NULL, "MACs"},
    {"limit", YAML_DOUBLE, offsetof(Study, limit), YAML_OPTIONAL, 0, 0, NULL, NULL, "seconds"},
    {"parts", YAML_RAW, offsetof(Study, parts), YAML_OPTIONAL, 0, 0, NULL, NULL, "figures"},
};
static const YamlTable study_table = {"study", study_keys, ARRAY_LEN(study_keys)};

static const char full_study[] =
    "study: micro\n"
    "question: \"does it help, at equal cost?\"\n"
    "recipe: {epochs: 3, lr: 1.0e-2, augment: none}\n"
    "seeds: 7\n"
    "widths: [1.0, 1.5]\n"
    "parts:\n"
    "  - grid: {step: 0.1, also: [[1.2, 1.1, 1.15]]}\n"
    "  - compare: {strategies: [width, {compound: [1, 2]}], quoted: \"1\"}\n";

static Study blank_study(void)
{
    return (Study){.limit = (double)NAN};
}

/* Parses and reads; the message is left in err. */
static ErrCode read_study(const char *text, const char *set, YamlDoc **doc, Study *study, Err *err)
{
    *study = blank_study();
    TRY(yaml_parse(doc, "study.yaml", text, strlen(text), err));
    if (set != NULL)
        TRY(yaml_set(*doc, set, err));
    TRY(yaml_read(*doc, &study_table, yaml_root(*doc), study, err));
    return ERR_NONE;
fail:
    return err->code;
}

/*
 * Property: given values are read, absent ones get their defaults, a scalar counts as a list of
 * one.
 */
static void tables_fill_structs(void **state)
{
    (void)state;
    Err err;
    Study s;
    YamlDoc *doc;
    assert_int_equal(read_study(full_study, NULL, &doc, &s, &err), ERR_NONE);
    assert_string_equal(s.name, "micro");
    assert_string_equal(s.question, "does it help, at equal cost?");
    assert_int_equal(s.recipe.epochs, 3);
    assert_true(s.recipe.lr == 0.01 && s.recipe.optimizer == 1 && s.recipe.shuffle);
    assert_true(s.recipe.augment.n == 1 && strcmp(s.recipe.augment.v[0], "none") == 0);
    assert_true(s.seeds.n == 1 && s.seeds.v[0] == 7);
    assert_true(s.widths.n == 2 && s.widths.v[1] == 1.5);
    assert_true(s.budget == 3000000000 && isnan(s.limit));
    assert_int_equal(s.parts->n_items, 2);
    const YamlNode *compare = yaml_find(s.parts->items[1], "compare");
    assert_int_equal(yaml_find(compare, "strategies")->items[1]->kind, YAML_MAP);
    assert_true(yaml_find(compare, "quoted")->is_quoted);
    assert_null(yaml_find(compare, "missing"));
    yaml_destroy(&doc);
    assert_null(doc);
}

/*
 * Property: every mistake gives one message with file, line, column (of the key or the value) and,
 * if there is a near name, a hint.
 */
static void mistakes_are_said_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"study: a\nrecipe:\n  epohcs: 3\n",
         "study.yaml:3:3: unknown key 'epohcs' in 'recipe', did you mean 'epochs'?"},
        {"study: a\nzzzzzzzz: 3\n", "study.yaml:2:1: unknown key 'zzzzzzzz' in 'study'"},
        {"study: a\nrecipe: {epochs: x}\n",
         "study.yaml:2:18: 'epochs' must be a whole number, not 'x'"},
        {"study: a\nrecipe: {epochs: 2.5}\n",
         "study.yaml:2:18: 'epochs' must be a whole number, not '2.5'"},
        {"study: a\nrecipe: {epochs: \"2\"}\n",
         "study.yaml:2:18: 'epochs' must be a whole number, not '2'"},
        {"study: a\nrecipe: {epochs: 0}\n",
         "study.yaml:2:18: 'epochs' must be between 1 and 1000, not 0"},
        {"study: a\nrecipe: {lr: .nan}\n", "study.yaml:2:14: 'lr' must be a number, not '.nan'"},
        {"study: a\nrecipe: {lr: [1]}\n", "study.yaml:2:14: 'lr' must be a number, not a list"},
        {"study: a\nrecipe: {shuffle: yes}\n",
         "study.yaml:2:19: 'shuffle' must be true or false, not 'yes'"},
        {"study: a\nrecipe: {optimizer: rmsporp}\n",
         "study.yaml:2:21: unknown optimizer 'rmsporp', did you mean 'rmsprop'?"},
        {"study: a\nrecipe: {optimizer: adamw}\n",
         "study.yaml:2:21: unknown optimizer 'adamw': one of sgd, rmsprop"},
        {"study: a\nrecipe: {augment: [flip, crpo]}\n",
         "study.yaml:2:26: unknown augment 'crpo', did you mean 'crop'?"},
        {"study: a\nrecipe: 3\n", "study.yaml:2:9: 'recipe' must be a section of keys"},
        {"study: a\nseeds: [1, -2]\n",
         "study.yaml:2:12: 'seeds' must be between 0 and 1000000, not -2"},
        {"study: a\nseeds: {a: 1}\n", "study.yaml:2:8: 'seeds' must be a list, not a section"},
        {"study: a\nstudy: b\n",
         "study.yaml:2:1: duplicate key 'study' in 'document', first on line 1"},
        {"seeds: [1]\n", "study.yaml:1:1: key 'study' is missing in 'study'"},
        {"study: [a]\n", "study.yaml:1:8: 'study' must be text, not a list"},
        {"study: ~\n", "study.yaml:1:8: 'study' must be text, not '~'"},
        {"- a\n", "study.yaml:1:1: 'study' must be a section of keys"},
        {"study: a\nx\x07: 1\n", NULL},
        {"study: \"\\e[31m\"\nepoch\\x: 1\n", "study.yaml:2:1: unknown key 'epoch\\x' in 'study'"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Err err = {0};
        Study s;
        YamlDoc *doc = NULL;
        assert_int_equal(read_study(cases[i].text, NULL, &doc, &s, &err), ERR_USAGE);
        if (cases[i].message != NULL)
            assert_string_equal(err.msg, cases[i].message);
        yaml_destroy(&doc);
    }
}

/*
 * Property: overrides replace, make missing sections, index lists, and are checked by the same
 * table; messages name the option.
 */
static void overrides_go_through_the_table(void **state)
{
    (void)state;
    Err err = {0};
    Study s;
    YamlDoc *doc = NULL;
    assert_int_equal(read_study(full_study, "recipe.epochs=5", &doc, &s, &err), ERR_NONE);
    assert_int_equal(s.recipe.epochs, 5);
    yaml_destroy(&doc);
    assert_int_equal(read_study("study: a\n", "recipe.augment=[crop, flip]", &doc, &s, &err),
                     ERR_NONE);
    assert_true(s.recipe.augment.n == 2 && strcmp(s.recipe.augment.v[0], "crop") == 0);
    yaml_destroy(&doc);
    assert_int_equal(read_study(full_study, "parts.0.grid.step=0.2", &doc, &s, &err), ERR_NONE);
    assert_string_equal(yaml_find(yaml_find(s.parts->items[0], "grid"), "step")->text, "0.2");
    yaml_destroy(&doc);
    static const struct {
        const char *set, *message;
    } bad[] = {
        {"recipe.epohcs=3",
         "--set recipe.epohcs=3: unknown key 'epohcs' in 'recipe', did you mean 'epochs'?"},
        {"recipe.epochs=x", "--set recipe.epochs=x: 'epochs' must be a whole number, not 'x'"},
        {"recipe.epochs", "--set recipe.epochs: no '=': it must be PATH=VALUE"},
        {"recipe..epochs=1", "--set recipe..epochs=1: an empty name in the path"},
        {"=1", "--set =1: an empty name in the path"},
        {"study.a=1", "--set study.a=1: 'study' is no section"},
        {"parts.9.grid=1", "--set parts.9.grid=1: 'parts' has 2 items, there is no 9"},
        {"parts.x.grid=1", "--set parts.x.grid=1: 'parts' is a list, 'x' is no index"},
        {"recipe.epochs=", "--set recipe.epochs=: 'epochs' must be a whole number, not ''"},
        {"recipe=&a 1", "--set recipe=&a 1: anchors and aliases are not supported"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(read_study(full_study, bad[i].set, &doc, &s, &err), ERR_USAGE);
        assert_string_equal(err.msg, bad[i].message);
        yaml_destroy(&doc);
    }
    assert_int_equal(yaml_create(&doc, "empty", &err), ERR_NONE);
    assert_int_equal(yaml_set(doc, "study=b", &err), ERR_NONE);
    s = blank_study();
    assert_int_equal(yaml_read(doc, &study_table, yaml_root(doc), &s, &err), ERR_NONE);
    assert_string_equal(s.name, "b");
    yaml_destroy(&doc);
}

/* Property: the echo has every value in force, reads back equal, and its echo is the same bytes. */
static void echoes_are_stable(void **state)
{
    (void)state;
    Err err;
    Study s;
    YamlDoc *doc, *doc_again;
    Text echo = {0}, echo_again = {0};
    assert_int_equal(read_study(full_study, NULL, &doc, &s, &err), ERR_NONE);
    yaml_emit(&study_table, &s, 0, &echo);
    assert_string_equal(
        text_string(&echo),
        "study: micro\n"
        "question: \"does it help, at equal cost?\"\n"
        "recipe:\n"
        "  epochs: 3\n"
        "  lr: 0.01\n"
        "  optimizer: rmsprop\n"
        "  augment: [none]\n"
        "  shuffle: true\n"
        "seeds: [7]\n"
        "widths: [1, 1.5]\n"
        "budget: 3000000000\n"
        "parts:\n"
        "  - {grid: {step: 0.1, also: [[1.2, 1.1, 1.15]]}}\n"
        "  - {compare: {strategies: [width, {compound: [1, 2]}], quoted: \"1\"}}\n");
    assert_int_equal(read_study(text_string(&echo), NULL, &doc_again, &s, &err), ERR_NONE);
    yaml_emit(&study_table, &s, 0, &echo_again);
    assert_string_equal(text_string(&echo_again), text_string(&echo));
    text_release(&echo);
    text_release(&echo_again);
    yaml_destroy(&doc);
    yaml_destroy(&doc_again);
}

/* Property: a string in any spelling reads back as itself. */
static void strings_read_back(void **state)
{
    (void)state;
    static const char *const strings[] = {"plain",
                                          "two words",
                                          "true",
                                          "NO",
                                          "1.5",
                                          "",
                                          " x ",
                                          "a: b",
                                          "- a",
                                          "#x",
                                          "a #b",
                                          "\"q\"",
                                          "back\\slash",
                                          "line\nbreak\t",
                                          "\x1b",
                                          "caf\xC3\xA9",
                                          "~",
                                          "null",
                                          "{a",
                                          "[b",
                                          "*a",
                                          "&a",
                                          "!t",
                                          "%d",
                                          "@x",
                                          "`x",
                                          "a,b",
                                          "...",
                                          "---",
                                          "1e5",
                                          "."};
    for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
        Err err;
        YamlDoc *doc;
        const char *value;
        Text text = {0};
        text_append(&text, "key: [");
        yaml_emit_string(strings[i], &text);
        text_append(&text, "]\n");
        assert_int_equal(yaml_parse(&doc, "t", text_string(&text), text.n_bytes, &err), ERR_NONE);
        assert_int_equal(yaml_as_string(yaml_root(doc)->items[0]->items[0], &value, &err),
                         ERR_NONE);
        assert_string_equal(value, strings[i]);
        yaml_destroy(&doc);
        text_release(&text);
    }
}

/* A byte-order mark and CR LF change nothing: not a value, not the place of a mistake. */
static void marks_and_line_ends_are_read(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBFstudy: s\r\nquestion: |\r\n  one\r\n  two\r\n"
                               "recipe:\r\n  epochs: 3\r\n";
    static const char wrong[] = "\xEF\xBB\xBFstudy: s\r\nrecipe:\r\n  epohcs: 3\r\n";
    Err err = {0};
    Study study;
    YamlDoc *doc;
    assert_int_equal(yaml_parse(&doc, "f.yaml", text, sizeof text - 1, &err), ERR_NONE);
    assert_int_equal(yaml_read(doc, &study_table, yaml_root(doc), &study, &err), ERR_NONE);
    assert_string_equal(study.name, "s");
    assert_string_equal(study.question, "one\ntwo\n");
    assert_int_equal(study.recipe.epochs, 3);
    yaml_destroy(&doc);
    assert_int_equal(yaml_parse(&doc, "f.yaml", wrong, sizeof wrong - 1, &err), ERR_NONE);
    assert_int_equal(yaml_read(doc, &study_table, yaml_root(doc), &study, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "f.yaml:3:3: unknown key 'epohcs'"));
    yaml_destroy(&doc);
}

static void expect_refusal(const char *data, size_t n_bytes, const char *part)
{
    Err err = {0};
    YamlDoc *doc;
    assert_int_equal(yaml_parse(&doc, "bad.yaml", data, n_bytes, &err), ERR_USAGE);
    assert_null(doc);
    assert_non_null(strstr(err.msg, "bad.yaml"));
    if (strstr(err.msg, part) == NULL)
        fail_msg("'%s' does not say '%s'", err.msg, part);
}

/*
 * Property: hostile and damaged documents give one error each, in time and memory bounded by the
 * limits.
 */
static void hostile_documents_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"a: &x [1]\nb: *x\n", "bad.yaml:1:4: anchors"},
        {"b: *x\n", "anchors and aliases"},
        {"&k a: 1\n", "anchors"},
        {"*k : 1\n", "anchors"},
        {"a: !!int 3\n", "tags"},
        {"a: !x {b: 1}\n", "tags"},
        {"a: 1\n---\nb: 2\n", "more than one document"},
        {"? [a, b]\n: 1\n", "a key must be plain text"},
        {"", "empty"},
        {"# only a comment\n", "empty"},
        {"a: [1, 2\n", "bad.yaml:2:1"},
        {"a: b: c\n", "bad.yaml:1:"},
        {"\ta: 1\n", "bad.yaml:1:"},
        {"a: \"\\0\"\n", "NUL"},
        {"a: \"unfinished\n", "bad.yaml"},
        {"a: 'x\xFF'\n", "UTF-8"},
        {"\xFF\xFE"
         "a",
         "UTF-8"},
        {"%YAML 9.9\n---\na: 1\n", "bad.yaml"},
        {"a: 1\n b: 2\n", "bad.yaml"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        expect_refusal(cases[i].text, strlen(cases[i].text), cases[i].part);
    expect_refusal("a: 1\0b", 6, "NUL byte at offset 4");
}

/* Property: size, depth, keys and nodes are bounded; the classic bomb falls to its first anchor. */
static void bombs_are_refused(void **state)
{
    (void)state;
    Text text = {0};
    text_repeat(&text, '[', 100000);
    expect_refusal(text.data, text.n_bytes, "nested too deeply");
    text_clear(&text);
    text_repeat(&text, '{', 100000);
    expect_refusal(text.data, text.n_bytes, "bad.yaml:1:2: a key must be plain text");
    text_clear(&text);
    for (int i = 0; i < 10000; i++)
        text_append(&text, "- ");
    expect_refusal(text.data, text.n_bytes, "nested too deeply");
    text_clear(&text);
    text_repeat(&text, 'a', YAML_MAX_BYTES + 1);
    expect_refusal(text.data, text.n_bytes, "too long");
    text_clear(&text);
    text_append(&text, "[");
    for (int i = 0; i <= YAML_MAX_NODES; i++)
        text_append(&text, "1,");
    text_append(&text, "]");
    expect_refusal(text.data, text.n_bytes, "too many values");
    text_clear(&text);
    for (int i = 0; i <= YAML_MAX_KEYS; i++)
        text_printf(&text, "k%d: 1\n", i);
    expect_refusal(text.data, text.n_bytes, "too many keys");
    text_clear(&text);
    text_append(&text, "a: &a [x, x]\n");
    for (char c = 'b'; c <= 'z'; c++)
        text_printf(&text, "%c: &%c [*%c, *%c]\n", c, c, c - 1, c - 1);
    expect_refusal(text.data, text.n_bytes, "bad.yaml:1:4: anchors");
    text_release(&text);
}

/*
 * Property: any prefix of a document and any flipped byte of it is read or refused, without fault
 * (sanitizers watch).
 */
static void damage_never_crashes(void **state)
{
    (void)state;
    Err err;
    Study s;
    YamlDoc *doc;
    long n_refused = 0;
    char text[sizeof full_study];
    for (size_t n = 0; n < sizeof full_study - 1; n++) {
        memcpy(text, full_study, n);
        text[n] = '\0';
        doc = NULL;
        n_refused += read_study(text, NULL, &doc, &s, &err) != ERR_NONE;
        yaml_destroy(&doc);
        memcpy(text, full_study, sizeof text);
        text[n] = (char)(text[n] ^ 0x0B);
        doc = NULL;
        n_refused += read_study(text, NULL, &doc, &s, &err) != ERR_NONE;
        yaml_destroy(&doc);
    }
    assert_true(n_refused > 100);
}

/*
 * Property: whichever allocation of ours fails, ERR_MEMORY comes back and nothing leaks or crashes;
 * the sweep ends when no allocation is left to fail, and has failed several.
 */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    long k = 1;
    for (;; k++) {
        Err err = {0};
        Study s;
        YamlDoc *doc = NULL;
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, 0);
        const ErrCode code = read_study(full_study, "recipe.epochs=5", &doc, &s, &err);
        const bool has_fired = sysfault_fired();
        yaml_destroy(&doc);
        sysfault_clear();
        if (!has_fired) {
            assert_int_equal(code, ERR_NONE);
            break;
        }
        assert_int_equal(code, ERR_MEMORY);
    }
    assert_true(k > 2);
}

/* Property: the manual lists every key with type, range, default and meaning. */
static void tables_document_themselves(void **state)
{
    (void)state;
    Text text = {0};
    yaml_describe(&study_table, &text);
    static const char *const rows[] = {
        "| `study` | text |  | required | name |\n",
        "| `question` | text |  | none | why |\n",
        "| `recipe.epochs` | whole number | 1 to 1000 | `10` | passes over the data |\n",
        "| `recipe.optimizer` | one of | `sgd`, `rmsprop` | `rmsprop` | method |\n",
        "| `seeds` | whole numbers | 0 to 1000000 | `[1, 2, 3]` | seeds |\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strstr(text_string(&text), rows[i]) == NULL)
            fail_msg("no row %s in\n%s", rows[i], text_string(&text));
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_fill_structs),
        cmocka_unit_test(mistakes_are_said_exactly),
        cmocka_unit_test(overrides_go_through_the_table),
        cmocka_unit_test(echoes_are_stable),
        cmocka_unit_test(strings_read_back),
        cmocka_unit_test(marks_and_line_ends_are_read),
        cmocka_unit_test(hostile_documents_are_refused),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(damage_never_crashes),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(tables_document_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
