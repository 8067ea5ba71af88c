/*
 * tests/weights/test_naming.c: names of tensors in torchvision's and timm's state dicts.
 *
 * The table was written down from the libraries' own `state_dict().keys()` (torchvision 0.29.2's
 * get_model, timm 1.0.31's create_model). That every tensor of such a file arrives at its place is
 * shown by bench/peers/check_logits.py.
 */
#include "base/sys.h"
#include "models/zoo.h"
#include "nettest.h"
#include "weights/naming.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SIDE = 32 };

typedef struct Renaming {
    const char *network, *ours, *torchvision, *timm; /* NULL: the library does not have it */
} Renaming;

static const Renaming renamings[] = {
    /* EfficientNet: stem, block without expansion, block with, SE's two, head, classifier */
    {"efficientnet-b0", "stem.conv.weight", "features.0.0.weight", "conv_stem.weight"},
    {"efficientnet-b0", "stem.bn.running_mean", "features.0.1.running_mean", "bn1.running_mean"},
    {"efficientnet-b0", "stages.0.0.depthwise.conv.weight", "features.1.0.block.0.0.weight",
     "blocks.0.0.conv_dw.weight"},
    {"efficientnet-b0", "stages.0.0.se.reduce.bias", "features.1.0.block.1.fc1.bias",
     "blocks.0.0.se.conv_reduce.bias"},
    {"efficientnet-b0", "stages.0.0.project.conv.weight", "features.1.0.block.2.0.weight",
     "blocks.0.0.conv_pw.weight"},
    {"efficientnet-b0", "stages.0.0.project.bn.weight", "features.1.0.block.2.1.weight",
     "blocks.0.0.bn2.weight"},
    {"efficientnet-b0", "stages.2.1.expand.conv.weight", "features.3.1.block.0.0.weight",
     "blocks.2.1.conv_pw.weight"},
    {"efficientnet-b0", "stages.2.1.depthwise.bn.bias", "features.3.1.block.1.1.bias",
     "blocks.2.1.bn2.bias"},
    {"efficientnet-b0", "stages.2.1.se.expand.weight", "features.3.1.block.2.fc2.weight",
     "blocks.2.1.se.conv_expand.weight"},
    {"efficientnet-b0", "stages.6.0.project.conv.weight", "features.7.0.block.3.0.weight",
     "blocks.6.0.conv_pwl.weight"},
    {"efficientnet-b0", "stages.6.0.project.bn.running_var", "features.7.0.block.3.1.running_var",
     "blocks.6.0.bn3.running_var"},
    {"efficientnet-b0", "head.conv.weight", "features.8.0.weight", "conv_head.weight"},
    {"efficientnet-b0", "head.bn.bias", "features.8.1.bias", "bn2.bias"},
    {"efficientnet-b0", "classifier.weight", "classifier.1.weight", "classifier.weight"},
    /* EfficientNetV2: fused blocks without and with expansion, then MBConv */
    {"efficientnet-v2-s", "stages.0.1.fused.conv.weight", "features.1.1.block.0.0.weight",
     "blocks.0.1.conv.weight"},
    {"efficientnet-v2-s", "stages.0.1.fused.bn.weight", "features.1.1.block.0.1.weight",
     "blocks.0.1.bn1.weight"},
    {"efficientnet-v2-s", "stages.1.0.fused.conv.weight", "features.2.0.block.0.0.weight",
     "blocks.1.0.conv_exp.weight"},
    {"efficientnet-v2-s", "stages.1.0.project.conv.weight", "features.2.0.block.1.0.weight",
     "blocks.1.0.conv_pwl.weight"},
    {"efficientnet-v2-s", "stages.1.0.project.bn.bias", "features.2.0.block.1.1.bias",
     "blocks.1.0.bn2.bias"},
    {"efficientnet-v2-s", "stages.3.0.se.reduce.weight", "features.4.0.block.2.fc1.weight",
     "blocks.3.0.se.conv_reduce.weight"},
    {"efficientnet-v2-s", "head.conv.weight", "features.7.0.weight", "conv_head.weight"},
    /* MobileNetV2: one flat list of blocks, the projection not wrapped */
    {"mobilenet-v2", "stem.bn.bias", "features.0.1.bias", NULL},
    {"mobilenet-v2", "stages.0.0.depthwise.conv.weight", "features.1.conv.0.0.weight", NULL},
    {"mobilenet-v2", "stages.0.0.project.conv.weight", "features.1.conv.1.weight", NULL},
    {"mobilenet-v2", "stages.0.0.project.bn.weight", "features.1.conv.2.weight", NULL},
    {"mobilenet-v2", "stages.2.2.expand.conv.weight", "features.6.conv.0.0.weight", NULL},
    {"mobilenet-v2", "stages.2.2.depthwise.bn.running_var", "features.6.conv.1.1.running_var",
     NULL},
    {"mobilenet-v2", "stages.6.0.project.conv.weight", "features.17.conv.2.weight", NULL},
    {"mobilenet-v2", "stages.6.0.project.bn.running_mean", "features.17.conv.3.running_mean", NULL},
    {"mobilenet-v2", "head.conv.weight", "features.18.0.weight", NULL},
    {"mobilenet-v2", "classifier.bias", "classifier.1.bias", NULL},
    /* MobileNetV3: one flat list of blocks, squeeze and excitation inside, two layers at the end */
    {"mobilenet-v3-small", "stages.0.0.depthwise.conv.weight", "features.1.block.0.0.weight", NULL},
    {"mobilenet-v3-small", "stages.0.0.se.reduce.bias", "features.1.block.1.fc1.bias", NULL},
    {"mobilenet-v3-small", "stages.4.1.se.expand.weight", "features.6.block.2.fc2.weight", NULL},
    {"mobilenet-v3-small", "stages.6.2.project.bn.weight", "features.11.block.3.1.weight", NULL},
    {"mobilenet-v3-small", "head.conv.weight", "features.12.0.weight", NULL},
    {"mobilenet-v3-small", "classifier.hidden.weight", "classifier.0.weight", NULL},
    {"mobilenet-v3-small", "classifier.bias", "classifier.3.bias", NULL},
    /* MNASNet: one flat list of layers, stacks from the ninth on */
    {"mnasnet-b1", "stem.conv.weight", "layers.0.weight", NULL},
    {"mnasnet-b1", "stages.0.0.depthwise.bn.weight", "layers.4.weight", NULL},
    {"mnasnet-b1", "stages.0.0.project.conv.weight", "layers.6.weight", NULL},
    {"mnasnet-b1", "stages.1.0.expand.conv.weight", "layers.8.0.layers.0.weight", NULL},
    {"mnasnet-b1", "stages.2.2.depthwise.conv.weight", "layers.9.2.layers.3.weight", NULL},
    {"mnasnet-b1", "stages.6.0.project.bn.bias", "layers.13.0.layers.7.bias", NULL},
    {"mnasnet-b1", "head.conv.weight", "layers.14.weight", NULL},
    {"mnasnet-b1", "head.bn.running_var", "layers.15.running_var", NULL},
    {"mnasnet-b1", "classifier.weight", "classifier.1.weight", NULL},
    /* ResNet: basic and bottleneck blocks */
    {"resnet-18", "stem.conv.weight", "conv1.weight", NULL},
    {"resnet-18", "stem.bn.weight", "bn1.weight", NULL},
    {"resnet-18", "stages.0.1.conv2.conv.weight", "layer1.1.conv2.weight", NULL},
    {"resnet-18", "stages.1.0.shortcut.conv.weight", "layer2.0.downsample.0.weight", NULL},
    {"resnet-18", "stages.1.0.shortcut.bn.running_mean", "layer2.0.downsample.1.running_mean",
     NULL},
    {"resnet-152", "stages.2.35.conv3.conv.weight", "layer3.35.conv3.weight", NULL},
    {"wide-resnet-50-2", "stages.3.2.conv1.bn.bias", "layer4.2.bn1.bias", NULL},
    {"resnet-18", "classifier.bias", "fc.bias", NULL},
};

static const NetTensor *find_tensor(const Net *net, const char *name)
{
    for (int i = 0; i < net_n_tensors(net); i++)
        if (strcmp(net_tensor(net, i)->name, name) == 0)
            return net_tensor(net, i);
    fail_msg("no tensor '%s'", name);
    return NULL;
}

static Net *make_net(const Network *network)
{
    Err err = {0};
    Net *net = NULL;
    const NetSettings settings = {.batch = 1, .threads = 1, .level = CPU_GENERIC};
    nettest_ok(net_create(&net, network, &settings, &err), &err);
    return net;
}

static void check_name(const WeightNaming *naming, const Network *network, const NetTensor *tensor,
                       const char *wanted)
{
    char name[NET_TENSOR_NAME_MAX];
    if (wanted == NULL)
        return;
    naming->rename(network, tensor, name);
    assert_string_equal(name, wanted);
}

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(renamings); i++) {
        const Renaming *r = &renamings[i];
        Network network = nettest_zoo(r->network, 1.0, 0, SIDE);
        Net *net = make_net(&network);
        const NetTensor *tensor = find_tensor(net, r->ours);
        check_name(&naming_torchvision, &network, tensor, r->torchvision);
        check_name(&naming_timm, &network, tensor, r->timm);
        check_name(&weights_own_names, &network, tensor, r->ours);
        net_destroy(&net);
        network_release(&network);
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void check_distinct(const WeightNaming *naming, const Net *net)
{
    const size_t n = (size_t)net_n_tensors(net);
    char(*names)[NET_TENSOR_NAME_MAX] = mem_calloc(n, sizeof *names);
    assert_non_null(names);
    for (size_t i = 0; i < n; i++)
        naming->rename(net_network(net), net_tensor(net, (int)i), names[i]);
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 1; i < n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            fail_msg("%s: two tensors of '%s' are called '%s'", naming->name,
                     net_network(net)->name, names[i]);
    mem_free(names);
}

/* No two tensors share a name, in any network that torchvision has; timm has the EfficientNets. */
static void test_names_are_distinct(void **state)
{
    (void)state;
    int n_torchvision = 0, n_timm = 0;
    for (size_t i = 0; i < zoo_count(); i++) {
        Err err = {0};
        Spec spec;
        nettest_ok(zoo_load(&spec, zoo_name(i), &err), &err);
        if (isnan(spec.torchvision_epsilon))
            continue;
        Network network = nettest_zoo(zoo_name(i), 1.0, 0, SIDE);
        Net *net = make_net(&network);
        check_distinct(&naming_torchvision, net);
        n_torchvision++;
        if (strncmp(zoo_name(i), "efficientnet", strlen("efficientnet")) == 0) {
            check_distinct(&naming_timm, net);
            n_timm++;
        }
        net_destroy(&net);
        network_release(&network);
    }
    assert_int_equal(n_torchvision, 19); /* B0-B7, V2-S, three MobileNets, MNASNet, six ResNets */
    assert_int_equal(n_timm, 9);
}

/* SE's layers are convolutions there, and only they change shape. */
static void test_shapes(void **state)
{
    (void)state;
    Network network = nettest_zoo("efficientnet-b0", 1.0, 0, SIDE);
    Net *net = make_net(&network);
    int64_t dims[NET_TENSOR_MAX_DIMS];
    assert_int_equal(naming_conv_shape(find_tensor(net, "stages.1.0.se.reduce.weight"), dims), 4);
    assert_memory_equal(dims, ((int64_t[]){4, 96, 1, 1}), sizeof dims);
    assert_int_equal(naming_conv_shape(find_tensor(net, "stages.1.0.se.reduce.bias"), dims), 1);
    assert_int_equal(naming_conv_shape(find_tensor(net, "classifier.weight"), dims), 2);
    assert_int_equal(dims[0], 1000);
    assert_int_equal(dims[1], 1280);
    net_destroy(&net);
    network_release(&network);
}

/* PyTorch's counters are left out; nothing else is. */
static void test_batch_counts_are_ignored(void **state)
{
    (void)state;
    assert_true(naming_torchvision.is_ignored("features.0.1.num_batches_tracked"));
    assert_false(naming_torchvision.is_ignored("features.0.1.running_mean"));
    assert_false(weights_own_names.is_ignored("stem.bn.num_batches_tracked"));
}

/*
 * What their weights ask of the network: torchvision's its own epsilon and symmetric padding,
 * timm's TensorFlow's epsilon and padding, ours nothing; torchvision refuses what it does not have.
 */
static void test_networks_are_adapted(void **state)
{
    (void)state;
    Err err = {0};
    Spec spec;
    assert_null(weights_own_names.adapt);
    nettest_ok(zoo_load(&spec, "mobilenet-v2", &err), &err);
    spec.padding = PADDING_SAME;
    nettest_ok(naming_torchvision.adapt(&spec, &err), &err);
    assert_true(spec.batch_norm.epsilon == 1e-5 && spec.padding == PADDING_SYMMETRIC);
    nettest_ok(naming_timm.adapt(&spec, &err), &err);
    assert_true(spec.batch_norm.epsilon == 1e-3 && spec.padding == PADDING_SAME);
    nettest_ok(zoo_load(&spec, "proxy-b0", &err), &err);
    assert_int_equal(naming_torchvision.adapt(&spec, &err), ERR_USAGE);
    assert_string_equal(err.msg, "torchvision does not have the network 'proxy-b0'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_are_distinct),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_batch_counts_are_ignored),
        cmocka_unit_test(test_networks_are_adapted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
