/* Networks as rows of blocks: what stands in a cell, what is marked, and that nothing breaks a
 * page. */
#include "plots/report_network.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char given_yaml[] =
    "stem: {kernel: 3, stride: 2, channels: 8}\n"
    "stages:\n"
    "  - {op: mbconv, kernel: 3, stride: 1, expand: 1, channels: 8, layers: 1, se: 0}\n"
    "  - {op: mbconv, kernel: 5, stride: 2, expand: 3, channels: 16, layers: 3, se: 0.25}\n"
    "head: {channels: 64}\n";

static const char found_yaml[] =
    "stem: {kernel: 3, stride: 2, channels: 8}\n"
    "stages:\n"
    "  - {op: identity}\n"
    "  - {op: dsconv, kernel: 5, stride: 2, channels: 16, layers: 100, se: 0, skip: pool}\n"
    "head: {channels: 64}\n";

static int count(const char *page, const char *needle)
{
    int n = 0;
    for (const char *at = page; (at = strstr(at, needle)); at++)
        n++;
    return n;
}

/* The page of networks with these specifications; released by the caller. */
static void draw(const char *const *yaml, size_t n, Text *page)
{
    Arena arena = {0};
    ReportNetwork networks[2];
    for (size_t i = 0; i < n; i++)
        networks[i] = (ReportNetwork){.what = i ? "found <1>" : "given",
                                      .network = {.digest = "d",
                                                  .name = "a <b> net",
                                                  .yaml = yaml[i],
                                                  .resolution = 33,
                                                  .params = 24360,
                                                  .macs = 689184}};
    report_networks(page, networks, n, &arena);
    assert_false(arena.failed || page->failed);
    arena_release(&arena);
    assert_int_equal(count(text_string(page), "<td"), count(text_string(page), "</td>"));
    assert_int_equal(count(text_string(page), "<tr"), count(text_string(page), "</tr>"));
}

/* A cell a block: words, pixels after strides (rounded up), a bar a layer, a mark for SE. */
static void test_blocks(void **state)
{
    (void)state;
    const char *const yaml[] = {given_yaml};
    Text page = {0};
    draw(yaml, 1, &page);
    const char *text = text_string(&page);
    assert_non_null(strstr(text, "mbconv 3×3<br>8 channels × 1<br>expand 1<br><small>17 px"));
    assert_non_null(
        strstr(text, "mbconv 5×5<br>16 channels × 3<br>expand 3<br>SE 0.25<br><small>9 px"));
    assert_non_null(strstr(text, "conv 1×1<br>64 channels<br><small>9 px"));
    assert_int_equal(count(text, "<i class=\"k5 se\""), 3);
    assert_int_equal(count(text, "<i class=\"k3\""), 3); /* stem, first stage, head */
    assert_int_equal(count(text, "class=\"l d\""), 0);
    assert_non_null(strstr(text, "689.2 k MACs, 24.36 k params, 33 px"));
    text_release(&page);
}

/* What differs from the first network is marked, and nothing else; many layers are twelve bars. */
static void test_differences(void **state)
{
    (void)state;
    const char *const yaml[] = {given_yaml, found_yaml};
    Text page = {0};
    draw(yaml, 2, &page);
    const char *text = text_string(&page);
    assert_int_equal(count(text, "class=\"l d\""), 2);
    assert_non_null(strstr(text, "identity<br><small>17 px"));
    assert_non_null(strstr(text, "dsconv 5×5<br>16 channels × 100<br>skip pool<br>"));
    assert_int_equal(count(text, "<i class=\"k5\""), 12);
    text_release(&page);
}

/* Specifications are data: texts are escaped, nonsense is told and breaks nothing. */
static void test_hostile(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "stages: 3\n",
        "- 1\n",
        "{",
        "",
        "stem: {}\nhead: {}\nstages: [1, {}, [2], {op: {a: b}}]\n",
        "stem: {channels: -5, stride: 1e9}\nhead: {}\nstages:\n"
        "  - {op: '<script>', kernel: '\"><img src=x>', channels: 99999999999999999999}\n"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *const yaml[] = {given_yaml, bad[i]};
        Text page = {0};
        draw(yaml, 2, &page);
        assert_null(strstr(text_string(&page), "<script"));
        assert_null(strstr(text_string(&page), "<img"));
        assert_null(strstr(text_string(&page), "<b>"));
        text_release(&page);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_blocks),
                                       cmocka_unit_test(test_differences),
                                       cmocka_unit_test(test_hostile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
