/* Costs of the papers' networks, to the integer. */
#include "tests/models/layers_b0.h"
#include "tests/models/models_test.h"

#include "models/cost.h"

#include <string.h>

/*
 * Counted by the official rounding rules and confirmed by torchvision hooks (0.14; ResNet-34, -101,
 * wide ResNet, EfficientNetV2-S and MobileNetV3 by 0.29) where torchvision has the network;
 * independent of this code.
 */
static const struct {
    const char *name;
    double width;
    int64_t params, macs, acts;
} counts[] = {
    {"efficientnet-b0", 1.0, 5288548, 385814752, 6748036},
    {"efficientnet-b1", 1.0, 7794184, 686802832, 10884328},
    {"efficientnet-b2", 1.0, 9109994, 993561872, 13832834},
    {"efficientnet-b3", 1.0, 12233232, 1827141392, 23831296},
    {"efficientnet-b4", 1.0, 19341616, 4393771024, 49489032},
    {"efficientnet-b5", 1.0, 30389784, 10266384752, 98857400},
    {"efficientnet-b6", 1.0, 43040704, 19067593536, 167393400},
    {"efficientnet-b7", 1.0, 66347960, 37745884192, 289939464},
    {"efficientnet-v2-s", 1.0, 21458488, 8365617152, 35766624},
    {"mobilenet-v1", 1.0, 4231976, 568740352, 5043688},
    {"mobilenet-v1", 0.5, 1331592, 149497088, 2522344},
    {"mobilenet-v2", 1.0, 3504872, 300774272, 6679112},
    {"mobilenet-v2", 1.4, 6108776, 582195824, 9574424},
    {"mobilenet-v3-small", 1.0, 2542856, 56510400, 1417680},
    {"mobilenet-v3-large", 1.0, 5483032, 216589760, 4407168},
    {"resnet-18", 1.0, 11689512, 1814073344, 2484712},
    {"resnet-34", 1.0, 21797672, 3663761408, 3739112},
    {"resnet-50", 1.0, 25557032, 4089184256, 11114984},
    {"resnet-50-v1", 1.0, 25557032, 3857973248, 10588136},
    {"resnet-101", 1.0, 44549160, 7801405440, 16232936},
    {"resnet-152", 1.0, 60192808, 11513626624, 22555112},
    {"resnet-152-v1", 1.0, 60192808, 11282415616, 22028264},
    {"wide-resnet-50-2", 1.0, 68883240, 11398021120, 14401512},
    {"mnasnet-a1", 1.0, 3887038, 311579072, 6227062},
    {"mnasnet-b1", 1.0, 4383312, 314415872, 5457640},
};

static void networks_cost_what_the_papers_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        Network network = zoo_network(counts[i].name, counts[i].width, 1.0, RESOLVE_UNSET);
        if (network.params != counts[i].params || network.macs != counts[i].macs ||
            network.acts != counts[i].acts)
            fail_msg("%s at width %g: %lld params, %lld macs, %lld acts", counts[i].name,
                     counts[i].width, (long long)network.params, (long long)network.macs,
                     (long long)network.acts);
        network_release(&network);
    }
}

/* Every layer of B0 with its shape, parameters and multiply-adds; nothing more and nothing less. */
static void b0_layer_by_layer(void **state)
{
    (void)state;
    Network network = zoo_network("efficientnet-b0", 1.0, 1.0, RESOLVE_UNSET);
    size_t n = 0;
    for (int i = 0; i < network.n_ops; i++) {
        const Op *op = &network.ops[i];
        if (!cost_is_layer(op))
            continue;
        assert_true(n < ARRAY_LEN(layers_b0));
        const LayerB0 *layer = &layers_b0[n++];
        assert_string_equal(op->name, layer->name);
        assert_int_equal(op->kernel, layer->kernel);
        assert_int_equal(op->stride, layer->stride);
        assert_int_equal(op->in_channels, layer->in_channels);
        assert_int_equal(op->out_channels, layer->out_channels);
        assert_int_equal(op->squeeze, layer->squeeze);
        if (op->kind != OP_SE) /* the table gives the size of SE's hidden map */
            assert_int_equal(op->out_size, layer->out_size);
        assert_int_equal(op->params, layer->params);
        assert_int_equal(op->macs, layer->macs);
    }
    assert_int_equal(n, ARRAY_LEN(layers_b0));
    network_release(&network);
}

static void proxy_b0_costs_756528(void **state)
{
    (void)state;
    Network network = zoo_network("proxy-b0", 1.0, 1.0, RESOLVE_UNSET);
    assert_int_equal(network.macs, 756528);
    network_release(&network);
}

static CostMemory memory_of(const char *yaml)
{
    Spec spec;
    Network network;
    CostMemory memory;
    Err err = {0};
    assert_int_equal(spec_parse(&spec, "tiny", yaml, strlen(yaml), &err), ERR_NONE);
    assert_int_equal(resolve_network(&network, &spec, &err), ERR_NONE);
    assert_int_equal(cost_memory(&memory, &network, &err), ERR_NONE);
    network_release(&network);
    return memory;
}

/*
 * By hand: stem 3x3, 3 -> 2 channels, stride 1, on 4 px; one conv block 1x1, 2 -> 5; classifier 5
 * -> 3. Floats: stem 54 + 4 and running 4, block 10 + 10 and running 10, classifier 18. The largest
 * moment is the block: 2 + 5 channels on 16 pixels. Training keeps the outputs of stem and block.
 */
static void memory_by_hand(void **state)
{
    (void)state;
    static const char yaml[] =
        "{name: tiny, resolution: 4, classes: 3, activation: relu, stem: {stride: 1, channels: 2}, "
        "stages: [{op: conv, kernel: 1, channels: 5}]}";
    const CostMemory memory = memory_of(yaml);
    assert_int_equal(memory.params_bytes, 4 * (54 + 4 + 4 + 10 + 10 + 10 + 18));
    assert_int_equal(memory.inference_bytes, 4 * (2 + 5) * 16);
    assert_int_equal(memory.training_bytes, 4 * (2 + 5) * 16);
}

/*
 * A residual block keeps its input alive until the sum: 8 channels of input, 32 expanded in and out
 * of the depthwise.
 */
static void memory_keeps_the_shortcut(void **state)
{
    (void)state;
    static const char yaml[] =
        "{name: tiny, resolution: 4, classes: 3, activation: relu, stem: {stride: 1, channels: 8}, "
        "stages: [{op: mbconv, expand: 4, channels: 8}]}";
    const CostMemory memory = memory_of(yaml);
    assert_int_equal(memory.inference_bytes, 4 * (8 + 32 + 32) * 16);
}

/* The last row carries the sums. */
static void table_ends_with_totals(void **state)
{
    (void)state;
    Network network = zoo_network("efficientnet-b0", 1.0, 1.0, RESOLVE_UNSET);
    Text text = {0};
    Err err = {0};
    cost_table(&network, &text);
    assert_int_equal(text_ok(&text, &err), ERR_NONE);
    const char *total = strstr(text_string(&text), "\ntotal ");
    assert_non_null(total);
    assert_non_null(strstr(total, " 5.289 M  385.8 M  6.748 M\n"));
    assert_non_null(strstr(text_string(&text), "stages.6.0.project "));
    text_release(&text);
    network_release(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_cost_what_the_papers_do),
        cmocka_unit_test(b0_layer_by_layer),
        cmocka_unit_test(proxy_b0_costs_756528),
        cmocka_unit_test(memory_by_hand),
        cmocka_unit_test(memory_keeps_the_shortcut),
        cmocka_unit_test(table_ends_with_totals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
