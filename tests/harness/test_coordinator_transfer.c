/*
 * tests/harness/test_coordinator_transfer.c: networks are carried to other data with the weights of
 * their own trials, to the same bits whatever the workers and kills; what has no source is not
 * trained, and weights that are missing are asked for.
 */
#include "tests/harness/micro.h"

#include "base/file.h"
#include "base/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PARTS                                                                                      \
    "parts=[family: {constants: [1.2, 1.1, 1.15], phi: [0, 1]}, transfer: {from: family, data: "   \
    "[{name: polytex, train: 32, val: 20, test: 20}], ways: [scratch, finetune], init: "           \
    "{lr_factor: {stages: 0.5}}}]"

static const char *const arguments[] = {
    "--set", "network.resolution=16", "--seeds", "1,", "--set", PARTS, NULL};

static Text expected; /* what the undisturbed run left */

/* Pairs of a fine-tuning and the trial of the same seed whose weights it began with. */
#define PAIRS                                                                                      \
    "SELECT * FROM planned p JOIN carried c ON c.digest = p.digest JOIN planned q ON q.digest = "  \
    "c.source AND q.seed = p.seed JOIN finished f ON f.trial = p.id AND f.outcome = 'done'"

static void networks_are_carried(void **state)
{
    (void)state;
    char *out = micro_path("carried");
    Text said = {0};
    const int status = micro_run(out, arguments, &said);
    if (status != 0)
        fail_msg("%s", text_string(&said));
    micro_dump(out, &expected);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'done'"), 2 * 3);
    assert_int_equal(micro_count(out, "SELECT * FROM carried"), 4);
    assert_int_equal(micro_count(out, PAIRS), 2);
    assert_int_equal(micro_count(out, "SELECT * FROM measured WHERE part = 'transfer' AND series "
                                      "LIKE 'polytex/finetune/%' AND figure = 'fig6'"),
                     2);
    text_release(&said);
    mem_free(out);
}

/*
 * Fine-tuning is another training than from scratch: the weights it began with are in its result.
 */
static void weights_are_begun_with(void **state)
{
    (void)state;
    char *out = micro_path("carried");
    assert_int_equal(
        micro_count(out,
                    "SELECT * FROM measured a JOIN measured b ON b.part = a.part AND b.seed = "
                    "a.seed AND b.x = a.x AND b.series = 'polytex/scratch/proxy-b0' JOIN "
                    "artifact v ON v.trial = a.trial AND v.kind = 'weights' JOIN artifact w ON "
                    "w.trial = b.trial AND w.kind = 'weights' WHERE a.series = "
                    "'polytex/finetune/proxy-b0' AND v.xxh3 <> w.xxh3"),
        2);
    mem_free(out);
}

/*
 * One worker or two, killed again and again: the same bits. --only takes along what a part begins
 * with.
 */
static void kills_change_nothing(void **state)
{
    (void)state;
    static const char *const only[] = {"--set",   "network.resolution=16",
                                       "--seeds", "1,",
                                       "--jobs",  "1",
                                       "--set",   PARTS,
                                       "--only",  "transfer",
                                       NULL};
    enum { N_KILLS = 4, APART_MS = 150 };
    char *out = micro_path("killed");
    micro_kill_often(out, only, arguments, N_KILLS, APART_MS);
    micro_end_as(out, only, &expected);
    mem_free(out);
}

/* Weights that are gone are asked for by name, and nothing is trained without them. */
static void missing_weights_are_named(void **state)
{
    (void)state;
    static const char *const family[] = {
        "--set", "network.resolution=16", "--seeds", "1,", "--set", PARTS, "--only", "family",
        NULL};
    char *out = micro_path("missing");
    char *weights = file_join(out, "trials/000001/weights.safetensors");
    Text said = {0};
    assert_int_equal(micro_run(out, family, NULL), 0);
    assert_int_equal(unlink(weights), 0);
    assert_int_equal(micro_run(out, arguments, &said), 1);
    micro_assert_said(&said, "begins with the weights of trial 1, and '");
    micro_assert_said(&said, "trials/000001/weights.safetensors' is missing: 'isoflop verify "
                             "--restore ");
    assert_int_equal(micro_count(out, "SELECT * FROM attempt"), 2);
    text_release(&said);
    mem_free(weights);
    mem_free(out);
}

/*
 * What diverged has no weights: the study ends without what would begin with them, and says so;
 * training from scratch is not touched.
 */
static void a_lost_source_is_no_end(void **state)
{
    (void)state;
    static const char *const wild[] = {
        "--set",
        "network.resolution=16",
        "--seeds",
        "1,",
        "--set",
        "recipe.lr=1e9",
        "--set",
        "parts=[family: {constants: [1.2, 1.1, 1.15], phi: [0]}, transfer: {from: family, data: "
        "[{name: polytex, train: 32, val: 20, test: 20}], recipe: {lr: 0.05}}]",
        NULL};
    char *out = micro_path("lost");
    Text said = {0};
    assert_int_equal(micro_run(out, wild, &said), 0);
    micro_assert_said(&said, "is not trained: trial ");
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'diverged'"), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE status = 'done'"), 1);
    assert_int_equal(micro_count(out, "SELECT * FROM trial WHERE is_listed"), 2);
    text_release(&said);
    mem_free(out);
}

static int tear_down(void **state)
{
    text_release(&expected);
    return micro_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_carried),    cmocka_unit_test(weights_are_begun_with),
        cmocka_unit_test(kills_change_nothing),    cmocka_unit_test(missing_weights_are_named),
        cmocka_unit_test(a_lost_source_is_no_end),
    };
    return cmocka_run_group_tests(tests, micro_setup, tear_down);
}
