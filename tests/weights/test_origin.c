/*
 * tests/weights/test_origin.c: where weights are from: written, read, compared, and every damage
 * seen.
 */
#include "weights/origin.h"

#include "base/file.h"
#include "base/sys.h"
#include "models/resolve.h"
#include "models/zoo.h"
#include "nettest.h"
#include "weights/naming.h"
#include "weights/weights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum {
    MAX_BYTES = 1 << 24,
    SIDE = 8,
    CLASSES = 6,
    N_FLIPS = 300,
    LENGTH_BYTES = 8,
    STEP = 7919, /* a prime: flips fall everywhere */
};

static const char *const animals[CLASSES] = {"ant", "\xc3\xa2ne", "\"bee\"",
                                             "cat", "",           "dog, large"};
#define CROP 0.875

static const float means[ORIGIN_CHANNELS] = {0.1F, 1.0F / 3, 0.5F};
static const float deviations[ORIGIN_CHANNELS] = {0.25F, 1e-3F, 0.75F};

static const char *name_of(const void *user, int label)
{
    return ((const char *const *)user)[label];
}

static OriginData make_data(void)
{
    return (OriginData){.set = "zoo",
                        .digest = "0123456789abcdef0123456789abcdef",
                        .mean = means,
                        .deviation = deviations,
                        .resolution = SIDE,
                        .center_crop = CROP,
                        .n_classes = CLASSES,
                        .class_name = name_of,
                        .user = animals};
}

/* A Net, its network, and its weights with their origin in a file. */
typedef struct Case {
    Spec spec;
    Network network;
    Net *net;
    char path[256];
} Case;

static void begin(Case *c, bool is_bare)
{
    Err err = {0};
    WeightOrigin origin = {0};
    const OriginData data = make_data();
    const ResolveOptions options = {1.0, 0.5, SIDE, CLASSES};
    const NetSettings settings = nettest_training(2, 1, NET_SGD);
    Spec spec;
    *c = (Case){0};
    nettest_ok(zoo_load(&spec, "proxy-b0", &err), &err);
    nettest_ok(resolve_apply(&c->spec, &spec, &options, &err), &err);
    nettest_ok(resolve_network(&c->network, &c->spec, &err), &err);
    c->net = nettest_net(&c->network, &settings, 1);
    snprintf(c->path, sizeof c->path, "%s", nettest_path("origin.safetensors"));
    nettest_ok(origin_make(&origin, &c->network, &data, &err), &err);
    nettest_ok(weights_save(c->net, NET_WEIGHTS, NULL, c->path, &weights_own_names,
                            is_bare ? NULL : &origin, &err),
               &err);
    origin_release(&origin);
}

static void end(Case *c)
{
    Err err = {0};
    nettest_ok(file_remove(c->path, &err), &err);
    net_destroy(&c->net);
    network_release(&c->network);
}

static WeightOrigin read_origin(const char *path)
{
    Err err = {0};
    TensorFile *file = NULL;
    WeightOrigin origin;
    nettest_ok(safetensors_open(&file, NULL, path, &err), &err);
    nettest_ok(origin_read(&origin, file, &err), &err);
    safetensors_close(&file);
    return origin;
}

/* All of it is read back as it was made, floats bit by bit, names of any characters. */
static void test_round_trip(void **state)
{
    (void)state;
    Case c;
    begin(&c, false);
    WeightOrigin origin = read_origin(c.path);
    assert_true(origin.is_known);
    assert_int_equal(origin.resolution, SIDE);
    assert_int_equal(origin.pads_same, c.spec.padding == PADDING_SAME);
    assert_true(origin.epsilon == c.spec.batch_norm.epsilon);
    assert_memory_equal(origin.mean, means, sizeof means);
    assert_memory_equal(origin.deviation, deviations, sizeof deviations);
    assert_string_equal(origin.data, make_data().digest);
    assert_true(origin.center_crop == CROP);
    assert_int_equal(origin.n_classes, CLASSES);
    for (int i = 0; i < CLASSES; i++)
        assert_string_equal(origin.classes[i], animals[i]);
    origin_release(&origin);
    end(&c);
}

/* Neither the network's name nor what only training uses is part of it: the bytes stay. */
static void test_bytes_are_of_what_counts(void **state)
{
    (void)state;
    char *bytes[2] = {NULL, NULL};
    size_t n_bytes[2] = {0, 0};
    const OriginData data = make_data();
    Case c;
    begin(&c, false);
    for (int i = 0; i < 2; i++) {
        Err err = {0};
        WeightOrigin origin = {0};
        Spec spec = c.spec;
        Network network;
        if (i == 1) {
            snprintf(spec.name, sizeof spec.name, "another");
            spec.head.dropout += 0.125;
            spec.drop_connect += 0.125;
            spec.batch_norm.momentum = 0.5;
        }
        nettest_ok(resolve_network(&network, &spec, &err), &err);
        nettest_ok(origin_make(&origin, &network, &data, &err), &err);
        nettest_ok(
            weights_save(c.net, NET_WEIGHTS, NULL, c.path, &weights_own_names, &origin, &err),
            &err);
        nettest_ok(file_read(c.path, MAX_BYTES, &bytes[i], &n_bytes[i], &err), &err);
        origin_release(&origin);
        network_release(&network);
    }
    assert_int_equal(n_bytes[0], n_bytes[1]);
    assert_memory_equal(bytes[0], bytes[1], n_bytes[0]);
    mem_free(bytes[0]);
    mem_free(bytes[1]);
    end(&c);
}

/* A file without metadata is loaded, and known as one that says nothing. So is our copy of it. */
static void test_unknown_origin(void **state)
{
    (void)state;
    Case c;
    Err err = {0};
    begin(&c, true);
    WeightOrigin origin = read_origin(c.path);
    assert_false(origin.is_known);
    nettest_ok(weights_save(c.net, NET_WEIGHTS, NULL, c.path, &weights_own_names, &origin, &err),
               &err);
    origin = read_origin(c.path);
    assert_false(origin.is_known);
    end(&c);
}

/* --- other places --- */

/* Opens the file as a network of the changed spec. */
static ErrCode open_as(const Case *c, const Spec *spec, unsigned accept, const OriginData *used,
                       Err *err)
{
    const NetSettings settings = nettest_training(2, 1, NET_SGD);
    const WeightSource source = {
        .path = c->path, .naming = &weights_own_names, .accept = accept, .used = used};
    WeightOrigin origin;
    Net *net = NULL;
    const ErrCode code = weights_open(&net, spec, &settings, &source, &origin, err);
    net_destroy(&net);
    origin_release(&origin);
    return code;
}

/* Refused with both words, unless accepted. */
static void refused(const Case *c, const Spec *spec, const char *here, const char *there,
                    unsigned accept)
{
    Err err = {0};
    assert_int_equal(open_as(c, spec, 0, NULL, &err), ERR_DATA);
    if (strstr(err.msg, here) == NULL || strstr(err.msg, there) == NULL)
        fail_msg("'%s' or '%s' is not in '%s'", here, there, err.msg);
    err = (Err){0};
    if (accept)
        nettest_ok(open_as(c, spec, accept, NULL, &err), &err);
}

/*
 * Another resolution, padding, epsilon, activation or stride, all of which leave the tensors' names
 * and shapes alone, is an error that names both; what may be accepted is.
 */
static void test_other_networks(void **state)
{
    (void)state;
    Case c;
    Err err = {0};
    begin(&c, false);
    nettest_ok(open_as(&c, &c.spec, 0, NULL, &err), &err);
    Spec spec = c.spec;
    spec.resolution = SIDE + 1;
    refused(&c, &spec, "8 px", "9 px", ORIGIN_ANY_RESOLUTION);
    spec = c.spec;
    spec.padding = PADDING_SAME;
    refused(&c, &spec, "symmetric", "same", ORIGIN_ANY_BORDERS);
    spec = c.spec;
    spec.batch_norm.epsilon = 0.25;
    refused(&c, &spec, "0.001", "0.25", ORIGIN_ANY_BORDERS);
    spec = c.spec;
    spec.activation = spec.activation == ACT_RELU ? ACT_SWISH : ACT_RELU;
    refused(&c, &spec, "another network", c.spec.name, 0);
    spec = c.spec;
    spec.stem.stride = 3 - spec.stem.stride;
    refused(&c, &spec, "another network", c.spec.name, 0);
    end(&c);
}

/* Negative control: without metadata the same networks are opened, all of them. */
static void test_other_networks_of_a_bare_file(void **state)
{
    (void)state;
    Case c;
    Err err = {0};
    begin(&c, true);
    Spec spec = c.spec;
    spec.resolution = SIDE + 1;
    spec.padding = PADDING_SAME;
    spec.activation = spec.activation == ACT_RELU ? ACT_SWISH : ACT_RELU;
    nettest_ok(open_as(&c, &spec, 0, NULL, &err), &err);
    end(&c);
}

/* Other names, fewer or more of them, in another order: refused, both lists named. */
static void test_other_classes(void **state)
{
    (void)state;
    static const char *const others[CLASSES] = {"ant", "\xc3\xa2ne", "\"bee\"", "cat", "", "eel"};
    static const char *const swapped[CLASSES] = {"cat", "\xc3\xa2ne", "\"bee\"",
                                                 "ant", "",           "dog, large"};
    Case c;
    begin(&c, false);
    for (int i = 0; i < 4; i++) {
        Err err = {0};
        OriginData used = make_data();
        used.set = "elsewhere";
        if (i == 0) {
            nettest_ok(open_as(&c, &c.spec, 0, &used, &err), &err);
            continue;
        }
        used.user = i == 1 ? others : swapped;
        used.n_classes = i == 3 ? 2 : CLASSES;
        assert_int_equal(open_as(&c, &c.spec, ORIGIN_ANY_DATA, &used, &err), ERR_DATA);
        assert_non_null(strstr(err.msg, "6 classes: 'ant'"));
        assert_non_null(strstr(err.msg, "'elsewhere' has "));
        assert_true(i != 1 || strstr(err.msg, "class 5 is 'dog, large' and 'eel'") != NULL);
        assert_true(i != 3 || strstr(err.msg, "2 classes: 'cat'") != NULL);
    }
    end(&c);
}

/* Other contents, mean or deviation: refused, both named; at another resolution the latter two are
 * no matter; accepted when asked for. */
static void test_other_data(void **state)
{
    (void)state;
    static const float changed[ORIGIN_CHANNELS] = {0.1F, 1.0F / 3, 0.5000001F};
    Case c;
    begin(&c, false);
    WeightOrigin origin = read_origin(c.path);
    for (int i = 0; i < 4; i++) {
        Err err = {0};
        OriginData used = make_data();
        used.digest = i == 1 ? "fedc" : used.digest;
        used.mean = i == 2 ? changed : means;
        used.deviation = i == 3 ? changed : deviations;
        const ErrCode code = origin_check_data(&origin, c.path, &used, 0, &err);
        assert_int_equal(code, i > 0 ? ERR_DATA : ERR_NONE);
        assert_true(i != 1 || strstr(err.msg, "0123456789abcdef") != NULL);
        assert_true(i != 1 || strstr(err.msg, "(fedc)") != NULL);
        assert_true(i < 2 || strstr(err.msg, i == 2 ? "mean" : "deviation") != NULL);
        err = (Err){0};
        nettest_ok(origin_check_data(&origin, c.path, &used, ORIGIN_ANY_DATA, &err), &err);
        used.resolution = SIDE + 1;
        if (i > 1)
            nettest_ok(origin_check_data(&origin, c.path, &used, 0, &err), &err);
    }
    origin_release(&origin);
    end(&c);
}

/* Images cut otherwise: refused, both shares named; accepted when asked for. What is usual, the
 * whole square, is not written, and a file without a word on it was trained so. */
static void test_other_crops(void **state)
{
    (void)state;
    Case c;
    begin(&c, false);
    WeightOrigin origin = read_origin(c.path);
    for (int is_whole = 0; is_whole < 2; is_whole++) {
        Err err = {0};
        Arena arena = {0};
        MetadataEntry entries[ORIGIN_ENTRIES];
        size_t n = 0;
        bool is_written = false;
        OriginData used = make_data();
        origin.center_crop = is_whole ? 1.0 : CROP;
        used.center_crop = is_whole ? CROP : 1.0;
        assert_int_equal(origin_check_data(&origin, c.path, &used, 0, &err), ERR_DATA);
        assert_non_null(strstr(err.msg, is_whole ? "center_crop of 1," : "center_crop of 0.875,"));
        assert_non_null(strstr(err.msg, is_whole ? "cut with 0.875:" : "cut with 1:"));
        err = (Err){0};
        nettest_ok(origin_check_data(&origin, c.path, &used, ORIGIN_ANY_DATA, &err), &err);
        used.center_crop = origin.center_crop;
        nettest_ok(origin_check_data(&origin, c.path, &used, 0, &err), &err);
        nettest_ok(origin_entries(&origin, NULL, &arena, entries, &n, &err), &err);
        for (size_t i = 0; i < n; i++)
            is_written = is_written || strcmp(entries[i].key, "center_crop") == 0;
        assert_int_equal(is_written, !is_whole);
        arena_release(&arena);
    }
    origin_release(&origin);
    end(&c);
}

/* --- damage --- */

/* Turns a bit of the file over, in place: no need to sync thousands of files. */
static void flip(const Case *c, const char *bytes, size_t bit, bool is_back)
{
    const int mask = is_back ? 0 : 1 << bit % 8;
    FILE *file = fopen(c->path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)(bit / 8), SEEK_SET), 0);
    assert_int_not_equal(fputc((unsigned char)bytes[bit / 8] ^ mask, file), EOF);
    assert_int_equal(fclose(file), 0);
}

/* Whether a load succeeds and leaves other numbers in the Net. */
static bool is_fooled(Case *c, Net *net)
{
    const WeightSource source = {.path = c->path, .naming = &weights_own_names};
    WeightOrigin origin;
    Err err = {0};
    size_t n = 0;
    const ErrCode code = weights_load(net, &source, &origin, &err);
    origin_release(&origin);
    if (code != ERR_NONE)
        return false;
    float *found = nettest_read_all(net, NET_WEIGHTS, &n);
    float *wanted = nettest_read_all(c->net, NET_WEIGHTS, &n);
    const bool is_other = memcmp(found, wanted, n * sizeof *found) != 0;
    mem_free(found);
    mem_free(wanted);
    return is_other;
}

/* One-bit flips all over the file that change a number unnoticed. */
static int count_unnoticed(bool is_bare)
{
    Case c;
    Err err = {0};
    char *bytes = NULL;
    size_t n_bytes = 0;
    int n = 0;
    begin(&c, is_bare);
    const NetSettings settings = nettest_training(2, 1, NET_SGD);
    Net *net = nettest_net(&c.network, &settings, 2);
    nettest_ok(file_read(c.path, MAX_BYTES, &bytes, &n_bytes, &err), &err);
    for (size_t i = 0; i < N_FLIPS; i++) {
        const size_t bit = i * STEP % (n_bytes * 8);
        flip(&c, bytes, bit, false);
        n += is_fooled(&c, net);
        flip(&c, bytes, bit, true);
    }
    mem_free(bytes);
    net_destroy(&net);
    end(&c);
    return n;
}

/* With a digest no flip goes unnoticed; without one (the negative control) many do. */
static void test_flips(void **state)
{
    (void)state;
    assert_int_equal(count_unnoticed(false), 0);
    assert_in_range(count_unnoticed(true), N_FLIPS / 10, N_FLIPS);
}

/* Every single bit of the metadata counts: no flip in it is read as another or as no origin. */
static void test_flips_of_metadata(void **state)
{
    (void)state;
    Case c;
    Err err = {0};
    char *bytes = NULL;
    size_t n_bytes = 0, end_at = LENGTH_BYTES;
    begin(&c, false);
    nettest_ok(file_read(c.path, MAX_BYTES, &bytes, &n_bytes, &err), &err);
    while (bytes[end_at] != '}')
        end_at++;
    assert_true(end_at < n_bytes / 2);
    for (size_t bit = 0; bit < end_at * 8; bit++) {
        TensorFile *file = NULL;
        WeightOrigin origin = {0};
        flip(&c, bytes, bit, false);
        err = (Err){0};
        ErrCode code = safetensors_open(&file, NULL, c.path, &err);
        if (code == ERR_NONE)
            code = origin_read(&origin, file, &err);
        if (code == ERR_NONE)
            fail_msg("bit %zu is not missed", bit);
        origin_release(&origin);
        safetensors_close(&file);
        flip(&c, bytes, bit, true);
    }
    mem_free(bytes);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_bytes_are_of_what_counts),
        cmocka_unit_test(test_unknown_origin),
        cmocka_unit_test(test_other_networks),
        cmocka_unit_test(test_other_networks_of_a_bare_file),
        cmocka_unit_test(test_other_classes),
        cmocka_unit_test(test_other_data),
        cmocka_unit_test(test_other_crops),
        cmocka_unit_test(test_flips),
        cmocka_unit_test(test_flips_of_metadata),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
