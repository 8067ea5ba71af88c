/* harness/study_sizes.c: keys of a part `sizes`. */
#include "harness/study_sizes.h"

/* Bounds of numbers that only have to be sane. */
#define MAX_SIZES 64.0
#define MIN_RANGE 1.1
#define MAX_RANGE 1024.0
#define MAX_TOTAL 1e24

#define KEY(field) offsetof(StudyPart, field)
static const YamlKey keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "what other parts and --only call it; default: the part's name"},
    {"figure", YAML_STRING, KEY(figure), "sizes", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"train_macs", YAML_DOUBLES, KEY(train_macs), YAML_REQUIRED, 1, MAX_TOTAL, NULL, NULL,
     "totals of training MACs, 3 x MACs x images x epochs, each spent on all sizes"},
    {"sizes", YAML_INT, KEY(sizes), "7", STUDY_MIN_SIZES, MAX_SIZES, NULL, NULL,
     "networks of each total, from the baseline's size up"},
    {"range", YAML_DOUBLE, KEY(range), "16", MIN_RANGE, MAX_RANGE, NULL, NULL,
     "MACs of the largest over the baseline's; sizes between are spaced by their logarithm"},
    {"strategy", YAML_RAW, KEY(strategies_node), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "rule along which networks grow, as one of compare's; default: compound with a grid's "
     "constants, without a grid {compound: [1.2, 1.1, 1.15]}"},
    {"constants", YAML_STRING, KEY(constants), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "grid whose winner gives a compound without constants its own; default: as in compare"},
};
#undef KEY
const YamlTable study_sizes_table = {"sizes", keys, ARRAY_LEN(keys)};

ErrCode study_sizes_check(const StudyPart *part, const YamlNode *body, Err *err)
{
    const YamlDoubles *totals = &part->train_macs;
    const YamlNode *node = yaml_find(body, "train_macs");
    if (totals->n == 0)
        return yaml_error(err, node, "'train_macs' must be a list of one total or more");
    for (size_t i = 0; i < totals->n; i++)
        for (size_t k = 0; k < i; k++)
            if (totals->v[k] == totals->v[i])
                return yaml_error(err, node, "%g stands twice in 'train_macs'", totals->v[i]);
    return ERR_NONE;
}
