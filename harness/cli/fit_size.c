/* harness/cli/fit_size.c: reads the table, fits, prints the best size of each budget and both laws.
 */
#include "harness/cli/fit_size.h"

#include "harness/cli/study_folder.h"

#include "base/json.h"
#include "results/sizefit.h"
#include "results/sizestudy.h"

#include <math.h>

/* --- JSON --- */

/*
 * The intercept is that of C = 6 macs images; that of 3 macs images, which studies count, stands
 * beside: the same images at half the number.
 */
static void put_law(JsonWriter *json, const SizeLaw *law)
{
    json_put_double(json, "exponent", law->exponent);
    json_put_double(json, "intercept", law->intercept);
    json_put_double(json, "low", law->low);
    json_put_double(json, "high", law->high);
    json_put_double(json, "intercept_train_macs", sizesurface_train_intercept(law));
}

static void put_surface(JsonWriter *json, const SizeFit *fit)
{
    const SizeSurface *s = &fit->surface;
    json_open_map(json, "surface");
    json_put_double(json, "E", s->E);
    json_put_double(json, "A", s->A);
    json_put_double(json, "p", s->p);
    json_put_double(json, "B", s->B);
    json_put_double(json, "q", s->q);
    json_put_double(json, "sd", s->sd);
    json_put_double(json, "df", s->df);
    put_law(json, &fit->surface_law);
    json_close_map(json);
}

static void put_budgets(JsonWriter *json, const SizeTable *table, const SizeFit *fit)
{
    json_open_list(json, "budgets");
    for (int g = 0; g < table->n_groups; g++) {
        const SizeGroup *group = &table->groups[g];
        const SizeOptimum *parabola = &fit->parabolas[g], *surface = &fit->optima[g];
        json_open_map(json, NULL);
        json_put_double(json, "compute", group->compute);
        json_put_int(json, "rows", group->n_rows);
        json_put_int(json, "sizes", group->n_sizes);
        json_put_double(json, "macs", parabola->macs);
        json_put_double(json, "images", parabola->images);
        json_put_double(json, "low", parabola->images / parabola->factor);
        json_put_double(json, "high", parabola->images * parabola->factor);
        json_put_bool(json, "inside", parabola->is_inside);
        json_put_double(json, "surface_macs", surface->macs);
        json_put_double(json, "surface_images", surface->images);
        json_close_map(json);
    }
    json_close_list(json);
}

static void put_json(const SizeTable *table, const SizeFit *fit, Text *out)
{
    JsonWriter json = json_writer(out, false);
    json_open_map(&json, NULL);
    json_open_map(&json, "parabola");
    put_law(&json, &fit->parabola);
    json_close_map(&json);
    put_surface(&json, fit);
    json_put_text(&json, "warning", fit->warning);
    json_put_double(&json, "sd", fit->sd);
    json_put_double(&json, "df", fit->df);
    put_budgets(&json, table, fit);
    json_close_map(&json);
    text_append_char(out, '\n');
}

/* --- text --- */

static void put_table(const SizeTable *table, const SizeFit *fit, Text *out)
{
    static const TextColumn columns[] = {{"compute", TEXT_RIGHT, 0}, {"rows", TEXT_RIGHT, 2},
                                         {"sizes", TEXT_RIGHT, 0},   {"MACs", TEXT_RIGHT, 0},
                                         {"images", TEXT_RIGHT, 0},  {"90 %", TEXT_LEFT, 0},
                                         {"surface", TEXT_RIGHT, 1}, {"note", TEXT_NOTE, 0}};
    TextTable *lines = text_table_create(columns, ARRAY_LEN(columns));
    if (lines == NULL) {
        out->failed = true;
        return;
    }
    for (int g = 0; g < table->n_groups; g++) {
        char a[TEXT_NUMBER_BYTES], b[TEXT_NUMBER_BYTES];
        const SizeGroup *group = &table->groups[g];
        const SizeOptimum *best = &fit->parabolas[g];
        text_table_cellf(lines, "%.4g", group->compute);
        text_table_cellf(lines, "%d", group->n_rows);
        text_table_cellf(lines, "%d", group->n_sizes);
        text_table_cell(lines, isnan(best->macs) ? "-" : text_human(a, best->macs));
        text_table_cell(lines, isnan(best->macs) ? "-" : text_human(a, best->images));
        if (isnan(best->factor))
            text_table_cell(lines, "-");
        else
            text_table_cellf(lines, "%s to %s", text_human(a, best->images / best->factor),
                             text_human(b, best->images * best->factor));
        text_table_cell(lines,
                        fit->surface.is_determined ? text_human(a, fit->optima[g].images) : "-");
        text_table_cell(lines, isnan(best->macs)  ? "no minimum"
                               : !best->is_inside ? "outside the sizes trained"
                                                  : NULL);
    }
    text_table_render(lines, out);
    text_table_destroy(&lines);
}

static void put_law_line(const char *name, const SizeLaw *law, Text *out)
{
    text_printf(out, "%s: best images = 10^%.4f C^%.4f with C = 6 MACs images", name,
                law->intercept, law->exponent);
    if (!isnan(law->low))
        text_printf(out, " (exponent: 90 %% interval %.4f to %.4f)", law->low, law->high);
    text_printf(out, "; 10^%.4f C^%.4f with C = 3 MACs images, as studies count\n",
                sizesurface_train_intercept(law), law->exponent);
}

static void put_text(const SizeTable *table, const SizeFit *fit, Text *out)
{
    const SizeSurface *s = &fit->surface;
    put_table(table, fit, out);
    text_append_char(out, '\n');
    if (fit->has_parabola)
        put_law_line("parabola", &fit->parabola, out);
    if (s->is_determined)
        put_law_line("surface", &fit->surface_law, out);
    text_printf(out,
                "loss = %.4f + %.4g MACs^-%.4f + %.4g images^-%.4f; residuals: %.2g nats, "
                "parabolas %.2g\n",
                s->E, s->A, s->p, s->B, s->q, s->sd, fit->sd);
    if (fit->held_out.is_tested) {
        text_append(out, "the largest budget held out: ");
        sizeheldout_text(&fit->held_out, out);
        text_append_char(out, '\n');
    }
    if (fit->warning != NULL)
        text_printf(out, "warning: %s\n", fit->warning);
}

static ErrCode print_fit(const Call *call, const SizeTable *table, Arena *arena, Err *err)
{
    SizeFit fit;
    Text out = {.columns = call->columns};
    TRY(sizefit_run(&fit, table, arena, err));
    if (call->json)
        put_json(table, &fit, &out);
    else
        put_text(table, &fit, &out);
    TRY(call_print_lines(call, &out, err));
fail:
    text_release(&out);
    return err->code;
}

ErrCode fit_size(const Call *call, const char *path, char *text, Err *err)
{
    Arena arena = {0};
    SizeTable table;
    TRY(sizetable_read(&table, path, text, &arena, err));
    TRY(print_fit(call, &table, &arena, err));
fail:
    arena_release(&arena);
    return err->code;
}

ErrCode fit_size_study(const Call *call, const char *path, Err *err)
{
    StudyFolder study;
    SizeTable table;
    TRY(study_folder_open(&study, path, STORE_GROUND_RESULTS, err));
    TRY(sizestudy_read(&table, study.store, &study.arena, err));
    TRY(print_fit(call, &table, &study.arena, err));
fail:
    study_folder_close(&study);
    return err->code;
}
