/* harness/study_derive.c: the other part's recipe on other data, written out and read back. */
#include "harness/study_derive.h"

#include "harness/study.h"

/* "recipe.KEY=VALUE" of each key of a map; texts live in the arena. */
static ErrCode list_sets(const YamlNode *recipe, Arena *arena, const char ***out, size_t *n,
                         Err *err)
{
    const size_t n_items = yaml_is_null(recipe) ? 0 : recipe->n_items;
    Text text = {0};
    *n = 0;
    *out = arena_zalloc(arena, n_items + 1, sizeof(**out));
    for (size_t i = 0; i < n_items && *out != NULL; i++) {
        text_clear(&text);
        text_printf(&text, "recipe.%s=", recipe->items[i]->key);
        yaml_emit_node(recipe->items[i], &text);
        (*out)[(*n)++] = arena_text(arena, text_string(&text));
    }
    arena->failed |= text.failed;
    text_release(&text);
    return arena_ok(arena, err);
}

ErrCode study_derive(Study **out, Text *text, const Study *study, int part, size_t index, Err *err)
{
    const StudyPart *p = &study->parts[part];
    Study plain = *study;
    Arena arena = {0};
    const char **sets = NULL;
    size_t n_sets = 0;
    plain.parts = NULL;
    plain.n_parts = 0;
    plain.data = p->transfer.data[index];
    plain.recipe.init = NULL;
    plain.recipe.epochs = p->epochs > 0 ? p->epochs : study->recipe.epochs;
    study_emit(&plain, text);
    TRY(text_ok(text, err));
    TRY(list_sets(p->transfer.recipe, &arena, &sets, &n_sets, err));
    TRY(study_parse_stored_set(out, "the part's study", text_string(text), sets, n_sets, err));
    text_clear(text);
    study_emit(*out, text);
    TRY(text_ok(text, err));
fail:
    arena_release(&arena);
    return err->code;
}
