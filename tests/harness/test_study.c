/* tests/harness/test_study.c: reading, echoing and comparing studies; every message in full. */
#include "base/file.h"
#include "base/sys.h"
#include "data/augment.h"
#include "harness/study.h"
#include "harness/study_keys.h"
#include "nn/net.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

static const char minimal[] = "study: s\nbaseline: proxy-b0\n";

static Study *parse(const char *text, const char *const *sets, size_t n_sets)
{
    Study *study = NULL;
    Err err = {0};
    if (study_parse(&study, "dir/s.yaml", text, strlen(text), sets, n_sets, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return study;
}

static void assert_refused(const char *text, const char *set, const char *message)
{
    Study *study = NULL;
    Err err = {0};
    assert_int_equal(study_parse(&study, "dir/s.yaml", text, strlen(text), &set, set ? 1 : 0, &err),
                     ERR_USAGE);
    assert_string_equal(err.msg, message);
    assert_null(study);
}

/* Every key has its documented default when the file names nothing but study and baseline. */
static void defaults_are_in_force(void **state)
{
    (void)state;
    Study *study = parse(minimal, NULL, 0);
    assert_string_equal(study->data.name, "polytex");
    assert_null(study->data.path);
    assert_int_equal(study->recipe.epochs, 20);
    assert_int_equal(study->recipe.optimizer, NET_RMSPROP);
    assert_int_equal(study->recipe.augment, AUGMENT_FLIP | AUGMENT_CROP);
    assert_true(study->recipe.shuffle);
    assert_int_equal(study->seeds.n, 3);
    assert_true(study->fairness.tolerance == 0.05 && study->objective.w == -0.07 &&
                study->objective.target == 2);
    assert_int_equal(study->n_parts, 0);
    assert_string_equal(study->folder, "dir");
    study_destroy(&study);
}

/* A wrong key, type, range or structure is one message with its place and the nearest known key. */
static void mistakes_are_named(void **state)
{
    (void)state;
    assert_refused("study: s\nrecipe: {epohcs: 3}\n", NULL,
                   "dir/s.yaml:2:10: unknown key 'epohcs' in 'recipe', did you mean 'epochs'?");
    assert_refused("study: s\nparts:\n  - gird: {}\n", NULL,
                   "dir/s.yaml:3:5: unknown key 'gird' in 'parts', did you mean 'grid'?");
    assert_refused("study: s\nparts:\n  - grid: {also: [[1.2, 1.1]]}\n", NULL,
                   "dir/s.yaml:3:19: an item of 'also' must be a list of 3 numbers");
    assert_refused("study: s\nparts:\n  - compare: {strategies: [{compound: [1.2, 1.1]}]}\n", NULL,
                   "dir/s.yaml:3:39: 'compound' needs 3 constants [alpha, beta, gamma], not 2");
    assert_refused("study: s\nparts:\n  - table: {}\n", NULL,
                   "dir/s.yaml:3:12: key 'space' is missing in 'table'");
    assert_refused("study: s\nseeds: [1, 1]\n", NULL, "seed 1 stands twice in 'seeds'");
    assert_refused(
        "study: a/b\n", NULL,
        "dir/s.yaml: study name 'a/b' cannot name a folder, use letters, digits, '.', '_' and '-'");
    assert_refused("question: why\n", NULL,
                   "dir/s.yaml: 'study' is missing: give the study a name");
    assert_refused(minimal, "recipe.augment=[flip, none]",
                   "'none' stands beside others in 'recipe.augment'");
    assert_refused(minimal, "recipe.adam_betas=[0.9]", "'recipe.adam_betas' has 1 number, not 2");
    assert_refused(
        "study: s\nobjective: {form: pareto}\n", NULL,
        "dir/s.yaml:2:19: objective 'pareto' has no score, and a study has to choose: "
        "take another; 'isoflop objective DIR --form pareto' shows the front of a study");
    assert_refused(minimal, "objective.form=softer",
                   "--set objective.form=softer: unknown form 'softer', did you mean 'soft'?");
}

/* Every form with a score is a study's; without a w of its own each has that of its source. */
static void objectives_have_the_w_of_their_source(void **state)
{
    (void)state;
    static const struct {
        const char *set;
        ObjectiveForm form;
        double w;
    } cases[] = {{"objective.form=soft", OBJECTIVE_SOFT, -0.07},
                 {"objective.form=hard-soft", OBJECTIVE_HARD_SOFT, -0.1},
                 {"objective.form=abs", OBJECTIVE_ABS, -0.1},
                 {"objective.form=hard", OBJECTIVE_HARD, -0.07},
                 {"objective={form: abs, w: -0.3}", OBJECTIVE_ABS, -0.3}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Study *study = parse(minimal, &cases[i].set, 1);
        const Objective objective = study_objective(study, 1000);
        assert_int_equal(objective.form, cases[i].form);
        assert_true(objective.w == cases[i].w);
        assert_true(objective.target_macs == 1000 && objective.tolerance == 0.05);
        assert_false(objective.is_capped);
        study_destroy(&study);
    }
}

/* The constants of a family are three numbers or a part's id; `from` names the same thing. */
static void families_have_constants(void **state)
{
    (void)state;
    Study *study = parse("study: s\nparts:\n"
                         "  - grid: {id: abg}\n"
                         "  - family: {constants: [1.2, 1.1, 1.15], phi: [0, 0.5]}\n"
                         "  - family: {from: abg}\n"
                         "  - family: {constants: abg, baseline: abg}\n"
                         "  - family: {}\n",
                         NULL, 0);
    const StudyPart *parts = study->parts;
    assert_true(parts[1].has_constants && parts[1].own_constants[2] == 1.15);
    assert_int_equal(parts[1].phi.n, 2);
    assert_int_equal(parts[1].constants_part, STUDY_NONE);
    for (int i = 2; i < 5; i++)
        assert_int_equal(parts[i].constants_part, 0);
    assert_int_equal(parts[3].baseline_part, 0);
    assert_int_equal(parts[4].phi.n, 4);
    study_destroy(&study);
    assert_refused("study: s\nparts:\n  - family: {constants: [1, 1]}\n", NULL,
                   "dir/s.yaml:3:25: strategy 'compound' takes 3 constants, not 2");
    assert_refused("study: s\nparts:\n  - family: {from: x, constants: [1.2, 1.1, 1.15]}\n", NULL,
                   "dir/s.yaml:3:20: 'from' and 'constants' name the same thing, leave one of them "
                   "out");
    assert_refused("study: s\nparts:\n  - family: {constants: [1.2, 1.1, 1.15], phi: [-1]}\n", NULL,
                   "dir/s.yaml:3:49: 'phi' must be between 0 and 64, not -1");
}

/* A retrain follows a search; its seeds are a list, or a count that stands for 1001 and on. */
static void retrains_have_fresh_seeds(void **state)
{
    (void)state;
    Study *study = parse("study: s\nparts:\n"
                         "  - retrain: {id: base, from: nas}\n"
                         "  - search: {id: nas, budget: {trainings: 8}}\n"
                         "  - retrain: {from: nas, top: 2, seeds: [9, 7]}\n"
                         "  - curves: {baseline: base}\n",
                         NULL, 0);
    const StudyPart *parts = study->parts;
    assert_int_equal(parts[0].baseline_part, 1);
    assert_int_equal(parts[0].retrain.top, 5);
    assert_int_equal(parts[0].retrain.seeds.n, 5);
    assert_int_equal(parts[0].retrain.seeds.v[4], 1005);
    assert_int_equal(parts[2].retrain.seeds.n, 2);
    assert_int_equal(parts[2].retrain.seeds.v[0], 9);
    assert_string_equal(parts[2].figure, "frontier");
    assert_int_equal(parts[3].baseline_part, 0);
    study_destroy(&study);
    assert_refused("study: s\nparts:\n  - retrain: {}\n", NULL,
                   "dir/s.yaml:3:14: key 'from' is missing in 'retrain'");
    assert_refused("study: s\nparts:\n  - grid: {}\n  - retrain: {from: grid}\n", NULL,
                   "dir/s.yaml:4:21: part 'grid' is no search: nothing that it found could be "
                   "trained anew");
    assert_refused("study: s\nparts:\n  - retrain: {from: x, seeds: [1, 1]}\n", NULL,
                   "dir/s.yaml:3:31: seed 1 stands twice in 'seeds'");
    assert_refused("study: s\nparts:\n  - retrain: {from: x, seeds: 0}\n", NULL,
                   "dir/s.yaml:3:31: 'seeds' must be between 1 and 1000, not 0");
}

/*
 * Parts are named by their keys or ids; what one takes from another is found by id, and whatever is
 * wrong with that is told with its place.
 */
static void parts_are_linked(void **state)
{
    (void)state;
    Study *study = parse("study: s\nparts:\n"
                         "  - compare: {constants: abg}\n"
                         "  - grid: {match: nominal}\n"
                         "  - grid: {}\n"
                         "  - grid: {id: abg, baseline: grid-2}\n"
                         "  - compare: {}\n"
                         "  - compare: {strategies: [width], from: abg}\n"
                         "  - curves: {from: abg}\n"
                         "  - lines: {baseline: mobilenet-v2-cifar}\n"
                         "  - lines: {baseline: some/where.yaml}\n",
                         NULL, 0);
    const StudyPart *parts = study->parts;
    assert_string_equal(parts[3].id, "abg");
    assert_string_equal(parts[3].name, "grid-3");
    assert_int_equal(study_find_part(study, "grid-3"), STUDY_NONE);
    assert_int_equal(parts[3].baseline_part, 2);
    assert_int_equal(parts[0].constants_part, 3);
    assert_int_equal(parts[4].constants_part, 2); /* matched by counted cost before others */
    assert_int_equal(parts[5].constants_part, STUDY_NONE); /* nothing in it takes constants */
    assert_int_equal(parts[6].baseline_part, 3);
    assert_int_equal(parts[7].baseline_part, STUDY_NONE);
    assert_int_equal(parts[8].baseline_part, STUDY_NONE);
    study_destroy(&study);
    assert_refused("study: s\nparts:\n  - grid: {}\n  - grid: {id: grid}\n", NULL,
                   "dir/s.yaml:4:16: id 'grid' stands twice: part 1 has it already, as its name");
    assert_refused(
        "study: s\nparts:\n  - search: {id: grid, budget: {trainings: 9}}\n  - grid: {id: abg}\n",
        NULL, "dir/s.yaml:3:18: id 'grid' of a search is the name of a part 'grid'");
    assert_refused("study: s\nparts:\n  - search: {id: retrain-x, budget: {trainings: 9}}\n", NULL,
                   "dir/s.yaml:3:18: id 'retrain-x' of a search is the name of a part 'retrain'");
    assert_refused("study: s\nparts:\n  - grid: {id: a b}\n", NULL,
                   "dir/s.yaml:3:16: id 'a b' must be 1 to 23 letters, digits, '.', '_' and '-'");
    assert_refused("study: s\nparts:\n  - grid: {}\n  - compare: {constants: gird}\n", NULL,
                   "dir/s.yaml:4:26: 'constants' names no part: 'gird', did you mean 'grid'?");
    assert_refused("study: s\nparts:\n  - curves: {}\n  - lines: {baseline: curves}\n", NULL,
                   "dir/s.yaml:4:23: part 'curves' yields no network, only a grid, a search or a "
                   "retrain does");
    assert_refused("study: s\nparts:\n  - grid: {}\n  - lines: {from: grid, baseline: grid}\n",
                   NULL,
                   "dir/s.yaml:4:19: 'from' and 'baseline' name the same thing, leave one of them "
                   "out");
    assert_refused("study: s\nparts:\n  - grid: {baseline: grid}\n", NULL,
                   "dir/s.yaml:3:22: part 'grid' takes its baseline from itself");
    assert_refused("study: s\nparts:\n  - grid: {id: a, baseline: b}\n"
                   "  - grid: {id: b, from: c}\n  - grid: {id: c, from: a}\n",
                   NULL,
                   "dir/s.yaml:3:29: a circle: part 'a' takes its baseline from part 'b', which "
                   "waits for 'a'");
}

/* A compare takes the optimum of the profile that it names, else of the first, at its budgets. */
static void compares_take_from_profiles(void **state)
{
    (void)state;
    Study *study = parse("study: s\nparts:\n  - grid: {}\n  - profile: {budgets: [2]}\n"
                         "  - profile: {id: wide, budgets: [4], baseline: resnet-18}\n"
                         "  - compare: {strategies: [compound, optimum], macs: [2]}\n"
                         "  - compare: {from: wide, strategies: [corner], macs: [4], baseline: "
                         "resnet-18}\n"
                         "  - compare: {strategies: [width], macs: [3]}\n",
                         NULL, 0);
    const StudyPart *parts = study->parts;
    assert_int_equal(parts[3].profile_part, 1);
    assert_int_equal(parts[3].constants_part, 0);
    assert_int_equal(parts[3].strategies[0].chosen, STUDY_GIVEN);
    assert_int_equal(parts[3].strategies[1].chosen, STUDY_OPTIMUM);
    assert_int_equal(parts[4].profile_part, 2);
    assert_int_equal(parts[4].strategies[0].chosen, STUDY_CORNER);
    assert_int_equal(parts[5].profile_part, STUDY_NONE);
    study_destroy(&study);
    assert_refused(
        "study: s\nparts:\n  - compare: {strategies: [optimum], macs: [2]}\n", NULL,
        "dir/s.yaml:3:27: 'optimum' and 'corner' are what a profile finds, and the study "
        "has none: add a part 'profile'");
    assert_refused("study: s\nparts:\n  - profile: {budgets: [2]}\n"
                   "  - compare: {strategies: [optimum], macs: [2, 3]}\n",
                   NULL,
                   "dir/s.yaml:4:44: 3 is no budget of profile 'profile', so it has no optimum "
                   "there");
    assert_refused("study: s\nparts:\n  - profile: {budgets: [2]}\n"
                   "  - compare: {strategies: [optimum], macs: [2], baseline: resnet-18}\n",
                   NULL,
                   "dir/s.yaml:4:59: the optimum of profile 'profile' is that of another baseline");
    assert_refused("study: s\nrecipe: {epochs: 6}\nparts:\n  - profile: {budgets: [2]}\n"
                   "  - compare: {strategies: [optimum], macs: [2], epochs: 3}\n",
                   NULL,
                   "dir/s.yaml:5:57: the optimum of profile 'profile' is that of 6 epochs, and "
                   "part 'compare' trains 3");
    study = parse("study: s\nbaseline: resnet-18\nrecipe: {epochs: 6}\nparts:\n"
                  "  - profile: {budgets: [2], baseline: resnet-18, epochs: 6}\n"
                  "  - compare: {strategies: [optimum], macs: [2]}\n",
                  NULL, 0);
    assert_int_equal(study->parts[1].profile_part, 0); /* the same, said twice and once */
    study_destroy(&study);
    assert_refused(
        "study: s\nparts:\n  - profile: {}\n  - compare: {from: profile, strategies: "
        "[width]}\n",
        NULL,
        "dir/s.yaml:4:21: part 'compare' takes nothing from profile 'profile': name 'optimum' or "
        "'corner' among its strategies");
}

#define SEARCH                                                                                     \
    "study: s\nrecipe: {epochs: 20, warmup_epochs: 1}\nseeds: [4, 5]\nparts:\n  - search: "

/*
 * What a search leaves out: it is screened in an eighth of the epochs, by `local` without a band
 * and by `random` in one, where `tpe` is the strategy without a screen; a strategy that is named
 * has only the screen that is given. Its seed is the study's first.
 */
static void searches_have_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *settings, *searcher;
        int64_t screen_epochs;
    } cases[] = {{"{budget: {trainings: 4}}", "random", 3},
                 {"{budget: {trainings: 4}, objective: {form: soft}}", "local", 3},
                 {"{budget: {trainings: 4}, screen: none}", "tpe", 0},
                 {"{budget: {train_macs: 1e12}, strategy: nsga2}", "nsga2", 0},
                 {"{budget: {trainings: 4}, strategy: tpe, screen: {}}", "tpe", 3},
                 {"{budget: {trainings: 4}, epochs: 9}", "random", 2},
                 {"{budget: {trainings: 4}, screen: {epochs: 5}}", "random", 5}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Text text = {0};
        text_printf(&text, SEARCH "%s\n", cases[i].settings);
        Study *study = parse(text_string(&text), NULL, 0);
        const StudySearch *search = &study->parts[0].search;
        assert_string_equal(search->strategy, cases[i].searcher);
        assert_int_equal(search->screen_epochs, cases[i].screen_epochs);
        assert_true(search->objective.tolerance == 0.05 && search->objective.target == 1);
        assert_int_equal(search->seeds.n, 1);
        assert_int_equal(search->seeds.v[0], 4);
        assert_int_equal(search->virtual_workers, 16);
        study_destroy(&study);
        text_release(&text);
    }
}

/* Whatever is wrong with a search is one message with its place. */
static void searches_are_checked(void **state)
{
    (void)state;
    assert_refused(SEARCH "{}\n", NULL,
                   "dir/s.yaml:5:13: a search needs a budget: {trainings: B} or {train_macs: M}");
    assert_refused(SEARCH "{budget: {trainings: 4, train_macs: 1e9}}\n", NULL,
                   "dir/s.yaml:5:22: a search needs a budget: {trainings: B} or {train_macs: M}");
    assert_refused(SEARCH "{budget: {trainings: 4}, strategy: lokal}\n", NULL,
                   "dir/s.yaml:5:48: unknown strategy 'lokal', did you mean 'local'?");
    assert_refused(SEARCH "{budget: {trainings: 4}, rivals: [randon]}\n", NULL,
                   "dir/s.yaml:5:46: unknown strategy 'randon', did you mean 'random'?");
    assert_refused(
        SEARCH "{budget: {trainings: 4}, strategy: tpe, options: {gamma: 2}}\n", NULL,
        "dir/s.yaml:5:70: option 'gamma' of strategy 'tpe' must be a number from 0.001 to 0.999, "
        "not '2'");
    assert_refused(SEARCH "{budget: {trainings: 4}, strategy: tpe, options: {gama: 0.2}}\n", NULL,
                   "dir/s.yaml:5:69: strategy 'tpe' has no option 'gama', did you mean 'gamma'?");
    assert_refused(SEARCH "{budget: {trainings: 4}, screen: {epochs: 20}}\n", NULL,
                   "dir/s.yaml:5:46: a short training must have fewer epochs than a full one, "
                   "which has 20");
    assert_refused(SEARCH "{budget: {trainings: 4}, screen: yes}\n", NULL,
                   "dir/s.yaml:5:46: 'screen' must be {epochs: N} or none");
    assert_refused(SEARCH "{budget: {trainings: 4}, objective: {target: 2, target_macs: 9}}\n",
                   NULL,
                   "dir/s.yaml:5:49: 'target' and 'target_macs' name the same thing, leave one of "
                   "them out");
    assert_refused(SEARCH "{budget: {trainings: 4}, seeds: [3, 3]}\n", NULL,
                   "dir/s.yaml:5:45: seed 3 stands twice in 'seeds'");
    assert_refused(SEARCH "{id: nas, budget: {trainings: 4}}\n  - compare: {constants: nas}\n",
                   NULL, "dir/s.yaml:6:26: part 'nas' yields no constants, only a grid does");
}

/*
 * Every kind of part is drawn by default; a figure nobody draws is refused with its place and the
 * nearest name, but only in what users give: a store's text is read whatever it names.
 */
static void figures_are_known(void **state)
{
    (void)state;
    static const char wrong[] = "study: s\nparts:\n  - lines: {}\n  - curves: {figure: fig33}\n";
    Err err = {0};
    Study *study =
        parse("study: s\nparts: [grid: {}, curves: {}, lines: {}, compare: {}]\n", NULL, 0);
    assert_int_equal(study_check_figures(study, &err), ERR_NONE);
    study_destroy(&study);
    study = parse(wrong, NULL, 0);
    assert_int_equal(study_check_figures(study, &err), ERR_USAGE);
    assert_string_equal(err.msg,
                        "dir/s.yaml:4:22: there is no figure 'fig33', did you mean 'fig3'?");
    study_destroy(&study);
}

/*
 * An unknown augmentation is answered with the list of those there are, whatever they are by now.
 */
static void augmentations_are_listed(void **state)
{
    (void)state;
    const char *const set = "recipe.augment=sharpen";
    Study *study = NULL;
    Err err = {0};
    size_t n = 0;
    const AugmentName *names = augment_names(&n);
    assert_int_equal(study_parse(&study, "s.yaml", minimal, strlen(minimal), &set, 1, &err),
                     ERR_USAGE);
    assert_non_null(
        strstr(err.msg, "unknown augmentation 'sharpen' in 'recipe.augment', only none"));
    for (size_t i = 0; i < n; i++)
        assert_non_null(strstr(err.msg, names[i].name));
}

/* `--set` reaches every level, after the file. */
static void overrides_win(void **state)
{
    (void)state;
    const char *const sets[] = {"recipe.epochs=7", "network.drop_connect=0",
                                "network.head.dropout=0.1", "recipe.augment=none",
                                "parts=[grid: {step: 0.2}]"};
    Study *study = parse("study: s\nrecipe: {epochs: 3}\n", sets, ARRAY_LEN(sets));
    Spec spec;
    Err err = {0};
    assert_int_equal(study->recipe.epochs, 7);
    assert_int_equal(study->recipe.augment, 0);
    assert_int_equal(study->n_parts, 1);
    assert_true(study->parts[0].step == 0.2 && study->parts[0].match == STUDY_COUNTED);
    assert_int_equal(study_baseline(&spec, study, &err), ERR_NONE);
    assert_true(spec.drop_connect == 0 && spec.head.dropout == 0.1);
    study_destroy(&study);
}

/* A network key that does not exist is refused by name. */
static void unknown_network_key_is_named(void **state)
{
    (void)state;
    const char *const set = "network.drop_conect=0";
    Study *study = parse(minimal, &set, 1);
    Spec spec;
    Err err = {0};
    assert_int_equal(study_baseline(&spec, study, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "unknown key 'drop_conect'"));
    assert_non_null(strstr(err.msg, "did you mean 'drop_connect'?"));
    study_destroy(&study);
}

/* The echo of every built-in study reads back to the same echo: nothing is lost or changed. */
static void echo_reads_back(void **state)
{
    (void)state;
    size_t n = 0;
    for (const EmbeddedFile *file = study_builtins; file->name != NULL; file++, n++) {
        Study *first = parse((const char *)file->data, NULL, 0);
        Text a = {0}, b = {0};
        study_emit(first, &a);
        Study *second = parse(text_string(&a), NULL, 0);
        study_emit(second, &b);
        assert_string_equal(text_string(&a), text_string(&b));
        study_destroy(&first);
        study_destroy(&second);
        text_release(&a);
        text_release(&b);
    }
    assert_true(n >= 2);
}

/* A key that older studies do not have stands in no echo of theirs; as it is written it does. */
static void new_keys_are_not_echoed(void **state)
{
    (void)state;
    static const char *const values[] = {"", ", with_baseline: true", ", with_baseline: false"};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        Text text = {0}, echo = {0};
        text_printf(&text, "study: s\nparts:\n  - compare: {strategies: [width]%s}\n", values[i]);
        Study *study = parse(text_string(&text), NULL, 0);
        study_emit(study, &echo);
        assert_int_equal(study->parts[0].with_baseline, i == 1);
        assert_int_equal(strstr(text_string(&echo), "with_baseline") != NULL, i > 0);
        study_destroy(&study);
        text_release(&text);
        text_release(&echo);
    }
    assert_refused(
        "study: s\nparts:\n  - compare: {strategies: [width], with_baseline: proxy-b0}\n", NULL,
        "dir/s.yaml:3:51: 'with_baseline' must be true or false, not 'proxy-b0'");
}

/* data.path is relative to the study's file; of an option, to where the program was started. */
static void data_path_is_the_files(void **state)
{
    (void)state;
    static const char with_path[] = "study: s\ndata: {name: x, path: ../sets/x}\n";
    const char *const set = "data.path=./here/x";
    char here[4096];
    Text wanted = {0};
    assert_non_null(getcwd(here, sizeof here));
    Study *study = parse(with_path, NULL, 0);
    text_printf(&wanted, "%s/dir/../sets/x", here);
    assert_string_equal(study->data.path, text_string(&wanted));
    Text echo = {0};
    study_emit(study, &echo); /* what a worker is told, from wherever it reads it */
    assert_non_null(strstr(text_string(&echo), text_string(&wanted)));
    text_release(&echo);
    study_destroy(&study);
    study = parse(with_path, &set, 1);
    text_clear(&wanted);
    text_printf(&wanted, "%s/here/x", here);
    assert_string_equal(study->data.path, text_string(&wanted));
    study_destroy(&study);
    const char *const absolute = "data.path=/x";
    study = parse(with_path, &absolute, 1);
    assert_string_equal(study->data.path, "/x");
    study_destroy(&study);
    text_release(&wanted);
}

/* Adding seeds, parts, another path or question is going on; changing what trials are is not. */
static void going_on_is_told_from_changing(void **state)
{
    (void)state;
    const char *const harmless[] = {"seeds=[1, 2, 3, 4]", "parts=[grid: {}]",
                                    "data.path=/elsewhere", "question=another", "objective.w=-0.1"};
    const char *const harmful[] = {"recipe.epochs=30", "data.train=100", "network.drop_connect=0",
                                   "baseline=efficientnet-b0"};
    Study *old = parse(minimal, NULL, 0);
    Err err = {0};
    bool may = false;
    for (size_t i = 0; i < ARRAY_LEN(harmless); i++) {
        Study *now = parse(minimal, &harmless[i], 1);
        Text diff = {0};
        assert_int_equal(study_may_go_on(&may, &diff, old, now, &err), ERR_NONE);
        if (!may)
            fail_msg("%s: %s", harmless[i], text_string(&diff));
        study_destroy(&now);
        text_release(&diff);
    }
    for (size_t i = 0; i < ARRAY_LEN(harmful); i++) {
        Study *now = parse(minimal, &harmful[i], 1);
        Text diff = {0};
        assert_int_equal(study_may_go_on(&may, &diff, old, now, &err), ERR_NONE);
        assert_false(may);
        if (i == 0)
            assert_string_equal(text_string(&diff), "recipe.epochs: 20 -> 30\n");
        study_destroy(&now);
        text_release(&diff);
    }
    study_destroy(&old);
}

/* What `init` writes is a valid study. */
static void template_is_valid(void **state)
{
    (void)state;
    Text text = {0};
    study_template("my-study", &text);
    Study *study = parse(text_string(&text), NULL, 0);
    assert_string_equal(study->name, "my-study");
    assert_int_equal(study->n_parts, 4);
    study_destroy(&study);
    text_release(&text);
}

/* docs/study.md holds exactly the tables that the keys themselves describe. */
static void manual_holds_the_tables(void **state)
{
    (void)state;
    const char *root = getenv("ISOFLOP_SOURCE_DIR");
    if (root == NULL) {
        print_message("SKIP: ISOFLOP_SOURCE_DIR is not set\n");
        skip();
    }
    enum { MAX_MANUAL = 1 << 20 };
    char *path = file_join(root, "docs/study.md"), *manual = NULL;
    size_t n = 0;
    Text tables = {0};
    Err err = {0};
    if (file_read(path, MAX_MANUAL, &manual, &n, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    study_describe(&tables);
    assert_non_null(strstr(manual, text_string(&tables)));
    text_release(&tables);
    mem_free(manual);
    mem_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_in_force),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(objectives_have_the_w_of_their_source),
        cmocka_unit_test(families_have_constants),
        cmocka_unit_test(retrains_have_fresh_seeds),
        cmocka_unit_test(parts_are_linked),
        cmocka_unit_test(compares_take_from_profiles),
        cmocka_unit_test(searches_have_defaults),
        cmocka_unit_test(searches_are_checked),
        cmocka_unit_test(figures_are_known),
        cmocka_unit_test(overrides_win),
        cmocka_unit_test(augmentations_are_listed),
        cmocka_unit_test(unknown_network_key_is_named),
        cmocka_unit_test(echo_reads_back),
        cmocka_unit_test(new_keys_are_not_echoed),
        cmocka_unit_test(data_path_is_the_files),
        cmocka_unit_test(going_on_is_told_from_changing),
        cmocka_unit_test(template_is_valid),
        cmocka_unit_test(manual_holds_the_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
