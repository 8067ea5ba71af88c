#!/bin/sh
# run_block.sh SOURCE --list FILE                  the fenced blocks of FILE: "number line language"
# run_block.sh SOURCE BINARY FOLDER FILE NUMBER    runs one of them
# run_block.sh SOURCE BINARY FOLDER --prepare      makes FOLDER and, in it, runs/quickstart
#
# What the documents show must work. A block of `sh`, `python` or `r` is run as it stands, in FOLDER,
# where `isoflop` is the binary given; one of `yaml` is planned or counted; one without a language is
# a listing, which nothing runs. Trainings are made short by options behind the document's own, and
# placeholders are filled: S is a seed, FOLDER_OF_DATA_SETS is ISOFLOP_DATA.
# A block that needs what is not there (data sets, another program) is skipped, with the reason, by
# exit status 77.
set -u
source=$1
shift

blocks() {
    awk '/^```/ {
             if (!inside) { n++; print n, FNR, substr($0, 4) == "" ? "listing" : substr($0, 4) }
             inside = !inside
         }' "$1"
}

if [ "$1" = "--list" ]; then
    blocks "$source/$2"
    exit
fi

binary=$1
folder=$2
ISOFLOP_CACHE="$folder/cache"
export ISOFLOP_CACHE
short="--set data.train=64 --set data.val=32 --set data.test=32"

# isoflop, but trainings are short.
write_stand_in() {
    mkdir -p "$folder/bin" "$folder/place"
    ln -sfn "$source/experiments" "$folder/place/experiments"
    cat >"$folder/bin/isoflop" <<EOF
#!/bin/sh
case "\${1:-} \$*" in
*--help*) exec "$binary" "\$@" ;;
"run "*) exec "$binary" "\$@" --seeds 2 --set recipe.epochs=1 --set recipe.warmup_epochs=0 $short ;;
"train "*) exec "$binary" "\$@" --epochs 1 --batch 16 --set recipe.warmup_epochs=0 $short ;;
*) exec "$binary" "\$@" ;;
esac
EOF
    chmod +x "$folder/bin/isoflop"
}

if [ "$3" = "--prepare" ]; then
    rm -rf "$folder"
    write_stand_in
    cd "$folder/place" || exit 1
    exec "$folder/bin/isoflop" run quickstart --out runs/quickstart
fi

file=$3
number=$4
PATH="$folder/bin:$PATH"
export PATH
language=$(blocks "$source/$file" | awk -v n="$number" '$1 == n {print $3}')
block="$folder/place/$(basename "$file" .md)-$number.$language"
cd "$folder/place" || exit 1
awk -v n="$number" '/^```/ {inside = !inside; k += inside; next} inside && k == n' \
    "$source/$file" >"$block"
[ -s "$block" ] || { echo "$file has no block $number"; exit 1; }
sed -i "s/--seed S /--seed 1 /; s|FOLDER_OF_DATA_SETS|${ISOFLOP_DATA:-FOLDER_OF_DATA_SETS}|" "$block"

skip() {
    echo "SKIP $file, block $number: $1"
    exit 77
}

# needs PATTERN SET: a block with PATTERN needs that data set.
needs() {
    grep -q "$1" "$block" || return 0
    [ -n "${ISOFLOP_DATA:-}" ] || skip "it needs $2: ISOFLOP_DATA is not set"
    ls "$ISOFLOP_DATA/$2"* >/dev/null 2>&1 || skip "there is no $2 in $ISOFLOP_DATA"
}

# with PROGRAM WORD...: "PROGRAM WORD..." works, or it is skipped.
with() {
    "$@" >/dev/null 2>&1 || skip "it needs what '$*' asks for"
}

case "$language" in
listing) skip "a listing" ;;
sh)
    grep -q 'sh scripts/' "$block" && {
        # They install packages and build: here only that they exist and are scripts.
        sed -n 's/^sh \(scripts\/[a-z_]*\.sh\).*/\1/p' "$block" | while read -r script; do
            sh -n "$source/$script" || exit 1
        done || exit 1
        skip "its scripts install and build; they exist and are well formed"
    }
    grep -q '\.venv/' "$block" && skip "it needs PyTorch in .venv"
    needs 'cifar-10\|cifar10' cifar-10
    needs imagenette imagenette
    needs nas-tables nas-tables
    grep -q '^sqlite3' "$block" && with sqlite3 -version
    grep -q 'srun' "$block" && with timeout 10 srun -n1 true
    exec sh -e -u "$block"
    ;;
python)
    with python3 --version
    grep -q '^import' "$block" || exec python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$block"
    with python3 -c 'import pandas'
    exec python3 "$block"
    ;;
r)
    with Rscript -e 'library(DBI); library(RSQLite)'
    exec Rscript "$block"
    ;;
yaml)
    grep -q '^name:' "$block" && exec isoflop cost "$block"
    grep -q '^space:' "$block" && exec isoflop space "$block"
    grep -q '^study:' "$block" || sed -i '1i study: block' "$block"
    # shellcheck disable=SC2086
    exec isoflop plan "$block" --no-time --set data.name=polytex $short
    ;;
*)
    echo "$file, block $number: nobody knows how to run '$language'"
    exit 1
    ;;
esac
