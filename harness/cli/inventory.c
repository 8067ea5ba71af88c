/* harness/cli/inventory.c: one function a kind; the names under which files are found. */
#include "harness/cli/inventory.h"

#include "data/augment.h"
#include "data/dataset.h"
#include "harness/study.h"
#include "models/resolve.h"
#include "models/scaling.h"
#include "models/zoo.h"
#include "plots/figure.h"
#include "results/figure_names.h"
#include "results/store.h"
#include "search/netspace.h"

#include <stdio.h>
#include <string.h>

static void add(Inventory *rows, const char *name, const char *about)
{
    if (rows->n == INVENTORY_MAX_ROWS)
        return;
    InventoryRow *row = &rows->v[rows->n++];
    row->name = name;
    snprintf(row->about, sizeof row->about, "%s", about);
}

static ErrCode list_networks(Inventory *rows, Err *err)
{
    for (size_t i = 0; i < zoo_count(); i++) {
        Spec spec;
        TRY(zoo_load(&spec, zoo_name(i), err));
        char about[INVENTORY_MAX_ABOUT], macs[TEXT_NUMBER_BYTES];
        snprintf(about, sizeof about, "%d px, %d classes, %s MACs", spec.resolution, spec.classes,
                 text_human(macs, (double)resolve_macs(&spec, 0)));
        add(rows, zoo_name(i), about);
    }
fail:
    return err->code;
}

static ErrCode list_data(Inventory *rows, Err *err)
{
    (void)err;
    size_t n = 0;
    const DatasetKind *kinds = dataset_kinds(&n);
    for (size_t i = 0; i < n; i++)
        add(rows, kinds[i].name, kinds[i].format);
    return ERR_NONE;
}

static ErrCode list_augmentations(Inventory *rows, Err *err)
{
    (void)err;
    size_t n = 0;
    const AugmentName *names = augment_names(&n);
    for (size_t i = 0; i < n; i++)
        add(rows, names[i].name, names[i].doc);
    return ERR_NONE;
}

static ErrCode list_strategies(Inventory *rows, Err *err)
{
    (void)err;
    for (size_t i = 0; i < scaling_n_strategies(); i++)
        add(rows, scaling_strategy(i)->name, scaling_strategy(i)->summary);
    return ERR_NONE;
}

static void add_embedded(Inventory *rows, const EmbeddedFile *files)
{
    for (size_t i = 0; files[i].name != NULL; i++)
        add(rows, files[i].name, "");
}

static ErrCode list_spaces(Inventory *rows, Err *err)
{
    for (size_t i = 0; i < netspace_zoo_count(); i++) {
        NetSpace *space;
        char about[INVENTORY_MAX_ABOUT];
        TRY(netspace_load(&space, netspace_zoo_name(i), err));
        snprintf(about, sizeof about, "%d genes, %.3g genotypes", netspace_n_genes(space),
                 netspace_size(space));
        add(rows, netspace_zoo_name(i), about);
        netspace_destroy(&space);
    }
fail:
    return err->code;
}

static ErrCode list_studies(Inventory *rows, Err *err)
{
    (void)err;
    add_embedded(rows, study_builtins);
    return ERR_NONE;
}

static ErrCode list_figures(Inventory *rows, Err *err)
{
    (void)err;
    for (size_t i = 0; figure_names[i]; i++)
        add(rows, figure_names[i], "");
    return ERR_NONE;
}

static ErrCode list_files(Inventory *rows, Err *err)
{
    (void)err;
    add_embedded(rows, results_files);
    add_embedded(rows, plots_files);
    return ERR_NONE;
}

const InventoryKind inventory_kinds[INVENTORY_KINDS] = {
    {"networks", list_networks},     {"data", list_data},     {"augmentations", list_augmentations},
    {"strategies", list_strategies}, {"spaces", list_spaces}, {"studies", list_studies},
    {"figures", list_figures},       {"files", list_files},
};

static bool dump_embedded(const EmbeddedFile *files, const char *name, Text *out)
{
    for (size_t i = 0; files[i].name != NULL; i++) {
        const size_t n = strlen(name);
        if (strncmp(files[i].name, name, n) != 0 ||
            (files[i].name[n] != '\0' && strcmp(files[i].name + n, ".yaml") != 0))
            continue;
        text_append_bytes(out, files[i].data, files[i].size);
        return true;
    }
    return false;
}

ErrCode inventory_dump(const char *name, Text *out, Err *err)
{
    if (zoo_text(name) != NULL)
        text_append(out, zoo_text(name));
    else if (netspace_zoo_text(name) != NULL)
        text_append(out, netspace_zoo_text(name));
    else if (!dump_embedded(study_builtins, name, out) &&
             !dump_embedded(results_files, name, out) && !dump_embedded(plots_files, name, out))
        return err_set(err, ERR_USAGE, "nothing is compiled in as '%s', see 'isoflop list'", name);
    return ERR_NONE;
}
