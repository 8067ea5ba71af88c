'use strict';
// Sorts tables by their headings, and shows the trials that the address names: report.html#trial=12 or #trial=7,8.
(function () {
  function value(cell) {
    var text = (cell.hasAttribute('data-v') ? cell.getAttribute('data-v') : cell.textContent).trim().replace(/^\u2212/, '-');
    var number = cell.classList.contains('l') ? NaN : Number(text); // of the whole text: 3x3 is none
    return text === '' ? null : isNaN(number) ? text : number;
  }
  function compare(a, b) {
    if (a === null || b === null) return (a === null) - (b === null); // what is empty stays below
    if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : +(a > b);
    if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
    return String(a).localeCompare(String(b), undefined, {numeric: true});
  }
  function sort(heading) {
    var body = heading.closest('table').tBodies[0], at = heading.cellIndex;
    var down = heading.getAttribute('aria-sort') === 'ascending';
    heading.closest('tr').querySelectorAll('th').forEach(function (h) { h.removeAttribute('aria-sort'); });
    heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    Array.from(body.rows).map(function (row) { return {row: row, value: value(row.cells[at])}; })
      .sort(function (a, b) {
        var order = compare(a.value, b.value);
        return down && a.value !== null && b.value !== null ? -order : order;
      }).forEach(function (item) { body.appendChild(item.row); });
  }
  document.querySelectorAll('table.sheet thead th').forEach(function (heading) {
    var button = document.createElement('button');
    button.type = 'button';
    while (heading.firstChild) button.appendChild(heading.firstChild);
    heading.appendChild(button);
    button.addEventListener('click', function () { sort(heading); });
  });
  var bar = document.getElementById('selected');
  function select(moves) {
    var found = /^#trial=(\d+(?:,\d+)*)$/.exec(location.hash), first = null;
    var trials = found ? found[1].split(',') : [], title = null;
    var marks = trials.map(function (t) { return '[data-t~="' + t + '"]'; }).join();
    document.querySelectorAll('.chosen').forEach(function (e) { e.classList.remove('chosen'); });
    if (found) document.querySelectorAll(marks).forEach(function (e) {
      e.classList.add('chosen');
      for (var d = e.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
      if (e.localName !== 'a') return;
      if (!first || (e.id && !first.id)) first = e; // its row rather than a figure
      if (!title && e.getAttribute('data-t') === trials.join(' ')) title = e.querySelector('title').textContent;
    });
    bar.hidden = !first;
    if (!first) return;
    if (trials.length === 1) title = first.querySelector('title').textContent;
    bar.firstElementChild.textContent = title || 'trials ' + trials.join(', ');
    bar.firstElementChild.href = location.hash; // a mark in a figure may be far from its row
    if (moves) first.scrollIntoView({block: 'center', inline: 'center'});
  }
  bar.querySelector('button').addEventListener('click', function () {
    history.replaceState(null, '', location.pathname + location.search);
    select(false);
  });
  // A click with a key or another button is the browser's: it opens a tab, or a window.
  function isPlain(event) {
    return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  }
  bar.firstElementChild.addEventListener('click', function (event) {
    if (!isPlain(event)) return;
    event.preventDefault();
    select(true);
  });
  // A mark that was clicked is in sight: its own link must not make the page jump.
  document.addEventListener('click', function (event) {
    var mark = event.target.closest('a[data-t]');
    if (!mark || !isPlain(event)) return;
    event.preventDefault();
    history.replaceState(null, '', mark.getAttribute('href'));
    select(false);
  });
  window.addEventListener('hashchange', function () { select(true); });
  select(true);
})();
