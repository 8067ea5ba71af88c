/* The paper's tables, counted. */
#include "paper/tables.h"
#include "tests/models/models_test.h"

#include <math.h>
#include <string.h>

static const TableRow *row_of(const Table *table, const char *model)
{
    for (size_t i = 0; i < table->n_rows; i++)
        if (strcmp(table->rows[i].printed->model, model) == 0)
            return &table->rows[i];
    fail_msg("no row '%s'", model);
    return NULL;
}

static void count(Table *table, int number)
{
    Err err = {0};
    if (tables_count(table, number, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
}

/* B0 as built is table 1 as printed (v5: stage 6 at 14 px). */
static void table1_is_b0(void **state)
{
    (void)state;
    static Table table;
    count(&table, 1);
    assert_int_equal(table.n_stages, 9);
    for (size_t i = 0; i < table.n_stages; i++) {
        assert_int_equal(table.stages[i].resolution, table.stages[i].printed->resolution);
        assert_int_equal(table.stages[i].channels, table.stages[i].printed->channels);
        assert_int_equal(table.stages[i].layers, table.stages[i].printed->layers);
    }
}

/*
 * Counted rows of table 2 against the reference's own deviations (percent, one digit), ratios to
 * the group's first.
 */
static void table2_deviations(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        double percent;
    } expected[] = {
        {"EfficientNet-B0", -1.1}, {"EfficientNet-B1", -1.9}, {"EfficientNet-B2", -0.6},
        {"EfficientNet-B3", 1.5},  {"EfficientNet-B4", 4.6},  {"EfficientNet-B5", 3.7},
        {"EfficientNet-B6", 0.4},  {"EfficientNet-B7", 2.0},  {"ResNet-50", -0.3},
        {"ResNet-152", 4.7},
    };
    static Table table;
    count(&table, 2);
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        const TableRow *row = row_of(&table, expected[i].model);
        assert_true(row->is_counted);
        assert_true(fabs(100.0 * row->deviation - expected[i].percent) <= 0.05 + 1e-9);
    }
    const TableRow *resnet = row_of(&table, "ResNet-152");
    assert_true(resnet->macs_ratio == 11513626624.0 / 686802832.0);
    assert_false(row_of(&table, "GPipe")->is_counted);
    assert_true(isnan(row_of(&table, "GPipe")->deviation));
}

/*
 * Counts of table 3 and 7, derived independently with the official rules (reference, three digits).
 */
static void tables_3_and_7(void **state)
{
    (void)state;
    static const struct {
        int table;
        const char *model;
        double giga;
    } expected[] = {
        {3, "Baseline MobileNetV1", 0.569},
        {3, "Scale MobileNetV1 by width (w=2)", 2.216},
        {3, "Scale MobileNetV1 by resolution (r=2)", 2.272},
        {3, "compound scale (d=1.4, w=1.2, r=1.3)", 2.243},
        {3, "Baseline MobileNetV2", 0.301},
        {3, "Scale MobileNetV2 by depth (d=4)", 1.220},
        {3, "Scale MobileNetV2 by width (w=2)", 1.137},
        {3, "Scale MobileNetV2 by resolution (r=2)", 1.199},
        {3, "MobileNetV2 compound scale", 1.284},
        {3, "Baseline ResNet-50", 4.089},
        {3, "Scale ResNet-50 by depth (d=4)", 14.571},
        {3, "Scale ResNet-50 by width (w=2)", 16.117},
        {3, "Scale ResNet-50 by resolution (r=2)", 16.351},
        {3, "ResNet-50 compound scale", 16.335},
        {7, "Baseline model (EfficientNet-B0)", 0.386},
        {7, "Scale model by depth (d=4)", 1.575},
        {7, "Scale model by width (w=2)", 1.450},
        {7, "Scale model by resolution (r=2)", 1.538},
        {7, "Compound scale (d=1.4, w=1.2, r=1.3)", 1.827},
    };
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        static Table table;
        count(&table, expected[i].table);
        const TableRow *row = row_of(&table, expected[i].model);
        assert_true(fabs((double)row->macs / 1e9 - expected[i].giga) <= 0.0005 + 1e-9);
    }
}

static void unknown_tables_are_misuse(void **state)
{
    (void)state;
    static Table table;
    Err err = {0};
    assert_int_equal(tables_count(&table, 4, &err), ERR_USAGE);
    assert_string_equal(err.msg, "no table '4': known are 1, 2, 3 and 7");
}

static void printed_numbers_are_read(void **state)
{
    (void)state;
    assert_true(published_value("26M") == 26e6);
    assert_true(fabs(published_value("0.39B") - 0.39e9) < 1.0);
    assert_true(fabs(published_value("4.9x") - 4.9) < 1e-12);
    assert_true(isnan(published_value(NULL)));
    assert_string_equal(published_find("efficientnet-b4")->flops, "4.2B");
    assert_null(published_find("proxy-b0"));
}

static void text_and_json(void **state)
{
    (void)state;
    static Table table;
    static const int numbers[] = {1, 2, 3, 7};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        Text text = {.columns = 120}, json = {0}; /* names stay on one line */
        JsonWriter writer = json_writer(&json, false);
        json_t *root = NULL;
        Err err = {0};
        count(&table, numbers[i]);
        tables_text(&table, &text);
        assert_int_equal(text_ok(&text, &err), ERR_NONE);
        for (size_t k = 0; k < table.n_rows; k++)
            assert_non_null(strstr(text_string(&text), table.rows[k].printed->model));
        tables_json(&table, &writer);
        assert_int_equal(json_parse(&root, "table", text_string(&json), json.n_bytes, &err),
                         ERR_NONE);
        assert_int_equal(json_integer_value(json_object_get(root, "table")), numbers[i]);
        const char *list = numbers[i] == 1 ? "stages" : "rows";
        assert_int_equal(json_array_size(json_object_get(root, list)),
                         table.n_rows + table.n_stages);
        json_decref(root);
        text_release(&text);
        text_release(&json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table1_is_b0),
        cmocka_unit_test(table2_deviations),
        cmocka_unit_test(tables_3_and_7),
        cmocka_unit_test(unknown_tables_are_misuse),
        cmocka_unit_test(printed_numbers_are_read),
        cmocka_unit_test(text_and_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
