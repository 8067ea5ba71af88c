/* harness/cli/data_option.h: a data set as NAME[=PATH], and the row --data. */
#ifndef HARNESS_CLI_DATA_OPTION_H
#define HARNESS_CLI_DATA_OPTION_H

#include "harness/cli/command.h"

#include "harness/study.h"

enum { DATA_OPTION_NAME_MAX = 4096 };

typedef struct DataOption {
    const char *text; /* as given; NULL: not given */
} DataOption;

extern const OptionTable data_option;

/*
 * Splits NAME[=PATH]: the name goes to `name`, *path points behind the '=' or is left alone. A
 * value with a '/' in front of any '=' is a path, and the name is that of dataset_name_of_path.
 * ERR_USAGE.
 */
ErrCode data_option_split(const char *value, char name[DATA_OPTION_NAME_MAX], const char **path,
                          Err *err) ERR_CHECKED;

/*
 * A study of defaults, the call's --set and --data, for the commands that train or score one
 * network. Its data's name lies in `name`. ERR_USAGE, as study_defaults.
 */
ErrCode data_option_study(Study **out, const Call *call, const DataOption *option,
                          char name[DATA_OPTION_NAME_MAX], Err *err) ERR_CHECKED;

#endif
