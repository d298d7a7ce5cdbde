"use strict";
// Sorts tables by a clicked column, and shows what a clicked cell is made from.

function sortTable(button) {
  const head = button.closest("th"), table = head.closest("table");
  const index = [...head.parentNode.children].indexOf(head);
  const ascending = head.getAttribute("aria-sort") !== "ascending";
  table.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const key = (body) => {
    let found = { number: NaN, text: "" };
    for (const row of body.rows) {
      const cell = row.cells[index];
      if (!cell) continue;
      const number = parseFloat(cell.dataset.sort ?? "");
      const text = cell.textContent.trim();
      if (!Number.isNaN(number)) found = { number, text };
      else if (Number.isNaN(found.number) && text && !found.text) found = { number, text };
    }
    return found;
  };
  const bodies = [...table.tBodies].filter((body) => !body.classList.contains("group"));
  const keyed = bodies.map((body) => ({ body, ...key(body) }));
  keyed.sort((a, b) => {
    const missing = Number.isNaN(a.number) - Number.isNaN(b.number);
    if (missing) return missing; // what has no number stays at the end
    const order = Number.isNaN(a.number)
      ? a.text.localeCompare(b.text, "en", { numeric: true })
      : a.number - b.number;
    return ascending ? order : -order;
  });
  table.querySelectorAll("tbody.group").forEach((group) => group.remove());
  const foot = table.tFoot;
  keyed.forEach(({ body }) => table.insertBefore(body, foot));
}

function element(tag, text, parent) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = String(text);
  if (parent) parent.append(made);
  return made;
}

function facts(pairs, parent) {
  const list = element("dl", null, parent);
  list.className = "facts";
  for (const [name, value] of pairs) {
    if (value === null || value === undefined || value === "") continue;
    element("dt", name, list);
    element("dd", value, list);
  }
}

function duration(seconds) {
  if (seconds >= 3600) return `${(seconds / 3600).toFixed(2)} h`;
  return seconds >= 90 ? `${(seconds / 60).toFixed(1)} min` : `${seconds.toFixed(1)} s`;
}

function showRun(run, parent) {
  const block = element("details", null, parent);
  const value = run.value === null ? "not recorded" : Number(run.value.toPrecision(6));
  const state = run.status === "ok" ? value : run.status;
  element("summary", `seed ${run.seed}: ${state}`, block);
  const seconds = Object.entries(run.seconds).map(([phase, s]) => `${phase} ${duration(s)}`);
  facts([
    ["run", `results/finetuned/${run.path}/`],
    ["score", `results/scores/${run.path}/score.json`],
    ["reason", run.reason],
    ["epoch chosen by", run.selection],
    ["settings from", run.hyperparameters],
    ["test samples", run.samples || ""],
    ["time", seconds.join(", ")],
    ["commit", run.record.commit],
    ["device", run.record.device],
  ], block);
  const rest = Object.fromEntries(
    Object.entries(run.record).filter(([name]) => !["commit", "device"].includes(name)));
  if (Object.keys(rest).length) element("pre", JSON.stringify(rest, null, 1), block);
}

function showCell(button) {
  const data = JSON.parse(document.getElementById(`data-${button.dataset.table}`).textContent);
  const row = Number(button.dataset.row), column = Number(button.dataset.column);
  const cell = data.cells[row][column];
  const dialog = document.getElementById("provenance");
  dialog.querySelector("h3").textContent = `${data.rows[row].title}: ${data.columns[column].title}`;
  const inside = dialog.querySelector(".inside");
  inside.replaceChildren();
  const ours = cell.ours, theirs = cell.theirs, verdict = cell.verdict;
  facts([
    ["metric", cell.metric_title && `${cell.metric_title} (${cell.direction} is better)`],
    ["ours", ours && (ours.remark ? `${ours.text} (${ours.remark})` : ours.text)],
    ["runs with a score", ours && ours.runs.length ? `${ours.n} of ${ours.runs.length}` : ""],
    ["body", cell.body],
    ["published", theirs && theirs.text],
    ["published spread", theirs && theirs.std],
    ["published body", theirs && theirs.body],
    ["published in", theirs && theirs.source],
    ["note", theirs && theirs.note],
    ["verdict", verdict && `${verdict.verdict}: ${verdict.reason}`],
    ["difference", verdict && verdict.difference !== null ? verdict.difference.toPrecision(3) : ""],
    ["ours over published", verdict && verdict.ratio !== null ? verdict.ratio.toPrecision(3) : ""],
    ["margin", verdict && verdict.margin !== null ? verdict.margin.toPrecision(3) : ""],
  ], inside);
  if (ours) ours.runs.forEach((run) => showRun(run, inside));
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button && button.dataset.action === "sort") sortTable(button);
  else if (button && button.dataset.action === "cell") showCell(button);
  else if (button && button.dataset.action === "close") button.closest("dialog").close();
  else if (event.target.tagName === "DIALOG") event.target.close();
});
