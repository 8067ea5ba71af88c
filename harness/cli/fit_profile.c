/* harness/cli/fit_profile.c: reads the store, and prints shapes, kind, optimum, rules of a budget.
 */
#include "harness/cli/fit_profile.h"

#include "harness/cli/shape_facts.h"
#include "harness/cli/study_folder.h"

#include "results/profiles.h"

#include <math.h>

/* --- JSON --- */

static void put_fit_json(JsonWriter *json, const char *key, const ShapeFit *fit,
                         const ShapeEffect *gain, const ShapeRule *rules, int n_rules,
                         const char *unit)
{
    json_open_map(json, key);
    json_put_text(json, "kind", shapefit_kind_name(fit->kind));
    shape_facts_optimum(json, fit, gain);
    json_put_double(json, "lack_of_fit_p", fit->lack_of_fit_p);
    json_put_double(json, "df", fit->blocks.df);
    shape_facts_fit(json, fit, unit);
    shape_facts_rules(json, fit, rules, n_rules);
    json_close_map(json);
}

static void put_shapes_json(JsonWriter *json, const Profile *p)
{
    json_open_list(json, "points");
    for (int i = 0; i < p->n_shapes; i++) {
        const ProfileShape *shape = &p->shapes[i];
        json_open_map(json, NULL);
        json_put_doubles(json, "shares", shape->shares.x, 3);
        json_put_bool(json, "clamped", shape->is_clamped);
        json_put_doubles(json, "built", shape->point->built, 3);
        json_put_text(json, "network", shape->point->network);
        json_put_int(json, "macs", shape->point->macs);
        json_put_int(json, "resolution", shape->point->resolution);
        json_put_double(json, "test_top1", shape->top1);
        json_put_double(json, "sd", shape->sd);
        json_put_double(json, "test_loss", shape->loss);
        json_put_double(json, "fitted",
                        p->why_not == NULL ? profiles_top1(p, &shape->shares) : (double)NAN);
        json_put_int(json, "n", shape->n);
        json_put_int(json, "n_diverged", shape->n_diverged);
        json_put_int(json, "n_failed", shape->n_failed);
        json_put_int(json, "n_unfinished", shape->n_unfinished);
        json_close_map(json);
    }
    json_close_list(json);
}

static void put_profile_json(JsonWriter *json, const Profile *p)
{
    json_open_map(json, NULL);
    json_put_text(json, "part", p->part);
    json_put_double(json, "budget", p->budget);
    json_put_int(json, "shapes", p->n_shapes);
    json_put_int(json, "seeds", p->n_seeds);
    json_put_text(json, "why_not", p->why_not);
    if (p->why_not == NULL) {
        json_put_double(json, "sd", p->sd);
        json_put_doubles(json, "multipliers", p->multipliers, p->top1.has_optimum ? 3 : 0);
        put_fit_json(json, "top1", &p->top1, &p->gain, p->rules, p->n_rules, "points");
        if (p->loss_why_not == NULL)
            put_fit_json(json, "loss", &p->loss, &p->loss.gain, p->loss_rules, p->n_rules, "nats");
        else
            json_put_null(json, "loss");
        json_put_text(json, "loss_why_not", p->loss_why_not);
    }
    put_shapes_json(json, p);
    json_close_map(json);
}

/* --- text --- */

static void put_note(TextTable *table, const ProfileShape *shape)
{
    Text note = {0};
    profiles_note(shape, &note);
    text_table_text(table, &note);
    text_release(&note);
}

static void put_shapes(const Profile *p, Text *out)
{
    static const TextColumn columns[] = {
        {"depth", TEXT_RIGHT, 0},      {"width", TEXT_RIGHT, 0}, {"resolution", TEXT_RIGHT, 0},
        {"built d w r", TEXT_LEFT, 2}, {"px", TEXT_RIGHT, 1},    {"MACs", TEXT_RIGHT, 3},
        {"test top-1", TEXT_RIGHT, 0}, {"sd", TEXT_RIGHT, 0},    {"fit", TEXT_RIGHT, 0},
        {"test loss", TEXT_RIGHT, 0},  {"n", TEXT_RIGHT, 0},     {"note", TEXT_NOTE, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int i = 0; i < p->n_shapes; i++) {
        const ProfileShape *shape = &p->shapes[i];
        const double *built = shape->point->built;
        char macs[TEXT_NUMBER_BYTES];
        shape_facts_put_shares(table, &shape->shares);
        text_table_cellf(table, "%.3g %.3g %.3g", built[0], built[1], built[2]);
        text_table_cellf(table, "%d", shape->point->resolution);
        text_table_cell(table, text_human(macs, (double)shape->point->macs));
        text_table_cellf(table, shape->n > 0 ? "%.2f" : "-", shape->top1);
        text_table_cellf(table, shape->n > 1 ? "%.2f" : "-", shape->sd);
        text_table_cellf(table, p->why_not == NULL ? "%.2f" : "-",
                         p->why_not == NULL ? profiles_top1(p, &shape->shares) : 0.0);
        text_table_cellf(table, isnan(shape->loss) ? "-" : "%.4f", shape->loss);
        text_table_cellf(table, "%d", shape->n);
        put_note(table, shape);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

static void put_kind(const char *what, const ShapeFit *fit, Text *out)
{
    text_printf(out, "\n%s: %s: %s\n", what, shapefit_kind_name(fit->kind),
                shapefit_kind_text(fit->kind));
}

static void put_profile(const Profile *p, Text *out)
{
    text_printf(out, "%s at %.3g x the baseline's MACs: %d shape%s, %d seed%s%s\n\n", p->part,
                p->budget, p->n_shapes, text_plural((uint64_t)p->n_shapes), p->n_seeds,
                text_plural((uint64_t)p->n_seeds), p->is_demo ? " (DEMO)" : "");
    put_shapes(p, out);
    if (p->why_not != NULL) {
        text_printf(out, "\nno fit: %s\n", p->why_not);
        return;
    }
    put_kind("test top-1", &p->top1, out);
    if (p->top1.has_optimum) {
        shape_facts_put_optimum(&p->top1, &p->gain, "points", out);
        text_printf(out,
                    "at this cost: %.3g x the blocks, %.3g x the channels, %.3g x the pixels\n",
                    p->multipliers[0], p->multipliers[1], p->multipliers[2]);
    }
    text_printf(out, "noise: sd %.3f points, %g degrees of freedom\n", p->sd, p->top1.blocks.df);
    shape_facts_put_fit(&p->top1, out);
    if (p->top1.has_optimum)
        shape_facts_put_rules(p->rules, p->n_rules, out);
    if (p->loss_why_not != NULL) {
        text_printf(out, "\ntest loss: no fit: %s\n", p->loss_why_not);
        return;
    }
    put_kind("test loss", &p->loss, out);
    if (p->loss.has_optimum)
        shape_facts_put_optimum(&p->loss, &p->loss.gain, "nats", out);
    shape_facts_put_fit(&p->loss, out);
}

static void put_all(const Call *call, const Profile *profiles, size_t n, Text *out)
{
    JsonWriter json = json_writer(out, false);
    if (!call->json) {
        for (size_t i = 0; i < n; i++) {
            text_append(out, i > 0 ? "\n\n" : "");
            put_profile(&profiles[i], out);
        }
        return;
    }
    json_open_map(&json, NULL);
    json_open_list(&json, "profiles");
    for (size_t i = 0; i < n; i++)
        put_profile_json(&json, &profiles[i]);
    json_close_list(&json);
    json_close_map(&json);
    text_append_char(out, '\n');
}

ErrCode fit_profile(const Call *call, const char *folder, Err *err)
{
    StudyFolder study = {0};
    Profile *profiles = NULL;
    size_t n = 0;
    Text out = {.columns = call->columns};
    TRY(study_folder_open(&study, folder, STORE_GROUND_RESULTS, err));
    TRY(study_folder_read_results(&study, err));
    TRY(profiles_find(&study.results, &study.arena, &profiles, &n, err));
    if (n == 0) {
        err_set(err, ERR_DATA,
                "the study in '%s' has no profile: no part 'profile', and no grid with 'match: "
                "counted' of at least %d different networks",
                folder, SHAPETABLE_MIN_SHAPES);
        goto fail;
    }
    put_all(call, profiles, n, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    study_folder_close(&study);
    text_release(&out);
    return err->code;
}
