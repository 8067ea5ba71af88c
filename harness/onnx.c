/*
 * harness/onnx.c: operations to ONNX nodes, weights to initialisers, packed by protobuf-c.
 *
 * Everything hangs on one arena; a failed allocation sticks to it and is reported once, before
 * packing. Which nodes an operation is, its row says (models/onnx_nodes.h).
 */
#include "harness/onnx.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/sys.h"
#include "models/ops.h"
#include "weights/naming.h"

#include <onnx.pb-c.h>
#include <string.h>

enum {
    IR_VERSION = 8,
    OPSET_VERSION = 13,
    IMAGE_DIMS = 4,
    IMAGE_CHANNELS = 3,
    CONSTANTS = 2, /* bounds of ReLU6 */
};

static const float RELU6_LIMIT = 6.0F;

/* The graph as it grows. */
typedef struct Graph {
    Arena arena;
    const Net *net;
    Onnx__NodeProto **nodes;
    size_t n_nodes, max_nodes;
    Onnx__TensorProto **tensors;
    size_t n_tensors, max_tensors;
} Graph;

/* --- building blocks --- */

static char *text(Graph *graph, const char *string)
{
    return arena_text(&graph->arena, string);
}

static void add_tensor(Graph *graph, const char *name, const float *data, size_t n,
                       const int64_t *dims, size_t n_dims)
{
    Onnx__TensorProto *tensor = arena_zalloc(&graph->arena, 1, sizeof *tensor);
    int64_t *own_dims = arena_zalloc(&graph->arena, n_dims, sizeof *own_dims);
    if (!tensor || !own_dims || graph->n_tensors == graph->max_tensors)
        return;
    for (size_t i = 0; i < n_dims; i++)
        own_dims[i] = dims[i];
    onnx__tensor_proto__init(tensor);
    tensor->name = text(graph, name);
    tensor->n_dims = n_dims;
    tensor->dims = own_dims;
    tensor->has_data_type = 1;
    tensor->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    tensor->has_raw_data = 1;
    tensor->raw_data.len = n * sizeof(float);
    tensor->raw_data.data = (uint8_t *)(uintptr_t)data;
    graph->tensors[graph->n_tensors++] = tensor;
}

/* A node with one output; inputs end at the first NULL. */
static Onnx__NodeProto *add_node(Graph *graph, const char *type, const char *output,
                                 const char *const inputs[ONNX_INPUTS_MAX])
{
    Onnx__NodeProto *node = arena_zalloc(&graph->arena, 1, sizeof *node);
    char **names = arena_zalloc(&graph->arena, ONNX_INPUTS_MAX + 1, sizeof *names);
    if (!node || !names || graph->n_nodes == graph->max_nodes)
        return NULL;
    onnx__node_proto__init(node);
    for (node->n_input = 0; node->n_input < ONNX_INPUTS_MAX && inputs[node->n_input];
         node->n_input++)
        names[node->n_input] = text(graph, inputs[node->n_input]);
    node->input = names;
    node->output = names + ONNX_INPUTS_MAX;
    node->output[0] = text(graph, output);
    node->n_output = 1;
    node->name = node->output[0];
    node->op_type = text(graph, type);
    graph->nodes[graph->n_nodes++] = node;
    return node;
}

static Onnx__AttributeProto *add_attribute(Graph *graph, Onnx__NodeProto *node, const char *name,
                                           Onnx__AttributeProto__AttributeType type)
{
    Onnx__AttributeProto *attribute = arena_zalloc(&graph->arena, 1, sizeof *attribute);
    if (!node || !attribute)
        return NULL;
    if (node->attribute == NULL)
        node->attribute = arena_zalloc(&graph->arena, ONNX_ATTRIBUTES_MAX, sizeof *node->attribute);
    if (node->attribute == NULL)
        return NULL;
    onnx__attribute_proto__init(attribute);
    attribute->name = text(graph, name);
    attribute->has_type = 1;
    attribute->type = type;
    node->attribute[node->n_attribute++] = attribute;
    return attribute;
}

static void add_int(Graph *graph, Onnx__NodeProto *node, const char *name, int64_t value)
{
    Onnx__AttributeProto *attribute =
        add_attribute(graph, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    if (attribute == NULL)
        return;
    attribute->has_i = 1;
    attribute->i = value;
}

static void add_float(Graph *graph, Onnx__NodeProto *node, const char *name, float value)
{
    Onnx__AttributeProto *attribute =
        add_attribute(graph, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    if (attribute == NULL)
        return;
    attribute->has_f = 1;
    attribute->f = value;
}

static void add_ints(Graph *graph, Onnx__NodeProto *node, const char *name, const int64_t *values,
                     size_t n)
{
    Onnx__AttributeProto *attribute =
        add_attribute(graph, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
    int64_t *own = arena_zalloc(&graph->arena, n, sizeof *own);
    if (!attribute || !own)
        return;
    memcpy(own, values, n * sizeof *own);
    attribute->ints = own;
    attribute->n_ints = n;
}

/* --- operations --- */

/* ".z" of "stem" is "stem.z"; a name without a dot in front is whole. */
static const char *whole_name(Graph *graph, const Op *op, const char *name)
{
    return name[0] == '.' ? arena_printf(&graph->arena, "%s%s", op->name, name) : name;
}

static void add_attribute_of(Graph *graph, Onnx__NodeProto *node, const OnnxAttribute *attribute)
{
    switch (attribute->type) {
    case ONNX_INT:
        add_int(graph, node, attribute->name, attribute->ints[0]);
        break;
    case ONNX_INTS:
        add_ints(graph, node, attribute->name, attribute->ints, (size_t)attribute->n);
        break;
    case ONNX_FLOAT:
        add_float(graph, node, attribute->name, attribute->number);
        break;
    }
}

/* Takes a node from an operation's row. */
static void take_node(const OnnxPort *port, const Op *op, const OnnxNode *node)
{
    Graph *graph = port->graph;
    const char *inputs[ONNX_INPUTS_MAX] = {NULL};
    for (int i = 0; i < ONNX_INPUTS_MAX && node->inputs[i] != NULL; i++)
        inputs[i] = whole_name(graph, op, node->inputs[i]);
    Onnx__NodeProto *proto =
        add_node(graph, node->type, whole_name(graph, op, node->output), inputs);
    for (int i = 0; i < ONNX_ATTRIBUTES_MAX && node->attributes[i].name != NULL; i++)
        add_attribute_of(graph, proto, &node->attributes[i]);
}

static const char *output_of(const Network *network, int index)
{
    if (index == INPUT_IMAGES)
        return "images";
    return index == network->n_ops - 1 ? "logits" : network->ops[index].name;
}

static void add_op(Graph *graph, int index)
{
    const Network *network = net_network(graph->net);
    const Op *op = &network->ops[index];
    const OnnxPort port = {
        .input = output_of(network, op->input),
        .shortcut = output_of(network, op->shortcut),
        .output = output_of(network, index),
        .bn_epsilon = network->bn_epsilon,
        .node = take_node,
        .graph = graph,
    };
    ops_row(op->kind)->onnx(op, &port);
}

/* --- the model --- */

static bool has_relu6(const Network *network)
{
    for (int i = 0; i < network->n_ops; i++)
        if (network->ops[i].act == ACT_RELU6)
            return true;
    return false;
}

static void add_weights(Graph *graph)
{
    static const float bounds[CONSTANTS] = {0.0F, RELU6_LIMIT};
    if (has_relu6(net_network(graph->net))) { /* runtimes warn of constants that nobody reads */
        add_tensor(graph, ONNX_ZERO, &bounds[0], 1, NULL, 0);
        add_tensor(graph, ONNX_SIX, &bounds[1], 1, NULL, 0);
    }
    for (int i = 0; i < net_n_tensors(graph->net); i++) {
        const NetTensor *tensor = net_tensor(graph->net, i);
        float *data = arena_zalloc(&graph->arena, tensor->n_elements, sizeof *data);
        if (data == NULL)
            return;
        net_read(graph->net, i, NET_WEIGHTS, data);
        int64_t dims[NET_TENSOR_MAX_DIMS];
        const int n_dims = naming_conv_shape(tensor, dims);
        add_tensor(graph, tensor->name, data, tensor->n_elements, dims, (size_t)n_dims);
    }
}

/* A float value of the given dimensions; the first is the dynamic batch. */
static Onnx__ValueInfoProto *value_info(Graph *graph, const char *name, const int64_t *dims,
                                        size_t n_dims)
{
    Onnx__ValueInfoProto *info = arena_zalloc(&graph->arena, 1, sizeof *info);
    Onnx__TypeProto *type = arena_zalloc(&graph->arena, 1, sizeof *type);
    Onnx__TypeProto__Tensor *tensor = arena_zalloc(&graph->arena, 1, sizeof *tensor);
    Onnx__TensorShapeProto *shape = arena_zalloc(&graph->arena, 1, sizeof *shape);
    Onnx__TensorShapeProto__Dimension **list = arena_zalloc(&graph->arena, n_dims, sizeof(void *));
    Onnx__TensorShapeProto__Dimension *items = arena_zalloc(&graph->arena, n_dims, sizeof *items);
    if (!info || !type || !tensor || !shape || !list || !items)
        return NULL;
    onnx__value_info_proto__init(info);
    onnx__type_proto__init(type);
    onnx__type_proto__tensor__init(tensor);
    onnx__tensor_shape_proto__init(shape);
    for (size_t i = 0; i < n_dims; i++) {
        onnx__tensor_shape_proto__dimension__init(&items[i]);
        items[i].value_case = i ? ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                                : ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
        if (i)
            items[i].dim_value = dims[i];
        else
            items[i].dim_param = text(graph, "batch");
        list[i] = &items[i];
    }
    shape->n_dim = n_dims;
    shape->dim = list;
    tensor->has_elem_type = 1;
    tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    tensor->shape = shape;
    type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    type->tensor_type = tensor;
    info->name = text(graph, name);
    info->type = type;
    return info;
}

static ErrCode pack(const Onnx__ModelProto *model, const char *path, Err *err)
{
    const size_t n_bytes = onnx__model_proto__get_packed_size(model);
    uint8_t *bytes = mem_alloc(n_bytes);
    if (bytes == NULL)
        return err_memory(err, n_bytes);
    (void)onnx__model_proto__pack(model, bytes);
    const ErrCode code = file_write(path, bytes, n_bytes, err);
    mem_free(bytes);
    return code;
}

/* Where the weights are from, at the model's own resolution. */
static ErrCode add_origin(Graph *graph, const WeightOrigin *origin, Onnx__ModelProto *model,
                          Err *err)
{
    MetadataEntry entries[ORIGIN_ENTRIES];
    size_t n = 0;
    TRY(origin_entries(origin, net_network(graph->net), &graph->arena, entries, &n, err));
    Onnx__StringStringEntryProto *items = arena_zalloc(&graph->arena, n, sizeof *items);
    model->metadata_props = arena_zalloc(&graph->arena, n, sizeof(void *));
    TRY(arena_ok(&graph->arena, err));
    for (size_t i = 0; i < n; i++) {
        onnx__string_string_entry_proto__init(&items[i]);
        items[i].key = text(graph, entries[i].key);
        items[i].value = text(graph, entries[i].value);
        model->metadata_props[i] = &items[i];
    }
    model->n_metadata_props = n;
fail:
    return err->code;
}

static ErrCode write_model(Graph *graph, const WeightOrigin *origin, const char *path, Err *err)
{
    const Network *network = net_network(graph->net);
    const int64_t image[IMAGE_DIMS] = {0, IMAGE_CHANNELS, network->resolution, network->resolution};
    const int64_t logits[2] = {0, network->classes};
    Onnx__ValueInfoProto *input = value_info(graph, "images", image, IMAGE_DIMS);
    Onnx__ValueInfoProto *output = value_info(graph, "logits", logits, 2);
    Onnx__GraphProto body = ONNX__GRAPH_PROTO__INIT;
    Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT;
    Onnx__OperatorSetIdProto *opsets[] = {&opset};
    Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
    opset.domain = text(graph, "");
    opset.has_version = 1;
    opset.version = OPSET_VERSION;
    body.name = text(graph, network->name);
    body.n_node = graph->n_nodes;
    body.node = graph->nodes;
    body.n_initializer = graph->n_tensors;
    body.initializer = graph->tensors;
    body.n_input = 1;
    body.input = &input;
    body.n_output = 1;
    body.output = &output;
    model.has_ir_version = 1;
    model.ir_version = IR_VERSION;
    model.producer_name = text(graph, "isoflop");
    model.n_opset_import = 1;
    model.opset_import = opsets;
    model.graph = &body;
    TRY(add_origin(graph, origin, &model, err));
    TRY(arena_ok(&graph->arena, err));
    TRY(pack(&model, path, err));
fail:
    return err->code;
}

ErrCode onnx_write(const Net *net, const WeightOrigin *origin, const char *path, Err *err)
{
    const Network *network = net_network(net);
    Graph graph = {.net = net};
    graph.max_nodes = (size_t)network->n_ops * ONNX_NODES_MAX;
    graph.max_tensors = (size_t)net_n_tensors(net) + CONSTANTS;
    graph.nodes = arena_zalloc(&graph.arena, graph.max_nodes, sizeof *graph.nodes);
    graph.tensors = arena_zalloc(&graph.arena, graph.max_tensors, sizeof *graph.tensors);
    TRY(arena_ok(&graph.arena, err));
    add_weights(&graph);
    for (int i = 0; i < network->n_ops; i++)
        add_op(&graph, i);
    TRY(write_model(&graph, origin, path, err));
fail:
    arena_release(&graph.arena);
    return err->code;
}
