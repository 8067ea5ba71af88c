/*
 * models/spec_types.h: a network specification as plain data; models/spec.h says what it is.
 */
#ifndef MODELS_SPEC_TYPES_H
#define MODELS_SPEC_TYPES_H

#include "models/network.h"

#include <stdbool.h>

enum {
    SPEC_MAX_STAGES = 32,
    SPEC_MAX_CHANNELS = 65536, /* of any convolution; keeps all products far from overflow */
    SPEC_MAX_LAYERS = 1000,    /* of one stage */
    SPEC_MAX_CLASSES = 1000000,
    SPEC_MAX_PIXELS = 65536, /* height and width of the images */
    SPEC_MAX_KERNEL = 31,
};

/* `op` of a stage: which block it repeats. */
typedef enum BlockKind {
    BLOCK_CONV,   /* k x k convolution, BN, activation */
    BLOCK_DSCONV, /* MobileNetV1: depthwise k x k, BN, act, 1 x 1, BN, act */
    BLOCK_MBCONV, /* expand 1 x 1 (left out when expand is 1), depthwise k x k, SE, project 1 x 1,
                     skip */
    BLOCK_FUSED_MBCONV, /* k x k to expand times the channels, SE, project 1 x 1, skip; expand 1:
                           one k x k */
    BLOCK_BASIC,        /* ResNet: two k x k, shortcut */
    BLOCK_BOTTLENECK,   /* ResNet: 1 x 1 to inner times the channels, k x k, 1 x 1, shortcut */
    BLOCK_IDENTITY,     /* nothing; where stride or channels change a linear 1 x 1 with BN */
    BLOCK_CELL,         /* a graph of operations of the file's own: CellSpec */
} BlockKind;

/* `skip` of a stage: what a block adds to its output, where that has the input's channels. */
typedef enum SkipKind {
    SKIP_NONE,
    SKIP_IDENTITY, /* its input, where stride is 1 too */
    SKIP_POOL,     /* the mean of 3 x 3 pixels of its input, padding not counted, at its stride */
} SkipKind;

/* `activation` of a stage that does not name one. */
enum { SPEC_ACTIVATION_OF_NETWORK = ACT_SIGMOID + 1 };

/* `se_activation` of a stage that does not name one. */
enum { SPEC_ACTIVATION_OF_STAGE = ACT_SIGMOID + 1 };

/* `se_of` of a stage: of which channels `se` is a share. */
typedef enum SeOf {
    SE_OF_INPUT,  /* the block's input: cut down to a whole number (EfficientNet) */
    SE_OF_HIDDEN, /* those it gates: by the rule of rounding (MobileNetV3) */
} SeOf;

typedef enum Padding {
    PADDING_SYMMETRIC, /* (k-1)/2 on each side: PyTorch's */
    PADDING_SAME,      /* TensorFlow's: the odd pixel goes below and right */
} Padding;

typedef enum DepthRule {
    DEPTH_CEIL,  /* ceil(d * layers - 1e-9): the papers' */
    DEPTH_ROUND, /* nearest, half up, at least 1 */
} DepthRule;

typedef enum HeadScale {
    HEAD_ALWAYS, /* the head's channels scale like any other */
    HEAD_UP,     /* only by factors above 1 (MobileNetV2) */
    HEAD_NEVER,  /* fixed (MnasNet) */
} HeadScale;

typedef enum StrideOn {
    STRIDE_ON_KERNEL, /* ResNet v1.5: a bottleneck's stride lies on its k x k */
    STRIDE_ON_FIRST,  /* ResNet v1: on its first 1 x 1 */
} StrideOn;

typedef enum StemPool {
    STEM_POOL_MAX,
    STEM_POOL_AVERAGE, /* padding does not count */
} StemPool;

typedef enum StemPadding {
    STEM_PADDING_OF_NETWORK,
    STEM_PADDING_VALID, /* none: all windows lie in the image */
} StemPadding;

typedef struct Rounding {
    int divisor;  /* channels become multiples of it; 1 or more */
    double limit; /* a rounded count below limit * exact goes one divisor up; 0: never */
    int min;      /* smallest channel count; 0: the divisor */
    int depth;    /* DepthRule */
} Rounding;

typedef struct StemSpec {
    int kernel; /* odd */
    int stride; /* 1 or 2 */
    int channels;
    bool scale;     /* width scaling applies */
    int pool;       /* kernel of a pool of stride 2 behind it; 0: none */
    int pool_kind;  /* StemPool */
    int padding;    /* StemPadding */
    bool norm;      /* batch norm behind it */
    int activation; /* behind that: Activation, or SPEC_ACTIVATION_OF_NETWORK */
} StemSpec;

/* What a node of a cell is. */
typedef enum CellOp {
    CELL_CONV,
    CELL_SEPARABLE, /* twice: depthwise, 1 x 1 */
    CELL_MAX_POOL,
    CELL_AVERAGE_POOL,
    CELL_IDENTITY, /* its input; a 1 x 1 where stride or channels differ */
    CELL_FIT,      /* its input at the cell's size; a factorised reduction where that is half */
    CELL_NORM,
    CELL_ACTIVATION,
    CELL_ADD,
    CELL_CONCAT,
} CellOp;

/* Where batch norm and activation stand in a cell's convolutions. */
typedef enum CellOrder {
    CELL_CONV_NORM_ACT,
    CELL_ACT_CONV_NORM, /* NASNet, AmoebaNet */
    CELL_NORM_ACT_CONV, /* DenseNet, ResNet v2 */
} CellOrder;

enum {
    SPEC_MAX_CELLS = 8,
    SPEC_MAX_NODES = 96, /* of all cells */
    CELL_NAME_MAX = 16,  /* of cells and nodes, with the NUL */
    CELL_INPUTS_MAX = 8,
    /* Numbers of maps in a cell. */
    CELL_LAST = 0,   /* what the block before made */
    CELL_BEFORE = 1, /* what the block before read */
    CELL_NODES = 2,  /* the first node's */
};

typedef struct CellNode {
    char name[CELL_NAME_MAX];
    double channels; /* convolutions: over the stage's channels */
    int op;          /* CellOp */
    int kernel;
    int kernel_width; /* conv: where it is another, else 0 */
    int dilation;     /* separable: 1 or more */
    bool strided;     /* at the stage's stride */
    unsigned char n_inputs;
    unsigned char inputs[CELL_INPUTS_MAX]; /* numbers of maps, below its own */
} CellNode;

typedef struct CellSpec {
    char name[CELL_NAME_MAX];
    int order;          /* CellOrder */
    int first, n_nodes; /* of Spec.nodes; the last one is the cell's output */
} CellSpec;

typedef struct StageSpec {
    int op;            /* BlockKind */
    int kernel;        /* odd */
    int stride;        /* of the stage's first block; 1 or 2 */
    double expand;     /* mbconv, fused_mbconv: hidden over input channels, nearest whole number */
    double inner;      /* bottleneck: hidden over output channels (0.25; wide ResNets 0.5) */
    int channels;      /* output channels */
    int layers;        /* blocks */
    double se;         /* squeeze over channels; 0: no SE */
    int se_of;         /* SeOf */
    int se_activation; /* Activation of its hidden layer, or SPEC_ACTIVATION_OF_STAGE */
    int se_gate;       /* SeGate */
    int skip;          /* SkipKind; conv, dsconv, mbconv, fused_mbconv */
    int activation;    /* Activation, or SPEC_ACTIVATION_OF_NETWORK */
    bool scale;        /* width scaling applies to `channels` */
    bool scale_depth;  /* depth scaling applies to `layers` */
    char cell[CELL_NAME_MAX]; /* cell: its name, zeros behind */
} StageSpec;

typedef struct HeadSpec {
    int channels;   /* of the 1 x 1 convolution before the pool; 0: none */
    int hidden;     /* units of a layer between the pool and the classifier; 0: none */
    int scale;      /* HeadScale, of both */
    double dropout; /* before the classifier */
} HeadSpec;

typedef struct BatchNormSpec {
    double momentum; /* TensorFlow's decay */
    double epsilon;
} BatchNormSpec;

enum { SPEC_ORIGIN_MAX = 256 };

/* Where a scaled spec came from; `baseline` is "" when it was not scaled. */
typedef struct SpecOrigin {
    char baseline[SPEC_ORIGIN_MAX];  /* a name of the zoo, or a path as zoo_is_path has it, relative
                                        to the file that says so */
    double width, depth, resolution; /* nominal multipliers */
} SpecOrigin;

typedef struct Spec {
    char name[NETWORK_NAME_MAX];
    int resolution; /* pixels */
    int classes;
    int activation; /* Activation */
    int padding;    /* Padding */
    int stride_on;  /* StrideOn */
    BatchNormSpec batch_norm;
    Rounding rounding;
    StemSpec stem;
    int n_stages;
    StageSpec stages[SPEC_MAX_STAGES];
    HeadSpec head;
    int n_cells, n_nodes;
    CellSpec cells[SPEC_MAX_CELLS];
    CellNode nodes[SPEC_MAX_NODES];
    double drop_connect;        /* 1 - survival of the (imaginary) last-plus-one block */
    double torchvision_epsilon; /* of `--names torchvision`; NaN: torchvision does not have this
                                   network */
    SpecOrigin scaled_from;
} Spec;

#endif
