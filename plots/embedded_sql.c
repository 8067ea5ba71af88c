/* plots/embedded_sql.c: one level of inclusion, at the only `-- with:` line a query may have. */
#include "plots/embedded_sql.h"

#include "plots/plots_files.h"

#include <string.h>

static ErrCode find(const char *name, const char **sql, Err *err)
{
    const EmbeddedFile *file = embed_find(plots_files, name);
    if (file == NULL)
        return err_set(err, ERR_INTERNAL, "no query '%s' is built in", name);
    *sql = (const char *)file->data;
    return ERR_NONE;
}

ErrCode embedded_sql_read(const char *name, Arena *arena, const char **sql, Err *err)
{
    static const char marker[] = "\n-- with: ";
    const char *text = NULL, *common = NULL;
    TRY(find(name, &text, err));
    const char *at = strstr(text, marker);
    if (at != NULL) {
        const char *other = at + strlen(marker);
        const size_t n_other = strcspn(other, "\n");
        const char *other_name = arena_printf(arena, "%.*s", (int)n_other, other);
        TRY(arena_ok(arena, err));
        TRY(find(other_name, &common, err));
        text = arena_printf(arena, "%.*s\n%s%s", (int)(at - text), text, common, other + n_other);
        TRY(arena_ok(arena, err));
    }
    *sql = text;
    return ERR_NONE;
fail:
    return err_wrap(err, "query '%s'", name);
}
