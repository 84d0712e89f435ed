// Opens a page in Chromium, offline, as people do: with and without script, by keyboard, in the dark, on a telephone.
// Says what is wrong on standard error; exit code 1 where anything is.
//
//     node check.mjs CHROMIUM PAGE [FOLDER]
//
// FOLDER takes screenshots. PLIMSOLL_AXE names a file axe.min.js, by which accessibility is judged as well.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [chromium, page, folder] = process.argv.slice(2);
const address = pathToFileURL(resolve(page)).href;
const profile = mkdtempSync(join(tmpdir(), "plimsoll-browser-"));
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", "--remote-debugging-pipe"];
const browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });

// The protocol of developer tools over two pipes: JSON, each message ended by a zero.
const waiting = new Map();
const events = [];
let rest = "";
let last = 0;
browser.stdio[4].setEncoding("utf8").on("data", (data) => {
  const messages = (rest + data).split("\0");
  rest = messages.pop();
  for (const message of messages.map((text) => JSON.parse(text))) {
    if (message.id === undefined) { events.push(message); continue; }
    const { done, failed } = waiting.get(message.id);
    waiting.delete(message.id);
    message.error ? failed(new Error(JSON.stringify(message.error))) : done(message.result);
  }
});
const send = (method, params = {}, sessionId) => new Promise((done, failed) => {
  const id = ++last;
  waiting.set(id, { done, failed });
  browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
});

const wrong = [];
const expect = (holds, what) => { if (!holds) wrong.push(what); };

async function open({ script = true, dark = false, width = 1280 } = {}) {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const call = (method, params) => send(method, params, sessionId);
  for (const domain of ["Page", "Network", "Runtime", "Log"]) await call(`${domain}.enable`);
  await call("Network.emulateNetworkConditions", { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 });
  await call("Emulation.setScriptExecutionDisabled", { value: !script });
  await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
  await call("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 });
  events.length = 0;
  await call("Page.navigate", { url: address });
  for (let tries = 0; tries < 400 && !events.some((event) => event.method === "Page.loadEventFired"); tries++) {
    await new Promise((done) => setTimeout(done, 25));
  }
  const ask = async (expression) => {
    const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  };
  const press = async (key, code) => {
    for (const type of ["keyDown", "keyUp"]) {
      await call("Input.dispatchKeyEvent", { type, key, code: key, windowsVirtualKeyCode: code, ...(key === "Enter" && type === "keyDown" ? { text: "\r" } : {}) });
    }
  };
  const shoot = async (name) => {
    if (!folder) return;
    const { data } = await call("Page.captureScreenshot", { format: "png", captureBeyondViewport: false });
    writeFileSync(join(folder, `${name}.png`), Buffer.from(data, "base64"));
  };
  return { call, ask, press, shoot, close: () => send("Target.closeTarget", { targetId }) };
}

const SHOWN = "[...document.querySelectorAll('#findings-table tbody tr')].filter((row) => row.offsetParent !== null || row.getClientRects().length).length";
const STOPS = `[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")].filter((e) => e.checkVisibility({ contentVisibilityAuto: true }) && !e.disabled)`;

async function withScript() {
  const tab = await open();
  const rows = await tab.ask(SHOWN);
  expect(rows > 0, "no finding is shown");
  expect(await tab.ask("!document.getElementById('filters').hidden"), "the filters are not shown");
  await tab.shoot("light");
  // What is asked for outside of the file, and what went wrong in it.
  const outside = events.filter((event) => event.method === "Network.requestWillBeSent").map((event) => event.params.request.url);
  expect(outside.every((url) => url === address), `the page asks for ${outside.filter((url) => url !== address)}`);
  const trouble = events.filter((event) => event.method === "Runtime.exceptionThrown" || (event.method === "Log.entryAdded" && event.params.entry.level === "error"));
  expect(trouble.length === 0, `the page complains: ${JSON.stringify(trouble.map((event) => event.params))}`);

  // By keyboard: everything in the order of the page, and where one is can be seen.
  await tab.press("Tab", 9);
  expect((await tab.ask("document.activeElement.className")) === "skip", "the first stop is not the way to the findings");
  await tab.shoot("skip");
  for (let stop = 1; stop < 25; stop++) {
    await tab.press("Tab", 9);
    const at = await tab.ask(`${STOPS}.indexOf(document.activeElement)`);
    if (at === -1 && (await tab.ask("document.activeElement === document.body"))) break;
    expect(at === stop, `stop ${stop} of the keyboard is element ${at} of the page`);
    expect(await tab.ask("getComputedStyle(document.activeElement).outlineStyle !== 'none'"), `stop ${stop} can't be seen`);
  }
  await tab.ask("document.querySelector('#findings-table summary').focus()");
  await tab.press("Enter", 13);
  expect(await tab.ask("document.querySelector('#findings-table details').open"), "the evidence does not open by keyboard");
  await tab.ask("document.querySelector('#findings-table').scrollIntoView()");
  await tab.shoot("evidence");

  // Sorting and filtering.
  await tab.ask("document.querySelectorAll('#findings-table th button')[2].click()");
  const sorted = await tab.ask("[...document.querySelectorAll('#findings-table td.id')].map((cell) => cell.textContent.trim().toLowerCase())");
  const order = [...sorted].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  expect(JSON.stringify(sorted) === JSON.stringify(order), "sorting by vulnerability does not sort");
  expect((await tab.ask("document.querySelectorAll('th[aria-sort]').length")) === 1, "the column sorted by is not said");
  const type = (id, value) => tab.ask(`(() => { const e = document.getElementById("${id}"); e.value = "${value}"; e.dispatchEvent(new Event("input")); })()`);
  await type("search", "no such finding");
  expect((await tab.ask(SHOWN)) === 0, "searching for nothing shows something");
  await type("search", "");
  await type("level", "6");
  const critical = await tab.ask("document.querySelectorAll('#findings-table tr[data-level=\"6\"]').length");
  expect((await tab.ask(SHOWN)) === critical, "the filter by severity shows another number");
  await type("level", "0");
  expect((await tab.ask(SHOWN)) === rows, "without filters something stays hidden");
  await axe(tab, "light");
  await tab.close();
  return rows;
}

/// Accessibility, where the tool for it is there.
async function axe(tab, name) {
  if (!process.env.PLIMSOLL_AXE) return;
  await tab.ask(`${readFileSync(process.env.PLIMSOLL_AXE, "utf8")}; 0`);
  const found = await tab.ask("axe.run().then((result) => result.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 120)} ${v.nodes[0].failureSummary}`))");
  expect(found.length === 0, `axe, ${name}: ${found.join("\n")}`);
}

async function withoutScript(rows) {
  const tab = await open({ script: false });
  expect((await tab.ask(SHOWN)) === rows, "without script findings are missing");
  expect(await tab.ask("document.getElementById('filters').getClientRects().length === 0"), "without script the filters, which do nothing, are shown");
  expect((await tab.ask("document.querySelectorAll('#findings-table details').length")) === rows, "without script evidence is missing");
  await tab.shoot("without-script");
  await tab.close();
}

async function elsewhere() {
  const dark = await open({ dark: true });
  const [page, text] = await dark.ask("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color].map((c) => c.match(/\\d+/g).slice(0, 3).reduce((sum, n) => sum + Number(n), 0))");
  expect(page < 200 && text > 500, `the dark page is not dark: ${page}, ${text}`);
  await dark.shoot("dark");
  await axe(dark, "dark");
  await dark.close();
  const narrow = await open({ width: 390 });
  const [needs, has] = await narrow.ask("[document.scrollingElement.scrollWidth, innerWidth]");
  expect(needs <= has, `on a telephone the page is ${needs} wide and the screen ${has}`);
  await narrow.shoot("narrow");
  await narrow.close();
}

try {
  await withoutScript(await withScript());
  await elsewhere();
} catch (error) {
  wrong.push(String(error.stack));
} finally {
  browser.kill("SIGKILL");
  await new Promise((done) => browser.once("close", done));
  try { rmSync(profile, { recursive: true, force: true, maxRetries: 5 }); } catch { /* what is left is in the temporary folder */ }
}
wrong.forEach((line) => console.error(line));
process.exit(wrong.length ? 1 : 0);
