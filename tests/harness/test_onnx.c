/*
 * tests/harness/test_onnx.c: the written model read back by protobuf-c. What onnxruntime makes of
 * it is bench/peers/check_onnx.py's matter.
 */
#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "harness/onnx.h"
#include "models/zoo.h"
#include "tests/nn/nettest.h"
#include "weights/naming.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <onnx.pb-c.h>

enum { SIDE = 33, CLASSES = 7, MAX_BYTES = 1 << 28, MAX_CALLS = 100000 };
static const double WIDTH = 0.25;

/* A model file and what it says. */
typedef struct Model {
    char *bytes;
    size_t n_bytes;
    Onnx__ModelProto *proto;
} Model;

static Model write_and_read_of(const Net *net, const WeightOrigin *origin)
{
    Err err = {0};
    Model model = {0};
    const char *path = nettest_path("model.onnx");
    nettest_ok(onnx_write(net, origin, path, &err), &err);
    nettest_ok(file_read(path, MAX_BYTES, &model.bytes, &model.n_bytes, &err), &err);
    nettest_ok(file_remove(path, &err), &err);
    model.proto = onnx__model_proto__unpack(NULL, model.n_bytes, (const uint8_t *)model.bytes);
    assert_non_null(model.proto);
    return model;
}

static Model write_and_read(const Net *net)
{
    const WeightOrigin unknown = {0};
    return write_and_read_of(net, &unknown);
}

static void release(Model *model)
{
    onnx__model_proto__free_unpacked(model->proto, NULL);
    mem_free(model->bytes);
}

static Net *make_net(const Network *network, int threads)
{
    const NetSettings settings = {.batch = 1, .threads = threads, .level = cpu_best_level()};
    return nettest_net(network, &settings, 3);
}

/* --- expectations, restated --- */

static size_t n_activation_nodes(Activation act)
{
    if (act == ACT_NONE)
        return 0;
    return act == ACT_SWISH || act == ACT_HARD_SWISH ? 2 : 1;
}

/* Conv; pool, two Convs, Sigmoid, Mul; Flatten and Gemm; Identity or Concat, Add. */
static size_t n_nodes(const Op *op)
{
    static const size_t fixed[] = {
        [OP_CONV] = 1,      [OP_DEPTHWISE] = 1, [OP_SE] = 5,          [OP_ADD] = 1,
        [OP_MAX_POOL] = 1,  [OP_LINEAR] = 2,    [OP_GLOBAL_POOL] = 1, [OP_AVERAGE_POOL] = 1,
        [OP_NORMALISE] = 0, [OP_CONCAT] = 1,    [OP_SUM] = 1};
    const size_t hidden = op->kind == OP_LINEAR && op->squeeze ? 1 : 0; /* another Gemm */
    const size_t norm = op->batch_norm, shift = op->shift ? 2 : 0;      /* pads, Pad */
    return fixed[op->kind] + norm + shift + hidden + n_activation_nodes(op->act);
}

static const Onnx__TensorProto *find_tensor(const Onnx__GraphProto *graph, const char *name)
{
    for (size_t i = 0; i < graph->n_initializer; i++)
        if (strcmp(graph->initializer[i]->name, name) == 0)
            return graph->initializer[i];
    return NULL;
}

/* True if `name` is there once the first n nodes have run. */
static bool is_known(const Onnx__GraphProto *graph, size_t n, const char *name)
{
    for (size_t i = n; i > 0; i--)
        if (strcmp(graph->node[i - 1]->output[0], name) == 0)
            return true;
    return strcmp(name, "images") == 0 || find_tensor(graph, name) != NULL;
}

/* Every value is made once, before it is read, and every initialiser is read. */
static void check_order(const Onnx__GraphProto *graph)
{
    size_t n_reads = 0;
    for (size_t i = 0; i < graph->n_node; i++) {
        const Onnx__NodeProto *node = graph->node[i];
        assert_false(is_known(graph, i, node->output[0]));
        for (size_t k = 0; k < node->n_input; k++) {
            if (!is_known(graph, i, node->input[k]))
                fail_msg("node '%s' reads '%s' before it is made", node->name, node->input[k]);
            n_reads += find_tensor(graph, node->input[k]) != NULL;
        }
    }
    assert_true(n_reads >= graph->n_initializer);
    assert_string_equal(graph->node[graph->n_node - 1]->output[0], "logits");
}

static void check_tensors(const Onnx__GraphProto *graph, const Net *net)
{
    for (int i = 0; i < net_n_tensors(net); i++) {
        const NetTensor *tensor = net_tensor(net, i);
        const Onnx__TensorProto *found = find_tensor(graph, tensor->name);
        int64_t dims[NET_TENSOR_MAX_DIMS];
        assert_non_null(found);
        assert_int_equal(found->n_dims, naming_conv_shape(tensor, dims));
        assert_memory_equal(found->dims, dims, found->n_dims * sizeof dims[0]);
        assert_int_equal(found->data_type, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
        assert_int_equal(found->raw_data.len, tensor->n_elements * sizeof(float));
        float *data = mem_calloc(tensor->n_elements, sizeof *data);
        assert_non_null(data);
        net_read(net, i, NET_WEIGHTS, data);
        assert_memory_equal(found->raw_data.data, data, found->raw_data.len);
        mem_free(data);
    }
}

static void check_value(const Onnx__ValueInfoProto *value, const char *name, const int64_t *dims,
                        size_t n_dims)
{
    const Onnx__TypeProto__Tensor *tensor = value->type->tensor_type;
    assert_string_equal(value->name, name);
    assert_int_equal(tensor->elem_type, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    assert_int_equal(tensor->shape->n_dim, n_dims);
    assert_string_equal(tensor->shape->dim[0]->dim_param, "batch");
    for (size_t i = 1; i < n_dims; i++)
        assert_int_equal(tensor->shape->dim[i]->dim_value, dims[i]);
}

static void check_network(const char *name)
{
    Network network = nettest_zoo(name, WIDTH, CLASSES, SIDE);
    Net *net = make_net(&network, 1);
    Model model = write_and_read(net);
    const Onnx__GraphProto *graph = model.proto->graph;
    size_t wanted = 0;
    bool has_relu6 = false;
    for (int i = 0; i < network.n_ops; i++) {
        wanted += n_nodes(&network.ops[i]);
        has_relu6 |= network.ops[i].act == ACT_RELU6;
    }
    assert_int_equal(model.proto->ir_version, 8);
    assert_int_equal(model.proto->n_opset_import, 1);
    assert_int_equal(model.proto->opset_import[0]->version, 13);
    assert_string_equal(model.proto->producer_name, "isoflop");
    assert_string_equal(graph->name, network.name);
    assert_int_equal(graph->n_node, wanted);
    assert_int_equal(graph->n_initializer, net_n_tensors(net) + (has_relu6 ? 2 : 0));
    assert_int_equal(graph->n_input, 1);
    assert_int_equal(graph->n_output, 1);
    check_value(graph->input[0], "images", (const int64_t[]){0, 3, SIDE, SIDE}, 4);
    check_value(graph->output[0], "logits", (const int64_t[]){0, CLASSES}, 2);
    check_order(graph);
    check_tensors(graph, net);
    release(&model);
    net_destroy(&net);
    network_release(&network);
}

/* Nodes, initialisers, shapes and data of every network of the zoo. */
static void test_every_network_reads_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoo_count(); i++)
        check_network(zoo_name(i));
}

static const Onnx__AttributeProto *find_attribute(const Onnx__GraphProto *graph, const char *output,
                                                  const char *name)
{
    for (size_t i = 0; i < graph->n_node; i++)
        for (size_t k = 0; k < graph->node[i]->n_attribute; k++)
            if (strcmp(graph->node[i]->output[0], output) == 0 &&
                strcmp(graph->node[i]->attribute[k]->name, name) == 0)
                return graph->node[i]->attribute[k];
    fail_msg("no attribute '%s' of '%s'", name, output);
    return NULL;
}

/* Windows that end beyond the image: 33 px, stride 2, k = 7 pad 3 -> 17 outputs, the last window
 * covers pixels 29 to 35, three beyond; then k = 3 pad 1 over 17 -> 9. */
static void test_windows(void **state)
{
    (void)state;
    static const int64_t strides[] = {2, 2}, stem[] = {3, 3, 3, 3}, pool[] = {1, 1, 1, 1};
    Network network = nettest_zoo("resnet-18", WIDTH, CLASSES, SIDE);
    Net *net = make_net(&network, 1);
    Model model = write_and_read(net);
    const Onnx__GraphProto *graph = model.proto->graph;
    assert_memory_equal(find_attribute(graph, "stem.z", "strides")->ints, strides, sizeof strides);
    assert_memory_equal(find_attribute(graph, "stem.z", "pads")->ints, stem, sizeof stem);
    assert_int_equal(find_attribute(graph, "stem.z", "group")->i, 1);
    const char *pooled = NULL;
    for (int i = 0; i < network.n_ops; i++)
        pooled = network.ops[i].kind == OP_MAX_POOL ? network.ops[i].name : pooled;
    assert_memory_equal(find_attribute(graph, pooled, "pads")->ints, pool, sizeof pool);
    release(&model);
    net_destroy(&net);
    network_release(&network);
}

/* A mean leaves padding out, and says so; the network is the golden one, in the whole. */
static void test_average_pool(void **state)
{
    (void)state;
    static const int64_t pads[] = {1, 1, 1, 1};
    char path[512];
    const char *source = getenv("ISOFLOP_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/tests/golden/average-pool-cifar.yaml",
             source == NULL ? "." : source);
    check_network(path);
    Network network = nettest_zoo(path, WIDTH, CLASSES, SIDE);
    Net *net = make_net(&network, 1);
    Model model = write_and_read(net);
    const Onnx__GraphProto *graph = model.proto->graph;
    assert_int_equal(find_attribute(graph, "stem.pool", "count_include_pad")->i, 0);
    assert_memory_equal(find_attribute(graph, "stem.pool", "pads")->ints, pads, sizeof pads);
    release(&model);
    net_destroy(&net);
    network_release(&network);
}

static const char *property(const Model *model, const char *key)
{
    for (size_t i = 0; i < model->proto->n_metadata_props; i++)
        if (strcmp(model->proto->metadata_props[i]->key, key) == 0)
            return model->proto->metadata_props[i]->value;
    return NULL;
}

static const char *class_name(const void *user, int label)
{
    (void)user;
    return label == 0 ? "yes" : "no";
}

/*
 * Properties say what the model is, at its own resolution, and of a known origin what it was
 * trained on; there is no digest of a file that this is not.
 */
static void test_origin(void **state)
{
    (void)state;
    static const float numbers[ORIGIN_CHANNELS] = {0.5F, 0.25F, 0.125F};
    const OriginData data = {.set = "set",
                             .digest = "abc",
                             .mean = numbers,
                             .deviation = numbers,
                             .center_crop = 1.0,
                             .n_classes = 2,
                             .class_name = class_name};
    Network network = nettest_zoo("mobilenet-v2-cifar", WIDTH, CLASSES, SIDE);
    Network smaller = nettest_zoo("mobilenet-v2-cifar", WIDTH, CLASSES, SIDE - 1);
    Net *net = make_net(&network, 1);
    WeightOrigin origin = {0};
    Err err = {0};
    nettest_ok(origin_make(&origin, &smaller, &data, &err), &err);
    for (int is_known = 0; is_known < 2; is_known++) {
        Model model = is_known ? write_and_read_of(net, &origin) : write_and_read(net);
        assert_string_equal(property(&model, "resolution"), "33");
        assert_string_equal(property(&model, "padding"), network.pads_same ? "same" : "symmetric");
        assert_string_equal(property(&model, "network"), origin.network);
        assert_null(property(&model, "isoflop_digest"));
        if (is_known) {
            assert_string_equal(property(&model, "mean"), "[0.5,0.25,0.125]");
            assert_string_equal(property(&model, "deviation"), "[0.5,0.25,0.125]");
            assert_string_equal(property(&model, "classes"), "[\"yes\",\"no\"]");
            assert_string_equal(property(&model, "data"), "abc");
        } else {
            assert_null(property(&model, "mean"));
            assert_null(property(&model, "classes"));
        }
        release(&model);
    }
    origin_release(&origin);
    net_destroy(&net);
    network_release(&network);
    network_release(&smaller);
}

/* The bytes know nothing of threads. */
static void test_bytes_repeat(void **state)
{
    (void)state;
    Network network = nettest_zoo("efficientnet-v2-s", WIDTH, CLASSES, SIDE);
    Net *one = make_net(&network, 1), *two = make_net(&network, 2);
    Model a = write_and_read(one), b = write_and_read(two);
    assert_int_equal(a.n_bytes, b.n_bytes);
    assert_memory_equal(a.bytes, b.bytes, a.n_bytes);
    release(&a);
    release(&b);
    net_destroy(&one);
    net_destroy(&two);
    network_release(&network);
}

/* Fails the k-th call of a kind, for every k: one error, and the file of before or the new one is
 * there in full. */
static void sweep(const Net *net, SysCallKind kind, int error, ErrCode code)
{
    static const char before[] = "before";
    const WeightOrigin unknown = {0};
    const char *path = nettest_path("fault.onnx");
    Model whole = write_and_read(net);
    long n_faults = 0;
    for (long k = 1; k < MAX_CALLS; k++) {
        Err err = {0};
        char *bytes = NULL;
        size_t n_bytes = 0;
        nettest_ok(file_write(path, before, sizeof before, &err), &err);
        sysfault_arm(kind, k, SYS_FAIL_ALWAYS, error);
        const ErrCode got = onnx_write(net, &unknown, path, &err);
        const bool has_fired = sysfault_fired();
        sysfault_clear();
        if (!has_fired) {
            nettest_ok(got, &err);
            break;
        }
        n_faults++;
        assert_int_equal(got, code);
        err = (Err){0};
        nettest_ok(file_read(path, MAX_BYTES, &bytes, &n_bytes, &err), &err);
        const bool is_new = n_bytes == whole.n_bytes; /* a fault after the rename: not yet synced */
        assert_int_equal(n_bytes, is_new ? whole.n_bytes : sizeof before);
        assert_memory_equal(bytes, is_new ? whole.bytes : before, n_bytes);
        mem_free(bytes);
    }
    assert_true(n_faults > 0);
    release(&whole);
    Err err = {0};
    nettest_ok(file_remove(path, &err), &err);
}

static void test_faults(void **state)
{
    (void)state;
    Network network = nettest_zoo("mobilenet-v2-cifar", WIDTH, CLASSES, 8);
    Net *net = make_net(&network, 1);
    sweep(net, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    sweep(net, SYS_WRITE, ENOSPC, ERR_FULL);
    net_destroy(&net);
    network_release(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_network_reads_back),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_average_pool),
        cmocka_unit_test(test_origin),
        cmocka_unit_test(test_bytes_repeat),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
