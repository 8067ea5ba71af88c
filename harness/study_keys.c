/* harness/study_keys.c: every key of a study but the recipe's: name, type, default, range, doc. */
#include "harness/study_keys.h"

#include "harness/study_datakeys.h"
#include "harness/study_retrain.h"
#include "harness/study_search.h"
#include "harness/study_sizes.h"
#include "harness/study_transfer.h"
#include "harness/study_tune.h"

#include "search/objective.h"

/* Bounds of numbers that only have to be sane. */
#define MAX_MULTIPLIER 64.0
#define MAX_EPOCHS 100000.0
#define MAX_PHI 64.0
#define MAX_SHAPES 100.0

static const char *const match_names[] = {"counted", "nominal", NULL};

static const YamlKey fairness_keys[] = {
    {"tolerance", YAML_DOUBLE, offsetof(StudyFairness, tolerance), "0.05", 0, 1, NULL, NULL,
     "largest relative deviation of counted MACs from the target, inclusive"},
};
static const YamlTable fairness_table = {"fairness", fairness_keys, ARRAY_LEN(fairness_keys)};

#define KEY(field) offsetof(StudyObjective, field)
static const char *const auto_names[] = {"auto", NULL};
static const YamlKey objective_keys[] = {
    {"form", YAML_ENUM, KEY(form), "soft", 0, 0, objective_form_names, NULL,
     "soft: ACC x (MACs/T)^w; hard: ACC up to T, falling above; band: best ACC near T; hard-soft: "
     "ACC x min(1, (MACs/T)^w); abs: ACC as a share + w x abs(MACs/T - 1); pareto: no score"},
    {"w", YAML_DOUBLE, KEY(w), "auto", -STUDY_MAX_W, STUDY_MAX_W, auto_names, NULL,
     "exponent of the cost ratio, of abs its weight; auto: soft -0.07, hard-soft and abs -0.1"},
    {"target", YAML_DOUBLE, KEY(target), "2.0", STUDY_MIN_TARGET, STUDY_MAX_TARGET, NULL, NULL,
     "T over the baseline's MACs; also what the grid is matched to"},
};
#undef KEY
static const YamlTable objective_table = {"objective", objective_keys, ARRAY_LEN(objective_keys)};

#define KEY(field) offsetof(Study, field)
static const YamlKey study_keys[] = {
    {"version", YAML_RAW, KEY(version_node), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "of the defaults and digests, see Versions; isoflop writes it, users need not"},
    {"study", YAML_STRING, KEY(name), "''", 0, 0, NULL, NULL,
     "name of the study and of its folder"},
    {"question", YAML_STRING, KEY(question), "''", 0, 0, NULL, NULL,
     "what it is to answer, for the report"},
    {"baseline", YAML_STRING, KEY(baseline), "proxy-b0", 0, 0, NULL, NULL,
     "network that is scaled: a zoo name, or a path relative to the study's file"},
    {"network", YAML_RAW, KEY(network), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "keys of the network's file to replace, e.g. {drop_connect: 0}"},
    {"data", YAML_SECTION, KEY(data), "{}", 0, 0, NULL, &study_data_table, "images and subsets"},
    {"recipe", YAML_SECTION, KEY(recipe), "{}", 0, 0, NULL, &recipe_table,
     "how every network is trained"},
    {"seeds", YAML_INTS, KEY(seeds), "[1, 2, 3]", 0, STUDY_MAX_SEED, NULL, NULL,
     "one trial of each network a seed; trials of one seed are paired"},
    {"judge_seeds", YAML_RAW, KEY(judges_node), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "with which compare is trained, for `seeds` choose: a list, or a count of n for 2001 to 2000 "
     "+ "
     "n; 0: `seeds` judge, too; default: as many"},
    {"fairness", YAML_SECTION, KEY(fairness), "{}", 0, 0, NULL, &fairness_table,
     "when costs count as equal"},
    {"objective", YAML_SECTION, KEY(objective), "{}", 0, 0, NULL, &objective_table,
     "how the grid is ranked"},
    {"parts", YAML_RAW, KEY(parts_node), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "list of grid, curves, lines, compare, profile, family, table, search, retrain, tune, "
     "sizes, transfer"},
};
#undef KEY
const YamlTable study_table = {"study", study_keys, ARRAY_LEN(study_keys)};

/* Keys that every kind of part has. */
static const char id_doc[] = "what other parts and --only call it; default: the part's name";
static const char from_doc[] =
    "part whose outcome it takes: its network as baseline; compare, family: its constants";
static const char baseline_doc[] =
    "network it scales: a part's id (a grid yields its winner), a zoo name or a path; default: the "
    "study's";
static const char epochs_doc[] =
    "passes its trials make, with a whole schedule of their own; 0: recipe.epochs";

#define KEY(field) offsetof(StudyPart, field)
static const YamlKey grid_keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL, id_doc},
    {"figure", YAML_STRING, KEY(figure), "grid", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"step", YAML_DOUBLE, KEY(step), "0.1", 0.01, 1, NULL, NULL,
     "spacing of alpha, beta, gamma in [1, 2]"},
    {"product", YAML_DOUBLE, KEY(product), "2.0", 1, MAX_MULTIPLIER, NULL, NULL,
     "alpha x beta^2 x gamma^2 aimed at"},
    {"tolerance", YAML_DOUBLE, KEY(tolerance), "0.05", 0, 1, NULL, NULL,
     "relative deviation from the product, inclusive"},
    {"match", YAML_ENUM, KEY(match), "counted", 0, 0, match_names, NULL,
     "counted: built to one counted cost; nominal: the paper's own procedure"},
    {"also", YAML_RAW, KEY(also_node), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "further points [[alpha, beta, gamma], ...]"},
    {"from", YAML_STRING, KEY(from), YAML_OPTIONAL, 0, 0, NULL, NULL, from_doc},
    {"baseline", YAML_STRING, KEY(baseline), YAML_OPTIONAL, 0, 0, NULL, NULL, baseline_doc},
    {"epochs", YAML_INT64, KEY(epochs), "0", 0, MAX_EPOCHS, NULL, NULL, epochs_doc},
};
static const YamlKey curves_keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL, id_doc},
    {"figure", YAML_STRING, KEY(figure), "fig3", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"width", YAML_DOUBLES, KEY(width), "[1.0, 1.4, 2.0]", 0.01, MAX_MULTIPLIER, NULL, NULL,
     "width multipliers"},
    {"depth", YAML_DOUBLES, KEY(depth), "[1, 2, 3]", 0.01, MAX_MULTIPLIER, NULL, NULL,
     "depth multipliers"},
    {"resolution", YAML_DOUBLES, KEY(resolution), "[1.0, 1.3, 1.7]", 0.01, MAX_MULTIPLIER, NULL,
     NULL, "resolution multipliers"},
    {"from", YAML_STRING, KEY(from), YAML_OPTIONAL, 0, 0, NULL, NULL, from_doc},
    {"baseline", YAML_STRING, KEY(baseline), YAML_OPTIONAL, 0, 0, NULL, NULL, baseline_doc},
    {"epochs", YAML_INT64, KEY(epochs), "0", 0, MAX_EPOCHS, NULL, NULL, epochs_doc},
};
static const YamlKey lines_keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL, id_doc},
    {"figure", YAML_STRING, KEY(figure), "fig4", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"bases", YAML_RAW, KEY(bases_node), "[[1, 1], [1, 1.3], [2, 1], [2, 1.3]]", 0, 0, NULL, NULL,
     "[depth, resolution] of each line"},
    {"width", YAML_DOUBLES, KEY(width), "[1.0, 1.4, 1.8]", 0.01, MAX_MULTIPLIER, NULL, NULL,
     "width multipliers along each line"},
    {"from", YAML_STRING, KEY(from), YAML_OPTIONAL, 0, 0, NULL, NULL, from_doc},
    {"baseline", YAML_STRING, KEY(baseline), YAML_OPTIONAL, 0, 0, NULL, NULL, baseline_doc},
    {"epochs", YAML_INT64, KEY(epochs), "0", 0, MAX_EPOCHS, NULL, NULL, epochs_doc},
};
static const YamlKey compare_keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL, id_doc},
    {"figure", YAML_STRING, KEY(figure), "fig8", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"strategies", YAML_RAW, KEY(strategies_node), "[width, depth, resolution, compound]", 0, 0,
     NULL, NULL,
     "names, {compound: [alpha, beta, gamma]}, {shares: [depth, width, resolution]}, {ladder: [[d, "
     "w, r], ...]}; optimum and corner: what a profile finds best, of all and of single "
     "dimensions"},
    {"macs", YAML_DOUBLES, KEY(macs), "[2, 4]", STUDY_MIN_TARGET, STUDY_MAX_TARGET, NULL, NULL,
     "targets over the baseline's MACs"},
    {"from", YAML_STRING, KEY(from), YAML_OPTIONAL, 0, 0, NULL, NULL, from_doc},
    {"baseline", YAML_STRING, KEY(baseline), YAML_OPTIONAL, 0, 0, NULL, NULL, baseline_doc},
    {"constants", YAML_STRING, KEY(constants), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "grid whose winner gives a compound without constants its own, or profile whose optimum and "
     "corner are taken; default: the study's first, a grid with match: counted before others"},
    {"with_baseline", YAML_RAW, KEY(with_node), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "true: its baseline is trained as it is, too, with the same seeds, and lines begin there"},
    {"epochs", YAML_INT64, KEY(epochs), "0", 0, MAX_EPOCHS, NULL, NULL, epochs_doc},
};
static const YamlKey profile_keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL, id_doc},
    {"figure", YAML_STRING, KEY(figure), "ternary", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"budgets", YAML_DOUBLES, KEY(macs), "[2, 4]", STUDY_MIN_TARGET, STUDY_MAX_TARGET, NULL, NULL,
     "targets over the baseline's MACs"},
    {"shapes", YAML_INT, KEY(shapes), "10", 0, MAX_SHAPES, NULL, NULL,
     "7: corners, edge midpoints and centroid; 10: three inner points more; 15: the lattice of "
     "quarters"},
    {"from", YAML_STRING, KEY(from), YAML_OPTIONAL, 0, 0, NULL, NULL, from_doc},
    {"baseline", YAML_STRING, KEY(baseline), YAML_OPTIONAL, 0, 0, NULL, NULL, baseline_doc},
    {"epochs", YAML_INT64, KEY(epochs), "0", 0, MAX_EPOCHS, NULL, NULL, epochs_doc},
};
static const YamlKey family_keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL, id_doc},
    {"figure", YAML_STRING, KEY(figure), "family", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"phi", YAML_DOUBLES, KEY(phi), "[0, 1, 2, 3]", 0, MAX_PHI, NULL, NULL,
     "members alpha^phi, beta^phi, gamma^phi, by the network's own rounding"},
    {"from", YAML_STRING, KEY(from), YAML_OPTIONAL, 0, 0, NULL, NULL, from_doc},
    {"baseline", YAML_STRING, KEY(baseline), YAML_OPTIONAL, 0, 0, NULL, NULL, baseline_doc},
    {"constants", YAML_RAW, KEY(constants_node), YAML_OPTIONAL, 0, 0, NULL, NULL,
     "[alpha, beta, gamma], or the grid whose winner gives them; default: as in compare"},
    {"epochs", YAML_INT64, KEY(epochs), "0", 0, MAX_EPOCHS, NULL, NULL, epochs_doc},
};
static const YamlKey table_keys[] = {
    {"id", YAML_STRING, KEY(own_id), YAML_OPTIONAL, 0, 0, NULL, NULL, id_doc},
    {"figure", YAML_STRING, KEY(figure), "frontier", 0, 0, NULL, NULL, "figure it is drawn in"},
    {"space", YAML_STRING, KEY(space), YAML_REQUIRED, 0, 0, NULL, NULL,
     "search space whose networks are trained, all of them: of the zoo, or a path relative to the "
     "study's file"},
    {"epochs", YAML_INT64, KEY(epochs), "0", 0, MAX_EPOCHS, NULL, NULL, epochs_doc},
};
#undef KEY

static const YamlTable part_tables[] = {
    [STUDY_GRID] = {"grid", grid_keys, ARRAY_LEN(grid_keys)},
    [STUDY_CURVES] = {"curves", curves_keys, ARRAY_LEN(curves_keys)},
    [STUDY_LINES] = {"lines", lines_keys, ARRAY_LEN(lines_keys)},
    [STUDY_COMPARE] = {"compare", compare_keys, ARRAY_LEN(compare_keys)},
    [STUDY_PROFILE] = {"profile", profile_keys, ARRAY_LEN(profile_keys)},
    [STUDY_FAMILY] = {"family", family_keys, ARRAY_LEN(family_keys)},
    [STUDY_TABLE] = {"table", table_keys, ARRAY_LEN(table_keys)},
};

const YamlTable *study_part_table(int kind)
{
    if (kind == STUDY_RETRAIN)
        return &study_retrain_table;
    if (kind == STUDY_SIZES)
        return &study_sizes_table;
    if (kind == STUDY_TUNE)
        return &study_tune_table;
    if (kind == STUDY_TRANSFER)
        return &study_transfer_table;
    return kind == STUDY_SEARCH ? &study_search_table : &part_tables[kind];
}

const char *study_part_key(int kind)
{
    return study_part_table(kind)->name;
}
