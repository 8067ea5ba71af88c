/* paper/published: the data, row by row. A flat table: longer than a function may be. */
#include "paper/published.h"

#include "base/err.h"

#include <math.h>
#include <string.h>

static const PublishedStage table1[] = {
    {"Conv3x3", 224, 32, 1},
    {"MBConv1, k3x3", 112, 16, 1},
    {"MBConv6, k3x3", 112, 24, 2},
    {"MBConv6, k5x5", 56, 40, 2},
    {"MBConv6, k3x3", 28, 80, 3},
    {"MBConv6, k5x5", 14, 112, 3},
    {"MBConv6, k5x5", 14, 192, 4},
    {"MBConv6, k3x3", 7, 320, 1},
    {"Conv1x1 & Pooling & FC", 7, 1280, 1},
};

#define OWN 1.0, 1.0, 0  /* the network as it is */
#define ABSENT NULL, OWN /* not in the zoo */

static const PublishedRow table2[] = {
    {"B0", "EfficientNet-B0", "efficientnet-b0", OWN, "5.3M", "1x", "0.39B", "1x", "77.1", "93.3",
     NULL},
    {"B0", "ResNet-50", "resnet-50", OWN, "26M", "4.9x", "4.1B", "11x", "76.0", "93.0",
     "stride on the 3 x 3 (v1.5); He et al. count 3.8B with the stride on the first 1 x 1 (v1)"},
    {"B0", "DenseNet-169", ABSENT, "14M", "2.6x", "3.5B", "8.9x", "76.2", "93.2", NULL},
    {"B1", "EfficientNet-B1", "efficientnet-b1", OWN, "7.8M", "1x", "0.70B", "1x", "79.1", "94.4",
     "0.687B would print as 0.69B; adding one multiply-add per batch norm element gives 0.698B, "
     "but "
     "that rule fails for B3 to B5"},
    {"B1", "ResNet-152", "resnet-152", OWN, "60M", "7.6x", "11B", "16x", "77.8", "93.8",
     "v1.5 stride; 11.28B with the v1 stride"},
    {"B1", "DenseNet-264", ABSENT, "34M", "4.3x", "6.0B", "8.6x", "77.9", "93.9", NULL},
    {"B1", "Inception-v3", ABSENT, "24M", "3.0x", "5.7B", "8.1x", "78.8", "94.4", NULL},
    {"B1", "Xception", ABSENT, "23M", "3.0x", "8.4B", "12x", "79.0", "94.5", NULL},
    {"B2", "EfficientNet-B2", "efficientnet-b2", OWN, "9.2M", "1x", "1.0B", "1x", "80.1", "94.9",
     "9.2M parameters: 9.11M are trainable, 9.18M with the running statistics of batch norm"},
    {"B2", "Inception-v4", ABSENT, "48M", "5.2x", "13B", "13x", "80.0", "95.0", NULL},
    {"B2", "Inception-resnet-v2", ABSENT, "56M", "6.1x", "13B", "13x", "80.1", "95.1", NULL},
    {"B3", "EfficientNet-B3", "efficientnet-b3", OWN, "12M", "1x", "1.8B", "1x", "81.6", "95.7",
     "1.827B printed with two digits"},
    {"B3", "ResNeXt-101", ABSENT, "84M", "7.0x", "32B", "18x", "80.9", "95.6", NULL},
    {"B3", "PolyNet", ABSENT, "92M", "7.7x", "35B", "19x", "81.3", "95.8", NULL},
    {"B4", "EfficientNet-B4", "efficientnet-b4", OWN, "19M", "1x", "4.2B", "1x", "82.9", "96.4",
     "4.2B belongs to 364 to 368 px (phi = 3.5 gives 365 px), not to the official 380 px"},
    {"B4", "SENet", ABSENT, "146M", "7.7x", "42B", "10x", "82.7", "96.2", NULL},
    {"B4", "NASNet-A", ABSENT, "89M", "4.7x", "24B", "5.7x", "82.7", "96.2", NULL},
    {"B4", "AmoebaNet-A", ABSENT, "87M", "4.6x", "23B", "5.5x", "82.8", "96.1", NULL},
    {"B4", "PNASNet", ABSENT, "86M", "4.5x", "23B", "6.0x", "82.9", "96.2",
     "23B and 6.0x disagree; Real et al. give 25.0B"},
    {"B5", "EfficientNet-B5", "efficientnet-b5", OWN, "30M", "1x", "9.9B", "1x", "83.6", "96.7",
     "no resolution gives 9.9B: 448 px are 9.40B, 450 px are 10.23B"},
    {"B5", "AmoebaNet-C", ABSENT, "155M", "5.2x", "41B", "4.1x", "83.5", "96.5", NULL},
    {"B6", "EfficientNet-B6", "efficientnet-b6", OWN, "43M", "1x", "19B", "1x", "84.0", "96.8",
     NULL},
    {"B7", "EfficientNet-B7", "efficientnet-b7", OWN, "66M", "1x", "37B", "1x", "84.3", "97.0",
     "37.75B cut, not rounded, to 37B"},
    {"B7", "GPipe", ABSENT, "557M", "8.4x", NULL, NULL, "84.3", "97.0", "no FLOPS are published"},
};

/* Numbers that no reading reproduces; the design's trap list names them. */
#define NO_SINGLE_READING                                                                          \
    "288 px, not 300 or 291: no single reading of r = 1.3 fits V1, V2 and ResNet-50"

#define ONE_DIGIT "printed with one digit"

static const PublishedRow table3[] = {
    {"V1", "Baseline MobileNetV1", "mobilenet-v1", OWN, NULL, NULL, "0.6B", NULL, "70.6", NULL,
     ONE_DIGIT},
    {"V1", "Scale MobileNetV1 by width (w=2)", "mobilenet-v1", 1.0, 2.0, 0, NULL, NULL, "2.2B",
     NULL, "74.2", NULL, NULL},
    {"V1", "Scale MobileNetV1 by resolution (r=2)", "mobilenet-v1", 1.0, 1.0, 448, NULL, NULL,
     "2.2B", NULL, "72.7", NULL, "2.27B would print as 2.3B"},
    {"V1", "compound scale (d=1.4, w=1.2, r=1.3)", "mobilenet-v1", 1.4, 1.2, 288, NULL, NULL,
     "2.3B", NULL, "75.6", NULL, NO_SINGLE_READING},
    {"V2", "Baseline MobileNetV2", "mobilenet-v2", OWN, NULL, NULL, "0.3B", NULL, "72.0", NULL,
     NULL},
    {"V2", "Scale MobileNetV2 by depth (d=4)", "mobilenet-v2", 4.0, 1.0, 0, NULL, NULL, "1.2B",
     NULL, "76.8", NULL, NULL},
    {"V2", "Scale MobileNetV2 by width (w=2)", "mobilenet-v2", 1.0, 2.0, 0, NULL, NULL, "1.1B",
     NULL, "76.4", NULL, NULL},
    {"V2", "Scale MobileNetV2 by resolution (r=2)", "mobilenet-v2", 1.0, 1.0, 448, NULL, NULL,
     "1.2B", NULL, "74.8", NULL, NULL},
    {"V2", "MobileNetV2 compound scale", "mobilenet-v2", 1.4, 1.2, 288, NULL, NULL, "1.3B", NULL,
     "77.4", NULL, "coefficients are not printed; d=1.4, w=1.2 at 288 px assumed"},
    {"R50", "Baseline ResNet-50", "resnet-50", OWN, NULL, NULL, "4.1B", NULL, "76.0", NULL, NULL},
    {"R50", "Scale ResNet-50 by depth (d=4)", "resnet-50", 4.0, 1.0, 0, NULL, NULL, "16.2B", NULL,
     "78.1", NULL, "this row and the next look swapped"},
    {"R50", "Scale ResNet-50 by width (w=2)", "resnet-50", 1.0, 2.0, 0, NULL, NULL, "14.7B", NULL,
     "77.7", NULL, "this row and the last look swapped"},
    {"R50", "Scale ResNet-50 by resolution (r=2)", "resnet-50", 1.0, 1.0, 448, NULL, NULL, "16.4B",
     NULL, "77.5", NULL, NULL},
    {"R50", "ResNet-50 compound scale", "resnet-50", 1.4, 1.2, 300, NULL, NULL, "16.7B", NULL,
     "78.8", NULL, "coefficients are not printed; d=1.4, w=1.2 at 300 px assumed"},
};

/* Networks that table 2 does not have, from their own papers. */
static const PublishedRow others[] = {
    {"MobileNets, table 6", "MobileNetV1", "mobilenet-v1", OWN, "4.2M", NULL, "569M", NULL, "70.6",
     NULL, NULL},
    {"MobileNetV2, table 4", "MobileNetV2", "mobilenet-v2", OWN, "3.4M", NULL, "300M", NULL, "72.0",
     NULL, "3.50M parameters would print as 3.5M"},
    {"MnasNet, table 1", "MnasNet-A1", "mnasnet-a1", OWN, "3.9M", NULL, "312M", NULL, "75.2",
     "92.5", NULL},
    {"EfficientNetV2's code", "EfficientNetV2-S", "efficientnet-v2-s", OWN, "21.5M", NULL, "8.4B",
     NULL, "83.9", NULL, NULL},
    {"He et al., table 1", "ResNet-50", "resnet-50-v1", OWN, NULL, NULL, "3.8B", NULL, NULL, NULL,
     "3.858B would print as 3.9B"},
    {"He et al., table 1", "ResNet-152", "resnet-152-v1", OWN, NULL, NULL, "11.3B", NULL, NULL,
     NULL, NULL},
    {"He et al., table 1", "ResNet-18", "resnet-18", OWN, NULL, NULL, "1.8B", NULL, NULL, NULL,
     NULL},
};

#define IMPOSSIBLE "cannot be had from B0; probably a rounded coefficient: "

static const PublishedRow table7[] = {
    {"B0", "Baseline model (EfficientNet-B0)", "efficientnet-b0", OWN, NULL, NULL, "0.4B", NULL,
     "77.3", NULL, ONE_DIGIT "; 76.3 % in the paper's first version"},
    {"B0", "Scale model by depth (d=4)", "efficientnet-b0", 4.0, 1.0, 0, NULL, NULL, "1.8B", NULL,
     "79.0", NULL, IMPOSSIBLE "d=4.4 is 1.83B"},
    {"B0", "Scale model by width (w=2)", "efficientnet-b0", 1.0, 2.0, 0, NULL, NULL, "1.8B", NULL,
     "78.9", NULL, IMPOSSIBLE "w=2.2 is 1.755B"},
    {"B0", "Scale model by resolution (r=2)", "efficientnet-b0", 1.0, 1.0, 448, NULL, NULL, "1.9B",
     NULL, "79.1", NULL, IMPOSSIBLE "r=2.2 (493 px) is 1.92B"},
    {"B0", "Compound scale (d=1.4, w=1.2, r=1.3)", "efficientnet-b0", 1.4, 1.2, 300, NULL, NULL,
     "1.8B", NULL, "81.1", NULL, "this is EfficientNet-B3"},
};

#define MULTIPLY_ADDS "FLOPS are multiply-adds."

static const PublishedTable tables[] = {
    {1, "EfficientNet-B0 baseline network", NULL, 0, table1, ARRAY_LEN(table1),
     "Resolutions are those of a stage's input; the first version printed 28 for stage 6 by "
     "mistake. The strides are not printed: 1 2 2 2 1 2 1 for stages 2 to 8."},
    {2, "EfficientNet performance results on ImageNet", table2, ARRAY_LEN(table2), NULL, 0,
     MULTIPLY_ADDS " Accuracies are the fifth version's; the first printed 76.3, 78.8, 79.8, 81.1, "
                   "82.6, 83.3, 84.0 and 84.4 for B0 to B7."},
    {3, "Scaling up MobileNets and ResNet", table3, ARRAY_LEN(table3), NULL, 0,
     MULTIPLY_ADDS " The paper has no depth row for MobileNetV1."},
    {7, "Scaled models used in figure 7", table7, ARRAY_LEN(table7), NULL, 0,
     MULTIPLY_ADDS " Compound scaling leads single dimensions by 2.0 to 2.2 points here; the "
                   "paper's 'up to 2.5' is about figure 8."},
};

const PublishedTable *published_table(int number)
{
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        if (tables[i].number == number)
            return &tables[i];
    return NULL;
}

const PublishedRow *published_find(const char *network)
{
    for (size_t i = 0; i < ARRAY_LEN(table2); i++)
        if (table2[i].network != NULL && strcmp(table2[i].network, network) == 0)
            return &table2[i];
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (strcmp(others[i].network, network) == 0)
            return &others[i];
    return NULL;
}

double published_value(const char *text)
{
    static const struct {
        char suffix;
        double factor;
    } units[] = {{'M', 1.0e6}, {'B', 1.0e9}, {'x', 1.0}};
    if (text == NULL)
        return (double)NAN;
    double value = 0.0, place = 1.0;
    const char *c = text;
    for (; *c >= '0' && *c <= '9'; c++)
        value = value * 10.0 + (*c - '0');
    if (*c == '.')
        for (c++; *c >= '0' && *c <= '9'; c++)
            value += (*c - '0') * (place /= 10.0);
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (*c == units[i].suffix)
            return value * units[i].factor;
    return value;
}
