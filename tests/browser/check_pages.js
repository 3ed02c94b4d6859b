/* Looks at pages of `attain run` as readers meet them: narrow and wide, light and dark, with the
 * keyboard alone, without JavaScript, without a network, on paper.
 *
 *   node check_pages.js SHOTS PAGE...     screenshots and print-outs go into the folder SHOTS
 *
 * CHROMIUM names the browser (default: /usr/bin/chromium).  Exit 0 when every check holds. */
'use strict';
const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const WIDTHS = [360, 1280];
const SCHEMES = ['light', 'dark'];
const SHOT_HEIGHT = 4000;
const TABS = 600;
let checks = 0;
let failures = 0;

function holds(what, good, detail) {
  checks++;
  if (good) return;
  failures++;
  console.log(`FAILED ${what}${detail === undefined ? '' : `: ${detail}`}`);
}

/* Every element closed where it should be; the browser would mend it silently. */
function misplaced(html) {
  const empty = new Set(['meta', 'link', 'br', 'hr', 'img']);
  const open = [];
  const body = html.replace(/<style>[^]*?<\/style>/g, '').replace(/<!doctype html>/, '');
  for (const [tag, slash, name, rest] of body.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>/g)) {
    if (empty.has(name) || rest.endsWith('/')) continue;
    if (!slash) open.push(name);
    else if (open.pop() !== name) return tag;
  }
  const stray = body.replace(/<\/?[a-zA-Z][^<>]*>/g, '').match(/.{0,20}<.{0,20}/);
  return stray ? stray[0] : open.join(' ');
}

/* A page in a browser of its own; whatever it asks for or says is kept. */
async function open(browser, file, settings) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...settings });
  const page = await context.newPage();
  const heard = [];
  const url = pathToFileURL(file).href;
  page.on('console', (message) => heard.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== url && request.url() !== 'data:,') heard.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, heard, close: () => context.close() };
}

async function shoot(page, stem, width) {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  for (let y = 0, n = 0; y < height && n < 4; y += SHOT_HEIGHT, n++)
    await page.screenshot({ path: `${stem}-${n}.png`, fullPage: true,
      clip: { x: 0, y, width, height: Math.min(SHOT_HEIGHT, height - y) } });
}

async function checkLook(browser, file, stem, width, scheme) {
  const name = `${stem} ${width} ${scheme}`;
  const { page, heard, close } = await open(browser, file,
    { viewport: { width, height: 800 }, colorScheme: scheme });
  for (const folded of [true, false]) {
    if (!folded) await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    holds(`${name}: no horizontal scroll${folded ? '' : ', unfolded'}`, over <= 0, `${over} px`);
    if (folded) await shoot(page, `${stem}-${width}-${scheme}`, width);
  }
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const v of violations)
    holds(`${name}: axe ${v.id}`, false, `${v.help}; ${v.nodes.slice(0, 3).map((n) =>
      `${n.target.join(' ')} ${n.failureSummary.replace(/\s+/g, ' ')}`).join(' | ')}`);
  holds(`${name}: axe finds nothing`, violations.length === 0);
  const dark = await page.evaluate(() => {
    const paper = getComputedStyle(document.body).backgroundColor;
    const charts = [...document.querySelectorAll('svg.picture > rect:first-of-type')]
      .map((r) => getComputedStyle(r).fill);
    return { paper, odd: charts.filter((fill) => fill !== paper) };
  });
  const lightness = dark.paper.match(/\d+/g).map(Number).reduce((a, b) => a + b) / 3;
  holds(`${name}: the paper`, scheme === 'dark' ? lightness < 60 : lightness > 200, dark.paper);
  holds(`${name}: charts on the same paper`, dark.odd.length === 0, dark.odd.join());
  holds(`${name}: silent, and asks for nothing`, heard.length === 0, heard.join('; '));
  await close();
}

/* From the top with the Tab key: the skip link first, then every region that scrolls. */
async function checkKeyboard(browser, file, stem) {
  const { page, close } = await open(browser, file, { viewport: { width: 360, height: 800 } });
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement.className);
  holds(`${stem}: the first stop skips to the answer`, first === 'skip', first);
  await page.keyboard.press('Enter');
  holds(`${stem}: skipped`, page.url().endsWith('#the-answer'), page.url());
  const regions = await page.evaluate(() => {
    document.querySelectorAll('.scroll').forEach((r, i) => { r.dataset.place = i; });
    return [...document.querySelectorAll('.scroll')].filter((r) => r.checkVisibility()).length;
  });
  const reached = new Set();
  let stuck = [];
  for (let n = 0; n < TABS && reached.size < regions; n++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      return e.dataset.place && { place: e.dataset.place, wide: e.scrollWidth > e.clientWidth + 1 };
    });
    if (!at) continue;
    if (reached.size < 4 && at.wide) {
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(250);
      const moved = await page.evaluate(() => document.activeElement.scrollLeft);
      if (!(moved > 0)) stuck.push(at.place);
    }
    reached.add(at.place);
  }
  holds(`${stem}: every table and chart is reached by keyboard`, reached.size >= regions,
    `${reached.size} of ${regions}`);
  holds(`${stem}: and moved by it`, stuck.length === 0, stuck.join());
  await close();
}

async function checkContent(browser, file, stem) {
  const html = fs.readFileSync(file, 'utf8');
  const { page, heard, close } = await open(browser, file, { javaScriptEnabled: false, offline: true });
  const found = await page.evaluate(() => {
    const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
    const named = [...document.querySelectorAll('[aria-labelledby]')]
      .flatMap((e) => e.getAttribute('aria-labelledby').split(' '))
      .concat([...document.querySelectorAll('a[href^="#"], use')].map((e) => e.getAttribute('href').slice(1)));
    return {
      headings: [...document.querySelectorAll('h2')].map((h) => h.textContent),
      words: document.querySelector('main').innerText,
      twice: ids.filter((id, i) => ids.indexOf(id) !== i),
      missing: named.filter((id) => !document.getElementById(id)),
      scripts: document.querySelectorAll('script, iframe, object, embed, form, foreignObject').length,
      handlers: [...document.querySelectorAll('*')].filter((e) =>
        e.getAttributeNames().some((n) => n.startsWith('on'))).length,
      outward: [...document.querySelectorAll('[src], link, [href]')].map((e) =>
        e.getAttribute('src') || e.getAttribute('href')).filter((a) => !/^(#|data:,)/.test(a)),
      fixed: [...document.querySelectorAll('svg.picture.fixed')].length,
      charts: document.querySelectorAll('figure').length,
      drawn: document.querySelectorAll('svg.picture').length,
      absent: document.querySelectorAll('.absent').length,
      tables: [...document.querySelectorAll('table')].filter((t) => !t.caption || !t.querySelector('th[scope]')).length,
      pwned: typeof window.pwned,
    };
  });
  const wanted = ['The answer', 'All goals', 'Charts', 'Goals in detail', 'How each figure was read',
    'Conflicts and warnings', 'What is not in these numbers', 'Method and provenance'];
  holds(`${stem}: without scripts and network every section stands`,
    wanted.every((w) => found.headings.includes(w)), found.headings.join());
  holds(`${stem}: the answer in words`, /about \d+ in \d+|(more|less) than \d+ in 100/.test(found.words));
  holds(`${stem}: names are given once`, found.twice.length === 0, found.twice.slice(0, 5).join());
  holds(`${stem}: names that are used exist`, found.missing.length === 0, found.missing.slice(0, 5).join());
  holds(`${stem}: nothing runs`, found.scripts === 0 && found.handlers === 0 && found.pwned === 'undefined');
  holds(`${stem}: nothing leads out of the file`, found.outward.length === 0, found.outward.join());
  holds(`${stem}: every colour of the charts has a dark one`, found.fixed === 0, found.fixed);
  /* Runs without pictures are named so. */
  const undrawn = path.basename(stem).startsWith('no-');
  holds(`${stem}: each chart is drawn, or says why not`,
    found.charts > 0 && found.drawn === (undrawn ? 0 : found.charts) && found.absent === found.charts - found.drawn,
    `${found.charts} charts, ${found.drawn} drawn, ${found.absent} not`);
  holds(`${stem}: tables have captions and heads`, found.tables === 0, found.tables);
  holds(`${stem}: well formed`, misplaced(html) === '', misplaced(html));
  holds(`${stem}: silent`, heard.length === 0, heard.join('; '));
  await close();
}

async function checkPrint(browser, file, stem) {
  const { page, close } = await open(browser, file, { colorScheme: 'dark' });
  const pdf = await page.pdf({ path: `${stem}.pdf`, format: 'A4', preferCSSPageSize: false });
  const pages = (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) || []).length;
  holds(`${stem}: prints`, pdf.subarray(0, 5).toString() === '%PDF-' && pages > 0, `${pages} pages`);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  holds(`${stem}: on white paper`, paper === 'rgb(255, 255, 255)', paper);
  await page.setViewportSize({ width: 700, height: 900 });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  holds(`${stem}: nothing runs off the paper`, over <= 0, `${over} px`);
  await close();
}

async function main() {
  const [shots, ...files] = process.argv.slice(2);
  if (!shots || files.length === 0) throw new Error('usage: node check_pages.js SHOTS PAGE...');
  fs.mkdirSync(shots, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
  });
  console.log(`Chromium ${browser.version()}`);
  for (const file of files) {
    const stem = path.join(shots, path.basename(path.dirname(path.resolve(file))));
    await checkContent(browser, file, stem);
    await checkKeyboard(browser, file, stem);
    for (const width of WIDTHS)
      for (const scheme of SCHEMES) await checkLook(browser, file, stem, width, scheme);
    await checkPrint(browser, file, stem);
  }
  await browser.close();
  console.log(`${files.length} pages, ${checks} checks, ${failures} failures`);
  process.exitCode = failures > 0 || checks === 0 ? 1 : 0;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
