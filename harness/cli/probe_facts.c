/* harness/cli/probe_facts.c: strengths as a table, then the one that counts. */
#include "harness/cli/probe_facts.h"

#include "base/json.h"

#include <math.h>

static void put_sums(JsonWriter *json, const char *name, const EvalSums *sums)
{
    const StatsInterval top1 = probe_top1(sums);
    json_open_map(json, name);
    json_put_int(json, "n", sums->n);
    json_put_double(json, "loss", sums->loss / (double)sums->n);
    json_put_double(json, "top1", top1.mean);
    json_put_double(json, "low", top1.low);
    json_put_double(json, "high", top1.high);
    json_close_map(json);
}

static void put_tries(JsonWriter *json, const Probe *probe)
{
    json_open_list(json, "tries");
    for (int i = 0; i < probe->n_tries; i++) {
        const ProbeTry *try = &probe->tries[i];
        json_open_map(json, NULL);
        json_put_double(json, "l2", try->l2);
        json_put_int(json, "iterations", try->fit.iterations);
        json_put_double(json, "gradient", try->fit.gradient);
        json_put_bool(json, "converged", try->fit.is_converged);
        json_put_double(json, "train_loss", try->fit.loss);
        json_put_double(json, "val_top1", probe_top1(&try->val).mean);
        json_close_map(json);
    }
    json_close_list(json);
}

void probe_facts_json(const Features *features, const Probe *probe, Text *out)
{
    const ProbeTry *chosen = &probe->tries[probe->chosen];
    JsonWriter json = json_writer(out, true);
    json_open_map(&json, NULL);
    json_put_int(&json, "classes", probe->head.n_classes);
    json_put_int(&json, "features", probe->n_features);
    json_open_map(&json, "images");
    for (int part = 0; part < N_PARTS; part++)
        json_put_int(&json, data_part_name((DataPart)part), features->parts[part].n);
    json_close_map(&json);
    json_put_bool(&json, "cached", features->was_cached);
    json_put_double(&json, "images_per_second",
                    features->was_cached ? (double)NAN
                                         : features_count(features) / features->seconds);
    json_put_double(&json, "l2", chosen->l2);
    json_put_int(&json, "iterations", probe->iterations);
    json_put_double(&json, "gradient", chosen->fit.gradient);
    json_put_bool(&json, "converged", chosen->fit.is_converged);
    put_tries(&json, probe);
    put_sums(&json, "val", &chosen->val);
    put_sums(&json, "test", &probe->test);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static void put_table(const Probe *probe, Text *out)
{
    static const TextColumn columns[] = {{"l2", TEXT_RIGHT, 0},
                                         {"iterations", TEXT_RIGHT, 2},
                                         {"gradient", TEXT_RIGHT, 3},
                                         {"train loss", TEXT_RIGHT, 1},
                                         {"val top-1 %", TEXT_RIGHT, 0}};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int i = 0; i < probe->n_tries; i++) {
        const ProbeTry *try = &probe->tries[i];
        text_table_cellf(table, "%g", try->l2);
        text_table_cellf(table, "%d", try->fit.iterations);
        text_table_cellf(table, "%.1e", try->fit.gradient);
        text_table_cellf(table, "%.4f", try->fit.loss);
        text_table_cellf(table, "%.2f", probe_top1(&try->val).mean);
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

void probe_facts_plain(const Features *features, const Probe *probe, bool is_chosen, Text *out)
{
    const ProbeTry *chosen = &probe->tries[probe->chosen];
    const EvalSums *const sums[N_PARTS] = {[PART_VAL] = &chosen->val, [PART_TEST] = &probe->test};
    put_table(probe, out);
    text_printf(out, "\n%d classes, %d features of %lld training images\n", probe->head.n_classes,
                probe->n_features, (long long)features->parts[PART_TRAIN].n);
    text_printf(out, "l2 %g%s: %d iterations, gradient %.1e\n", chosen->l2,
                is_chosen ? ", chosen on validation" : "", probe->iterations, chosen->fit.gradient);
    for (int part = PART_VAL; part < N_PARTS; part++) {
        const StatsInterval top1 = probe_top1(sums[part]);
        text_printf(out, "%s: %lld images, top-1 %.2f %%, 90 %% interval %.2f to %.2f\n",
                    data_part_name((DataPart)part), (long long)sums[part]->n, top1.mean, top1.low,
                    top1.high);
    }
}
