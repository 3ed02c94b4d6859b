// An independent reader of a forecast hub: every row of its model output must be admissible by its
// tasks.json, every task answered, quantiles in order, probabilities summing to 1.
//
//   node check_hub.mjs HUB
//
// Prints what is wrong, a line each, and exits with 1; else counts what it saw.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const hub = process.argv[2];
const wrong = [];
const say = (text) => { if (wrong.length < 20) wrong.push(text); };
const json = (name) => JSON.parse(readFileSync(join(hub, name), 'utf8'));

// RFC 4180, UTF-8, every row as long as the header.
function table(name) {
  const text = readFileSync(join(hub, name), 'utf8');
  const rows = [];
  let row = [], cell = '', quoted = false, was = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += c; i++; }
      else quoted = false;
    } else if (c === '"' && cell === '' && !was) { quoted = was = true; }
    else if (c === ',') { row.push(cell); cell = ''; was = false; }
    else if (c === '\n') { row.push(cell); rows.push(row); row = []; cell = ''; was = false; }
    else cell += c;
  }
  if (quoted || cell !== '' || row.length) say(`${name}: it does not end with a line`);
  const [head, ...body] = rows;
  if (new Set(head).size !== head.length) say(`${name}: a column twice`);
  body.forEach((r, i) => { if (r.length !== head.length) say(`${name}:${i + 2}: ${r.length} cells`); });
  return { head, body: body.map((r) => Object.fromEntries(head.map((h, i) => [h, r[i]]))) };
}

const isDate = (s) => /^\d{4}-\d\d-\d\d$/.test(s) && new Date(`${s}T00:00:00Z`).toISOString().startsWith(s);
const isNumber = (s) => /^-?(0|[1-9]\d*)(\.\d+)?(e-?\d+)?$/.test(s) && Number.isFinite(Number(s));
const listed = (ids) => [...(ids.required ?? []), ...(ids.optional ?? [])].map(String);
const product = (lists) => lists.reduce((all, l) => all.flatMap((a) => l.map((x) => [...a, x])), [[]]);

// ---- tasks.json -------------------------------------------------------------------------------

const tasks = json('hub-config/tasks.json');
const derived = tasks.derived_task_ids ?? [];
const groupOf = new Map(); // by target
const round = tasks.rounds[0];
for (const group of round.model_tasks) {
  const known = group.task_ids.target.required;
  const told = group.target_metadata.map((t) => t.target_keys.target);
  if (known.join() !== told.join()) say('target_metadata are not of the targets, in order');
  for (const t of group.target_metadata) {
    if (groupOf.has(t.target_id)) say(`${t.target_id}: twice`);
    if (t.target_id !== t.target_keys.target) say(`${t.target_id}: has another key`);
    if (!/^[\w.~-]{1,30}$/.test(t.target_id)) say(`${t.target_id}: no id of a target`);
    if ([...t.target_name].length > 100 || [...t.target_units].length > 100) say(`${t.target_id}: long words`);
    groupOf.set(t.target_id, group);
  }
  for (const id of derived) if (group.task_ids[id].required !== null) say(`${id}: derived, yet required`);
}
if (!round.round_id_from_variable || round.round_id !== 'origin_date') say('rounds are not by origin_date');

// ---- model output -----------------------------------------------------------------------------

const models = readdirSync(join(hub, 'model-output'));
if (models.length !== 1) say(`${models.length} models`);
const files = readdirSync(join(hub, 'model-output', models[0]));
const file = `model-output/${models[0]}/${files[0]}`;
const origin = round.model_tasks[0].task_ids.origin_date.required[0];
if (files.length !== 1 || files[0] !== `${origin}-${models[0]}.csv`) say(`${file}: another name is expected`);
const yml = readFileSync(join(hub, 'model-metadata', `${models[0]}.yml`), 'utf8');
{
  const found = ['team', 'model'].map((k) => new RegExp(`^${k}_abbr: "([A-Za-z0-9_]{1,16})"$`, 'm').exec(yml)?.[1]);
  if (found.join('-') !== models[0]) say(`${models[0]}.yml: is of ${found.join('-')}`);
}

const output = table(file);
const idColumns = Object.keys(round.model_tasks[0].task_ids);
if (output.head.join() !== [...idColumns, 'output_type', 'output_type_id', 'value'].join())
  say(`${file}: columns ${output.head}`);
const answers = new Map(); // task and output type -> rows
output.body.forEach((row, i) => {
  const at = `${file}:${i + 2}`;
  const group = groupOf.get(row.target);
  if (!group) return say(`${at}: nobody asked for ${row.target}`);
  for (const id of idColumns)
    if (!listed(group.task_ids[id]).includes(row[id])) say(`${at}: ${id} ${row[id]} is not listed`);
  const type = group.output_type[row.output_type];
  if (!type) return say(`${at}: ${row.output_type} is not asked for`);
  if (!isNumber(row.value)) return say(`${at}: ${row.value} is no number`);
  const value = Number(row.value);
  if (!(value >= (type.value.minimum ?? -Infinity) && value <= (type.value.maximum ?? Infinity)))
    say(`${at}: ${row.value} is out of range`);
  if (row.output_type === 'sample' ? !/^[1-9]\d*$/.test(row.output_type_id)
    : !type.output_type_id.required.map(String).includes(row.output_type_id))
    say(`${at}: ${row.output_type_id} is no ${row.output_type} of it`);
  const key = JSON.stringify([...idColumns.filter((c) => !derived.includes(c)).map((c) => row[c]), row.output_type]);
  if (!answers.has(key)) answers.set(key, []);
  answers.get(key).push(row);
});

let seen = 0;
for (const group of round.model_tasks) {
  const columns = idColumns.filter((c) => !derived.includes(c));
  const draws = new Map(); // compound task -> set of ids
  for (const task of product(columns.map((c) => group.task_ids[c].required))) {
    for (const [name, type] of Object.entries(group.output_type)) {
      const rows = answers.get(JSON.stringify([...task, name]));
      const what = `${task.join(' ')} ${name}`;
      if (!rows) { say(`${what}: is not answered`); continue; }
      seen++;
      const ids = rows.map((r) => r.output_type_id), values = rows.map((r) => Number(r.value));
      for (const d of derived) if (new Set(rows.map((r) => r[d])).size !== 1) say(`${what}: ${d} is not derived`);
      if (name === 'sample') {
        const p = type.output_type_id_params;
        if (ids.length < p.min_samples_per_task || ids.length > p.max_samples_per_task) say(`${what}: ${ids.length}`);
        if (new Set(ids).size !== ids.length) say(`${what}: an id twice`);
        const compound = task.filter((_, k) => p.compound_taskid_set.includes(columns[k])).join();
        if (!draws.has(compound)) draws.set(compound, ids.join());
        if (draws.get(compound) !== ids.join()) say(`${what}: other samples than its compound task`);
        // As many of n equally likely futures lie below the median as chance allows (4 sd).
        const quantiles = answers.get(JSON.stringify([...task, 'quantile']));
        const median = Number(quantiles?.find((r) => r.output_type_id === '0.5')?.value);
        const below = values.filter((v) => v < median * (1 - 1e-5)).length, n = values.length;
        const above = values.filter((v) => v > median * (1 + 1e-5)).length;
        if (!(Math.max(below, above) <= n / 2 + 2 * Math.sqrt(n))) say(`${what}: samples are not about the median`);
      } else if (ids.join() !== type.output_type_id.required.join()) {
        say(`${what}: ${ids}`);
      }
      if (name === 'quantile') {
        if (ids.length !== 23) say(`${what}: ${ids.length} levels`);
        values.forEach((v, k) => { if (k && !(v >= values[k - 1])) say(`${what}: falls at ${ids[k]}`); });
      }
      if (name === 'pmf') {
        const sum = values.reduce((a, b) => a + b, 0);
        if (!(Math.abs(sum - 1) <= 1e-9)) say(`${what}: sums to ${sum}`);
      }
    }
  }
}
if (seen !== answers.size) say(`${answers.size - seen} answers that nobody asked for`);

// ---- target data ------------------------------------------------------------------------------

const config = json('hub-config/target-data.json');
const series = table('target-data/time-series.csv');
const columns = config['time-series'].non_task_id_schema;
const expected = ['as_of', config.date_col, 'observation', ...Object.keys(columns)];
if ([...series.head].sort().join() !== expected.sort().join()) say(`time-series.csv: columns ${series.head}`);
const units = new Set();
series.body.forEach((row, i) => {
  const at = `time-series.csv:${i + 2}`;
  const unit = JSON.stringify([row.as_of, ...config.observable_unit.map((c) => row[c])]);
  if (units.has(unit)) say(`${at}: the same unit twice`);
  units.add(unit);
  if (!isDate(row.as_of) || !isDate(row[config.date_col])) say(`${at}: no date`);
  if (row.as_of > origin) say(`${at}: published after the origin`);
  if (!isNumber(row.observation)) say(`${at}: no observation`);
  for (const [c, type] of Object.entries(columns)) {
    if (type === 'Date' && !isDate(row[c])) say(`${at}: ${c} is no date`);
    if (type === 'integer' && !/^\d+$/.test(row[c])) say(`${at}: ${c} is no whole number`);
    if (type === 'double' && row[c] !== '' && !isNumber(row[c])) say(`${at}: ${c} is no number`);
  }
});

if (wrong.length || !seen || !series.body.length) {
  console.log(wrong.join('\n') || 'there is nothing in it');
  process.exit(1);
}
console.log(`${output.body.length} rows, ${seen} answers, ${series.body.length} figures`);
