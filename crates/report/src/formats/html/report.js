(function () {
  "use strict";
  var table = document.getElementById("findings-table");
  if (!table) { return; }
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var search = document.getElementById("search");
  var level = document.getElementById("level");
  var fixable = document.getElementById("fixable");
  var shown = document.getElementById("shown");
  document.getElementById("filters").hidden = false;

  function filter() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var least = Number(level.value);
    var count = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      var show = Number(row.dataset.level) >= least
        && (!fixable.checked || row.dataset.fixable === "1")
        && words.every(function (word) { return text.indexOf(word) !== -1; });
      row.hidden = !show;
      count += show ? 1 : 0;
    });
    shown.textContent = count + " of " + rows.length + " shown";
  }

  function key(row, column) {
    var cell = row.cells[column];
    return cell.dataset.key === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.key);
  }

  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
    if (!head.dataset.sort) { return; }
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () {
      var first = head.dataset.sort === "number" ? "descending" : "ascending";
      var other = first === "ascending" ? "descending" : "ascending";
      var order = head.getAttribute("aria-sort") === first ? other : first;
      Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", order);
      var sign = order === "ascending" ? 1 : -1;
      rows.map(function (row, at) { return { row: row, at: at, key: key(row, column) }; })
        .sort(function (a, b) {
          if (a.key === b.key) { return a.at - b.at; }
          return (typeof a.key === "number" ? a.key - b.key : a.key.localeCompare(b.key, "en", { numeric: true })) * sign;
        })
        .forEach(function (item) { body.appendChild(item.row); });
    });
  });

  [search, level, fixable].forEach(function (input) { input.addEventListener("input", filter); });
  filter();
})();
