/* results/export_beside.c: the same verdicts as export.c's, in another order. */
#include "results/export_beside.h"

#include "results/export.h"

#include "base/json.h"
#include "base/sys.h"

#include <string.h>

ErrCode export_beside_json(const ExportBeside *studies, size_t n, Text *out, Err *err)
{
    JsonWriter w = json_writer(out, true);
    json_open_map(&w, NULL);
    json_open_list(&w, "studies");
    for (size_t i = 0; i < n; i++) {
        const ExportBeside *s = &studies[i];
        json_open_map(&w, NULL);
        json_put_text(&w, "folder", s->folder);
        json_put_text(&w, "study", s->results->study.name);
        json_put_text(&w, "baseline", s->results->study.baseline);
        json_put_text(&w, "data", s->results->study.data_name);
        export_verdicts_members(&w, s->verdicts, s->n_verdicts, s->rankings, s->n_rankings);
        json_close_map(&w);
    }
    json_close_list(&w);
    json_close_map(&w);
    return text_ok(out, err);
}

static void append_claim(const ExportBeside *studies, size_t n, const Verdict *claim, Arena *arena,
                         Text *out)
{
    static const TextColumn columns[] = {
        {"study", TEXT_LEFT, 0}, {"outcome", TEXT_LEFT, 0}, {"effect", TEXT_NOTE, 0}};
    TextTable *t = text_table_create(columns, ARRAY_LEN(columns));
    text_printf(out, "%s  %s\n", claim->id, claim->claim);
    text_append(out, "rule: ");
    text_append_visible(out, claim->rule);
    text_append_char(out, '\n');
    for (size_t i = 0; t != NULL && i < n; i++) {
        const Verdict *v = verdict_find(studies[i].verdicts, studies[i].n_verdicts, claim->id);
        const char *stamp = v != NULL && v->is_mixed ? " [mixed origin]" : "";
        text_table_cell(t, studies[i].folder);
        if (v != NULL && v->why != NULL)
            text_table_cellf(t, "%s (%s)%s", verdict_outcome_name(v->outcome), v->why, stamp);
        else
            text_table_cell(t, v != NULL ? verdict_outcome_name(v->outcome) : "not asked");
        text_table_cell(t, v != NULL ? verdict_effect_text(v, arena) : NULL);
    }
    if (t != NULL)
        text_table_render(t, out);
    else
        out->failed = true;
    text_table_destroy(&t);
    text_append_char(out, '\n');
}

ErrCode export_beside_text(const ExportBeside *studies, size_t n, Text *out, Err *err)
{
    Arena arena = {0};
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < studies[i].n_verdicts; k++) {
            const Verdict *claim = &studies[i].verdicts[k];
            bool is_said = false;
            for (size_t before = 0; before < i; before++)
                is_said |= verdict_find(studies[before].verdicts, studies[before].n_verdicts,
                                        claim->id) != NULL;
            if (!is_said)
                append_claim(studies, n, claim, &arena, out);
        }
    const ErrCode code = arena_ok(&arena, err);
    arena_release(&arena);
    return code != ERR_NONE ? code : text_ok(out, err);
}
