/*
 * tests/weights/test_weights.c: weight files, bad ones above all. Each of those gives one error
 * that names the file and what is wrong with it, and leaves the Net as it was.
 */
#include "base/file.h"
#include "base/sys.h"
#include "models/resolve.h"
#include "models/zoo.h"
#include "nettest.h"
#include "weights/naming.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { MAX_BYTES = 1 << 26, MAX_TENSORS = 512, VICTIM = 3, LENGTH_BYTES = 8 };

typedef struct Case {
    Network network;
    Net *net, *intact;
    char path[256];
    TensorFile *file; /* the good file, open while a set is made of it */
    TensorInfo tensors[MAX_TENSORS];
    TensorSet set;
} Case;

/* A Net, its twin, its weights in a file, and the file's tensors ready to be spoilt. */
static void begin(Case *c)
{
    Err err = {0};
    const NetSettings settings = nettest_training(2, 1, NET_SGD);
    *c = (Case){.network = nettest_zoo("proxy-b0", 0.5, 4, 8)};
    c->net = nettest_net(&c->network, &settings, 1);
    c->intact = nettest_net(&c->network, &settings, 1);
    snprintf(c->path, sizeof c->path, "%s", nettest_path("weights.safetensors"));
    nettest_ok(weights_save(c->net, NET_WEIGHTS, NULL, c->path, &weights_own_names, NULL, &err),
               &err);
    nettest_ok(safetensors_open(&c->file, NULL, c->path, &err), &err);
    c->set = (TensorSet){.tensors = c->tensors, .n_tensors = safetensors_count(c->file)};
    assert_in_range(c->set.n_tensors, VICTIM + 1, MAX_TENSORS);
    for (size_t i = 0; i < c->set.n_tensors; i++)
        c->tensors[i] = *safetensors_tensor(c->file, i);
}

/* Loading fails with all the words in its message. */
static void check(Case *c, const char *const words[3])
{
    Err err = {0};
    const WeightSource source = {.path = c->path, .naming = &weights_own_names};
    WeightOrigin origin;
    assert_int_equal(weights_load(c->net, &source, &origin, &err), ERR_DATA);
    for (int i = 0; i < 3 && words[i] != NULL; i++)
        if (strstr(err.msg, words[i]) == NULL)
            fail_msg("'%s' is not in '%s'", words[i], err.msg);
    assert_non_null(strstr(err.msg, c->path));
    assert_null(strchr(err.msg, '\n'));
    nettest_same_bits(c->net, c->intact);
    err = (Err){0};
    nettest_ok(file_remove(c->path, &err), &err);
    safetensors_close(&c->file);
    net_destroy(&c->net);
    net_destroy(&c->intact);
    network_release(&c->network);
}

static void check_set(Case *c, const char *const words[3])
{
    Err err = {0};
    char other[sizeof c->path];
    snprintf(other, sizeof other, "%s", nettest_path("spoilt.safetensors"));
    nettest_ok(safetensors_write(NULL, other, &c->set, &err), &err);
    nettest_ok(file_remove(c->path, &err), &err);
    snprintf(c->path, sizeof c->path, "%s", other);
    check(c, words);
}

static void check_bytes(Case *c, const void *bytes, size_t n_bytes, const char *const words[3])
{
    Err err = {0};
    nettest_ok(file_write(c->path, bytes, n_bytes, &err), &err);
    check(c, words);
}

static void test_missing_tensor(void **state)
{
    (void)state;
    Case c;
    begin(&c);
    const char *name = c.tensors[c.set.n_tensors - 1].name;
    c.set.n_tensors--;
    check_set(&c, (const char *[3]){name, "missing"});
}

static void test_extra_tensor(void **state)
{
    (void)state;
    Case c;
    begin(&c);
    c.tensors[c.set.n_tensors] = c.tensors[0];
    c.tensors[c.set.n_tensors++].name = "zz.extra";
    check_set(&c, (const char *[3]){"zz.extra", "no place", "proxy-b0"});
}

static void test_wrong_shape(void **state)
{
    (void)state;
    Case c;
    begin(&c);
    TensorInfo *victim = &c.tensors[VICTIM];
    victim->n_dims = 2;
    victim->dims[0] = 1;
    victim->dims[1] = (int64_t)victim->n_elements;
    check_set(&c, (const char *[3]){victim->name, "has shape [1, ", "is wanted"});
}

static void test_wrong_type(void **state)
{
    (void)state;
    Case c;
    begin(&c);
    c.tensors[VICTIM].type = TENSOR_I32; /* as wide as a float */
    check_set(&c, (const char *[3]){c.tensors[VICTIM].name, "I32"});
}

static void check_number(float bad)
{
    Case c;
    begin(&c);
    TensorInfo *victim = &c.tensors[VICTIM];
    float *data = mem_alloc(victim->n_bytes);
    assert_non_null(data);
    memcpy(data, victim->data, victim->n_bytes);
    data[victim->n_elements - 1] = bad;
    victim->data = data;
    check_set(&c, (const char *[3]){victim->name, "not finite"});
    mem_free(data);
}

static void test_not_a_number(void **state)
{
    (void)state;
    check_number(NAN);
    check_number(INFINITY);
}

/* The good file without its last byte, half of it, its length alone, nothing. */
static void test_truncated(void **state)
{
    (void)state;
    for (int cut = 0; cut < 4; cut++) {
        Case c;
        Err err = {0};
        char *bytes = NULL;
        size_t n_bytes = 0;
        begin(&c);
        nettest_ok(file_read(c.path, MAX_BYTES, &bytes, &n_bytes, &err), &err);
        const size_t lengths[] = {n_bytes - 1, n_bytes / 2, LENGTH_BYTES, 0};
        check_bytes(&c, bytes, lengths[cut], (const char *[3]){NULL});
        mem_free(bytes);
    }
}

/* A file of the given header over n zero bytes. */
static void check_header(const char *header, size_t n_zeros, const char *word)
{
    Case c;
    char bytes[1024] = {0};
    const size_t length = strlen(header);
    begin(&c);
    bytes[0] = (char)(length & 0xff);
    bytes[1] = (char)(length >> 8);
    memcpy(bytes + LENGTH_BYTES, header, length);
    check_bytes(&c, bytes, LENGTH_BYTES + length + n_zeros, (const char *[3]){word});
}

static void test_overlapping_offsets(void **state)
{
    (void)state;
    check_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                 "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
                 12, "'b'");
}

/* Offsets beyond the file, a shape whose product overflows, a type nobody knows. */
static void test_headers_that_lie(void **state)
{
    (void)state;
    check_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", 8, "'a'");
    check_header("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,4],"
                 "\"data_offsets\":[0,0]}}",
                 0, "'a'");
    check_header("{\"a\":{\"dtype\":\"F33\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "F33");
    check_header("{\"a\":", 0, "header of");
}

/* A header that claims to be larger than any memory. */
static void test_header_bomb(void **state)
{
    (void)state;
    static const unsigned char huge[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, '{', '}'};
    static const unsigned char large[] = {0, 0, 0, 0x40, 0, 0, 0, 0, '{', '}'};
    Case c;
    begin(&c);
    check_bytes(&c, huge, sizeof huge, (const char *[3]){"header"});
    begin(&c);
    check_bytes(&c, large, sizeof large, (const char *[3]){"header"});
}

/* What was saved under any names is opened under them as the network adapted to them, bit by bit.
 */
static void test_opened_as_saved(void **state)
{
    (void)state;
    const NetSettings settings = nettest_training(2, 1, NET_SGD);
    char path[256];
    snprintf(path, sizeof path, "%s", nettest_path("named.safetensors"));
    for (int names = 0; naming_names[names] != NULL; names++) {
        Err err = {0};
        Spec spec;
        Network network = {0};
        Net *opened = NULL;
        nettest_ok(zoo_load(&spec, "efficientnet-b0", &err), &err);
        spec.resolution = 32;
        nettest_ok(resolve_network(&network, &spec, &err), &err);
        Net *net = nettest_net(&network, &settings, 1);
        nettest_ok(weights_save(net, NET_WEIGHTS, NULL, path, naming_at(names), NULL, &err), &err);
        const WeightSource source = {.path = path, .naming = naming_at(names)};
        WeightOrigin origin;
        nettest_ok(weights_open(&opened, &spec, &settings, &source, &origin, &err), &err);
        nettest_same_bits(opened, net);
        const bool is_torchvision = naming_at(names) == &naming_torchvision;
        assert_true((net_network(opened)->bn_epsilon < 1e-4) == is_torchvision);
        net_destroy(&opened);
        nettest_ok(file_write(path, "", 0, &err), &err);
        assert_int_equal(weights_open(&opened, &spec, &settings, &source, &origin, &err), ERR_DATA);
        assert_null(opened);
        net_destroy(&net);
        network_release(&network);
        err = (Err){0};
        nettest_ok(file_remove(path, &err), &err);
    }
}

/* Logits of an Infer's one image. */
static void run_infer(Infer *infer, const float *image, float *logits)
{
    infer_run(infer, image, 1, logits);
    infer_destroy(&infer);
}

/*
 * What runs forward only has the weights of a training that begins with the same seed, whether they
 * are drawn, copied from its Net or read from its file: the same bits of logits. Another seed has
 * others.
 */
static void test_forward_only_has_the_same_weights(void **state)
{
    (void)state;
    enum { SEED = 7, CLASSES = 10, N_WAYS = 4 };
    const NetSettings settings = nettest_training(2, 1, NET_SGD);
    const InferSettings forward = {.batch = 1, .threads = 1, .level = cpu_best_level()};
    float logits[N_WAYS][CLASSES];
    char path[256];
    Err err = {0};
    Spec spec;
    Network network = {0};
    Infer *infers[N_WAYS] = {NULL};
    WeightOrigin origin;
    snprintf(path, sizeof path, "%s", nettest_path("forward.safetensors"));
    nettest_ok(zoo_load(&spec, "proxy-b0", &err), &err);
    spec.resolution = 16;
    nettest_ok(resolve_network(&network, &spec, &err), &err);
    assert_int_equal(network.classes, CLASSES);
    TestBatch batch = nettest_batch(&network, 1, 1);
    Net *net = nettest_net(&network, &settings, SEED);
    nettest_ok(weights_save(net, NET_WEIGHTS, NULL, path, &weights_own_names, NULL, &err), &err);
    const WeightSource source = {.path = path, .naming = &weights_own_names};
    nettest_ok(weights_infer(&infers[0], &spec, &forward, &source, &origin, &err), &err);
    for (int way = 1; way < N_WAYS; way++)
        nettest_ok(infer_plan(&infers[way], &network, &forward, &err), &err);
    nettest_ok(weights_copy(infers[1], net, &err), &err);
    nettest_ok(weights_draw(infers[2], SEED, &err), &err);
    nettest_ok(weights_draw(infers[3], SEED + 1, &err), &err);
    for (int way = 0; way < N_WAYS; way++)
        run_infer(infers[way], batch.images, logits[way]);
    assert_memory_equal(logits[1], logits[0], sizeof logits[0]);
    assert_memory_equal(logits[2], logits[0], sizeof logits[0]);
    assert_memory_not_equal(logits[3], logits[0], sizeof logits[0]);
    nettest_release_batch(&batch);
    net_destroy(&net);
    network_release(&network);
    nettest_ok(file_remove(path, &err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_tensor),
        cmocka_unit_test(test_extra_tensor),
        cmocka_unit_test(test_wrong_shape),
        cmocka_unit_test(test_wrong_type),
        cmocka_unit_test(test_not_a_number),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_overlapping_offsets),
        cmocka_unit_test(test_headers_that_lie),
        cmocka_unit_test(test_header_bomb),
        cmocka_unit_test(test_opened_as_saved),
        cmocka_unit_test(test_forward_only_has_the_same_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
