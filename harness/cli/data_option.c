/* harness/cli/data_option.c: from NAME[=PATH] to a study's data keys. */
#include "harness/cli/data_option.h"

#include <string.h>

static const Option rows[] = {
    {.name = "data",
     .kind = OPTION_TEXT,
     .offset = offsetof(DataOption, text),
     .metavar = "NAME[=PATH]",
     .doc = "data set, and its own folder or archive; a path alone names its set"},
};

const OptionTable data_option = {rows, ARRAY_LEN(rows)};

/* True for what can only be a path: a name has no '/', and what stands before '=' is a name. */
static bool is_path(const char *value)
{
    const char *slash = strchr(value, '/'), *equals = strchr(value, '=');
    return slash != NULL && (equals == NULL || slash < equals);
}

ErrCode data_option_split(const char *value, char name[DATA_OPTION_NAME_MAX], const char **path,
                          Err *err)
{
    const char *equals = strchr(value, '=');
    const size_t n = equals != NULL ? (size_t)(equals - value) : strlen(value);
    if (n == 0 || n >= DATA_OPTION_NAME_MAX || (equals != NULL && equals[1] == '\0'))
        return err_set(err, ERR_USAGE, "a data set is NAME, NAME=PATH or a path, not '%s'", value);
    if (is_path(value)) {
        dataset_name_of_path(value, name, DATA_OPTION_NAME_MAX);
        *path = value;
        return ERR_NONE;
    }
    memcpy(name, value, n);
    name[n] = '\0';
    if (equals != NULL)
        *path = equals + 1;
    return ERR_NONE;
}

ErrCode data_option_study(Study **out, const Call *call, const DataOption *option,
                          char name[DATA_OPTION_NAME_MAX], Err *err)
{
    TRY(call_need("data", option->text, err));
    TRY(study_defaults(out, call->sets.v, call->sets.n, err));
    TRY(data_option_split(option->text, name, &(*out)->data.path, err));
    (*out)->data.name = name;
fail:
    return err->code;
}
