#!/bin/sh
# browser.sh BINARY: a report in a real browser: its script runs, which the page's policy would else forbid,
# sorts, shows the trial of the address, and nothing complains; also a page of two studies. Skipped (77)
# without chromium.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/../shell.sh"
chromium=$(command -v chromium || command -v chromium-browser) || skip "there is no chromium"

cat >a.yaml <<'EOF2'
study: a
data: {name: polytex, train: 64, val: 20, test: 20}
recipe: {epochs: 1, batch: 16, warmup_epochs: 0, ema: 0, augment: none}
network: {resolution: 8}
seeds: [1, 2]
parts:
  - curves: {width: [1, 1.5], depth: [2], resolution: []}
EOF2
sed 's/^study: a/study: b/; s/polytex, train: 64/polytex, train: 48/' a.yaml >b.yaml
for study in a b; do
    "$binary" run $study.yaml --out $study 2>log || { cat log; exit 1; }
done
"$binary" report a b --out both >log 2>&1 || { cat log; exit 1; }

# load ADDRESS [OPTION...]: its document as the browser has it, in dom; what its console said, in console.
load() {
    address=$1
    shift
    timeout 200 "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" \
        --enable-logging=stderr "$@" --dump-dom "file://$folder/$address" >dom 2>err
    grep ':CONSOLE' err >console
    [ ! -s console ] || fail "$address: $(head -3 console)"
}

load 'a/report.html#trial=3'
grep -q '<th scope="col"[^>]*><button type="button">' dom || fail 'no heading can be clicked: has the script run?'
[ "$(grep -o 'class="chosen"' dom | wc -l)" -ge 2 ] || fail 'the row and the mark of trial 3 are not shown'
grep -q '<a tabindex="-1" href="#trial=[0-9,]*" data-t="[^"]*\<3\>[^"]*" class="chosen"><circle' dom || fail 'no figure marks trial 3'
grep -q '<div id="selected" role="status"><a href="#trial=3">trial 3, seed 1: test ' dom || fail 'trial 3 is not named'
load 'a/report.html#trial=1,2'
for trial in 1 2; do
    grep -q "id=\"trial=$trial\" class=\"chosen\"" dom || fail "of trials 1 and 2 the row of $trial is not chosen"
done
load 'a/report.html'
[ "$(grep -c 'class="chosen"' dom)" -eq 0 ] || fail 'something is chosen that nobody asked for'
load 'both/report.html#trial=3'
grep -q '<svg class="hits"' dom || fail 'nothing of the figures of two studies can be pointed at'
grep -q '<svg class="hits".*data-t' dom && fail 'a mark of two studies leads to a trial of either'
grep -q '<button type="button">strategy' dom || grep -q '<button type="button">study' dom ||
    fail 'no heading of the page of two studies can be clicked'

# On a phone of 390 px, with a scroll bar that takes room from the page, no caption is wider than what is seen of
# its figure, and the page itself does not scroll sideways. The frame's page has no policy, so that a script may ask.
{
    sed '/Content-Security-Policy/d' a/report.html
    echo '<script>'
    echo "for (const f of document.querySelectorAll('figure')) {"
    echo "    const c = f.querySelector('figcaption').getBoundingClientRect(), b = f.getBoundingClientRect();"
    echo "    const e = document.createElement('output'); document.body.append(e);"
    echo "    e.textContent = c.width > 0 && c.right <= b.left + f.clientWidth + 0.5 ? 'caption fits' : 'caption cut';"
    echo '}'
    echo '</script>'
} >phone.html
echo '<iframe id="f" src="phone.html" style="width: 390px; height: 800px; border: 0"></iframe><script>
addEventListener("load", () => { const d = document.getElementById("f").contentDocument, r = d.documentElement;
document.body.append("frame " + (r.clientWidth < 390 ? "with" : "without") + " a bar, " +
    (r.scrollWidth > r.clientWidth ? "scrolls" : "stays") + ", " + [...d.querySelectorAll("output")].map(o => o.textContent)); });
</script>' >frame.html
load frame.html --allow-file-access-from-files
grep -q 'frame with a bar, stays, caption fits' dom || fail "on a phone: $(grep -o 'frame with.*' dom)"
grep -q 'caption cut' dom && fail 'on a phone a caption is cut'

# sorts COLUMN CLICKS ORDER: of the rows of a table of our own, by their last cells, after the heading was clicked; the
# script is the report's, the page has no policy.
sorts() {
    {
        echo '<table class="sheet"><thead><tr><th>text</th><th>number</th><th>row</th></tr></thead><tbody>'
        while IFS='|' read -r text number row; do
            echo "<tr><td class='l'>$text</td><td>$number</td><td class='row'>$row</td></tr>"
        done <<'ROWS'
10 blocks, 3|0.5|a
3x3|1e-3|b
||c
9 blocks|0 of 9|d
10 Blocks, 2|−2|e
ROWS
        echo '</tbody></table><div id="selected"><a></a><button></button></div><script>'
        sed -n '/^<script>$/,/^<\/script>$/p' a/report.html | sed '1d;$d'
        echo "for (let i = 0; i < $2; i++) document.querySelectorAll('th button')[$1].click();"
        echo '</script>'
    } >sorts.html
    load sorts.html
    order=$(grep -o 'class="row">[a-e]' dom | sed 's/.*>//' | tr -d '\n')
    [ "$order" = "$3" ] || fail "column $1 after $2 clicks: rows $order, not $3"
}
sorts 0 1 bdeac # texts: numbers in them by size, what is empty last
sorts 0 2 aedbc
sorts 1 1 ebadc # whole numbers, then what only begins with one, then what is empty
sorts 1 2 dabec
[ "$failures" -eq 0 ]
